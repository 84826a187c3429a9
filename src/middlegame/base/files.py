"""Write files atomically, so that they appear whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file in UTF-8, atomically, without translating line ends.

    Raises:
        OSError: the file cannot be written; an earlier file is unchanged.
    """
    write_whole(path, text.encode("utf-8"))


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file atomically: a new file beside it replaces it once it is complete.

    Raises:
        OSError: the file cannot be written; an earlier file is unchanged.
    """
    target = Path(path).resolve()  # write to a link's target, and keep the link
    part = target.with_name(f".{uuid4().hex}.part")
    try:
        with part.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except BaseException as error:
        with suppress(OSError):  # a folder that may only be read
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)  # the name that the user knows
        raise
