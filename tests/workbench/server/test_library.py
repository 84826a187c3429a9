import pytest

from middlegame.base.errors import MiddlegameError
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


def test_without_a_place_the_shipped_contests_are_served_and_nothing_is_written():
    library = Library()
    assert {each.name for each in library.contests()} >= {"harbour-lease", "venezuela-2026"}
    with pytest.raises(MiddlegameError, match="download"):
        library.save("new.yaml", TEXT)


def test_a_folder_serves_what_is_in_it(folder):
    library = Library(str(folder))
    assert [(c.name, c.title, c.question) for c in library.contests()] == [
        ("one", "Mine", "Who?"),
        ("two", "Second", ""),
    ]
    assert library.only is None


def test_a_file_is_opened_first_and_its_folder_written_to(folder):
    library = Library(str(folder / "one.yaml"))
    assert library.only == "one"
    saved = library.save("what-if", "title: New\n")
    assert saved.name == "what-if"
    assert (folder / "what-if.yaml").read_text() == "title: New\n"
    assert library.find("what-if").text() == "title: New\n"


def test_nothing_is_overwritten_unless_it_is_as_expected(folder):
    library = Library(str(folder))
    with pytest.raises(MiddlegameError, match="there already"):
        library.save("one.yaml", "title: Other\n")
    contest = library.find("one")
    with pytest.raises(MiddlegameError, match="meanwhile"):
        library.overwrite(contest, "title: Other\n", "title: Old\n")
    library.overwrite(contest, "title: Other\n", TEXT)
    assert contest.text() == "title: Other\n"


@pytest.mark.parametrize(
    "name", ["../out.yaml", "", ".hidden.yaml", "a/b.yaml", "..", "/tmp/x.yaml"]
)
def test_only_plain_names_are_written(folder, name):
    with pytest.raises(MiddlegameError, match="no file name"):
        Library(str(folder)).save(name, TEXT)
    assert not (folder.parent / "out.yaml").exists()


def test_links_out_of_the_folder_are_neither_served_nor_written(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_text("title: Secret\n")
    (folder / "link.yaml").symlink_to(outside)
    library = Library(str(folder))
    assert library.find("link") is None
    with pytest.raises(MiddlegameError, match="outside"):
        library._write(folder / "link.yaml", "title: x\n", "title: Secret\n")
    assert outside.read_text() == "title: Secret\n"


def test_shipped_contests_are_never_written_to():
    library = Library("harbour-lease")
    assert library.only == "harbour-lease"
    assert library.folder is None
    contest = library.find("harbour-lease")
    before = contest.text()
    with pytest.raises(MiddlegameError, match="name of its own"):
        library.overwrite(contest, "title: x\n", before)
    assert (FOLDER / "harbour-lease" / "scenario.yaml").read_text() == before


def test_what_is_not_there_or_too_large_is_told(tmp_path):
    with pytest.raises(MiddlegameError, match="no file, folder or shipped contest 'nowhere'"):
        Library("nowhere")
    (tmp_path / "big.yaml").write_text("#" * (LARGEST + 1))
    with pytest.raises(MiddlegameError, match="larger than 1 MiB"):
        Library(str(tmp_path)).find("big").text()
