"""Learning from history: a scenario's coefficients, from data in which it was played many times."""
