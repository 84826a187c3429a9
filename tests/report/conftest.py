import pytest

import middlegame as mg
from middlegame.scenario import Scenario
from tests.report.pages import INJECTION


@pytest.fixture(scope="package")
def hostile() -> mg.Equilibrium:
    """A contest whose texts are all markup or control characters."""
    text = f"{INJECTION}[bold red]& \x1b[31m"
    return mg.solve(
        Scenario.model_validate(
            {
                "title": text,
                "question": text,
                "about": text,
                "sources": {
                    "s": {
                        "title": text,
                        "author": text,
                        "note": text,
                        "url": "javascript:alert(1)",
                    },
                    "t": {"title": text, "url": 'https://example.org/"><script>'},
                },
                "actors": {"a": text, "b": {"name": text, "precision": "2..4:1"}},
                "moves": {
                    "m": {
                        "label": text,
                        "by": "a",
                        "options": {
                            "x": {"label": text, "costs": {"is": "1..2", "why": text}},
                            "y": {"label": text, "cite": "t#2"},
                        },
                    },
                    "n": {"by": "b", "knows": ["m", "f"], "options": ["p", "q"]},
                },
                "factors": {
                    "f": {
                        "label": text,
                        "states": ["on", "off"],
                        "headline": True,
                        "chance": {"on": "20..40%"},
                        "why": text,
                        "cite": "s#1",
                    }
                },
                "interests": {
                    "a": [{"label": text, "when": "n = p", "worth": 20, "why": text}],
                    "b": [{"when": "f = on and n = p", "worth": "10..30"}],
                },
                "questions": {
                    text: {"label": text, "will": "f = on", "resolves": text},
                    "plain": {"will": "not (f = on|off) or n != p"},
                },
            }
        )
    )


@pytest.fixture(scope="package")
def bare() -> mg.Equilibrium:
    """A diagram without a scenario."""
    game = mg.compile_scenario(mg.load("harbour-lease"))
    return mg.solve(game)
