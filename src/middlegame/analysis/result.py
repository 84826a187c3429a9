"""The contract that the results of all analyses keep."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from middlegame.base.display import Displayed

if TYPE_CHECKING:
    import pandas as pd


class AnalysisResult(Displayed, ABC):
    """The result of an analysis: plain numbers, which other rooms put into words and pictures.

    A subclass is a frozen dataclass without a generated `repr`, in the module of its analysis. The
    terminal and the report show it by its type; a notebook shows what the report shows.
    """

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the result as one JSON object."""

    @abstractmethod
    def to_dataframe(self) -> "pd.DataFrame":
        """Return the result as a table, one finding a row."""

    @abstractmethod
    def summary(self) -> list[str]:
        """Return the main findings, one a line, below a line that says what was analysed."""

    def __repr__(self) -> str:
        """Return the summary as text."""
        return "\n  ".join(self.summary())
