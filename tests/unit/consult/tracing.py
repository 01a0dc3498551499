"""Advisers that keep what their engines said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from consulting import base, checked

from advisor.consult.adviser import Adviser
from advisor.inference.engine import Compile, Engine, Kinds
from advisor.intake.situation import clashes, complete
from advisor.model.rule import Rule
from advisor.model.trace import Facts, Trace


class Kept:
    """An engine that keeps each of its traces."""

    def __init__(self, engine: Engine, traces: list[Trace]) -> None:
        self.name = engine.name
        self._engine = engine
        self._traces = traces

    def consult(self, facts: Facts, *, premises: bool = True) -> Trace:
        trace = self._engine.consult(facts, premises=premises)
        self._traces.append(trace)
        return trace

    def consult_each(self, shared: Facts, each: Sequence[Facts], *, premises: bool = True) -> list[Trace]:
        traces = self._engine.consult_each(shared, each, premises=premises)
        self._traces += traces
        return traces

    def close(self) -> None:
        self._engine.close()


class Traced:
    """An adviser over the real knowledge base, and what its engines said of the last situation."""

    def __init__(self, compile_rules: Compile, *, single: bool = False) -> None:
        self.traces: list[Trace] = []
        self.compiled: list[int] = []
        """How many rules each rulebook had that was compiled."""
        self._compile = compile_rules
        self.adviser = Adviser(base(), self._compile_kept, single)

    def _compile_kept(self, rules: tuple[Rule, ...], kinds: Kinds) -> Engine:
        self.compiled.append(len(rules))
        return Kept(self._compile(rules, kinds), self.traces)

    def tell(self, raw: Mapping[str, Any]) -> list[Trace]:
        """What the engines say of these answers: of the situation, of the options and of the verdict, in this order.

        Options of which rules read the same are asked about once.
        """
        self.traces.clear()
        self.adviser.judge.judged.clear()
        answers = checked(raw)
        self.adviser.consult(
            complete(answers, base().vocabulary, None), clashes=clashes(answers, base().vocabulary, None)
        )
        return list(self.traces)


@contextmanager
def traced(compile_rules: Compile, *, single: bool = False) -> Iterator[Traced]:
    """An adviser that gives back what its engines hold."""
    found = Traced(compile_rules, single=single)
    try:
        yield found
    finally:
        found.adviser.close()
