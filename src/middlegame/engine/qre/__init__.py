"""Logit quantal response equilibria: the principal branch, its limit, other equilibria, derivatives."""
