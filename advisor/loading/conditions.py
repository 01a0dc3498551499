"""Reads the `when` of a rule, in which a comparison is written as `attribute: word`, `[words]` or `{gte: 8}`.

Comparisons are joined by all, any, not and unless. `not` of what is open is open itself and holds nothing; `unless`
holds as long as the comparison is not known to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

from advisor.frozen import dataclass
from advisor.loading.problems import Path, Problems, nearest, shown
from advisor.model.rule import Condition
from advisor.model.vocabulary import Attribute

if TYPE_CHECKING:
    from advisor.loading.documents import Document

_ORDERINGS = ("lt", "lte", "gt", "gte")
_TOO_LARGE = 1e12


@dataclass(frozen=True, slots=True)
class ConditionReader:
    """Reads conditions over the attributes there are; what cannot be read becomes problems."""

    attributes: Mapping[str, Attribute]
    document: Document
    problems: Problems

    def read(self, data: Any, path: Path) -> Condition | None:
        """The condition, or nothing and its problems. A mapping with several keys means all of them."""
        if not isinstance(data, dict) or not data:
            return self._refuse(
                f"{shown(data)} is not a condition", path, "Write `attribute: word`, all, any, not or unless."
            )
        parts = [self._entry(key, value, (*path, key)) for key, value in data.items()]
        if None in parts:
            return None
        read = cast("list[Condition]", parts)
        return read[0] if len(read) == 1 else Condition(op="all", parts=tuple(read))

    def _entry(self, key: str, value: Any, path: Path) -> Condition | None:
        if key in ("all", "any"):
            return self._several(cast("Literal['all', 'any']", key), value, path)
        if key == "not":
            part = self.read(value, path)
            return part and Condition(op="not", parts=(part,))
        if key == "unless":
            return self._unless(value, path)
        attribute = self.attributes.get(key)
        if attribute is None:
            return self._refuse(f"the attribute {shown(key)} is not known.", path, nearest(key, self.attributes))
        return self._comparison(attribute, value, path)

    def _unless(self, data: Any, path: Path) -> Condition | None:
        """That none of the comparisons is known to hold: an open answer does not stand in the way."""
        if not isinstance(data, dict) or not data or {"all", "any", "not", "unless"} & set(data):
            return self._refuse("unless needs comparisons", path, "Write `unless: {attribute: word}`.")
        parts = [self._not_known_to_hold(key, value, (*path, key)) for key, value in data.items()]
        if None in parts:
            return None
        read = cast("list[Condition]", parts)
        return read[0] if len(read) == 1 else Condition(op="all", parts=tuple(read))

    def _not_known_to_hold(self, key: str, value: Any, path: Path) -> Condition | None:
        part = self._entry(key, value, path)
        if part is None:
            return None
        otherwise = Condition(op="not", parts=(part,))
        if self.attributes[key].kind == "derived" or value in ("known", "unknown"):
            return otherwise
        return Condition(op="any", parts=(Condition(op="unknown", attribute=key), otherwise))

    def _several(self, op: Literal["all", "any"], value: Any, path: Path) -> Condition | None:
        if not isinstance(value, list) or not value:
            return self._refuse(f"{op} needs a list of conditions", path, "An empty one would always hold.")
        parts = [self.read(part, (*path, i)) for i, part in enumerate(value)]
        return None if None in parts else Condition(op=op, parts=tuple(cast("list[Condition]", parts)))

    def _comparison(self, attribute: Attribute, value: Any, path: Path) -> Condition | None:
        if value in ("known", "unknown") and attribute.kind not in ("numbers", "levels"):
            if attribute.kind == "derived":
                return self._refuse("what rules derive is never unknown.", path, "Ask for a word, or `not` of it.")
            return Condition(op=cast("Literal['known', 'unknown']", value), attribute=attribute.name)
        if attribute.kind == "number":
            return self._ordering(attribute, value, path)
        if attribute.kind not in ("word", "words", "derived"):
            allowed = "only ask known or unknown of" if attribute.kind == "text" else "not read"
            return self._refuse(f"a rule can {allowed} {attribute.name}.", path, "")
        if isinstance(value, list) and value:
            parts = [self._word(attribute, word, (*path, i)) for i, word in enumerate(value)]
            return None if None in parts else Condition(op="any", parts=tuple(cast("list[Condition]", parts)))
        return self._word(attribute, value, path)

    def _word(self, attribute: Attribute, word: Any, path: Path) -> Condition | None:
        if not isinstance(word, str) or word not in attribute.words:
            message = f"{shown(word)} is not a word of {attribute.name}."
            return self._refuse(message, path, nearest(word, (*attribute.words, "known", "unknown"), limit=40))
        return Condition(op="is" if attribute.kind == "word" else "has", attribute=attribute.name, value=word)

    def _ordering(self, attribute: Attribute, value: Any, path: Path) -> Condition | None:
        if not isinstance(value, dict) or not value or not set(value) <= set(_ORDERINGS):
            return self._refuse(f"{attribute.name} is a number", path, "Write `{gte: 8}`, with lt, lte, gt or gte.")
        parts = []
        for op, number in value.items():
            if isinstance(number, bool) or not isinstance(number, (int, float)) or not abs(number) < _TOO_LARGE:
                return self._refuse(f"{shown(number)} is not a number to compare with.", (*path, op), "")
            parts.append(Condition(op=op, attribute=attribute.name, value=float(number)))
        return parts[0] if len(parts) == 1 else Condition(op="all", parts=tuple(parts))

    def _refuse(self, message: str, path: Path, hint: str) -> Condition | None:
        self.problems.add(message, self.document.place(path), hint)
        return None
