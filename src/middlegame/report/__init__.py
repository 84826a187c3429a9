"""What people see: the terminal, the charts, the contest's graph and the HTML report.

Nothing here computes a probability; it asks the equilibrium and puts the answer into words.
"""
