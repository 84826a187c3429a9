"""What a contest of one's own begins with: the starter, an archetype, or a historical contest.

Archetypes are short commented contests from the literature.
"""

from dataclasses import dataclass
from pathlib import Path

from middlegame.base.errors import MiddlegameError, unknown_name
from middlegame.io.examples import FOLDER, list_examples, read_header
from middlegame.io.outcomes import FILE_NAME


@dataclass(frozen=True)
class Archetype:
    """A short contest to begin with.

    Attributes:
        name: its name, such as `deterrence`.
        title: its title.
        question: the question that it asks.
        path: its file.
    """

    name: str
    title: str
    question: str
    path: Path

    def text(self) -> str:
        """Return the scenario's text."""
        return self.path.read_text(encoding="utf-8")


def list_archetypes() -> list[Archetype]:
    """List the archetypes, sorted by name."""
    found = []
    for path in sorted((FOLDER / "archetypes").glob("*.yaml")):
        header = read_header(path)
        found.append(Archetype(path.stem, header["title"], header["question"], path))
    return found


def find_archetype(name: str) -> Archetype:
    """Return the archetype of a name.

    Raises:
        QueryError: there is none; the message names the nearest, or all.
    """
    known = {each.name: each for each in list_archetypes()}
    if name not in known:
        raise unknown_name("archetype", name, known)
    return known[name]


def template_text(name: str | None = None) -> str:
    """Return the text to begin a contest with.

    Args:
        name: of an archetype, or of a shipped contest whose outcome is known; without it, the
            general starter.

    Raises:
        QueryError: there is none of that name; the message names the nearest, or all.
    """
    if name is None:
        return (FOLDER / "starter.yaml").read_text(encoding="utf-8")
    archetypes = {each.name: each for each in list_archetypes()}
    if name in archetypes:
        return archetypes[name].text()
    historical = {
        each.name: each.folder / "scenario.yaml"
        for each in list_examples()
        if (each.folder / FILE_NAME).is_file()
    }
    if name not in historical:
        kind = "archetype or historical contest"
        raise unknown_name(kind, name, [*archetypes, *historical])
    return _BEGUN.format(name=name) + historical[name].read_text(encoding="utf-8")


_BEGUN = """\
# Begun with the historical contest '{name}'. Title, date, actors, numbers, reasons and
# sources below are still that contest's: replace them by yours.

"""


def write_starter(folder: Path, like: str | None = None) -> Path:
    """Write a commented scenario to begin with to `folder/scenario.yaml`.

    Args:
        folder: the folder, which is made if it does not exist.
        like: the name of an archetype or of a historical contest; without it the general starter is
            written.

    Returns:
        The path of the scenario.

    Raises:
        MiddlegameError: the file exists, the folder's name belongs to a file, or there is no such
            archetype or historical contest.
    """
    text = template_text(like)
    path = folder / "scenario.yaml"
    if path.exists() or (folder.exists() and not folder.is_dir()):
        raise MiddlegameError(f"{path if path.exists() else folder} exists already")
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path
