"""What was seen in each folder, counted: of a hundred thousand files a few places are remembered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.frozen import dataclass, field
from advisor.intake.project.seen import Kind, Seen
from advisor.model.project import Place, Sureness

MOST_PLACES = 5
Entry = tuple[Kind, str, Sureness, str]
"""Kind, name, sureness and version."""


@dataclass(slots=True)
class Count:
    """How often something was seen, and where first."""

    seen: int = 0
    places: list[Place] = field(default_factory=list)

    def add(self, seen: int, places: Iterable[Place]) -> None:
        """Count more of it."""
        self.seen += seen
        for place in places:
            if len(self.places) < MOST_PLACES and place not in self.places:
                self.places.append(place)


@dataclass(slots=True)
class Tally:
    """What was seen in a folder, or in several."""

    counts: dict[Entry, Count] = field(default_factory=dict)

    def note(self, seen: Seen, place: Place) -> None:
        """Count something."""
        self.counts.setdefault((seen.kind, seen.name, seen.sure, seen.version), Count()).add(1, (place,))

    def join(self, other: Tally) -> None:
        """Count everything that another one has."""
        for entry, count in other.counts.items():
            self.counts.setdefault(entry, Count()).add(count.seen, count.places)

    def of(self, *kinds: Kind) -> Iterator[tuple[Seen, Count]]:
        """What was seen of these kinds."""
        for (kind, name, sure, version), count in self.counts.items():
            if kind in kinds:
                yield Seen(kind, name, 0, sure, version), count

    def has(self, *kinds: Kind, surely: bool = False) -> bool:
        """Whether anything of these kinds was seen, and not as a hint alone."""
        return any(not surely or seen.sure != "hint" for seen, _ in self.of(*kinds))
