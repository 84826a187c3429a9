"""Many samples: the ranges of a contest become worlds, each solved, and the answers intervals."""
