"""The process that serves pages and computes nothing."""
