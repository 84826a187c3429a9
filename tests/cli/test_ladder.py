"""Every command over a ladder of contests that are large in one way each, here with short rungs.

`python -m benchmarks.ladder` climbs it to the top, within limits of memory and time.
"""

import json

import pytest

from tests.generators.ladder import SMALL, first_option, ladder_commands, write_ladder


@pytest.fixture(scope="module")
def ladder(tmp_path_factory):
    return write_ladder(tmp_path_factory.mktemp("ladder"), SMALL)


@pytest.mark.parametrize("rung", SMALL)
def test_every_command_answers_or_refuses_with_a_message(run, ladder, tmp_path, rung) -> None:
    for command in ladder_commands(ladder[rung], tmp_path / "report.html"):
        code, out, err = run(*command)
        assert code in (0, 1), command
        assert out.strip() or err.strip(), command
        if code == 1:
            assert err.strip(), command


@pytest.mark.parametrize("rung", SMALL)
def test_first_option_can_be_supposed_in_every_contest(run, ladder, rung) -> None:
    name, option = first_option(ladder[rung])
    code, out, _ = run("suppose", ladder[rung], f"{name}={option}", "--json")
    assert code == 0
    assert json.loads(out)["forecast"][name][option] == pytest.approx(1)
