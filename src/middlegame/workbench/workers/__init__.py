"""The worker processes, and the tasks that they run for the pages, named like the analyses."""
