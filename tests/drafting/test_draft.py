"""Drafts by a scripted language model: good, broken, lying and endless answers."""

import datetime as dt
import json

import pytest

from middlegame.base.errors import MiddlegameError
from middlegame.drafting.article import article_from_text
from middlegame.drafting.conversation import FILE
from middlegame.drafting.draft import MAX_REPAIRS, draft
from middlegame.drafting.language_model import RETRIES, DraftingFailed, LanguageModel
from middlegame.equilibrium.check import check
from middlegame.scenario.yaml.load import load
from tests.drafting.articles import PORT
from tests.drafting.scripted import GOOD, Scripted, StubServer, good

TODAY = dt.date(2026, 5, 1)
ARTICLE = article_from_text(PORT.read_text("utf-8"))


def drafted(folder, scripted, **limits):
    return draft(ARTICLE, folder, LanguageModel(scripted.model(), **limits), today=TODAY)


def changed(step, change, times=10**6):
    """Return a script that spoils one step's answer, the first times that it is asked."""

    def script(asked_step, asked):
        answer = good(asked_step, asked)
        if asked_step == step and asked < times:
            change(answer)
        return answer

    return script


def test_good_answers_make_a_contest_without_warnings_of_which_every_number_is_unreviewed(tmp_path):
    scripted = Scripted()
    result = drafted(tmp_path, scripted)
    assert result.faults == ()
    assert result.quote_problems == ()
    assert scripted.steps() == list(GOOD)
    found = check(result.path)
    assert [str(fault) for fault in found.faults] == []
    assert len(found.sourcing.drafted) == result.numbers == found.sourcing.numbers == 10
    scenario = load(result.path)
    assert str(scenario.actors["ethiopia"].cite[0]) == "article#3"
    assert (scenario.interests["eritrea"][0].worth.low, scenario.as_of) == (-90, TODAY)


def test_claims_become_questions_and_comparisons_and_no_numbers(tmp_path):
    result = drafted(tmp_path, Scripted())
    negotiates, joint = result.claims
    assert (negotiates.hedge, negotiates.paragraph, negotiates.agrees) == ("likely", 8, False)
    assert negotiates.probability > 0.9
    assert joint.agrees is None
    assert load(result.path).questions["joint-2026"].quote == joint.quote
    other = drafted(tmp_path / "b", Scripted(changed("claims", lambda a: a["claims"].clear())))
    assert load(other.path).interests == load(result.path).interests
    assert other.claims == ()


def test_every_step_is_asked_with_the_article_and_the_answers_before_it(tmp_path):
    scripted = Scripted()
    drafted(tmp_path, scripted)
    prompts = dict(scripted.prompts)
    assert all("[9] Whether Asmara accepts" in prompt for prompt in prompts.values())
    assert '"name":"course"' in prompts["factors"]
    assert "interests.eritrea[1].worth (points)" in prompts["numbers"]


def test_lying_quotes_are_dropped_or_flagged_and_wrong_paragraphs_are_put_right(tmp_path):
    def lie(answer):
        answer["evidence"][0]["quote"] = "the army is ready to march tomorrow"

    def lie_about_interests(answer):
        answer["interests"][0]["quote"] = "Ethiopia dreams of an empire"
        answer["interests"][1]["paragraph"] = 7

    def script(step, asked):
        answer = good(step, asked)
        {"evidence": lie, "interests": lie_about_interests}.get(step, lambda _: None)(answer)
        return answer

    result = drafted(tmp_path, Scripted(script))
    assert [(p.step, p.dropped) for p in result.quote_problems] == [
        ("interests", False),
        ("evidence", True),
    ]
    scenario = load(result.path)
    assert scenario.evidence == {}
    harbour, lost = scenario.interests["ethiopia"][0], scenario.interests["eritrea"][0]
    assert (harbour.cite, harbour.quote) == ((), None)
    assert str(lost.cite[0]) == "article#4"
    assert result.faults == ()


@pytest.mark.parametrize("quote", ["port", "wants a harbour ... anything else", "", " "])
def test_quote_that_supports_nothing_counts_as_invented(tmp_path, quote):
    script = changed("actors", lambda answer: answer["actors"][0].update(quote=quote))
    [problem] = drafted(tmp_path, Scripted(script)).quote_problems
    assert problem.name == "ethiopia"


def test_faults_of_the_checker_are_mended_by_the_step_that_made_them(tmp_path):
    def spoil(answer):
        answer["moves"][1]["by"] = "ethiopa"
        answer["moves"][2]["options"][1]["if_"] = "course = negotiates"

    scripted = Scripted(changed("moves", spoil, times=1))
    result = drafted(tmp_path, scripted)
    assert result.faults == ()
    assert scripted.steps() == [*list(GOOD)[:-1], "moves", "numbers"]
    asked_again = scripted.prompts[-2][1]
    assert "did you mean 'ethiopia'" in asked_again
    assert "has no option 'negotiates'" in asked_again


def test_missing_and_impossible_numbers_are_asked_for_again(tmp_path):
    def spoil(answer):
        del answer["numbers"][0]
        answer["numbers"][2].update(low=80, high=99)  # with 20 to 40, more than all

    scripted = Scripted(changed("numbers", spoil, times=1))
    result = drafted(tmp_path, scripted)
    assert result.faults == ()
    assert scripted.steps()[-2:] == ["numbers", "numbers"]


def test_faults_that_stay_are_told_with_their_places_after_a_bounded_number_of_rounds(tmp_path):
    script = changed("moves", lambda answer: answer["moves"][1].update(by="nobody"))
    scripted = Scripted(script)
    result = drafted(tmp_path, scripted)
    assert [fault.message for fault in result.faults] == ["unknown actor 'nobody'"]
    assert result.faults[0].line > 0
    assert scripted.steps().count("moves") == 1 + 2 * MAX_REPAIRS
    assert result.path.exists()
    assert result.claims == ()


def test_answers_without_the_form_fail_after_bounded_retries_and_nothing_is_lost(tmp_path):
    scripted = Scripted(changed("factors", lambda answer: answer.clear()))
    with pytest.raises(DraftingFailed, match=r"'factors'.*run the same command again"):
        drafted(tmp_path, scripted)
    assert scripted.steps() == ["actors", "moves"] + ["factors"] * (RETRIES + 1)
    assert not (tmp_path / "scenario.yaml").exists()
    resumed = Scripted()
    result = drafted(tmp_path, resumed)
    assert resumed.steps() == list(GOOD)[2:]
    assert result.faults == ()
    assert result.usage.requests == len(GOOD)


def test_two_parts_of_one_name_are_refused_by_the_form(tmp_path):
    script = changed("actors", lambda answer: answer["actors"][1].update(name="ethiopia"), times=1)
    scripted = Scripted(script)
    assert drafted(tmp_path, scripted).faults == ()
    assert "the name 'ethiopia' is used twice" in scripted.prompts[1][1]


def test_draft_stops_once_its_tokens_are_used(tmp_path):
    with pytest.raises(DraftingFailed, match=r"tokens"):
        drafted(tmp_path, Scripted(), max_tokens=2000)
    assert drafted(tmp_path, Scripted()).faults == ()


def test_conversation_of_another_article_or_a_damaged_one_is_refused(tmp_path):
    with pytest.raises(DraftingFailed):
        drafted(tmp_path, Scripted(changed("moves", lambda answer: answer.clear())))
    other = article_from_text("Another article. It says little.")
    with pytest.raises(MiddlegameError, match="of another model or article"):
        draft(other, tmp_path, LanguageModel(Scripted().model()), today=TODAY)
    (tmp_path / FILE).write_text('{"model": 1}')
    with pytest.raises(MiddlegameError, match="is damaged"):
        drafted(tmp_path, Scripted())


def test_draft_is_never_written_over_a_scenario(tmp_path):
    (tmp_path / "scenario.yaml").write_text("mine")
    scripted = Scripted()
    with pytest.raises(MiddlegameError, match="exists already"):
        drafted(tmp_path, scripted)
    assert scripted.prompts == []


@pytest.fixture
def serve(monkeypatch):
    """Return a function that serves a scripted model as OpenAI's chat completions."""
    servers = []

    def begin(scripted, behaviour="answers"):
        servers.append(StubServer(scripted, behaviour))
        monkeypatch.setenv("OPENAI_BASE_URL", servers[-1].url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        return "openai-chat:stub"

    yield begin
    for server in servers:
        server.close()


def test_command_drafts_through_a_server_on_this_machine(run, serve, tmp_path):
    scripted = Scripted()
    code, out, err = run("draft", PORT, "-o", tmp_path, "--model", serve(scripted))
    assert (code, err) == (0, "")
    assert "10 numbers are unreviewed" in out
    assert "Ethiopia negotiates: likely (paragraph 8); >99%, almost certain: differs" in out
    assert "Asked 7 times: 7,000 tokens in, 700 out, price unknown." in out
    assert scripted.steps() == list(GOOD)
    assert "10 of 10 numbers are unreviewed" in run("solve", tmp_path)[1].replace("\n  ", " ")


def test_command_tells_faults_and_lies_as_json(run, serve, tmp_path):
    def script(step, asked):
        answer = good(step, asked)
        if step == "moves":
            answer["moves"][1]["by"] = "nobody"
        if step == "claims":
            answer["claims"][0]["quote"] = "war is certain by Christmas"
        return answer

    code, out, _ = run("draft", PORT, "-o", tmp_path, "--model", serve(Scripted(script)), "--json")
    told = json.loads(out)
    assert (code, told["status"]) == (1, "faults")
    assert "unknown actor 'nobody'" in told["faults"][0]
    assert [each["name"] for each in told["quotes"]] == ["negotiates-2026"]


@pytest.mark.parametrize(
    ("behaviour", "reason"), [("endless", "no end after 1 s"), ("broken", "stub gave no usable")]
)
def test_endless_or_broken_answers_of_a_server_end_in_a_message(
    run, serve, tmp_path, behaviour, reason
):
    model = serve(Scripted(), behaviour)
    code, out, err = run("draft", PORT, "-o", tmp_path, "--model", model, "--timeout", "1")
    assert (code, out) == (1, "")
    assert reason in err
    assert "Traceback" not in err


@pytest.mark.parametrize("model", ["nobody:nothing", "gpt", "openai-chat:x"])
def test_unknown_model_or_missing_key_is_refused(run, tmp_path, monkeypatch, model):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    code, _, err = run("draft", PORT, "-o", tmp_path, "--model", model)
    assert code == 1
    assert model in err
    assert "Traceback" not in err
