import errno
from pathlib import Path

import pytest

from middlegame.base.files import write_text


def test_write_text_replaces_file_and_leaves_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_text(path, "Ä\n")
    write_text(path, "Ö\n")
    assert path.read_bytes() == "Ö\n".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_write_text_keeps_old_file_when_encoding_fails(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "half \ud800")
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_write_text_raises_os_error_for_missing_folder_or_folder_as_target(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_text(tmp_path / "no" / "report.html", "text")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        write_text(tmp_path / "folder", "text")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_write_text_through_link_keeps_link(tmp_path: Path) -> None:
    target, link = tmp_path / "a.html", tmp_path / "b.html"
    target.write_text("before")
    link.symlink_to(target)
    write_text(link, "after")
    assert link.is_symlink()
    assert target.read_text() == "after"


def test_write_text_names_the_file_where_the_folder_may_only_be_read(monkeypatch, tmp_path) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OSError, match="Read-only") as caught:
        write_text(tmp_path / "report.html", "text")
    assert caught.value.filename == str(tmp_path / "report.html")
