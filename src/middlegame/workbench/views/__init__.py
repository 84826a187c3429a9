"""The tabs of a contest's page, one in each file, and the elements that they consist of."""
