"""The report's section on what each actor expects, where they do not see the same contest."""

from dataclasses import fields

from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.report.html.sections import Section
from middlegame.report.text.expectations import expectation_table


def expectation_sections(equilibrium: Equilibrium) -> list[Section]:
    """Return the section; none where nobody has beliefs of its own."""
    found = expectation_table(equilibrium)
    if found is None:
        return []
    shown = {each.name: getattr(found, each.name) for each in fields(found)}
    return [Section("expectations.html", shown)]
