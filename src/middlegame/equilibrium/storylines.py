"""Storylines: the likeliest ways in which the moves and headline factors run together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Storyline:
    """One way the whole contest may run.

    Attributes:
        states: of each move and headline factor, in order of play.
        probability: of all of it together, and of the branch if there are several.
        branch: the number of the mirror branch on which it runs; None if there is one branch.
    """

    states: dict[str, str]
    probability: float
    branch: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the storyline as a JSON object, with its branch where there are several."""
        found = {"probability": self.probability, "states": self.states}
        return found if self.branch is None else found | {"branch": self.branch}


@dataclass(frozen=True, repr=False)
class Storylines(Sequence[Storyline]):
    """Storylines, the likeliest first.

    Attributes:
        lines: the storylines.
        bound: what the probability of any other storyline cannot exceed.
        likeliest: whether no other storyline is likelier than the last one listed.
        searched_worlds: in how many worlds the storylines were searched whose mean probability over
            more worlds is listed; 0 where they are those of one equilibrium.
    """

    lines: tuple[Storyline, ...]
    bound: float
    likeliest: bool
    searched_worlds: int = 0

    @overload
    def __getitem__(self, index: int) -> Storyline: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Storyline]: ...

    def __getitem__(self, index: int | slice) -> Storyline | Sequence[Storyline]:
        """Return the storyline at a place, or those of a slice."""
        return self.lines[index]

    def __len__(self) -> int:
        """Return how many storylines there are."""
        return len(self.lines)

    def __repr__(self) -> str:
        """Return the storylines, a line each, with all states."""
        lines = [f"Storylines: the {len(self)} most likely"]
        if not self.likeliest:
            lines = [f"Storylines: {len(self)} found; any other is at most {self.bound:.2%} likely"]
        for line in self:
            states = ", ".join(f"{name} = {state}" for name, state in line.states.items())
            lines.append(f"  {line.probability:.1%}  {states}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the table that a notebook shows."""
        shown = self.to_dataframe()
        return str(shown.to_html(index=False, formatters={"probability": "{:.1%}".format}))

    def to_dict(self) -> dict[str, Any]:
        """Return the storylines as one JSON object."""
        return {
            "storylines": [line.to_dict() for line in self],
            "bound": self.bound,
            "likeliest": self.likeliest,
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return the storylines as a table: probability, branch if there are several, states."""
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for line in self:
            branch = {} if line.branch is None else {"branch": line.branch}
            rows.append({"probability": line.probability, **branch, **line.states})
        return pd.DataFrame(rows)
