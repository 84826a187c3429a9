"""The contests that a workbench serves, and the one folder in which it reads and writes."""

import re
from dataclasses import dataclass
from pathlib import Path

from middlegame.base.errors import MiddlegameError
from middlegame.base.files import write_whole
from middlegame.io.archetypes import find_archetype
from middlegame.io.examples import FOLDER, find_file, list_examples
from middlegame.scenario.yaml.dump import scalar

LARGEST = 1 << 20
"""Bytes that a scenario may have."""
_MOST = 200
_SUFFIXES = (".yaml", ".yml")


class ChangedMeanwhile(MiddlegameError):
    """A file has another text than the one that was opened; `text` is what it has now."""

    def __init__(self, message: str, text: str) -> None:
        super().__init__(message)
        self.text = text


@dataclass(frozen=True)
class Contest:
    """A scenario that can be opened.

    Attributes:
        name: its name in the address of its page.
        title: its title.
        question: the question that it asks.
        path: the path of its file.
        shipped: whether it is one of the installed examples, which are never written to.
    """

    name: str
    title: str
    question: str
    path: Path
    shipped: bool

    @property
    def folder(self) -> str:
        """The folder of its file, where its sources and members are."""
        return str(self.path.parent)

    @property
    def file(self) -> str:
        """The file's name, with its folder's where the folder alone tells it from others."""
        name = self.path.name
        return f"{self.path.parent.name}/{name}" if self.path.stem == "scenario" else name

    def text(self) -> str:
        """Read the file.

        Raises:
            MiddlegameError: the file cannot be read as text, or is too large.
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
    """The contests that are served: a file, a folder's files, or the installed examples.

    Attributes:
        folder: the folder in which files may be written; None where none may.
        only: the name of the contest, where a single file is served.
    """

    def __init__(self, name: str | None = None) -> None:
        """List a file, a folder, or an example by its name; without a name, all examples.

        Raises:
            MiddlegameError: there is no file, folder or example of that name.
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
        """List the contests that can be opened now."""
        if self.folder is not None:
            files = dict.fromkeys([*self._files, *_scenario_files(self.folder)])
            return [_contest(path) for path in files][:_MOST]
        if self._files:
            return [_contest(path) for path in self._files]
        return [_contest(each.folder / "scenario.yaml") for each in list_examples()]

    def find(self, name: str) -> Contest | None:
        """Return the contest of a name; None where there is none."""
        return next((each for each in self.contests() if each.name == name), None)

    def save(self, name: str, text: str, replacing: str | None = None) -> Contest:
        """Write a scenario into the folder.

        Args:
            name: the name of the file, without a folder.
            text: the text to write.
            replacing: the text that a file of that name has now, if it may be replaced.

        Returns:
            The contest that the file now holds.

        Raises:
            MiddlegameError: no file may be written, the name is not valid, or a file of that name
                has another text than `replacing`.
        """
        if self.folder is None:
            raise MiddlegameError("this workbench writes no files; download the scenario instead")
        if not name or Path(name).name != name or name.startswith("."):
            raise MiddlegameError(
                f"invalid file name '{name}': expected a name without folders or a leading dot"
            )
        path = self.folder / name
        if path.suffix.lower() not in _SUFFIXES:
            path = path.with_name(f"{path.name}.yaml")
        self._write(path, text, replacing)
        return _contest(path)

    def begin(self, name: str, like: str = "") -> Contest:
        """Write a text to begin a contest with into the folder, and the sources that it cites.

        Args:
            name: the name of the file, without a folder.
            like: the name of an archetype or of a shipped contest; empty for an empty contest.

        Returns:
            The contest that the file now holds.

        Raises:
            MiddlegameError: there is no such archetype or contest, no file may be written, or the
                name is not valid or taken.
        """
        contest = self.save(name, beginning(like, Path(name).stem))
        for shipped in list_examples():
            if shipped.name == like:
                self._copy_sources(shipped.folder)
        return contest

    def _copy_sources(self, folder: Path) -> None:
        """Copy the sources of a shipped contest, except where the folder has files of their names.

        Raises:
            MiddlegameError: a file cannot be written.
        """
        assert self.folder is not None
        for source in folder.glob("*.txt"):
            if not (self.folder / source.name).exists():
                self._write(self.folder / source.name, source.read_text(encoding="utf-8"), None)

    def overwrite(self, contest: Contest, text: str, replacing: str) -> None:
        """Write an edited scenario back to its own file.

        Args:
            contest: the contest that was edited.
            text: the text to write.
            replacing: the text that the file is expected to have now.

        Raises:
            MiddlegameError: the file may not be written.
            ChangedMeanwhile: the file has another text than `replacing`.
        """
        if contest.shipped or self.folder is None:
            raise MiddlegameError(
                "the installed examples cannot be changed; save it under another name"
            )
        self._write(contest.path, text, replacing)

    def _write(self, path: Path, text: str, replacing: str | None) -> None:
        """Write a text to a file of the folder, unless the file has another text than expected."""
        try:
            if self.folder is None or not path.resolve().is_relative_to(self.folder):
                raise MiddlegameError(f"'{path.name}' is outside the folder that is served")
            if path.exists():
                now = path.read_bytes().decode("utf-8-sig", errors="replace")
                if replacing is None:
                    raise MiddlegameError(f"'{path.name}' exists already; choose another name")
                if now != replacing:
                    raise ChangedMeanwhile(
                        f"another program has changed '{path.name}' meanwhile; save your text "
                        "under another name, or open the file again",
                        now,
                    )
            write_whole(path, text.encode("utf-8"))
        except OSError as error:
            raise MiddlegameError(f"'{path.name}' cannot be written: {error.strerror}") from None
        except ValueError:  # a NUL, or half of a surrogate pair
            raise MiddlegameError(
                f"invalid file name or text: {path.name!a} holds a character that cannot be "
                "written to a file"
            ) from None


def beginning(like: str, name: str) -> str:
    """Return the text with which a contest begins.

    Args:
        like: the name of an archetype or of a shipped contest; empty for an empty contest.
        name: the name of its file, which is the title of an empty contest.

    Raises:
        MiddlegameError: there is no such archetype or contest; the message names the nearest.
    """
    if not like:
        title = re.sub(r"[-_\s]+", " ", name).strip()
        return f"title: {scalar(title[:1].upper() + title[1:])}\n"
    shipped = {each.name: each for each in list_examples()}
    if like in shipped:
        return (shipped[like].folder / "scenario.yaml").read_text(encoding="utf-8")
    return find_archetype(like).text()


def _scenario_files(folder: Path) -> list[Path]:
    """Return the scenario files of a folder: its own, and `scenario.yaml` one level down."""
    below = [path for path in folder.glob("*/*") if path.stem == "scenario"]
    files = [
        path
        for path in (*folder.iterdir(), *below)
        if path.suffix.lower() in _SUFFIXES
        and path.is_file()
        and path.resolve().is_relative_to(folder)
    ]
    return sorted(files)[:_MOST]


def _name(path: Path) -> str:
    """Return the name of a contest in addresses."""
    return path.parent.name if path.stem == "scenario" else path.stem


def _contest(path: Path) -> Contest:
    """Read the title and question of a scenario's file without parsing it."""
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
