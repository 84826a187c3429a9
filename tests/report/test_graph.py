import itertools
import xml.etree.ElementTree as ET

import pytest

import middlegame as mg
from middlegame.report.charts.graph import contest_graph, contest_graph_on_paper
from middlegame.report.charts.layout import BOX_WIDTH, GraphBox, drawn_nodes, layout
from middlegame.report.text.palette import NEUTRAL, PALETTE, actor_colours

SVG = "{http://www.w3.org/2000/svg}"


def overlap(first: GraphBox, second: GraphBox) -> bool:
    return (
        abs(first.x - second.x) < (first.width + second.width) / 2
        and abs(first.y - second.y) < (first.height + second.height) / 2
    )


def test_boxes_do_not_overlap_and_lie_inside_the_graph(venezuela: mg.Equilibrium) -> None:
    placed = layout(venezuela)
    assert [box.name for box in placed.boxes] == [n.name for n in drawn_nodes(venezuela.diagram)]
    for first, second in itertools.combinations(placed.boxes, 2):
        assert not overlap(first, second), (first, second)
    for box in placed.boxes:
        assert box.width / 2 <= box.x <= placed.width - box.width / 2
        assert box.height / 2 <= box.y <= placed.height - box.height / 2


def test_causes_stand_above_effects(venezuela: mg.Equilibrium) -> None:
    placed = layout(venezuela)
    y = {box.name: box.y for box in placed.boxes}
    edges = {(p, node.name) for node in drawn_nodes(venezuela.diagram) for p in node.parents}
    assert ("absence", "answer") in edges, "evidence that somebody sees is drawn"
    assert "release_demanded" not in y, "and what nobody sees is not"
    assert {(arc.tail, arc.head) for arc in placed.arcs} == edges
    assert all(y[tail] < y[head] for tail, head in edges)


def test_text_is_at_least_10_pixels_high_on_a_wide_page(venezuela: mg.Equilibrium) -> None:
    assert 12 * 1200 / layout(venezuela).width >= 10


@pytest.mark.parametrize("contest", ["venezuela", "hostile", "bare"])
def test_graph_is_well_formed_and_scales(contest: str, request: pytest.FixtureRequest) -> None:
    equilibrium = request.getfixturevalue(contest)
    picture = contest_graph(equilibrium)
    root = ET.fromstring(picture)
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox")
    assert root.get("width") is None
    assert len(root.findall(f".//{SVG}title")) == len(drawn_nodes(equilibrium.diagram))
    assert root.find(f".//{SVG}script") is None
    assert picture == contest_graph(equilibrium)


def test_text_fits_its_box(hostile: mg.Equilibrium, venezuela: mg.Equilibrium) -> None:
    from middlegame.report.charts.layout import label_lines, state_lines, text_width
    from middlegame.report.text.narrative import words_of

    for equilibrium in (hostile, venezuela):
        words = words_of(equilibrium)
        for node in equilibrium.diagram.nodes:
            lines = label_lines(words, node.name) + state_lines(equilibrium, words, node.name)
            assert all(text_width(line) <= BOX_WIDTH for line in lines)


def test_actors_with_moves_get_colours_first(venezuela: mg.Equilibrium) -> None:
    colours = actor_colours(venezuela.diagram)
    movers = {decision.owner for decision in venezuela.diagram.decisions}
    assert len({colours[mover] for mover in movers}) == len(movers)
    assert NEUTRAL not in {colours[mover] for mover in movers}
    assert colours["moscow"] == PALETTE[0]


def test_large_graph_is_cut_for_print_between_boxes_into_parts_that_can_be_read(
    venezuela: mg.Equilibrium, bare: mg.Equilibrium
) -> None:
    assert contest_graph_on_paper(bare) == []
    parts = [ET.fromstring(part) for part in contest_graph_on_paper(venezuela)]
    assert len(parts) == 2
    titles = [title.text for part in parts for title in part.findall(f".//{SVG}title")]
    assert len(titles) == len({*titles}) == len(drawn_nodes(venezuela.diagram))
    for part in parts:
        _, top, width, height = map(float, (part.get("viewBox") or "").split())
        points = (
            13 * 0.75 * min(695 / width, 900 / height)
        )  # 13 pixels on A4, whose text is 695 wide
        assert points >= 6.5
        for box in part.findall(f".//{SVG}rect[@class='paper']"):
            low = float(box.get("y") or 0)
            assert top <= low <= low + float(box.get("height") or 0) <= top + height
