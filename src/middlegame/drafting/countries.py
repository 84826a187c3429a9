"""The names under which texts speak of states: countries, adjectives, capitals, seats of power."""

from collections.abc import Iterable
from functools import cache
from typing import Any

_MORE_NAMES = {
    "US": "US U.S. U.S USA America Americans Washington White_House Pentagon State_Department "
    "Capitol_Hill",
    "RU": "Kremlin Russians",
    "GB": "Britain UK U.K. Downing_Street Whitehall",
    "CN": "Zhongnanhai Chinese_Communist_Party",
    "UA": "Kiev Kyiv Ukrainians",
    "TR": "Türkiye Turkiye Turks",
    "KP": "DPRK",
    "KR": "ROK Blue_House",
    "FR": "Élysée Elysée Elysee",
    "IN": "New_Delhi Delhi",
    "SA": "Saudi Saudis Saudi_Arabia",
    "AE": "UAE Emirates",
    "CZ": "Czech Czechia Czech_Republic Prague",
    "BA": "Bosnia Bosnian Sarajevo",
    "IL": "Tel_Aviv Israelis Jerusalem",
    "PS": "Palestine Palestinians",
    "BY": "Minsk Belarusian",
    "VA": "Vatican Holy_See",
    "XK": "Kosovo Kosovar Pristina",
    "CD": "DRC",
    "CI": "Ivorian Abidjan",
    "TW": "Taiwan Taipei",
    "IR": "Iranians",
    "CU": "Cubans",
    "VE": "Venezuelans Chavist Chavista",
    "JP": "Tokyo",
    "DE": "Berlin Germans",
}
"""What countryinfo lacks and newspapers write, by ISO code; `_` stands for a space."""
_NAMES = {"XK": "Kosovo", "IR": "Iran", "SY": "Syria", "VA": "the Vatican", "PS": "Palestine"}
"""Common names of states, where countryinfo has none or an official one."""
ORGANISATIONS = (
    "NATO", "the European Union", "EU", "Brussels", "United Nations", "UN", "U.N.",
    "Security Council", "African Union", "Arab League", "ASEAN", "OPEC", "OPEC+", "IMF",
    "World Bank",
    "BRICS", "G7", "G20", "ECOWAS", "Mercosur", "OAS", "Organization of American States", "CSTO",
    "Shanghai Cooperation Organisation", "Gulf Cooperation Council", "Hezbollah", "Hamas",
    "Houthis",
    "Taliban", "Wagner Group", "Islamic State",
)  # fmt: skip
"""International organisations and armed movements that act in contests between states."""
_SAME_ORGANISATION = {
    "EU": "the European Union",
    "Brussels": "the European Union",
    "UN": "United Nations",
    "U.N.": "United Nations",
    "OPEC+": "OPEC",
    "OAS": "Organization of American States",
}


_NO_ACTOR = (
    "Latin America", "South America", "North America", "Central America", "New Mexico",
    "New England", "Gulf of Mexico", "South China Sea", "Sea of Japan", "Persian Gulf",
)  # fmt: skip
"""Names of places that hold a state's name and mean no state."""


@cache
def names_of_actors() -> dict[str, str]:
    """Return every name of a state or an international organisation, with what it stands for.

    States come from countryinfo: the name, adjective (demonym), capital and other spellings. Where
    two states share a name (Congolese), it stands for the one with more people. Names of places
    that are no actors stand for the empty text.

    Raises:
        ModuleNotFoundError: countryinfo is not installed.
    """
    from countryinfo import all_countries

    found: dict[str, str] = {}
    states: list[dict[str, Any]] = [dict(each.info()) for each in all_countries()]
    for state in sorted(states, key=lambda each: -int(each.get("population") or 0)):
        code = _code(state)
        name = _NAMES.get(code, str(state["name"]))
        for text in _names(state, code):
            found.setdefault(text, name)
    for text in _MORE_NAMES["XK"].split():
        found.setdefault(text, _NAMES["XK"])
    organisations = {each: _SAME_ORGANISATION.get(each, each) for each in ORGANISATIONS}
    return found | organisations | dict.fromkeys(_NO_ACTOR, "")


@cache
def adjectives() -> dict[str, str]:
    """Return the adjective of each state, `Venezuelan`, by the name that `names_of_actors` gives.

    Raises:
        ModuleNotFoundError: countryinfo is not installed.
    """
    from countryinfo import all_countries

    states: list[dict[str, Any]] = [dict(each.info()) for each in all_countries()]
    return {
        _NAMES.get(_code(state), str(state["name"])): str(state["demonym"])
        for state in states
        if state.get("demonym")
    }


def _code(state: dict[str, Any]) -> str:
    return str((state.get("ISO") or {}).get("alpha2") or "")


def _names(state: dict[str, Any], code: str) -> Iterable[str]:
    yield str(state["name"])
    yield from (text.replace("_", " ") for text in _MORE_NAMES.get(code, "").split())
    for text in (state.get("demonym"), state.get("capital"), *state.get("altSpellings", ())):
        # Two- and three-letter codes are words elsewhere (IS, IT, AND).
        if text and len(text) > 3 and text[0].isupper() and "," not in text:
            yield str(text)
