"""The views of a contest's page, one a file."""
