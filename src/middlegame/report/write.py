"""Files appear whole or not at all."""

import os
import tempfile
from pathlib import Path


def write_report(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file atomically: a file beside it takes its place once it is complete.

    Raises:
        OSError: it cannot be written; what was there before is untouched.
    """
    target = Path(path).resolve()  # through a link, so that the link stays one
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
