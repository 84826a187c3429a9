"""A draft by a language model in the terminal: what is left to do, and what the article claims."""

from rich.console import Console
from rich.markup import escape

from middlegame.drafting.claims import ClaimForecast
from middlegame.drafting.conversation import FILE, Usage
from middlegame.drafting.draft import DraftResult
from middlegame.report.terminal.show import show
from middlegame.report.text.numbers import likelihood, percent

_AGREES = {True: "agrees", False: "differs", None: "left open by the article"}


@show.register(DraftResult)
def show_draft(result: DraftResult, console: Console) -> None:
    """Print where the draft is, its faults, its refused quotes, its claims, tokens and cost."""
    out = _Lines(console)
    for fault in result.faults:
        out.add(f"[red]error[/] {escape(str(fault))}")
    for problem in result.quote_problems:
        out.add(f"[yellow]quote not found[/] {escape(str(problem))}")
    out.add(f"{escape(result.model)} drafted {escape(str(result.path))}")
    if result.faults:
        out.add("It cannot be solved yet: mend the errors above, then run middlegame check.")
    out.add(
        f"{result.numbers} numbers are unreviewed: read each with its quote, change what you do "
        "not believe, and delete 'drafted: yes'."
    )
    if result.claims:
        console.print("\n[bold]The article says, the drafted contest says[/]", highlight=False)
        for claim in result.claims:
            out.add(f"  {escape(_claim_line(claim))}")
    out.add(
        f"\n{_usage_line(result.usage)} The conversation is in {escape(FILE)} beside the draft."
    )


class _Lines:
    """Lines that are not wrapped in the middle of a path."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def add(self, line: str) -> None:
        """Print one line."""
        self._console.print(line, highlight=False, soft_wrap=True)


def _claim_line(claim: ClaimForecast) -> str:
    forecast = f"{percent(claim.probability)}, {likelihood(claim.probability)}"
    return (
        f"{claim.label}: {claim.hedge} (paragraph {claim.paragraph}); {forecast}: "
        f"{_AGREES[claim.agrees]}"
    )


def _usage_line(usage: Usage) -> str:
    cost = "price unknown" if usage.cost is None else f"about ${usage.cost:.2f}"
    times = "once" if usage.requests == 1 else f"{usage.requests} times"
    return f"Asked {times}: {usage.input_tokens:,} tokens in, {usage.output_tokens:,} out, {cost}."
