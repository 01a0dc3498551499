"""What the criteria say of the options, and which of them remain; of each only as far as somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import mul
from typing import NamedTuple

from advisor.model.score import Value, Weight


class Said(NamedTuple):
    """What a criterion says of the options, in their order."""

    values: tuple[Value, ...]
    means: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[Value]) -> Said:
        """With the means of these values."""
        kept = tuple(values)
        return cls(kept, tuple([value.mean for value in kept]))


class Valued(Mapping[str, Mapping[str, Value]]):
    """By option, the value for every criterion that has something to say."""

    def __init__(self, options: Iterable[str], columns: Mapping[str, Said]) -> None:
        self._columns = columns
        """By criterion."""
        self._places = {option: place for place, option in enumerate(options)}

    def __getitem__(self, option: str) -> Mapping[str, Value]:
        """The values of the option."""
        place = self._places[option]
        return {criterion: said.values[place] for criterion, said in self._columns.items()}

    def __contains__(self, option: object) -> bool:
        return option in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def scores(self, weights: Iterable[Weight]) -> dict[str, float]:
        """The expected score of each option, whether it remains or not; the weights are those of all the criteria."""
        finals = [weight.final for weight in weights]
        means = [said.means for said in self._columns.values()]
        rows = zip(*means, strict=True) if means else [()] * len(self)
        return {option: sum(map(mul, finals, row)) for option, row in zip(self, rows, strict=True)}


class Remaining(Mapping[str, Mapping[str, Value]]):
    """The options that nothing excludes, with their values; each is judged when it is first asked about."""

    def __init__(self, valued: Valued, stands: Callable[[str], bool]) -> None:
        self._valued, self._stands = valued, stands
        self._judged: dict[str, bool] = {}

    def __contains__(self, option: object) -> bool:
        if not isinstance(option, str) or option not in self._valued:
            return False
        if option not in self._judged:
            self._judged[option] = self._stands(option)
        return self._judged[option]

    def __getitem__(self, option: str) -> Mapping[str, Value]:
        """The values of an option that remains."""
        if option not in self:
            raise KeyError(option)
        return self._valued[option]

    def __iter__(self) -> Iterator[str]:
        return filter(self.__contains__, self._valued)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return any(True for _ in self)
