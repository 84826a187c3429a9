"""Many samples of one diagram at once: equilibria, outcomes, derivatives."""
