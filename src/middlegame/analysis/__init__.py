"""Analyses of equilibria and sweeps: each has one entry function and one result."""
