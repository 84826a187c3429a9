"""Payoffs of diagrams that repeat over time, by passes through their slices."""
