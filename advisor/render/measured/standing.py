"""How a run stands while it goes on: what every variant came to in each probe so far, in a word."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.frozen import dataclass, field, replace
from advisor.model.measurement import ProbeResult
from advisor.render.measured.figures import times
from advisor.render.measured.panels import contests, name_of

FIRST = "first"
TIE = "tie"
_WORDS = {"not_applicable": "-", "skipped": "left out", "timed_out": "too slow", "not_installed": "-"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A table of variants and probes that grows."""

    variants: tuple[str, ...] = ()
    """In the order in which they came up."""
    probes: tuple[str, ...] = ()
    """The last to end comes last."""
    words: dict[tuple[str, str], str] = field(default_factory=dict)
    """Variant and probe to `first`, `tie` with the first, how many times its time, or the outcome."""

    def after(self, probe: str, results: Iterable[ProbeResult]) -> Standing:
        """The table once a probe has ended, or ended again: the newest figures count."""
        matched = [result for result in results if result.track == "matched"]
        words = {name_of(result): _WORDS.get(result.outcome, result.outcome) for result in matched}
        for contest in contests(matched):
            for name, place in contest.places.items():
                led = FIRST if place is next(iter(contest.places.values())) else TIE
                own = next(result for result in contest.matched if name_of(result) == name)
                words[name] = led if place.rank == 1 else times(contest.relative(own))
        return replace(
            self,
            variants=tuple(dict.fromkeys((*self.variants, *words))),
            probes=(*(each for each in self.probes if each != probe), probe),
            words={**self.words, **{(name, probe): word for name, word in words.items()}},
        )

    def word(self, variant: str, probe: str) -> str:
        """What a variant came to in a probe; empty where nothing is known of it."""
        return self.words.get((variant, probe), "")
