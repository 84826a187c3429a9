"""The program `middlegame`, also run as `python -m middlegame`."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is imported ends it with exit code 130."""
    try:
        from middlegame.cli.main import main as run
    except KeyboardInterrupt:
        print("Interrupted", file=sys.stderr)
        raise SystemExit(130) from None
    run()


if __name__ == "__main__":
    main()
