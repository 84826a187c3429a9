"""Solve a contest at many samples of its ranges, and summarize the answers as intervals."""
