"""What is added to rendered HTML: the list of contents, and to each cell the head of its column.

Both are read from the HTML itself, so that they cannot differ from what a template shows.
"""

import re
from html import escape, unescape

CONTENTS = "<!--contents-->"
"""The place that a template keeps for the list of contents."""
_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_ASIDE = re.compile(r"<small>.*?</small>", re.DOTALL)
_TABLE = re.compile(r'<table class="policy[^"]*">.*?</table>', re.DOTALL)
_HEAD = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_ROW = re.compile(r"<tr\b[^>]*>.*?</tr>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def with_contents(page: str) -> str:
    """Put the list of a page's sections into the place that its template keeps for it."""
    entries = "".join(
        f'<li><a href="#{anchor}">{_ASIDE.sub("", title).strip()}</a></li>'
        for anchor, title in _HEADING.findall(page)
    )
    contents = f'<nav class="contents" aria-label="Contents"><ul>{entries}</ul></nav>'
    return page.replace(CONTENTS, contents, 1)


def with_cell_heads(html: str) -> str:
    """Give each cell of a wide table the head of its column, for narrow screens.

    There the style sheet sets each row as a block, with the head in front of each cell.
    """
    return _TABLE.sub(lambda found: _label_cells(found[0]), html)


def _label_cells(table: str) -> str:
    head, middle, body = table.partition("<tbody>")
    titles = [unescape(_TAG.sub("", each)).strip() for each in _HEAD.findall(head)]

    def label(row: re.Match[str]) -> str:
        places = iter(range(len(titles)))

        def cell(found: re.Match[str]) -> str:
            place = next(places, None)
            title = titles[place] if place is not None else ""
            return f'<td data-head="{escape(title)}"{found[1]}>'

        return re.sub(r"<td\b([^>]*)>", cell, row[0])

    return head + middle + _ROW.sub(label, body)
