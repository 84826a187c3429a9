"""Rival analysts side by side, in the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.analysis.comparison import Comparison
from middlegame.diagram import Parameter
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text.grammar import capitalize_first, join_list
from middlegame.report.text.judgements import judgement_words
from middlegame.report.text.words import Words, clean, percent

if TYPE_CHECKING:
    from middlegame.analysis.comparison import Comparison, Disagreement
    from middlegame.analysis.counterfactuals import NumberChange
    from middlegame.ledger.scoring import EarnedWeights

_SHOWN = 0.0005
"""Moves below a twentieth of a percentage point are left out."""
MOST = 12


@show.register(Comparison)
def show_comparison(
    found: Comparison, console: Console, earned: "EarnedWeights | None" = None
) -> None:
    """Print the forecasts side by side, what parts the analysts, and the pools' weights.

    Args:
        found: the comparison.
        console: where to.
        earned: how the weights were earned, if they were.
    """
    page = Page(console)
    page.title(" / ".join(clean(opinion.name) for opinion in found.analysts))
    page.section("Forecasts", "each analyst's; pooled by mean, and by mean log-odds")
    heads = [*(clean(opinion.name) for opinion in found.analysts), "mean", "log-odds"]
    for number, head in enumerate(heads, start=1):
        page.paragraph(f"{number}  {head}", style="dim")
    page.row("", [str(number) for number in range(1, len(heads) + 1)])
    for asked in found.questions:
        said = ["-" if p is None else percent(p) for p in asked.probabilities]
        said += [percent(asked.linear_pool), percent(asked.log_odds_pool)]
        page.row(question(found, asked.name), said)
    page.gap()
    page.paragraph(weights_words(found, earned), style="dim")
    page.gap()
    shown = [each for each in found.disagreements if each.importance >= _SHOWN][:MOST]
    if shown:
        page.section("What parts them", "the judgements that matter most, and what each does")
        for each in shown:
            page.hanging(f"{100 * each.importance:.1f}", disagreement(found, each))
        page.gap()
        page.paragraph(METHOD, style="dim")
    else:
        page.paragraph("No judgement on which they differ moves a forecast.")
    for line in [*left_words(found), *found.notes]:
        page.paragraph(capitalize_first(f"{clean(line)}."), mark="!")


METHOD = (
    "In front: the mean size of what the judgement does to the forecasts, in percentage points. "
    "Each is switched alone into the first analyst's numbers and last into the other's, and the "
    "mean of the two is told (the Shapley value, where numbers interact in pairs only)."
)


def question(found: Comparison, name: str) -> str:
    """Put a question into words: its label, or its name."""
    for opinion in found.analysts:
        asked = opinion.scenario.questions.get(name)
        if asked is not None:
            return clean(asked.label or name)
    return clean(name)


def disagreement(found: Comparison, each: "Disagreement") -> str:
    """Say what two analysts judge differently, and what it does."""
    first, other = map(clean, each.analysts)
    words = Words(found.diagram, found.analysts[0].scenario)
    judged = "; ".join(
        f"{capitalize_first(_named(words, number))}: {number.before} ({first}), {number.after} ({other})"
        for number in each.numbers
    )
    largest = sorted(each.contributions.items(), key=lambda move: -abs(round(move[1], 9)))
    told = [
        f"{question(found, name)} {100 * move:+.1f} pp"
        for name, move in largest[:3]
        if abs(move) >= _SHOWN
    ]
    return f"{judged}. {capitalize_first('; '.join(told))}."


def _named(words: Words, number: "NumberChange") -> str:
    judged = number.before or number.after
    assert judged is not None
    parameter = Parameter(number.name, judged.low, judged.high, judged.unit, path=number.path)
    return judgement_words(words, parameter)


def weights_words(found: Comparison, earned: "EarnedWeights | None") -> str:
    """Say how the analysts weigh in the pools."""
    names = [clean(opinion.name) for opinion in found.analysts]
    if earned is None:
        return "In the pools all weigh the same."
    if not earned.questions:
        who = f" ({join_list([clean(name) for name in earned.unknown])})" if earned.unknown else ""
        return (
            "The ledger holds no resolved question that all of them answered"
            f"{who}, so in the pools all weigh the same."
        )
    told = join_list([f"{n} {percent(w)}" for n, w in zip(names, found.weights, strict=True)])
    plural = "question" if earned.questions == 1 else "questions"
    return (
        f"In the pools: {told}, as earned on {earned.questions} resolved {plural} (Geweke & "
        "Amisano 2011)."
    )


def left_words(found: Comparison) -> Sequence[str]:
    """Say what of the differences no single number explains."""
    told = []
    for name, left in found.residuals.items():
        largest = max(left.items(), key=lambda item: abs(item[1]), default=None)
        if largest and abs(largest[1]) >= 0.005:
            told.append(
                f"{name}: up to {100 * abs(largest[1]):.0f} pp ({question(found, largest[0])}) "
                "come of several numbers together, or of what is no number"
            )
    return told
