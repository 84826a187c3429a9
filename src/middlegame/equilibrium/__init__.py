"""The front door: a contest goes in, its equilibrium comes out, and the equilibrium answers."""
