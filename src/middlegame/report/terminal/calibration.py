"""A forecaster's recalibration in the terminal."""

from rich.console import Console

from middlegame.ledger.calibration import MIN_SCORED, Recalibration
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text.numbers import percent
from middlegame.report.text.words import clean

_POINTS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


@show.register
def show_recalibration(found: Recalibration, console: Console) -> None:
    """Print what probabilities become, whether that helped, and the open questions both ways."""
    page = Page(console)
    forecasts = f"{found.count} scored forecast{'' if found.count == 1 else 's'}"
    page.title(f"Recalibration of {clean(found.forecaster)}", f"learnt from {forecasts}")
    page.section("What the past says", "the forecast as made, and recalibrated")
    page.paragraph("as made       " + "".join(f"{percent(p):>6}" for p in _POINTS))
    page.paragraph(
        "recalibrated  " + "".join(f"{percent(found.map(p)):>6}" for p in _POINTS), style="bold"
    )
    page.gap()
    page.paragraph(_verdict(found))
    page.gap()
    if found.open:
        page.section("Open questions", "the forecast as made, and recalibrated")
        width = min(max(len(clean(each.question.key)) for each in found.open), 48)
        for each in found.open:
            name = clean(each.question.key)[:width]
            page.paragraph(
                f"{name:<{width}}  {percent(each.raw):>5}  {percent(each.recalibrated):>5}"
            )
        page.gap()
    if found.count < MIN_SCORED:
        page.notes([f"With {forecasts} the recalibration rests on too little to act on."])
    page.paragraph(
        "Beta calibration (Kull, Silva Filho & Flach 2017) with a prior around no move: few "
        "forecasts move little. The recorded forecasts stay as they are.",
        style="dim",
    )


def _verdict(found: Recalibration) -> str:
    if found.cross_validated is None:
        return (
            "All scored forecasts come from one scenario: whether recalibration helps on another "
            "is unknown."
        )
    raw, after = found.raw.brier, found.cross_validated.brier
    verdict = "helps" if found.helps else "does not help"
    return (
        f"Recalibration {verdict}: on scenarios that it did not learn from, the Brier score is "
        f"{after:.3f}, against {raw:.3f} as made."
    )
