"""A fit as a page of its own, with estimates and calibration drawn."""

import math
from typing import TYPE_CHECKING, Any

from middlegame.base.numbers import HALF_WIDTH_90
from middlegame.base.version import __version__
from middlegame.report.charts.bars import inline_svg
from middlegame.report.charts.layout import axis_room
from middlegame.report.charts.marginal_effects import marginal_effects_chart
from middlegame.report.html.finishing import with_cell_heads
from middlegame.report.html.model_comparison import comparison_values
from middlegame.report.html.report import environment, natural_width
from middlegame.report.text.fit import (
    effect_words,
    failed_folds,
    method,
    number,
    p_value_words,
    paired_gain,
    rows_of,
    varying_words,
)
from middlegame.report.text.numbers import percent
from middlegame.report.text.palette import PALETTE
from middlegame.report.text.words import clean, name_as_words

if TYPE_CHECKING:
    from middlegame.estimation.cross_validation import CrossValidation
    from middlegame.estimation.model_comparison import ModelComparison
    from middlegame.estimation.posterior import Posterior
    from middlegame.estimation.result import FitResult

_WIDTH = 420
_ROW = 26
_INK = "currentColor"
_SURE, _UNSURE = PALETTE[0], "#8A8F98"


def fit_page(
    found: "FitResult",
    validation: "CrossValidation | None" = None,
    posterior: "Posterior | None" = None,
    comparison: "ModelComparison | None" = None,
) -> str:
    """Write a fit as one self-contained HTML page.

    Args:
        found: the fit.
        validation: the validation out of sample, if there was one.
        posterior: the posterior samples, if there are any.
        comparison: rival models of choice, if they were compared.
    """
    declared = found.scenario.fit.columns if found.scenario.fit else {}
    columns = {name: clean(each.label or name_as_words(name)) for name, each in declared.items()}
    outcomes = list(dict.fromkeys(str(each.outcome) for each in found.first_differences))
    changes = [
        {
            "column": f"{columns[row[0].column]}: {row[0].before}\u00a0→\u00a0{row[0].after}",
            "cells": [
                {
                    "change": effect_words(each.change, each.standard_error)[0],
                    "error": effect_words(each.change, each.standard_error)[1],
                    "sure": abs(each.change) > HALF_WIDTH_90 * each.standard_error,
                }
                for each in row
            ],
        }
        for row in (
            found.first_differences[place : place + len(outcomes)]
            for place in range(0, len(found.first_differences), max(len(outcomes), 1))
        )
    ]
    drawn, effects = _intervals(found), marginal_effects_chart(found)
    page = (
        environment()
        .get_template("fit.html")
        .render(
            title=f"Estimates from data: {clean(found.scenario.title)}",
            rows=rows_of(found),
            notes=[*found.notes, *(posterior.notes if posterior else ())],
            estimates=found.estimates,
            drawn=drawn,
            width=natural_width(drawn) if drawn else 0,
            number=number,
            p_value=p_value_words,
            isnan=math.isnan,
            shares=found.outcome_shares,
            outcomes=outcomes,
            changes=changes,
            effects=effects,
            effects_width=natural_width(effects) if effects else 0,
            posterior=posterior,
            labels={each.name: clean(each.label) for each in found.estimates},
            validation=validation,
            calibration=_calibration(validation) if validation else "",
            method=method(found),
            paired_gain=paired_gain,
            failed_folds=failed_folds,
            varying_words=varying_words,
            found=found,
            comparison=comparison_values(comparison) if comparison else None,
            version=__version__,
        )
    )
    return with_cell_heads(page)


def _intervals(found: "FitResult") -> str:
    """Draw each estimate with its 90% interval, in units of its standard error."""
    import altair as alt
    import vl_convert

    rows: list[dict[str, Any]] = [
        {
            "name": clean(each.label),
            "middle": each.z,
            "low": (each.low if math.isfinite(each.low) else each.value) / each.standard_error,
            "high": (each.high if math.isfinite(each.high) else each.value) / each.standard_error,
            "colour": _SURE if each.low > 0 or each.high < 0 else _UNSURE,
        }
        for each in found.estimates
        if math.isfinite(each.standard_error) and each.standard_error > 0
    ]
    if not rows:
        return ""
    base = alt.Chart(alt.InlineData(values=rows))
    room = axis_room(row["name"] for row in rows)
    labels = alt.Axis(labelLimit=420, minExtent=room, ticks=False, domain=False, labelColor=_INK,
                      labelFontSize=13, labelPadding=10)  # fmt: skip
    y = alt.Y("name:N", sort=None, title=None, axis=labels)
    axis = alt.Axis(labelColor=_INK, titleColor=_INK, grid=False, domainColor=_INK, tickColor=_INK,
                    labelFontSize=12, titleFontSize=12, titleFontWeight="normal")  # fmt: skip
    x = alt.X("low:Q", title="standard errors from 0", axis=axis)
    colour = alt.Color("colour:N", scale=None)
    line = base.mark_rule(strokeWidth=3, strokeCap="round").encode(
        x=x, x2="high:Q", y=y, color=colour
    )
    dot = base.mark_point(filled=True, size=90, opacity=1).encode(x="middle:Q", y=y, color=colour)
    nought = alt.Chart(alt.InlineData(values=[{"x": 0}])).mark_rule(
        color=_INK, opacity=0.5, strokeDash=[3, 3]
    ).encode(x="x:Q")  # fmt: skip
    chart = (
        alt.layer(nought, line, dot)
        .properties(
            width=_WIDTH,
            height=_ROW * len(rows),
            background="transparent",
            padding=2,
        )
        .configure_view(stroke=None)
    )
    description = "Estimates in standard errors from 0: " + ", ".join(
        f"{row['name']} {row['middle']:.1f}" for row in rows
    )
    return inline_svg(vl_convert.vegalite_to_svg(chart.to_dict()), description)


def _calibration(validation: "CrossValidation") -> str:
    """Draw the observed frequency against the forecast probability."""
    import altair as alt
    import vl_convert

    rows = [
        {"predicted": c.predicted, "observed": c.observed, "count": c.count,
         "low": max(0.0, c.observed - HALF_WIDTH_90 * _error(c.observed, c.count)),
         "high": min(1.0, c.observed + HALF_WIDTH_90 * _error(c.observed, c.count))}
        for c in validation.calibration
    ]  # fmt: skip
    axis: dict[str, Any] = {
        "labelColor": _INK, "titleColor": _INK, "grid": False, "domainColor": _INK,
        "tickColor": _INK, "format": "%", "labelFontSize": 12, "titleFontSize": 12,
        "titleFontWeight": "normal", "tickCount": 5,
    }  # fmt: skip
    scale = alt.Scale(domain=[0, 1], nice=False)
    base = alt.Chart(alt.InlineData(values=rows))
    x = alt.X("predicted:Q", title="forecast probability", scale=scale, axis=alt.Axis(**axis))
    y = alt.Y("observed:Q", title="observed frequency", scale=scale, axis=alt.Axis(**axis))
    line = alt.Chart(alt.InlineData(values=[{"at": 0}, {"at": 1}])).mark_line(
        color=_INK, opacity=0.4, strokeDash=[4, 4]
    ).encode(x=alt.X("at:Q", scale=scale), y=alt.Y("at:Q", scale=scale))  # fmt: skip
    rule = base.mark_rule(color=_SURE, strokeWidth=2, opacity=0.6).encode(
        x=x,
        y=alt.Y("low:Q", title="observed frequency", scale=scale, axis=alt.Axis(**axis)),
        y2="high:Q",
    )
    dot = base.mark_point(filled=True, color=_SURE, size=70, opacity=1).encode(x=x, y=y)
    chart = (
        alt.layer(line, rule, dot)
        .properties(width=300, height=300, background="transparent", padding=2)
        .configure_view(stroke=None)
    )
    description = "Calibration: " + ", ".join(
        f"forecast {percent(c.predicted)}, observed {percent(c.observed)}"
        for c in validation.calibration
    )
    return inline_svg(vl_convert.vegalite_to_svg(chart.to_dict()), description)


def _error(share: float, count: int) -> float:
    """Return the standard error of a share, which is never 0 (Agresti & Coull 1998)."""
    near = (share * count + 2) / (count + 4)
    return math.sqrt(near * (1 - near) / (count + 4))
