"""Roots of equations: linear and Krylov solvers, continuation in arc length."""
