"""What is known to lead durable-rules astray, tried through the fence that keeps it exact."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from inference_making import KINDS, all_, any_, has, is_, known, not_, order, rule, unknown

from advisor.inference import durable, plain
from advisor.inference.durable import DurableEngine
from advisor.inference.rulebook import read_rulebook
from advisor.model.trace import Facts, Trace

pytestmark = pytest.mark.skipif(not durable.available(), reason="durable-rules does not load here")

RULES = (
    rule("A", any_(is_("os", "linux"), order("memory", "gte", 8)), {"need": "speed"}),
    rule("B", all_(has("need", "speed"), unknown("chip")), {"risk": "high"}),
    rule("C", not_(has("risk", "high")), {"tier": "one"}),
    rule("D", all_(not_(has("tier", "one")), known("note"), not_(has("tasks", "vision")))),
)
FACTS: Facts = {"os": "linux", "memory": 9.5, "tasks": frozenset({"text"}), "note": "x" * 70_000}
USED = {
    "create_ruleset",
    "assert_fact",
    "start_action_for_state",
    "complete_and_start_action",
    "delete_state",
    "delete_ruleset",
}


def expected() -> Trace:
    trace = plain.compile_rules(RULES, KINDS).consult(FACTS)
    assert [firing.rule for firing in trace.firings] == ["A", "A", "B", "D"]
    return trace


class Watched:
    """The core, with every call noted, and one of them interrupted."""

    def __init__(self, core: Any) -> None:
        self.core = core
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.interrupt: tuple[int, bool] | None = None
        """The number of the call, and whether it is made before the interrupt comes."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self.calls.append((name, arguments))
            number, made = self.interrupt or (0, False)
            if number != len(self.calls):
                return getattr(self.core, name)(*arguments)
            if made:
                getattr(self.core, name)(*arguments)
            raise KeyboardInterrupt

        return call

    def facts(self) -> list[dict[str, Any]]:
        return [json.loads(arguments[1]) for name, arguments in self.calls if name == "assert_fact"]


@pytest.fixture
def engine() -> Iterator[DurableEngine]:
    engine = DurableEngine(read_rulebook(RULES, KINDS))
    yield engine
    engine.close()


@pytest.fixture
def core(engine: DurableEngine) -> Watched:
    watched = Watched(engine._core)
    engine._core = watched
    return watched


def test_only_the_safe_part_of_the_core_is_used(engine: DurableEngine, core: Watched) -> None:
    assert engine.consult(FACTS) == expected()
    engine.close()
    assert {name for name, _ in core.calls} == USED - {"create_ruleset"}


def test_no_thread_is_started_and_no_python_layer_imported(engine: DurableEngine) -> None:
    threads = threading.active_count()
    engine.consult(FACTS)
    assert threading.active_count() == threads
    assert "durable.engine" not in sys.modules


def test_rules_are_positive_conjunctions_in_which_a_fact_may_serve_twice(engine: DurableEngine) -> None:
    rules = json.loads(engine.definition)
    assert {"A#0", "B#0", "C#0", "D#0"} == {name for name in rules if not name.startswith("$")}
    assert all(body["dist"] == 0 for name, body in rules.items() if not name.startswith("$"))
    assert "$not" not in engine.definition
    assert "$nex" not in engine.definition
    assert "$mt" not in engine.definition


def test_the_first_message_of_a_session_gives_it_something_to_do(engine: DurableEngine, core: Watched) -> None:
    engine.consult({})
    assert [name for name, _ in core.calls[:3]] == [
        "assert_fact",
        "start_action_for_state",
        "complete_and_start_action",
    ]
    assert core.facts()[0] == {"id": "open", "sid": "s1", "open": 1}


def test_the_core_hears_no_text_of_the_user_and_only_whole_numbers(engine: DurableEngine, core: Watched) -> None:
    engine.consult({"os": "secret", "tasks": frozenset({"secret", "\ud800"}), "note": "secret", "memory": 1e-9})
    told = core.facts()[1:]
    assert {value for fact in told for value in fact.values() if isinstance(value, float)} == set()
    assert "secret" not in json.dumps(told)
    assert [fact for fact in told if "k" not in fact] == [
        {"id": "0", "sid": "s1", "given": 0, "part": 1},
        {"id": "1", "sid": "s1", "given": 0, "part": 2},
    ]


def test_the_core_is_told_once_of_what_rules_ask_for_together_and_not_of_what_none_can_hold_on() -> None:
    linux = all_(is_("os", "linux"), known("chip"))
    rules = (rule("A", linux, {"need": "speed"}), rule("B", linux), rule("C", all_(linux, has("tasks", "vision"))))
    engine = DurableEngine(read_rulebook(rules, KINDS))
    engine._core = core = Watched(engine._core)
    assert [firing.rule for firing in engine.consult({"os": "linux", "chip": "m1"}).firings] == ["A", "B"]
    assert [fact for fact in core.facts() if "given" in fact] == [{"id": "0", "sid": "s1", "given": 0, "part": 0}]


def test_hundreds_of_parts_are_told_under_several_numbers() -> None:
    rules = tuple(rule(f"R{i:03}", all_(is_("os", f"w{i % 20}"), is_("chip", f"c{i // 20}"))) for i in range(240))
    engine = DurableEngine(read_rulebook(rules, KINDS))
    for i in (0, 99, 100, 239):
        facts: Facts = {"os": f"w{i % 20}", "chip": f"c{i // 20}"}
        assert [firing.rule for firing in engine.consult(facts).firings] == [f"R{i:03}"]


@pytest.mark.parametrize("word", ["12", "1e-07", "true", "null", "$open", "id", 'a"b', "a\\", "{}", "'", "\u65e5"])
def test_a_word_that_looks_like_something_else_is_a_word(word: str) -> None:
    engine = durable.compile_rules((rule(word, all_(is_("os", word), not_(is_("chip", word)))),), KINDS)
    assert [firing.rule for firing in engine.consult({"os": word, "chip": f"{word} "}).firings] == [word]
    assert engine.consult({"os": f"{word} ", "chip": "x"}).firings == ()
    assert engine.consult({"os": word * 65_537, "chip": "x"}).firings == ()


@pytest.mark.parametrize("name", ["id", "sid", "k", "open", "never", "$s", "$time", "state", 'quo"te'])
def test_an_attribute_may_have_any_name(name: str) -> None:
    engine = durable.compile_rules((rule("R", known(name)),), {name: "word"})
    assert len(engine.consult({name: "open"}).firings) == 1
    assert engine.consult({}).firings == ()


@pytest.mark.parametrize("number", [0, -0.0, 1e-9, -1e-9, 9.9e-5, 1e-7, 0.1 + 0.2, 1e14, -1e14, 2**40])
def test_numbers_compare_as_in_the_reference(number: float) -> None:
    rules = tuple(
        rule(f"{op}{threshold}", order("memory", op, threshold))
        for op in ("lt", "lte", "gt", "gte")
        for threshold in (-1e14, -1e-9, 0, 0.0001, 0.3, 2**40, 1e14)
    )
    answers = [
        compile_rules(rules, KINDS).consult({"memory": number})
        for compile_rules in (plain.compile_rules, durable.compile_rules)
    ]
    assert answers[0] == answers[1]
    assert len(answers[0].firings) >= 14


@pytest.mark.parametrize("made", [False, True], ids=["before", "after"])
def test_an_interrupt_at_any_call_comes_out_and_the_next_consultation_is_right(
    engine: DurableEngine, core: Watched, *, made: bool
) -> None:
    engine.consult(FACTS)
    calls = len(core.calls)
    for number in range(1, calls + 1):
        core.calls.clear()
        core.interrupt = (number, made)
        with pytest.raises(KeyboardInterrupt):
            engine.consult(FACTS)
        core.interrupt = None
        assert engine.consult(FACTS) == expected()


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError, ValueError])
def test_an_exception_while_rules_fire_comes_out_as_it_is(
    engine: DurableEngine, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("advisor.inference.durable.Firing", fail)
        with pytest.raises(error):
            engine.consult(FACTS)
    assert engine.consult(FACTS) == expected()
    assert engine._sessions == 0


def test_an_answer_that_is_not_expected_is_an_error(engine: DurableEngine, core: Watched) -> None:
    genuine = core.core.assert_fact

    class Refusing:
        def __getattr__(self, name: str) -> Any:
            return getattr(core.core, name)

        def assert_fact(self, handle: int, fact: str) -> tuple[int, int]:
            code, place = genuine(handle, fact)
            return (1 if '"part":1' in fact else code), place

    engine._core = Refusing()
    with pytest.raises(RuntimeError, match=r'durable-rules answered 1 to .*"part":1'):
        engine.consult(FACTS)
    engine._core = core.core
    assert engine.consult(FACTS) == expected()


def test_a_rule_that_fires_twice_is_an_error(engine: DurableEngine) -> None:
    class Repeating:
        match: str | None = None

        def __getattr__(self, name: str) -> Any:
            return getattr(genuine, name)

        def start_action_for_state(self, handle: int, place: int) -> Any:
            started = genuine.start_action_for_state(handle, place)
            self.match = started and started[1]
            return started

        def complete_and_start_action(self, handle: int, place: int) -> str | None:
            self.match = genuine.complete_and_start_action(handle, place) or self.match
            return self.match

    genuine = engine._core
    engine._core = Repeating()
    with pytest.raises(RuntimeError, match=r"durable-rules fired A#0 twice"):
        engine.consult(FACTS)
    engine._core = genuine
    assert engine.consult(FACTS) == expected()


def test_lost_sessions_are_counted_and_stop_short_of_the_limit_of_the_core(
    engine: DurableEngine, core: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "MOST_SESSIONS", 2)
    for _ in range(2):
        core.calls.clear()
        core.interrupt = (1, True)
        with pytest.raises(KeyboardInterrupt):
            engine.consult(FACTS)
    with pytest.raises(RuntimeError, match="Too many consultations of this engine were interrupted"):
        engine.consult(FACTS)


def test_consultations_leave_nothing_behind(engine: DurableEngine) -> None:
    traces = [engine.consult(FACTS) for _ in range(1100)]
    assert traces == [expected()] * 1100
    assert engine.consult({}) == plain.compile_rules(RULES, KINDS).consult({})


def test_engines_come_and_go() -> None:
    for _ in range(20):
        engine = durable.compile_rules(RULES, KINDS)
        assert engine.consult(FACTS) == expected()
        engine.close()


def test_several_engines_stand_beside_each_other(engine: DurableEngine) -> None:
    other = durable.compile_rules((rule("A", known("os")),), KINDS)
    assert [firing.rule for firing in other.consult(FACTS).firings] == ["A"]
    assert engine.consult(FACTS) == expected()
    other.close()
    assert engine.consult(FACTS) == expected()


def test_eight_threads_share_an_engine(engine: DurableEngine) -> None:
    reference = plain.compile_rules(RULES, KINDS)
    situations: list[Facts] = [FACTS, {}, {"memory": 8}, {"os": "linux", "chip": "m1"}] * 100
    with ThreadPoolExecutor(8) as pool:
        traces = list(pool.map(engine.consult, situations))
    assert traces == [reference.consult(facts) for facts in situations]


def test_the_definition_stays_as_it_is(engine: DurableEngine) -> None:
    before = engine.definition
    engine.consult(FACTS)
    assert engine.definition == before == DurableEngine(read_rulebook(RULES, KINDS)).definition


def test_a_core_that_does_not_load_is_not_available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    assert not durable.available()
    with pytest.raises(ImportError):
        durable.compile_rules(RULES, KINDS)
