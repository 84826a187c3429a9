"""`python -m middlegame`."""

from middlegame.cli.main import main

main()
