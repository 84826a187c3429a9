"""Random contests over time, valid by construction: two or three periods of a few parts."""

from hypothesis import strategies as st

from middlegame.scenario import Scenario


@st.composite
def timed_scenarios(draw: st.DrawFn, *, periods: int = 2) -> Scenario:
    """Draw a contest of one shape, so that it is compiled once, with any numbers and times."""
    chance = st.integers(5, 95).map(lambda p: f"{p}%")
    points = st.integers(-40, 40)
    earned = st.sampled_from(["throughout", "each_time", "at_end", "afterwards"])
    patience = st.sampled_from(["100%", "90%", "50..80%", "2 years", "1..3 years"])

    def interest(when: str) -> dict[str, object]:
        return {"when": when, "worth": draw(points), "earned": draw(earned)}

    return Scenario.model_validate(
        {
            "title": "Drawn",
            "periods": {
                "every": draw(st.sampled_from(["week", "month", "quarter", "year", "2 years"])),
                "for": periods,
                "from": "2026-01-31",
            },
            "actors": {
                name: {"name": name, "patience": draw(patience)} for name in ("p0", "p1")
            },
            "moves": {
                "m0": {"by": "p0", "knows": ["f@previous"],
                       "options": {"x": {"costs": draw(points)}, "y": {}}},
                "m1": {"by": "p1", "knows": ["m0"], "options": ["x", "y"]},
            },
            "factors": {
                "f": {
                    "states": ["s", "t"],
                    "start": {"s": draw(chance)},
                    "rules": [
                        {"if": "m0 = x and m1 = x", "then": {"s": draw(chance)}},
                        {"if": "m0@previous = x", "from": "previous"},
                        {"then": {"s": draw(chance)}},
                    ],
                    "stays": draw(chance),
                    "headline": True,
                },
            },
            "interests": {
                "p0": [interest("f = s"), interest("m1 = x")],
                "p1": [interest("f = t"), interest("m0 = x and m1 = x")],
            },
        }
    )  # fmt: skip
