"""Many samples of one diagram at once."""
