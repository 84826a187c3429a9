"""Solve a contest, and query its equilibrium."""
