"""The typed model of what an analyst writes."""
