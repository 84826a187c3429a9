"""The benchmark of whole commands measures every command, and tells what has become slower."""

from benchmarks.commands import (
    ALONE,
    UNLIMITED,
    UNMEASURED,
    command_lines,
    commands_table,
    merged,
    regressions,
)

from middlegame.cli.main import commands

ROW = {"contest": "harbour-lease", "command": "solve", "first": 2.0, "again": 1.0, "memory": 90.0,
       "code": 0, "stopped": False, "fixed_work": 0.1}  # fmt: skip


def lines(tmp_path, monkeypatch):
    monkeypatch.setattr("subprocess.run", lambda *_, **__: None)  # writes a history for `fit`
    from benchmarks.commands import lines_alone

    return [*command_lines("harbour-lease", tmp_path), *lines_alone(tmp_path)]


def test_every_command_is_measured_or_said_not_to_be(tmp_path, monkeypatch):
    measured = {line[0] for line in lines(tmp_path, monkeypatch)}
    assert measured | {*UNMEASURED} == {*commands.commands}
    assert not measured & {*UNMEASURED}


def test_commands_that_take_a_time_limit_are_given_one(tmp_path, monkeypatch):
    for line in lines(tmp_path, monkeypatch):
        options = {option.name for option in commands.commands[line[0]].params}
        assert ("time_limit" in options) == (line[0] not in UNLIMITED), line[0]


def test_a_command_whose_ratio_to_the_fixed_work_has_grown_is_told():
    slower_machine = ROW | {"first": 4.0, "again": 2.0, "fixed_work": 0.2}
    assert regressions([slower_machine], [ROW]) == []
    assert regressions([ROW | {"again": 1.5}], [ROW]) == [
        "`solve` of harbour-lease, again: 1.50 s, where 1.00 s were to be expected."
    ]
    assert regressions([ROW | {"stopped": True}], [ROW]) == [
        "`solve` of harbour-lease was stopped, and ended before."
    ]


def test_rows_of_contests_that_were_not_measured_again_are_kept():
    other = ROW | {"contest": ALONE, "command": "list", "code": 1}
    found = merged([ROW | {"first": 1.0}], [ROW, other])
    assert [row["first"] for row in found["rows"]] == [1.0, 2.0]
    assert "| `list` |  |  |  | (2.0 / 1.0 s, 90 MiB) |" in commands_table(found)
