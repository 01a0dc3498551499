"""About how long a choice of what to measure takes is said before it is made."""

from __future__ import annotations

from pathlib import Path

from advisor.evidence.probing.interpreters import Located
from advisor.evidence.probing.plan import Limits, Offer, Plan
from advisor.frozen import replace
from advisor.inquiry import prospect
from advisor.model.probe import ProbeDefinition, Workload

GEMM = ProbeDefinition(
    id="gemm", version=1, title="t", motivation="m", sizes={"cpu": {"width": 8}}, tolerance=1e-5, variants=("a/eager",)
)
EVERYONES = replace(GEMM, id="stream", variants=())


def located(framework: str, *, slowly: bool) -> Located:
    variant = "compiled" if slowly else "eager"
    offer = Offer(
        framework=framework,
        variant=variant,
        files=(),
        modules=(),
        install="",
        environment={},
        left_out={},
        slowly=slowly,
    )
    return Located(offer=offer, interpreter="python")


def takes(*definitions: ProbeDefinition, budget_s: float = 900.0, slowly: bool = False) -> float:
    plan = Plan(probes=Path(), definitions=definitions, budget_s=budget_s)
    return prospect.way("full", plan, (located("a", slowly=False), located("b", slowly=slowly))).usual_s


def test_a_probe_costs_nobody_that_it_is_not_for() -> None:
    assert takes(GEMM) < takes(EVERYONES) < takes(GEMM, EVERYONES)
    assert takes(GEMM, slowly=True) == takes(GEMM)


def test_single_operations_may_have_fewer_rounds_than_whole_models() -> None:
    model = replace(EVERYONES, workload=Workload(name="default", workload_class="llm_train"))
    few = Plan(probes=Path(), definitions=(), limits=Limits(rounds_s=3, operation_s=1))
    assert [few.limits.all_rounds_s(each) for each in (EVERYONES, model)] == [1, 3]
    assert Limits(rounds_s=3).all_rounds_s(EVERYONES) == 3
    operations, models = (
        prospect.way("full", replace(few, definitions=(each,)), (located("a", slowly=False),)).usual_s
        for each in (EVERYONES, model)
    )
    assert operations < models


def test_who_compiles_for_long_costs_more_and_the_budget_is_the_most() -> None:
    assert takes(EVERYONES, slowly=True) > takes(EVERYONES)
    assert takes(EVERYONES, slowly=True, budget_s=5) == 5
