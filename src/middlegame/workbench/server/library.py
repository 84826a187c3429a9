"""The contests that a workbench serves, and the one folder in which it reads and writes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from middlegame.base.errors import MiddlegameError
from middlegame.base.files import write_whole
from middlegame.io.examples import FOLDER, find_file, list_examples

LARGEST = 1 << 20
"""Bytes that a scenario may have."""
_MOST = 200
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Contest:
    """A scenario that can be opened.

    Attributes:
        name: in the address of its page.
        title: as its text says.
        question: what it is about.
        path: of its file.
        shipped: whether it came along, and so is never written to.
    """

    name: str
    title: str
    question: str
    path: Path
    shipped: bool

    def text(self) -> str:
        """Read the file as it now is.

        Raises:
            MiddlegameError: it cannot be read as text, or is too large.
        """
        try:
            with self.path.open("rb") as stream:
                raw = stream.read(LARGEST + 1)
            if len(raw) > LARGEST:
                raise MiddlegameError(f"{self.path.name} is larger than 1 MiB")
            return raw.decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise MiddlegameError(f"{self.path.name} cannot be read: {error}") from None


class Library:
    """What is served: a file, a folder's files, or the contests that come along.

    Attributes:
        folder: where new files may be written; None where nothing may.
        only: the one contest, where a single file is served.
    """

    def __init__(self, name: str | None = None) -> None:
        """Serve a file, a folder, a shipped contest by name; or all shipped ones.

        Raises:
            MiddlegameError: there is nothing of that name.
        """
        self.folder: Path | None = None
        self.only: str | None = None
        self._files: list[Path] = []
        if name is None:
            return
        given = Path(name)
        if given.is_dir():
            self.folder = given.resolve()
            return
        path = find_file(name)
        if not path.is_file():
            known = ", ".join(each.name for each in list_examples())
            raise MiddlegameError(f"there is no file, folder or shipped contest '{name}' ({known})")
        path = path.resolve()
        self.only = _name(path)
        self._files = [path]
        if not path.is_relative_to(FOLDER):
            self.folder = path.parent

    def contests(self) -> list[Contest]:
        """List what can be opened, as the files now are."""
        if self.folder is not None:
            files = (
                [*self._files, *_inside(self.folder)]
                if not self.only
                else [
                    *self._files,
                    *(path for path in _inside(self.folder) if path not in self._files),
                ]
            )
            return [_contest(path) for path in dict.fromkeys(files)][:_MOST]
        if self._files:
            return [_contest(path) for path in self._files]
        return [_contest(each.folder / "scenario.yaml") for each in list_examples()]

    def find(self, name: str) -> Contest | None:
        """Give the contest of a name."""
        return next((each for each in self.contests() if each.name == name), None)

    def save(self, name: str, text: str, replacing: str | None = None) -> Contest:
        """Write a scenario into the folder.

        Args:
            name: of the file, without folder.
            text: to be written.
            replacing: the text that a file of that name has now, if it may be replaced.

        Raises:
            MiddlegameError: nothing may be written here, the name will not do, or the file is
                there and is not what was expected.
        """
        if self.folder is None:
            raise MiddlegameError("nothing is written here: download it instead")
        if not name or Path(name).name != name or name.startswith("."):
            raise MiddlegameError(f"'{name}' is no file name")
        path = self.folder / name
        if path.suffix not in _SUFFIXES:
            path = path.with_name(f"{path.name}.yaml")
        self._write(path, text, replacing)
        return _contest(path)

    def overwrite(self, contest: Contest, text: str, replacing: str) -> None:
        """Write an edited scenario back to its own file.

        Raises:
            MiddlegameError: it is not to be written to, or has changed meanwhile.
        """
        if contest.shipped or self.folder is None:
            raise MiddlegameError("this contest came along: save it under a name of its own")
        self._write(contest.path, text, replacing)

    def _write(self, path: Path, text: str, replacing: str | None) -> None:
        if self.folder is None or not path.resolve().is_relative_to(self.folder):
            raise MiddlegameError(f"{path.name} is outside the folder that is served")
        if path.exists():
            now = path.read_bytes().decode("utf-8-sig", errors="replace")
            if replacing is None:
                raise MiddlegameError(f"{path.name} is there already: take another name")
            if now != replacing:
                raise MiddlegameError(f"{path.name} has been changed by somebody else meanwhile")
        try:
            write_whole(path, text.encode("utf-8"))
        except OSError as error:
            raise MiddlegameError(f"{path.name} cannot be written: {error.strerror}") from None


def digest(text: str) -> str:
    """Give a short name for a text, the same for the same text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def _inside(folder: Path) -> list[Path]:
    """The scenario files of a folder: its own, and `scenario.yaml` one level down."""
    own = [path for path in folder.iterdir() if path.suffix in _SUFFIXES]
    below = [path for suffix in _SUFFIXES for path in folder.glob(f"*/scenario{suffix}")]
    found = [p for p in (*own, *below) if p.is_file() and p.resolve().is_relative_to(folder)]
    return sorted(found)[:_MOST]


def _name(path: Path) -> str:
    return path.parent.name if path.stem == "scenario" else path.stem


def _contest(path: Path) -> Contest:
    head = {"title": "", "question": ""}
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as stream:
            for line in stream.read(LARGEST).splitlines():
                key, colon, value = line.partition(":")
                if colon and key in head and not head[key]:
                    head[key] = value.strip().strip("\"'")
    except OSError:
        pass
    name = _name(path)
    return Contest(
        name=name,
        title=head["title"] or name,
        question=head["question"],
        path=path,
        shipped=path.resolve().is_relative_to(FOLDER),
    )
