"""The report's section on what each actor expects, where they do not see the same contest."""

from dataclasses import fields

from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.report.html.sections import Section
from middlegame.report.text.expectations import expectation_table


def expectation_sections(equilibrium: Equilibrium, where: str = "") -> list[Section]:
    """Return the section; none where nobody has beliefs of its own.

    Args:
        equilibrium: the equilibrium.
        where: in which world, if not in the one that the rest of the page is about.
    """
    found = expectation_table(equilibrium)
    if found is None:
        return []
    shown = {each.name: getattr(found, each.name) for each in fields(found)} | {"where": where}
    return [Section("expectations.html", shown)]
