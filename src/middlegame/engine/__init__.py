"""Pure functions on arrays: contraction, equilibrium, inference; one algorithm a file."""
