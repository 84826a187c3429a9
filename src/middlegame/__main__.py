"""The program `middlegame`, also run as `python -m middlegame`."""

import os
import sys
import warnings


def main() -> None:
    """Run the command line; Ctrl-C while it is imported ends it with exit code 130.

    Warnings of libraries are not for users: they appear only where Python is asked for them, by
    `-W` or PYTHONWARNINGS.
    """
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
        os.environ["PYTHONWARNINGS"] = "ignore"  # for the processes that this one starts
    # Looking for plugins of pydantic reads the metadata of every package there is; none is used.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from middlegame.cli.interrupts import end_process
        from middlegame.cli.main import main as run
    except KeyboardInterrupt:
        print("Interrupted", file=sys.stderr)
        raise SystemExit(130) from None
    try:
        run()
    except SystemExit as ended:
        code = ended.code
    end_process(code)  # when what the command held is released, temporary files among it


if __name__ == "__main__":
    main()
