import pytest

from middlegame.base.errors import MiddlegameError
from middlegame.io.archetypes import find_archetype
from middlegame.io.examples import FOLDER
from middlegame.workbench.server.library import LARGEST, Library

TEXT = "title: Mine\nquestion: 'Who?'\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "one.yaml").write_text(TEXT)
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "scenario.yaml").write_text("title: Second\n")
    (tmp_path / "notes.txt").write_text("no scenario")
    return tmp_path


def test_library_without_a_place_lists_examples_and_writes_nothing():
    library = Library()
    assert {each.name for each in library.contests()} >= {"harbour-lease", "venezuela-2026"}
    with pytest.raises(MiddlegameError, match="download"):
        library.save("new.yaml", TEXT)


def test_folder_lists_its_scenarios(folder):
    library = Library(str(folder))
    assert [(c.name, c.title, c.question) for c in library.contests()] == [
        ("one", "Mine", "Who?"),
        ("two", "Second", ""),
    ]
    assert library.only is None


def test_file_is_the_only_contest_and_its_folder_is_written_to(folder):
    library = Library(str(folder / "one.yaml"))
    assert library.only == "one"
    saved = library.save("what-if", "title: New\n")
    assert saved.name == "what-if"
    assert (folder / "what-if.yaml").read_text() == "title: New\n"
    assert library.find("what-if").text() == "title: New\n"


def test_file_is_overwritten_only_where_its_text_is_as_expected(folder):
    library = Library(str(folder))
    with pytest.raises(MiddlegameError, match="exists already"):
        library.save("one.yaml", "title: Other\n")
    contest = library.find("one")
    with pytest.raises(MiddlegameError, match="meanwhile"):
        library.overwrite(contest, "title: Other\n", "title: Old\n")
    library.overwrite(contest, "title: Other\n", TEXT)
    assert contest.text() == "title: Other\n"


@pytest.mark.parametrize(
    "name", ["../out.yaml", "", ".hidden.yaml", "a/b.yaml", "..", "/tmp/x.yaml"]
)
def test_file_name_with_folder_or_leading_dot_is_refused(folder, name):
    with pytest.raises(MiddlegameError, match="invalid file name"):
        Library(str(folder)).save(name, TEXT)
    assert not (folder.parent / "out.yaml").exists()


def test_link_out_of_the_folder_is_neither_listed_nor_written(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_text("title: Secret\n")
    (folder / "link.yaml").symlink_to(outside)
    library = Library(str(folder))
    assert library.find("link") is None
    with pytest.raises(MiddlegameError, match="outside"):
        library.save("link.yaml", "title: x\n", replacing="title: Secret\n")
    assert outside.read_text() == "title: Secret\n"


def test_contest_that_begins_with_a_shipped_one_has_its_sources_beside_it(folder):
    library = Library(str(folder))
    library.begin("mine", "harbour-lease")
    briefing = (FOLDER / "harbour-lease" / "briefing.txt").read_text()
    assert (folder / "briefing.txt").read_text() == briefing
    (folder / "briefing.txt").write_text("notes of my own")
    library.begin("another", "harbour-lease")
    assert (folder / "briefing.txt").read_text() == "notes of my own"


def test_contest_begins_with_an_archetype_where_a_folder_is_served(folder):
    contest = Library(str(folder)).begin("mine", "coercion")
    assert contest.title == "A demand with a threat behind it"
    assert (folder / "mine.yaml").read_text("utf-8") == find_archetype("coercion").text()
    with pytest.raises(MiddlegameError, match="exists already"):
        Library(str(folder)).begin("mine", "race")
    with pytest.raises(MiddlegameError, match="writes no files"):
        Library().begin("mine", "race")


def test_example_is_never_written_to():
    library = Library("harbour-lease")
    assert library.only == "harbour-lease"
    assert library.folder is None
    contest = library.find("harbour-lease")
    before = contest.text()
    with pytest.raises(MiddlegameError, match="another name"):
        library.overwrite(contest, "title: x\n", before)
    assert (FOLDER / "harbour-lease" / "scenario.yaml").read_text() == before


def test_unknown_place_and_too_large_file_are_refused(tmp_path):
    with pytest.raises(MiddlegameError, match="'nowhere'"):
        Library("nowhere")
    (tmp_path / "big.yaml").write_text("#" * (LARGEST + 1))
    with pytest.raises(MiddlegameError, match="larger than 1 MiB"):
        Library(str(tmp_path)).find("big").text()


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "\ud800"])
def test_file_name_that_the_system_refuses_is_a_refusal_and_no_failure(folder, name):
    with pytest.raises(MiddlegameError, match="cannot be written"):
        Library(str(folder)).save(name, TEXT)
