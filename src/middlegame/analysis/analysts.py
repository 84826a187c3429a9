"""Whose judgements there are: of several files, and of the views in them."""

from collections.abc import Sequence

from middlegame.analysis.comparison import Analyst
from middlegame.base.errors import QueryError
from middlegame.io.examples import find_file
from middlegame.io.open import open_view
from middlegame.scenario import Scenario, apply_view
from middlegame.scenario.faults import Fault, ScenarioError


def analysts_of_files(files: Sequence[str], forecasters: Sequence[str] = ()) -> list[Analyst]:
    """Give an opinion for each file as it is written, and for each view in it.

    Args:
        files: paths, shipped names, or FILE#VIEW for a view alone.
        forecasters: by which names the ledger knows whoever wrote each file, in order.

    Raises:
        ScenarioError: a file has faults; those of all files are told.
        QueryError: one has no such view, or there are more names than files.
    """
    if len(forecasters) > len(files):
        raise QueryError(f"{len(forecasters)} names for {len(files)} files; expected one for each")
    contests: list[Scenario | None] = []
    faults: list[Fault] = []
    for file in files:
        loaded = open_view(file)
        faults += loaded.errors if loaded.scenario is None else ()
        contests.append(loaded.scenario)
    if faults:
        raise ScenarioError(faults)
    names = _names(files)
    found: list[Analyst] = []
    for place, (name, contest) in enumerate(zip(names, contests, strict=True)):
        if contest is not None:
            by = forecasters[place] if place < len(forecasters) else name
            found += analysts_of_scenario(contest, name, by, alone=len(files) == 1)
    return found


def analysts_of_scenario(
    contest: Scenario, name: str, forecaster: str = "", *, alone: bool = True
) -> list[Analyst]:
    """Give an opinion for a contest as it is written, and for each view in it.

    Args:
        contest: the scenario, with its views.
        name: of its file.
        forecaster: by which name the ledger knows whoever wrote it.
        alone: whether there is no other file, so that its name says nothing.
    """
    plain = contest.model_copy(update={"views": {}})
    found = [Analyst("as written" if alone and contest.views else name, forecaster, plain)]
    for view, written in contest.views.items():
        told = written.name or view
        found.append(
            Analyst(
                told if alone else f"{name}: {told}",
                written.forecaster or view,
                apply_view(contest, view),
            )
        )
    return found


def _names(files: Sequence[str]) -> list[str]:
    """Name each file: a folder's `scenario.yaml` like its folder; the same name twice, numbered."""
    found: list[str] = []
    for file in files:
        front, mark, view = file.rpartition("#")
        whole = find_file(file).exists() or not mark
        path = find_file(file if whole else front).resolve()
        name = path.parent.name if path.name == "scenario.yaml" else path.stem
        name = name if whole else f"{name}#{view}"
        count = sum(other == name or other.startswith(f"{name} (") for other in found)
        found.append(f"{name} ({count + 1})" if count else name)
    return found
