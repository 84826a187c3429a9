"""Which first words of labels are names, and keep their capital within a sentence."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.walk import walk

_TITLES = frozenset({"title", "sources", "publisher", "author", "file", "by"})
"""Fields whose capitals say nothing: titles of works, and names of people and files."""
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_AFTER_MARK = re.compile(r"(?:^|[.:;?!\"“(\[/–—-])\s*$")
_NOUN_ENDING = re.compile(r".{3,}(?:tion|sion|ness|ment|ship|hood)s?$")
_COMMON = """
    abandoned able absence absent abuse access accident accord accused action active added
    advance advantage affair agreed aid aim air alert allied allies ally ambition ambush anger
    annual any approval armed arms army arrears arrest assets attack attacked attacks audit
    austerity authority autumn average avoided avoiding back bad bail balance ban bank banks
    bargain base bases battle being best better bid big binding bitter black blame blockade
    blood bloodshed bluff board bold bomb bombs bond bonds border borders both bought bound
    boycott breach break breakout bribe bridge broad broken budget business buying calm campaign
    capital captured care cash caught ceasefire chance change changed chaos charges cheap civil
    civilian claim claims clean clear climate close closed closing coal coalition coast cold
    collapse common companies company complete concessions confidence conflict confrontation
    consent contact continued contract control convoy cost costs council counting coup court
    cover credit crime crisis crops crossing current customs cut cuts damage danger dead
    deadline deal deals death debt debts decision decline deep defeat defeated defence defense
    defiance delay delayed delivery demand demands denied dependence deposits design deterrence
    diplomatic direct disorder dispute disputed dissent distance division dollars domestic doubt
    draft drought drugs dry dues duties early earnings easy economic economy eight elected
    election elections electoral empty end ending ends enemy energy enough entry equal escape
    even evidence excess exile exit expansion exports expulsion extra face failed failure fair
    fall falling false fame famine far fast favor favour favourable fear fears federal few field
    fifteen fifty fighting final financial fine fire firm first fiscal fish five fleet flight
    flights food forced forces foreign forty forward four fraud free freedom fresh friendly
    friends front frozen fuel full funds further future gain gains gas general genuine getting
    giving global gold gone good goods government governments grain grand great greater ground
    growing growth guarantees guilt gunboats guns half hard hardship harm harvest having health
    heavy held help hidden high higher hold holding home honor honour hope hostages hostile
    hosting hours house housing huge humiliation hunger ice immediate immunity imports income
    increased independence independent inflation influence insurance intelligence interest
    internal international invasion inventory inward iron isolation jobs joint journalists
    judges keeping kept key labour land large last lasting late later law laws leaders
    leadership leading leak leaving legal less lessons letting liability licence license life
    light limited living loan loans local long losing loss losses lost low lower loyal loyalty
    luck major majority making many maritime market markets martial mass massive media medical
    members men mild military militias minerals mines minimum minor minority missiles mobilised
    mobilized modest money monthly mood morale more mortgage most moving much mutiny mutual
    national natural naval navy near negotiated negotiations neighbours nerve neutral neutrality
    new news next nine nobody none normal northern nothing nuclear observers occupation oil old
    omitted only open opening operating opposition orders ordinary other others outcome outer
    outright outside over overall own pace paid panic partial partition parts party passage past
    patrols paying payment peace peaceful peacekeepers pensions people permanent personal petrol
    pilots pipeline plain planes planned police policy political polls poor popular ports
    possible poverty power powers praise present pressure prestige price prices pride prison
    prisoners private production profit profits progress prompt proof property prosecution
    protest protests public punished punishing quality quarrels quick quiet quotas raids rail
    rain rapid rate rates ready real rebels recognised recognition recognized record recovery
    refugees refusal regional regular relations relief religious renewed repair repeated reply
    reputation reserves resistance resources respect restraint results retreat revenge revenue
    revenues rich rights riots rising risk risks rival rivals roads rocket rockets ruin rule
    rules rumour rural safe safety sales sanctions savings schools sea seats second secret
    secure security seeing seen seizure self selling sending senior serious seven several severe
    shale shame share shared shares sharp shelling shells ships short shortage shortages shots
    siege signal silence similarity simple six skill slight slow small smaller snap social soft
    soldiers solid some southern sovereignty space spare special speed spending spies split
    spread stability stable staff stalemate standing starting state states status staying steady
    steel still stocks stolen stopped storms strategic street strength strict strike strikes
    strong stronger subsidies success successful sudden supplies supply support surprise
    surrender survival suspended swift taking talks target targets tariff tariffs tax taxes
    technical ten tension tensions territory terror thirty threat threats three tie tight time
    timely total trade trading traffic training transport treasury treaty tribute troops truce
    trust turnout twelve twenty two uncertain undisputed unemployment unified unilateral union
    unions united unity unpopular unrest unrestricted unused upper urban urgent using vaccines
    verdict verified veto victory violence visible vital vote voters votes voting wage wages
    waiting war warheads warm warning wars water weak weaker wealth weapons weather weeks
    whatever wheat whoever whole wide wider winning winter withdrawn without women work workers
    working world worse written wrong yearly years yields young zero
"""
"""Common words with which labels begin; names of countries and cities are not among them."""


@cache
def _common_words() -> frozenset[str]:
    return frozenset(_COMMON.split())


@dataclass(frozen=True)
class Capitals:
    """How often a contest's texts write a word in lower case, and with a capital in mid-sentence.

    Attributes:
        names: first words of the names of actors, which keep their capital always.
        lower: occurrences in lower case, by word.
        upper: occurrences with a capital behind another word, by the word in lower case.
    """

    names: frozenset[str]
    lower: Counter[str]
    upper: Counter[str]

    def is_name(self, first: str, following: str = "") -> bool:
        """Whether the first word of a label keeps its capital within a sentence.

        What the contest's own texts do with the word decides; where they do not use it, a common
        word of English loses its capital, unless the word behind it has one, as in a name of
        several words. Of an unknown word the capital is kept.

        Args:
            first: the word, with a capital.
            following: the word behind it.
        """
        word = _stem(first)
        if word in self.names or not (word and first[:1].isupper() and first[1:].islower()):
            return True
        lower, upper = self.lower[word], self.upper[word]
        if lower or upper:
            return upper > lower
        if following[:1].isupper():
            return True
        return word not in _common_words() and not _NOUN_ENDING.match(word)


def _stem(word: str) -> str:
    """Return a word in lower case without its punctuation and possessive."""
    found = _WORD.match(word)
    return re.sub(r"['’]s?$", "", found[0].lower()) if found else ""


NO_TEXTS = Capitals(frozenset(), Counter(), Counter())
"""Of no contest: common words of English alone decide."""


def capitals_of(scenario: Scenario | None) -> Capitals:
    """Return how a scenario's texts write their words; single words may be names in the file."""
    if scenario is None:
        return NO_TEXTS
    named = [actor.name for actor in scenario.actors.values() if actor.name[:1].isupper()]
    return capitals_in(
        (
            value
            for path, value, _ in walk(scenario)
            if isinstance(value, str) and " " in value and not _TITLES & set(map(str, path))
        ),
        frozenset(map(_stem, named)) - {"the", "a", "an"},
    )


def capitals_in(texts: Iterable[str], names: frozenset[str] = frozenset()) -> Capitals:
    """Return how texts write their words.

    Args:
        texts: labels, clauses and notes.
        names: words that are names whatever the texts do.
    """
    lower: Counter[str] = Counter()
    upper: Counter[str] = Counter()
    for text in texts:
        for found in _WORD.finditer(text):
            if found[0][0].islower():
                lower[_stem(found[0])] += 1
            elif not _AFTER_MARK.search(text[: found.start()]):
                upper[_stem(found[0])] += 1
    return Capitals(names, lower, upper)
