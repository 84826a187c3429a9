"""Sources' files beside a scenario: read there and nowhere else; their paragraphs, counted."""

import re
from pathlib import Path

_LARGEST = 8 << 20
_GAP = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class Unreadable(Exception):
    """Why a source's file is not read; `outside` says that it never may be."""

    def __init__(self, reason: str, *, outside: bool = False) -> None:
        super().__init__(reason)
        self.outside = outside


def read_source(folder: Path, file: str) -> str:
    """Read a source's file.

    Args:
        folder: the scenario's.
        file: as the source gives it.

    Raises:
        Unreadable: it is outside the folder, not there, too large, or no text.
    """
    try:
        inside = folder.resolve()
        target = (inside / file).resolve()
        if not target.is_relative_to(inside):
            raise Unreadable(f"'{file}' is outside the scenario's folder", outside=True)
        if not target.is_file():
            raise Unreadable(f"there is no file '{file}' beside the scenario")
        if target.stat().st_size > _LARGEST:
            raise Unreadable(f"'{file}' is larger than 8 MiB")
        return target.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        raise Unreadable(f"'{file}' cannot be read as text") from None


def paragraphs(text: str) -> list[str]:
    """Split a text where lines are left empty; each paragraph becomes one line."""
    parts = _GAP.split(text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n"))
    return [" ".join(part.split()) for part in parts if part.strip()]
