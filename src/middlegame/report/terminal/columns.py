"""A page in the terminal: lines of a number, a bar and text that wraps beside them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from middlegame.report.text.change import Shift
from middlegame.report.text.intervals import interval
from middlegame.report.text.numbers import likelihood, percent
from middlegame.report.text.palette import FALLS, RISES
from middlegame.scenario.model.judgement import format_number

if TYPE_CHECKING:
    from middlegame.sweeps.summaries import Outlook

_WIDEST = 100
_NARROWEST = 40
_MARGIN = 2
_MEASURE = 88
"""Most columns of a sentence: longer lines are harder to read."""
_COLUMN = 7


@dataclass(frozen=True)
class Page:
    """A page that is printed on a console, in columns that keep their places.

    Attributes:
        console: where the lines go; in a pipe they are plain ASCII.
    """

    console: Console

    @property
    def plain(self) -> bool:
        """Whether to print ASCII without colour."""
        return not self.console.is_terminal or self.console.options.ascii_only

    @property
    def width(self) -> int:
        """Width of the page in columns."""
        return max(_NARROWEST, min(self.console.width, _WIDEST))

    @property
    def bar_width(self) -> int:
        """Width of a full bar in columns."""
        return max(8, self.width // 5)

    def gap(self) -> None:
        """Print an empty line."""
        self._line("")

    def title(self, title: str, aside: str = "") -> None:
        """Print the title of the page, and beneath it an aside."""
        for line in self._wrapped(Text(title, style="bold"), self.width):
            self._line(line)
        if aside:
            self._line(Text(aside, style="dim"))
        self.gap()

    def section(self, title: str, aside: str = "") -> None:
        """Print the heading of a section, with an aside behind it."""
        heading = Text.assemble((title.upper(), "bold"), (f"  {aside}" if aside else "", "dim"))
        for line in self._wrapped(heading, self.width):
            self._line(line)

    def paragraph(self, text: str, *, style: str = "", mark: str = "") -> None:
        """Print a paragraph; a mark stands in the margin of its first line."""
        for place, line in enumerate(self._wrapped(Text(text, style=style), _MEASURE - _MARGIN)):
            self._line(f"{mark if not place else '':{_MARGIN}}", line)

    def notes(self, notes: Iterable[str]) -> None:
        """Print each note as a paragraph with a mark."""
        for note in notes:
            self.paragraph(note, mark="!")
            self.gap()

    def heading(self, title: str, colour: str) -> None:
        """Print the heading of a move or factor beside its colour."""
        mark = "" if self.plain else "● "
        for place, line in enumerate(self._wrapped(title, self.width - _MARGIN - len(mark))):
            begin = mark if not place else " " * len(mark)
            self._line(" " * _MARGIN, Text(begin, style=colour), line)

    def forecast(
        self,
        labels: Sequence[str],
        chances: Iterable[float],
        colour: str,
        before: Sequence[float] | None = None,
        outlooks: "Sequence[Outlook | None] | None" = None,
    ) -> None:
        """Print a bar for each state, or its interval if it has one; the most likely stand out.

        Args:
            labels: of the states.
            chances: their probabilities.
            colour: of the bars.
            before: their prior probabilities, if there is evidence.
            outlooks: how each varies over the worlds, if there are several; None for a bar.
        """
        values = list(chances)
        was: Sequence[float | None] = before or [None] * len(values)
        spread: Sequence[Outlook | None] = outlooks or [None] * len(values)
        for label, chance, prior, found in zip(labels, values, was, spread, strict=True):
            strong = chance == max(values)
            self.bar(label, chance, colour=colour, strong=strong, before=prior, outlook=found)

    def bar(
        self,
        label: str,
        probability: float,
        *,
        colour: str = "",
        worded: bool = False,
        strong: bool = False,
        before: float | None = None,
        outlook: "Outlook | None" = None,
    ) -> None:
        """Print a probability: percentage, bar (or interval) and label.

        Args:
            label: what the probability is about.
            probability: the probability.
            colour: of the bar.
            worded: whether to print its word on the scale of ICD 203.
            strong: whether it stands out.
            before: the prior probability, which is printed if it differs.
            outlook: how it varies over the worlds, if there are several.
        """
        style = "bold" if strong else ""
        word = f" ({likelihood(probability)})" if worded else ""
        if before is not None and percent(before) != percent(probability):
            word += f" [prior: {percent(before)}]"
        if worded and label.endswith(")"):
            label, word = label[:-1], f"; {word.removeprefix(' (')}"
        described = Text.assemble((label, style), (word, "dim"))
        if outlook is not None:
            half, ninety = outlook.half, outlook.ninety
            self._beside(self._interval(probability, half, ninety, colour, style), described)
            return
        number = Text(f"{percent(probability):>{_MARGIN + 4}}  ", style=style)
        self._beside(Text.assemble(number, self._drawn(probability, colour), "  "), described)

    def _interval(
        self,
        mean: float,
        half: tuple[float, float],
        ninety: tuple[float, float],
        colour: str,
        style: str,
    ) -> Text:
        """Return a probability's percentage, its 90% interval, and a drawing of both.

        Args:
            mean: the mean, at the mark.
            half: the ends of the thick line.
            ninety: the ends of the thin one.
            colour: of the lines.
            style: of the percentage.
        """
        number = Text(f"{percent(mean):>{_MARGIN + 4}} ", style=style)
        drawn = self._spread(mean, half, ninety, colour)
        band = interval(*ninety)
        gap = "" if len(band) > 8 else " "  # of `>99..100%` alone, so that bars stand below another
        return Text.assemble(number, (f"{gap}{band:<8} ", "dim"), drawn, "  ")

    def _spread(
        self, mean: float, half: tuple[float, float], ninety: tuple[float, float], colour: str
    ) -> Text:
        rail, thin, thick, mark = self._signs
        last = self.bar_width - 1
        signs = [(rail, "bright_black")] * self.bar_width
        for (low, high), sign in ((ninety, thin), (half, thick)):
            if low <= high:
                for place in range(round(low * last), round(high * last) + 1):
                    signs[place] = (sign, colour)
        if not math.isnan(mean):  # rounding may leave a certain one just above 1
            signs[round(min(max(mean, 0.0), 1.0) * last)] = (mark, f"bold {colour}".strip())
        return Text.assemble(*(sign if not self.plain else sign[0] for sign in signs))

    @property
    def _signs(self) -> tuple[str, str, str, str]:
        """The signs of an interval: its background, 90% and half of the worlds, their mean."""
        return (".", "-", "=", "|") if self.plain else ("·", "─", "━", "●")

    def interval_legend(self) -> None:
        """Print what the signs of an interval stand for."""
        _, thin, thick, mark = self._signs
        self.paragraph(
            f"{mark} is the mean over the worlds, which is the forecast; {thick} holds half of the "
            f"worlds, with {thin} 90%. A world is one draw of all ranges.",
            style="dim",
        )

    def series(
        self,
        labels: Sequence[str],
        chances: Sequence[Sequence[float | None]],
        colour: str = "",
        beneath: Sequence[Sequence[str]] = (),
    ) -> None:
        """Print a row for each state: its label, then its probability in each period.

        Args:
            labels: of the states.
            chances: the probability of each state in each period.
            colour: of the move's actor.
            beneath: text beneath each number, no wider than a column.
        """
        room = self.width - _MARGIN - _COLUMN * len(chances[0])
        highest = [
            max((row[k] or 0.0 for row in chances), default=0.0) for k in range(len(chances[0]))
        ]
        for place, (label, row) in enumerate(zip(labels, chances, strict=True)):
            cells = [
                ("-" if chance is None else percent(chance), "bold" if chance == most else "")
                for chance, most in zip(row, highest, strict=True)
            ]
            self._column_row(label, cells)
            if beneath:
                under = "".join(f"{text:>{_COLUMN}}" for text in beneath[place])
                self._line(Text(" " * (room + _MARGIN) + under, "dim"))

    def value_series(self, labels: Sequence[str], values: Sequence[Sequence[str]]) -> None:
        """Print a row of numbers for each label, the first in bold: a value in each period."""
        for place, (label, row) in enumerate(zip(labels, values, strict=True)):
            self._column_row(label, [(text, "" if place else "bold") for text in row])

    def _column_row(self, label: str, cells: Sequence[tuple[str, str]]) -> None:
        """Print a label, then a cell with its style in each column."""
        room = self.width - _MARGIN - _COLUMN * len(cells)
        lines = self._wrapped(Text(label), room - 1)
        for line in lines[:-1]:
            self._line(" " * (_MARGIN + 1), line)
        row_text = Text.assemble(" " * (_MARGIN + 1), lines[-1])
        row_text.append(" " * max(room - row_text.cell_len + _MARGIN, 1))
        for text, style in cells:
            row_text.append(f"{text:>{_COLUMN}}", style)
        self._line(row_text)

    def columns(self, names: Sequence[str]) -> None:
        """Print the headings of the columns of `series`."""
        room = self.width - _COLUMN * len(names)
        row_text = Text(" " * room, style="dim")
        row_text.append("".join(f"{name:>{_COLUMN}}" for name in names), "dim")
        self._line(row_text)

    def value(self, value: str, label: str, colour: str) -> None:
        """Print a value, its actor's colour and its label."""
        mark = Text("" if self.plain else "● ", style=colour)
        self._beside(Text.assemble((f"{value:>{_MARGIN + 4}}  ", "bold"), mark), Text(label))

    def hanging(self, mark: str, text: str) -> None:
        """Print text that hangs beside a number."""
        self._beside(Text(f"{mark:>{_MARGIN + 4}}  ", style="bold"), Text(text))

    def row(
        self, label: str, values: Sequence[str], beneath: Sequence[str] = (), *, least: int = 0
    ) -> None:
        """Print a few short values in columns, then their label.

        Args:
            label: what they are about.
            values: the values.
            beneath: an interval for each, on the line below; the columns are wider then.
            least: the length of the longest text in any row of the table.
        """
        width = _MARGIN + max(8 if beneath else 4, least)
        columns = "".join(f"{value:>{width}}" for value in values)
        under = "".join(f"{each:>{width}}" for each in beneath)
        style = "bold" if label else "dim"
        self._beside(Text(f"{columns}  ", style=style), Text(label), Text(f"{under}  ", "dim"))

    def shift_rows(self, found: Sequence[Shift]) -> None:
        """Print rows such as `18% -> 7%  -11 pp  Cuba's government: falls`."""
        arrow, up, down = ("->", "+", "-") if self.plain else ("→", "▲ ", "▼ ")
        for shift in found:
            size = format_number(abs(shift.difference)) if shift.difference else ""
            sign, colour = (up, RISES) if shift.difference > 0 else (down, FALLS)
            change = f"{sign}{size}{shift.unit}" if size else "="
            numbers = Text.assemble(
                f"{shift.before:>{_MARGIN + 4}} {arrow} ",
                (f"{shift.after:>4}", "bold"),
                (
                    f"  {change:>8}  " if shift.unit else f"  {change:>5}  ",
                    colour if size else "dim",
                ),
            )
            self._beside(numbers, Text(shift.label))

    def note(self, text: str) -> None:
        """Print a note beneath the label of the line above."""
        if text:
            self._beside(Text(" " * (2 * _MARGIN)), Text(text, style="dim"))

    def branch(self, branch: str, text: str) -> None:
        """Print a line of a tree beside the branch that leads to it."""
        self._beside(Text(" " * _MARGIN + branch), Text(text))

    def matrix(
        self, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[float | None]]]
    ) -> None:
        """Print changes under short headings, each row's label beside them.

        Args:
            heads: of the columns.
            rows: labels and rounded numbers; None where a number has no meaning.
        """
        texts = [[self._change(number) for number in numbers] for _, numbers in rows]
        widths = [max([5, *(len(row[place]) + 2 for row in texts)]) for place in range(len(heads))]
        heading = "".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True))
        self._line(" " * _MARGIN, Text(heading, style="bold"))
        for (label, numbers), row in zip(rows, texts, strict=True):
            cells = [
                (f"{text:>{width}}", (RISES if number > 0 else FALLS) if number else "dim")
                for text, number, width in zip(row, numbers, widths, strict=True)
            ]
            self._beside(Text.assemble(" " * _MARGIN, *cells, "  "), Text(label))

    def span(self, low: float, high: float, label: str) -> None:
        """Draw the part of a range from `low` to `high`, both as shares of the range."""
        width = self.bar_width
        begin = min(round(low * width), width - 1)
        end = max(round(high * width), begin + 1)
        full, rest = ("#", ".") if self.plain else ("▇", "·")
        drawn = Text.assemble(
            (rest * begin, "bright_black"), (full * (end - begin), "bold"),
            (rest * (width - end), "bright_black"),
        )  # fmt: skip
        self._beside(Text.assemble(" " * _MARGIN, drawn, "  "), Text(label))

    def grid(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table of short texts, each column as wide as its widest."""
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        for place, row in enumerate((heads, *rows)):
            cells = [f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)]
            line = Text("  ".join(cells), style="" if place else "dim")
            self._line(" " * _MARGIN, line)

    def _change(self, number: float | None) -> str:
        if number is None:
            return "x" if self.plain else "×"
        if not number:
            return "." if self.plain else "·"
        return ("+" if number > 0 else "") + format_number(number)

    def _beside(self, first: Text, text: Text, second: Text | None = None) -> None:
        """Print text that wraps beside what its first line, and its second, begin with."""
        width = min(self.width, _MEASURE + 12) - first.cell_len
        begins = [first, second] if second and second.plain.strip() else [first]
        lines = self._wrapped(text, width)
        blank = Text(" " * first.cell_len)
        for begin, line in zip_longest(begins, lines):
            self._line(begin or blank, line or "")

    def _drawn(self, probability: float, colour: str) -> Text:
        full = round(probability * self.bar_width) if probability >= 0.01 else 0
        if probability >= 0.01:
            full = max(full, 1)
        if probability <= 0.99:
            full = min(full, self.bar_width - 1)
        rest = self.bar_width - full
        if self.plain:
            return Text("#" * full + "." * rest)
        return Text.assemble(("▇" * full, colour or "bold"), ("·" * rest, "bright_black"))

    def _wrapped(self, text: Text | str, width: int) -> list[Text]:
        whole = Text(text) if isinstance(text, str) else text
        room = max(min(width, self.width - _MARGIN), 10)
        return list(whole.wrap(self.console, room)) or [Text("")]

    def _line(self, *parts: Text | str) -> None:
        line = Text.assemble(*parts)
        line.rstrip()
        self.console.print(line, soft_wrap=True, highlight=False)
