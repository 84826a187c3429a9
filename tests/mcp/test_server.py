"""The server for assistants, asked by the SDK's own client: in memory, by pipes, over HTTP."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time

import pytest

import middlegame as mg
from mcp import Client, StdioServerParameters
from middlegame.base.encoding import to_json
from middlegame.io.examples import FOLDER
from middlegame.mcp import running
from middlegame.mcp.answers import MAX_CHARACTERS, answer_text
from middlegame.mcp.server import make_server
from middlegame.scenario import json_schema
from tests.drafting.articles import PORT

FAULTY = "title: X\nactors: {a: A}\nmoves:\n  m: {by: b, options: [x, y]}\n"
TOOLS = (
    "check", "solve", "suppose", "why", "sweep", "drivers", "dominoes", "hypotheses", "compare",
    "ledger_record", "ledger_list", "ledger_score", "draft_worksheet", "save_contest",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(FOLDER / "harbour-lease", tmp_path / "harbour")
    shutil.copy(PORT, tmp_path / "port.txt")
    return tmp_path


async def ask(client, tool, **arguments):
    """Call a tool; return its JSON, or the text of its error."""
    result = await client.call_tool(tool, arguments)
    [content] = result.content
    return content.text if result.is_error else json.loads(content.text)


def asked(folder, tool, **arguments):
    """Call one tool of a server in memory."""

    async def call():
        async with Client(make_server(folder)) as client:
            return await ask(client, tool, **arguments)

    return asyncio.run(call())


def same(found, expected):
    """Whether two texts of JSON, read, say the same: numbers but for rounding."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(
            same(found[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return found == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_tools_say_what_they_take(folder):
    async def call():
        async with Client(make_server(folder)) as client:
            return (await client.list_tools()).tools

    tools = asyncio.run(call())
    assert [tool.name for tool in tools] == list(TOOLS)
    assert all(tool.description and "\n    " not in tool.description for tool in tools)
    assert all("context" not in tool.input_schema["properties"] for tool in tools)


def test_solve_gives_the_numbers_of_the_library_by_name_by_file_and_by_text(folder, harbour):
    text = (folder / "harbour" / "scenario.yaml").read_text("utf-8")
    for contest in ("harbour-lease", "harbour", "harbour/scenario.yaml", text):
        found = asked(folder, "solve", contest=contest, ask=["lease = lost"])
        assert found["questions"] == pytest.approx(harbour.questions)
        assert found["omissions"]["unsourced"] > 0
        assert found["asked"] == {
            "lease = lost": pytest.approx(harbour.probability("lease = lost"))
        }


def test_suppose_gives_every_forecast_before_and_after(folder, harbour):
    found = asked(folder, "suppose", contest="harbour", states={"renew": "renew"})
    after = harbour.suppose({"renew": "renew"})
    assert found["questions"]["lease-2026"] == {
        "before": pytest.approx(harbour.questions["lease-2026"]),
        "after": pytest.approx(after.questions["lease-2026"]),
    }


def test_check_returns_faults_with_line_and_column_so_that_they_can_be_mended(folder):
    found = asked(folder, "check", contest=FAULTY)
    assert found["status"] == "faults"
    places = [(fault["line"], fault["column"]) for fault in found["faults"]]
    assert (4, 11) in places
    error = asked(folder, "solve", contest=FAULTY)
    assert "text:4:11: unknown actor 'b'" in error


def test_analyses_give_what_the_library_gives(folder, harbour):
    reasons = asked(folder, "why", contest="harbour", name="renew")
    assert same(reasons, json.loads(to_json(mg.why(harbour, "renew").to_dict())))
    cascade = asked(folder, "dominoes", contest="harbour")
    assert same(cascade, json.loads(to_json(mg.dominoes(harbour.middle).to_dict(None))))
    assert "no evidence" in asked(folder, "hypotheses", contest="harbour")
    assert "compare" in asked(folder, "compare", contests=["harbour"])


@pytest.mark.parametrize("article", ["port.txt", "Norway threatens Sweden.\n\nSweden waits."])
def test_worksheet_of_a_file_or_a_text_is_written_where_it_is_asked_for(folder, article):
    found = asked(folder, "draft_worksheet", article=article, output="mine")
    assert found["actors"][0]["name"] in ("Ethiopia", "Sweden")
    assert found["file"] == "mine/scenario.yaml"
    assert "<?>" in (folder / "mine" / "scenario.yaml").read_text("utf-8")


def test_saved_contest_is_checked_recorded_listed_and_scored_inside_the_folder(folder):
    async def work():
        async with Client(make_server(folder)) as client:
            text = (folder / "harbour" / "scenario.yaml").read_text("utf-8")
            mine = text.replace("briefing.txt", "harbour/briefing.txt")
            saved = await ask(client, "save_contest", file="mine.yaml", text=mine)
            again = await ask(client, "save_contest", file="mine.yaml", text=FAULTY)
            record = await ask(client, "ledger_record", contest="mine.yaml", by="me")
            listed = await ask(client, "ledger_list")
            return saved, again, record, listed, await ask(client, "ledger_score")

    saved, again, record, listed, scores = asyncio.run(work())
    assert saved["status"] == "passed"
    assert "exists already" in again
    assert [each["id"] for each in listed["records"]] == [record["id"]]
    assert {each["question"] for each in listed["questions"]} == {"lease-2026", "depot-2026"}
    assert isinstance(scores, dict)
    assert (folder / "ledger.sqlite3").exists()


@pytest.mark.parametrize("name", ["../x.yaml", "/etc/passwd", "a/../../x", "link.yaml", "a\0b"])
@pytest.mark.parametrize("tool", ["check", "save_contest", "draft_worksheet"])
def test_nothing_outside_the_folder_is_read_or_written(folder, tmp_path_factory, tool, name):
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_text("title: secret\n")
    (folder / "link.yaml").symlink_to(outside)
    arguments = {
        "check": {"contest": name},
        "save_contest": {"file": name, "text": "x", "replace": True},
        "draft_worksheet": {"article": name},
    }[tool]
    error = asked(folder, tool, **arguments)
    assert "outside the folder" in error or "invalid file name" in error
    assert outside.read_text() == "title: secret\n"


def test_sweep_reports_progress(folder):
    reports = []

    async def work():
        async with Client(make_server(folder)) as client:

            async def report(done, total, message):
                reports.append((done, total))

            result = await client.call_tool(
                "sweep", {"contest": "harbour", "worlds": 640}, progress_callback=report
            )
            return json.loads(result.content[0].text)

    assert asyncio.run(work())["worlds"] == 640
    assert reports[-1] == (640, 640)


def test_cancelled_work_ends_at_its_next_progress():
    began, ended = threading.Event(), threading.Event()

    class Context:
        async def report_progress(self, done, total):
            pass

    def work(progress):
        began.set()
        try:
            while True:
                progress(1, 2)
                time.sleep(0.001)
        finally:
            ended.set()

    async def cancel():
        task = asyncio.create_task(running.run(Context(), work))
        await asyncio.to_thread(began.wait, 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert ended.wait(60)


def test_long_answers_are_cut_and_say_so():
    text = answer_text({"rows": [{"value": i, "label": "x" * 50} for i in range(5000)]})
    assert len(text) <= MAX_CHARACTERS
    found = json.loads(text)
    assert "cut to its first" in found["cut"]
    assert found["answer"]["rows"][0] == {"value": 0, "label": "x" * 50}
    assert json.loads(answer_text({"a": [1, 2]})) == {"a": [1, 2]}


def test_resources_and_prompts(folder):
    async def work():
        async with Client(make_server(folder)) as client:
            uris = ("language", "schema", "contests", "contests/race")
            read = [
                (await client.read_resource(f"middlegame://{u}")).contents[0].text for u in uris
            ]
            prompts = [each.name for each in (await client.list_prompts()).prompts]
            got = await client.get_prompt("draft_contest", {"text": "Norway waits."})
            return read, prompts, got.messages[0].content.text

    (language, schema, contests, race), prompts, prompt = asyncio.run(work())
    assert "## Numbers and ranges" in language
    assert json.loads(schema) == json_schema()
    assert "harbour-lease" in json.loads(contests)["contests"]
    assert "An arms race between two rivals" in race
    assert prompts == ["draft_contest", "red_team", "explain_forecast"]
    assert "Norway waits." in prompt


async def _solve(client):
    async with client:
        return await ask(client, "solve", contest="harbour")


def test_client_by_pipes_gets_the_same_answer(folder, harbour):
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "middlegame", "mcp", str(folder)],
        env=dict(os.environ),
    )
    found = asyncio.run(_solve(Client(parameters)))
    assert found["questions"] == pytest.approx(harbour.questions)


def test_client_over_http_gets_the_same_answer(folder, harbour):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "middlegame", "mcp", str(folder), "--http", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        _wait(port, server)
        found = asyncio.run(_solve(Client(f"http://127.0.0.1:{port}/mcp")))
    finally:
        server.terminate()
        out, _ = server.communicate(timeout=300)
    assert found["questions"] == pytest.approx(harbour.questions)
    assert b"Traceback" not in out


def _wait(port, server):
    until = time.monotonic() + 180
    while time.monotonic() < until:
        assert server.poll() is None, server.communicate()[0]
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not listen")


def test_taken_port_is_refused(run, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = run("mcp", tmp_path, "--http", port)
    assert code == 1
    assert f"port {port} of 127.0.0.1 cannot be used" in err


def test_missing_folder_is_refused(run, tmp_path):
    code, _, err = run("mcp", tmp_path / "none")
    assert code == 1
    assert "no such folder" in err
