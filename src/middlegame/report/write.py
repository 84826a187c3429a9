"""Files appear whole or not at all."""

import os
from pathlib import Path
from uuid import uuid4


def write_report(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file atomically: a file beside it takes its place once it is complete.

    Raises:
        OSError: it cannot be written; what was there before is untouched.
    """
    target = Path(path).resolve()  # through a link, so that the link stays one
    part = target.with_name(f".{uuid4().hex}.part")
    try:
        with part.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
