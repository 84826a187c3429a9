"""Tables in the forms that spreadsheets write."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middlegame.base.tables import (
    SEPARATORS,
    TableError,
    TableForm,
    parse_number,
    parse_table,
    read_table,
    recognise_decimal,
)

ROWS = (("name", "share"), ("Åsa", "0,5"), ("Bjørn", "1,25"))


def text_of(rows, separator, end="\n"):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, lineterminator=end).writerows(rows)
    return stream.getvalue()


def read(tmp_path, raw, form=None):
    file = tmp_path / "table.csv"
    file.write_bytes(raw)
    return read_table(file, form or TableForm(), 2**20)


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separator_encoding_and_line_ends_are_recognised(tmp_path, separator, encoding, end):
    table = read(tmp_path, text_of(ROWS, separator, end).encode(encoding))
    assert (table.headings, *table.rows) == ROWS
    assert table.lines == (2, 3)
    assert table.separator == separator


@pytest.mark.parametrize("declared", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n'])
def test_line_that_declares_the_separator_is_obeyed(declared):
    table = parse_table(declared + "a,b,c;d\n1,2,3;4\n")
    assert (table.headings, table.rows) == (("a,b,c", "d"), (("1,2,3", "4"),))
    assert table.lines == (3,)


def test_other_encodings_are_read_where_they_are_named_and_else_refused(tmp_path):
    raw = text_of(ROWS, ";").encode("cp1252")
    assert read(tmp_path, raw, TableForm(encoding="cp1252")).rows == ROWS[1:]
    with pytest.raises(TableError) as caught:
        read(tmp_path, raw)
    (problem,) = caught.value.problems
    assert problem[0] == 2
    assert "name its encoding (--encoding cp1252)" in problem[1]
    with pytest.raises(TableError, match="'hex' is no encoding"):
        read(tmp_path, raw, TableForm(encoding="hex"))


def test_every_row_of_another_length_is_a_problem_with_its_line():
    with pytest.raises(TableError) as caught:
        parse_table('a;b\n"1\n";2\n\n1;2;3\n1\n')
    assert [line for line, _ in caught.value.problems] == [5, 6]
    assert "cells end at each semicolon" in str(caught.value)


def test_decomposed_names_are_the_composed_ones():
    assert parse_table("e\u0301tat,x\nu\u0308,1\n").headings[0] == "\u00e9tat"


@pytest.mark.parametrize(
    ("cells", "mark"),
    [(["1", "2"], "."), (["0.5", "1,234.5"], "."), (["0,5", "7"], ","), (["1,5%"], ","),
     (["1,234", "0,5"], ",")],
)  # fmt: skip
def test_decimal_mark_is_recognised(cells, mark):
    assert recognise_decimal(cells) == mark


@pytest.mark.parametrize("cells", [["0.5", "0,5"], ["1,234"], ["12,345", "1"]])
def test_ambiguous_decimal_mark_is_refused(cells):
    with pytest.raises(ValueError, match="comma"):
        recognise_decimal(cells)


@pytest.mark.parametrize("text", ["1,5", "", "nan", "inf", "1_0", "٣", "1e99999", "9" * 500])
def test_other_texts_are_no_numbers(text):
    with pytest.raises(ValueError, match="is not a number"):
        parse_number(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_the_same_with_either_mark(value):
    assert parse_number(repr(value)) == value
    assert parse_number(repr(value).replace(".", ","), ",") == value


@given(st.text(alphabet='ab,;|\t\n\r" =sep0.\x00é', max_size=40))
def test_reading_any_text_gives_a_rectangle_or_a_table_error(text):
    try:
        table = parse_table(text)
    except TableError:
        return
    assert all(len(row) == len(table.headings) for row in table.rows)
