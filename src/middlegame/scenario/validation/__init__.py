"""The checks of a scenario's meaning, one subject a module."""
