"""Analysts: one for each contest as it is written, and one for each view in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from middlegame.base.errors import QueryError
from middlegame.io.examples import find_file
from middlegame.io.open import open_view
from middlegame.scenario import Scenario, apply_view
from middlegame.scenario.faults import Fault, ScenarioError


@dataclass(frozen=True)
class Analyst:
    """An analyst, with the contest as this analyst judges it.

    Attributes:
        name: the name that distinguishes the analyst from the others.
        forecaster: the name under which the ledger keeps the analyst's forecasts.
        scenario: the contest.
    """

    name: str
    forecaster: str
    scenario: Scenario


def collect_analysts(
    contests: Sequence[str | Path | Scenario | Analyst], forecasters: Sequence[str] = ()
) -> list[Analyst]:
    """Return an analyst for each contest as it is written, and one for each view in it.

    A file that is given together with one of its views stands for itself, without its views.

    Args:
        contests: files, names of shipped contests, FILE#VIEW for a single view, scenarios, or
            analysts.
        forecasters: the names under which the ledger keeps the analyst of each contest, in order.

    Raises:
        ScenarioError: files have faults; those of all files are reported together.
        QueryError: a file has no such view, or there are more names than contests.
    """
    if len(forecasters) > len(contests):
        raise QueryError(
            f"{len(forecasters)} names for {len(contests)} files; expected one for each"
        )
    scenarios: list[Scenario | Analyst | None] = []
    faults: list[Fault] = []
    for contest in contests:
        if isinstance(contest, Scenario | Analyst):
            scenarios.append(contest)
            continue
        loaded = open_view(str(contest))
        faults += loaded.errors if loaded.scenario is None else ()
        scenarios.append(loaded.scenario)
    if faults:
        raise ScenarioError(faults)
    files: list[str | Path] = [
        contest if isinstance(contest, str | Path) else "" for contest in contests
    ]
    names = _names(files)
    parts = [_split_view(file) if file else None for file in files]
    with_view = {part[0] for part in parts if part and part[1]}
    found: list[Analyst] = []
    for place, (each, file) in enumerate(zip(scenarios, names, strict=True)):
        if isinstance(each, Analyst):
            found.append(each)
        elif each is not None:
            name = file or each.title or f"contest {place + 1}"
            by = forecasters[place] if place < len(forecasters) else name
            part = parts[place]
            single = part is not None and part[0] in with_view
            whole = each.model_copy(update={"views": {}}) if single else each
            found += analysts_of_scenario(whole, name, by, alone=len(contests) == 1)
    return found


def analysts_of_scenario(
    scenario: Scenario, name: str, forecaster: str = "", *, alone: bool = True
) -> list[Analyst]:
    """Return an analyst for a contest as it is written, and one for each view in it.

    Args:
        scenario: the contest, with its views.
        name: of the contest.
        forecaster: the name under which the ledger keeps the analyst's forecasts.
        alone: whether no other contest is compared, so that names of views need no prefix.
    """
    plain = scenario.model_copy(update={"views": {}})
    found = [Analyst("as written" if alone and scenario.views else name, forecaster, plain)]
    for view, written in scenario.views.items():
        label = written.name or view
        found.append(
            Analyst(
                label if alone else f"{name}: {label}",
                written.forecaster or view,
                apply_view(scenario, view),
            )
        )
    return found


def _split_view(file: str | Path) -> tuple[Path, str]:
    """Return a file's path, and the view behind it; no view where the file is given whole."""
    front, mark, view = str(file).rpartition("#")
    whole = find_file(str(file))
    if not mark or whole.exists():
        return whole.resolve(), ""
    return find_file(front).resolve(), view


def _names(files: Sequence[str | Path]) -> list[str]:
    """Return a name for each file, numbered where equal; `scenario.yaml` is named by its folder."""
    found: list[str] = []
    for file in map(str, files):
        if not file:
            found.append("")
            continue
        path, view = _split_view(file)
        name = path.parent.name if path.name == "scenario.yaml" else path.stem
        name = f"{name}#{view}" if view else name
        count = sum(other == name or other.startswith(f"{name} (") for other in found)
        found.append(f"{name} ({count + 1})" if count else name)
    return found
