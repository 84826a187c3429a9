"""Nonlinear equations: dense and matrix-free linear systems, continuation in arc length."""
