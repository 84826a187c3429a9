"""Other programs' forms of a diagram, and our own JSON."""
