"""What follows from an equilibrium, and from many: one analysis a file, computing, not drawing."""
