"""The processes that compute, and what they do for the pages."""
