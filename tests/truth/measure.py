"""Measures the truth set, and predicts it: run by hand, on a quiet machine, with every framework installed.

    python tests/truth/measure.py truth|predicted|default [--again] [--only WORD,...]
        [--frameworks A,B/VARIANT,...] [--python FRAMEWORK=INTERPRETER ...]

`truth` times the models of this folder end to end, `predicted` predicts them as `advisor probe --profiles` does, from
their sizes, and `default` predicts every class at its default sizes. What is found goes into `results/`, one file for
each, where it replaces what was found before of the same workloads, or stands beside it by `--again`: of processes that
do the same one may have better luck than another with memory and with cores, so that the truth is the mean of some.
`--only small,gpt_train large` takes the workloads whose name has one of these in it. `report.py` holds the two against
each other.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
sys.path.insert(0, str(CHECKOUT))

from advisor.evidence.probing import run as probing  # noqa: E402  (found by the line above)
from advisor.evidence.probing import workloads  # noqa: E402
from advisor.evidence.probing.plan import CANARY, Limits, Plan, Progress, offers  # noqa: E402
from advisor.loading.probes import load_definitions, load_models  # noqa: E402
from advisor.model.measurement import Measurements  # noqa: E402
from advisor.model.probe import ProbeDefinition, Profile, Workload  # noqa: E402

PROBES = CHECKOUT / "probes"
RESULTS = HERE / "results"
TRUTH_S, PREDICTED_S, START_S = 240.0, 60.0, 60.0
"""Budget of a workload end to end, predicted, and of starting."""


def main() -> None:
    """Measure one workload after the other, each in processes of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["truth", "predicted", "default"])
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--frameworks", default="")
    parser.add_argument("--python", action="append", default=[], metavar="FRAMEWORK=INTERPRETER")
    asked = parser.parse_args()
    only = [word for word in asked.only.split(",") if word]
    interpreters = dict(each.split("=", 1) for each in asked.python)
    wished = tuple(name for name in asked.frameworks.split(",") if name)
    if asked.what == "truth" and not wished:  # who is named is compiled, however hopeless
        wished = tuple(offer.name for name, variants in offers(PROBES).items() if name != CANARY for offer in variants)
    for key, definitions, limits, budget_s in _runs(asked.what, only):
        plan = Plan(
            probes=PROBES,
            added=(HERE,) if asked.what == "truth" else (),
            definitions=definitions,
            frameworks=wished,
            interpreters=interpreters,
            suite="full",
            device="cpu",
            budget_s=budget_s,
            limits=limits,
        )
        found = probing.run(plan, _tell)
        _keep(asked.what, key, found, definitions[0], again=asked.again)
        times = ", ".join(f"{c.framework}/{c.variant} {c.relative_time:.2f}" for c in found.classes)
        print(f"{key}: {times} ({found.elapsed_s:.0f} s)", flush=True)


def _runs(what: str, only: list[str]) -> Iterator[tuple[str, tuple[ProbeDefinition, ...], Limits, float]]:
    models = load_models(PROBES / "workloads" / "models.yaml")
    if what == "default":
        gemm = tuple(each for each in load_definitions(PROBES / "definitions") if each.id == "gemm")
        definitions = (*workloads.by_default(models), *gemm)
        yield "default", definitions, Limits(), START_S + PREDICTED_S * len(definitions)
        return
    for name, model in yaml.safe_load((HERE / "models.yaml").read_text(encoding="utf-8"))["models"].items():
        for size, sizes in model["sizes"].items():
            key = f"{name} {size}"
            if only and not any(word in key for word in only):
                continue
            workload_class = model["workload_class"]
            if what == "truth":
                definition = ProbeDefinition(
                    id=key,
                    function=name,
                    version=1,
                    title=model["title"],
                    motivation="",
                    sizes={"cpu": sizes},
                    tolerance=0.5,
                    bound="bandwidth",
                    workload=Workload(name=key, workload_class=workload_class, sizes=sizes),
                )
                limits = Limits(start_s=90.0, prepare_s=150.0, measure_s=60.0, rounds_s=25.0)
                yield key, (definition,), limits, START_S + TRUTH_S
            else:
                profile = Profile(name=key, workload_class=workload_class, sizes=sizes, domain=model.get("domain", ""))
                yield key, workloads.of_profiles(models, [profile]), Limits(start_s=90.0), START_S + PREDICTED_S


def _keep(what: str, key: str, found: Measurements, definition: ProbeDefinition, *, again: bool) -> None:
    """Write down what a report needs, beside what was found of other workloads."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{what}.json"
    kept: dict[str, list[dict[str, Any]]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    run = {
        "measured": found.measured,
        "cpu": found.machine.cpu,
        "cores": found.machine.cores,
        "quiet": found.machine.quiet,
        "elapsed_s": round(found.elapsed_s, 1),
        "sd": definition.workload.sd if definition.workload else 0.0,
        "versions": {f"{run.framework}/{run.variant}": run.version for run in found.frameworks if run.version},
        "results": {
            f"{result.probe}: {result.framework}/{result.variant}": {
                "seconds": result.value,
                "paired": result.paired,
                "error": result.paired_error,
                "first_s": result.first_s,
                "outcome": result.outcome,
                "reason": result.reason,
            }
            for result in found.results
        },
        "classes": [
            {
                "workload_class": each.workload_class,
                "variant": f"{each.framework}/{each.variant}",
                "time": each.relative_time,
                "interval": each.interval,
            }
            for each in found.classes
        ],
    }
    kept[key] = [*(kept.get(key, []) if again else []), run]
    file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _tell(event: Progress, /) -> None:
    if event.kind == "measured":
        said = (f"{r.framework}/{r.variant} {r.value or 0:.4f} {r.outcome} {r.reason[:60]}" for r in event.results)
        print(f"  {event.probe}: " + "; ".join(said), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
