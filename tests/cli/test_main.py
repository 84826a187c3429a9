"""What every command shares: messages, exit codes and JSON."""

import json
import re
import socket

import pytest

from tests.paths import ROOT


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["solve", "harbour-leas"], 1, "did you mean 'harbour-lease'?"),
        (["solve", "nowhere.yaml"], 1, "nowhere.yaml"),
        (["solve", "nowhere.json"], 1, "cannot be read"),
        (["solve", "harbour-lease", "--ask", "lease = gone"], 1, "'lease' has no state 'gone'"),
        (["solve", "harbour-lease", "--given", "bid=stay_out", "--given", "renew=switch"], 1,
         "cannot happen"),
        (["solve", "harbour-lease", "--given", "lease=lost, 4"], 2, "'4' is not odds"),
        (["solve", "harbour-lease", "--given", "lease = "], 2, "is incomplete"),
        (["solve", "harbour-lease", "--given", "lease"], 1,
         "'lease' alone is not a condition; expected one such as lease = kept"),
        (["solve", "harbour-lease", "--given", "lease-2026"], 1,
         "there is no move or factor 'lease-2026'; did you mean 'lease'?"),
        (["solve", "harbour-lease", "--given", "berths, 4:1"], 1,
         "there is no move or factor 'berths'; there are: loan, bid, "),
        (["solve", "harbour-lease", "--given", "lease-2026 = yes"], 1, "did you mean 'lease'?"),
        (["solve", "harbour-lease", "--given", "lease = a-b"], 2, "unexpected '-"),
        (["solve", "harbour-lease#hawk"], 1, "there is no view 'hawk'"),
        (["hypotheses", "harbour-lease"], 1, "this contest has no evidence"),
        (["compare", "harbour-lease"], 1, "needs two analysts"),
        (["compare"], 2, "Missing argument"),
        (["suppose", "harbour-lease", "renew=switch"], 1, "closed where bid = stay_out"),
        (["suppose", "harbour-lease", "renew"], 2, "not of the form name=state"),
        (["suppose", "harbour-lease"], 2, "Missing argument"),
        (["solve"], 2, "Missing argument"),
        (["solve", "harbour-lease", "--precision", "x"], 2, "expected odds"),
        (["solve", "harbour-lease", "--lambda", "-1"], 2, "Invalid value"),
        (["solve", "harbour-lease", "--lambda", "1", "--precision", "3:1"], 2, "same thing"),
        (["export", "harbour-lease", "--to", "gif"], 2, "Invalid value"),
        (["nonsense"], 2, "No such command"),
        (["check", "nowhere.json"], 1, "is no scenario"),
        (["check", "harbour-lease#hawk"], 1, "there is no view 'hawk'; there are: none"),
        (["solve", "harbour-lease", "--lambda", "nan"], 2, "is not a finite number"),
        (["hypotheses", "venezuela-2026", "--seed", "-3"], 2, "Invalid value"),
        (["fit", "deterrence-1816-1899", "."], 1, "this is a folder"),
        (["fit", "deterrence-1816-1899", "x.csv", "--seed", "-1"], 2, "Invalid value"),
        (["drivers", "harbour-lease", "--ask", "foo = bar"], 1, "no move or factor 'foo'"),
        (["drivers", "harbour-lease", "--method", "pawn", "-n", "17"], 1, "too few for PAWN"),
        (["discover", "harbour-lease", "nope"], 1, "there is no question 'nope'; name one of"),
        (["discover", "harbour-lease", "lease-2026", "-n", "3"], 2, "Invalid value"),
        (["voi", "harbour-lease", "--suppose", "bid=gone"], 1, "'bid' has no state 'gone'"),
        (["sweep", "harbour-lease", "-n", "0"], 2, "expected at least 1"),
        (["sweep", "harbour-lease", "-n", "1e15"], 1, "expected from 1 to"),
        (["sweep", "harbour-lease", "-n", "9", "--out", "no/w.parquet"], 1, "there is no folder"),
        (["export", "harbour-lease", "--to", "json", "-o", "no/x.json"], 1, "no/x.json: No such"),
        (["explain", "harbour-lease#hawk"], 1, "there is no view"),
    ],
)  # fmt: skip
def test_command_with_invalid_input_prints_message_and_exit_code(run, arguments, code, message):
    ended, out, err = run(*arguments)
    assert ended == code
    assert message in err
    assert out == ""


@pytest.mark.parametrize("arguments", [("serve", "--no-open", "--port"), ("mcp", ".", "--http")])
def test_server_on_a_port_that_is_taken_is_refused(run, arguments):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = run(*arguments, port)
    assert (code, out) == (1, "")
    assert f"port {port} of 127.0.0.1 cannot be used" in err


def test_server_on_an_address_of_no_machine_is_refused(run):
    code, _, err = run("serve", "--no-open", "--host", "no.such.host.invalid")
    assert code == 1
    assert "of no.such.host.invalid cannot be used" in err


def test_diagram_without_nodes_is_refused(run, tmp_path):
    path = tmp_path / "empty.json"
    path.write_text('{"nodes": []}')
    for command in ("solve", "sweep", "dominoes", "explain"):
        code, out, err = run(command, str(path))
        assert (code, out) == (1, "")
        assert "the diagram has no nodes" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "venezuela-2026#article"],
        ["explain", "harbour-lease"],
        ["suppose", "harbour-lease", "renew=renew"],
        ["solve", "harbour-lease", "--nash"],
        ["sweep", "harbour-lease", "-n", "1"],
        ["sweep", "harbour-lease", "-n", "16", "--given", "lease = lost"],
        ["drivers", "harbour-lease", "-n", "16", "--ask", "bid = offer", "--suppose", "bid=offer"],
        ["dominoes", "harbour-lease", "--from", "bid=offer"],
        ["hypotheses", "harbour-lease", "-n", "16", "--given", "depot=closes"],
        ["compare", "harbour-lease", "harbour-lease"],
        ["voi", "harbour-lease", "-n", "320"],
    ],
)  # fmt: skip
def test_json_option_prints_documented_keys_without_nan(run, arguments):
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    code, out, _ = run(*arguments, "--json")
    assert code == 0
    answer = json.loads(out, parse_constant=refuse)
    rows = (ROOT / "docs" / "json.md").read_text(encoding="utf-8").splitlines()
    (row,) = [row for row in rows if row.startswith("|") and f"`{arguments[0]}`" in row[:25]]
    always, _, sometimes = row.split("|")[2].partition(";")
    assert set(re.findall("`([a-z_]+)`", always)) == set(answer) - set(
        re.findall("`([a-z_]+)`", sometimes)
    )


def test_refusal_with_json_option_is_json(run):
    code, out, _ = run("suppose", "harbour-lease", "renew=switch", "--json")
    assert code == 1
    assert json.loads(out)["status"] == "refused"
