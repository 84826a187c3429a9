"""Estimate a scenario's coefficients from data on many plays of it."""
