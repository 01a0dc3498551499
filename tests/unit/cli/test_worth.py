"""Before an answer only that is measured which could change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.cli.session import open_session
from advisor.cli.worth import ALL, Worth, at_hand, worth_measuring
from advisor.frozen import replace
from advisor.loading.answers import check_answers
from advisor.loading.problems import Problems
from advisor.model.answers import Answers
from advisor.model.measurement import Accelerator, ClassResult, FrameworkRun, Machine, Measurements
from advisor.session import Session

CLOSE = {
    "domain": "rl",
    "task": "train",
    "needs": ["population_vmap"],
    "train_hw": "nvidia_gpu",
    "train_os": "linux",
}
CLEAR = {"domain": "llm", "task": "pretrain", "train_hw": "google_tpu", "train_os": "linux", "existing_code": "jax"}


def asked(raw: Mapping[str, Any], kept: Measurements | None = None, session: Session | None = None) -> Worth | None:
    one = session or open_session()
    return worth_measuring(one, checked(raw, one), kept)


def checked(raw: Mapping[str, Any], session: Session) -> Answers:
    problems = Problems()
    answers = check_answers(raw, session.base.vocabulary, [c.id for c in session.base.criteria], str, problems)
    problems.settle()
    return answers


def measured(workload_class: str, **sizes: int) -> Measurements:
    result = ClassResult(
        name="default",
        workload_class=workload_class,
        framework="jax",
        variant="jit",
        relative_time=1.0,
        interval=(0.9, 1.1),
        first_step_s=1.0,
        utilisation=0.2,
        sizes=sizes,
    )
    machine = Machine(fingerprint="f", os="linux", arch="x86_64", cpu="made up", cores=2, memory_gb=8.0)
    run = FrameworkRun(framework="jax", variant="jit", version="1", device="cpu", python="", outcome="ok")
    return Measurements(
        id="m",
        measured="2026-01-01T00:00:00Z",
        machine=machine,
        frameworks=(run,),
        results=(),
        classes=(result,),
        elapsed_s=1.0,
    )


def test_the_options_that_speed_could_put_first_are_measured_on_the_work_at_hand() -> None:
    worth = asked(CLOSE)
    assert worth is not None
    assert worth.classes == ("rl",)
    assert "jax" in worth.options
    assert len(worth.options) > 1
    assert len(worth.options) < len(open_session().base.frameworks)


def test_the_work_at_hand_has_the_sizes_and_the_domain_of_the_answers() -> None:
    session = open_session()
    raw: dict[str, Any] = {"domain": "nlp", "task": "finetune", "sizes": {"batch": 4}}
    (work,) = at_hand(session, checked(raw, session))
    assert (work.workload_class, work.domain, work.sizes) == ("llm_train", "nlp", {"batch": 4})
    assert at_hand(session, checked({"domain": "nlp", "task": "finetune"}, session)) == ()


def test_where_no_speed_unseats_the_first_nothing_is_measured() -> None:
    assert asked(CLEAR) is None


def test_what_was_measured_is_not_measured_again_unless_other_sizes_are_asked_for() -> None:
    assert asked(CLOSE, measured("rl")) is None
    assert asked(CLOSE, measured("vision_train")) is not None
    assert asked({**CLOSE, "sizes": {"batch": 4}}, measured("rl")) is not None
    assert asked({**CLOSE, "sizes": {"batch": 4}}, measured("rl", batch=4)) is None


def test_a_batch_is_not_looked_through() -> None:
    assert asked({}) == ALL
    assert asked({}, measured("rl")) is None


def test_what_follows_from_the_answers_and_the_machine_counts_as_if_it_were_answered() -> None:
    laptop = {"train_hw": "apple_gpu", "train_os": "macos_arm64"}
    work = {"domain": "cv", "task": "train"}
    told = asked({**work, **laptop})
    assert told is not None
    assert asked({**work, "accelerator": "m3_max"}) == told
    card = Accelerator(vendor="apple_gpu", name="made up", memory_gb=16.0)
    machine = Machine(
        fingerprint="f", os="macos_arm64", arch="arm64", cpu="made up", cores=8, memory_gb=16.0, accelerators=(card,)
    )
    here = replace(open_session(), machine=machine)
    assert asked({**work, "here": ["develop", "train"]}, session=here) == told
    assert worth_options(told) < worth_options(asked(work))


def worth_options(worth: Worth | None) -> frozenset[str]:
    """The options that are worth measuring."""
    return frozenset(worth.options) if worth is not None else frozenset()


def test_without_a_class_of_work_there_is_nothing_to_measure() -> None:
    assert asked({"domain": "general"}) is None
