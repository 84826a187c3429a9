"""Golden files: what a test expects, kept in a file beside it."""

import os
from pathlib import Path


def check_golden(path: Path, text: str) -> None:
    """Compare a text with a golden file; MIDDLEGAME_UPDATE_GOLDEN=1 writes the file instead."""
    if os.environ.get("MIDDLEGAME_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.is_file(), f"no golden file {path}: run with MIDDLEGAME_UPDATE_GOLDEN=1 to write it"
    assert text == path.read_text("utf-8")
