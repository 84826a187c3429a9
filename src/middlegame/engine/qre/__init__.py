"""Logit quantal response equilibria: principal branch, Nash limit, alternatives, derivatives."""
