"""Files appear whole or not at all."""

import os
from pathlib import Path
from uuid import uuid4


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file atomically, as `write_whole` does.

    Raises:
        OSError: it cannot be written; what was there before is untouched.
    """
    write_whole(path, text.encode("utf-8"))


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file atomically: a file beside it takes its place once it is complete.

    Raises:
        OSError: it cannot be written; what was there before is untouched.
    """
    target = Path(path).resolve()  # through a link, so that the link stays one
    part = target.with_name(f".{uuid4().hex}.part")
    try:
        with part.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)  # and not the part's
        raise
