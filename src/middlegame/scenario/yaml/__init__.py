"""Scenarios as YAML files: read with places, written back with comments."""
