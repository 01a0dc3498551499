"""Holds predictions against the truth: pairs ordered right, Kendall's tau, ratios, regret, and what intervals cover.

    python tests/truth/report.py [--json]

By some of the models what predicts was mended, and the errors that widen the intervals (`errors` in
`probes/workloads/models.yaml`) are fitted; figures are reported of the others. Beside the prediction stand what it has
to beat: a matrix product alone, and the class at its default sizes.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from statistics import fmean, median
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from advisor.evidence.probing.workloads import of_profiles  # noqa: E402  (found by the line above)
from advisor.loading.probes import load_models  # noqa: E402
from advisor.model.probe import Models, Profile  # noqa: E402

RESULTS = HERE / "results"
APART = math.log(1.10)
"""Pairs whose true times differ by less are not asked for their order."""
NINETY = 1.645
REPORTED = ("qwen_finetune", "qwen_chat", "vit_train", "bottleneck_infer", "ppo_train", "heat_train")
"""The models that nothing was fitted to or mended by, written by authors who had not seen what predicts them."""


@dataclass(frozen=True)
class Guess:
    """The predicted logarithm of a time, and half of its 90 % interval."""

    time: float
    half: float = 0.0


Truth = Mapping[str, float]
Guesses = Mapping[str, Guess]


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    truth = truths()
    predictors: dict[str, Mapping[str, Guesses]] = {
        "predicted from its sizes": predictions(),
        "the class at default sizes": _by_class(truth, _load("default")),
        "a matrix product alone": dict.fromkeys(truth, _gemm(_load("default"))),
    }
    report = {
        half: {name: figures({k: truth[k] for k in keys}, guessed) for name, guessed in predictors.items()}
        for half, keys in halves(truth).items()
        if keys
    }
    if asked.json:
        print(json.dumps(report, indent=1))
        return
    for half, found in report.items():
        print(f"\n{half}")
        for name, each in found.items():
            print(f"  {name}: " + "; ".join(f"{word} {value}" for word, value in each.items()))
    print("\nby workload, predicted from its sizes: tau-b, regret, variants")
    for key, guesses in predictors["predicted from its sizes"].items():
        common = sorted(set(truth.get(key, {})) & set(guesses))
        if len(common) > 1:
            tau, lost = tau_b(truth[key], guesses, common), regret(truth[key], guesses, common)
            fastest = min(truth[key][name] for name in common)
            order = ", ".join(
                f"{name} {math.exp(truth[key][name] - fastest):.2f} ({math.exp(guesses[name].time):.2f})"
                for name in sorted(common, key=lambda name: truth[key][name])
            )
            print(f"  {key:22} {tau:6.2f} {lost:7.1%}  {order}")


def truths() -> dict[str, Truth]:
    """Workload to what its variants take end to end, the mean of every time that it was measured."""
    return {key: _mean([_true_times(run) for run in runs]) for key, runs in _load("truth").items()}


def predictions() -> dict[str, Guesses]:
    """Workload to what was predicted from its sizes."""
    return {key: _guesses(run["classes"], run["sd"], sd_of(key)) for key, (*_, run) in _load("predicted").items()}


def sd_of(key: str) -> float:
    """The error that the program now owns up to, of a workload of the truth set."""
    name, size = key.split()
    model = _truth_models()[name]
    sizes, domain = model["sizes"][size], model.get("domain", "")
    profile = Profile(name=key, workload_class=model["workload_class"], sizes=sizes, domain=domain)
    first = of_profiles(_models(), [profile])[0].workload
    return first.sd if first else 0.0


def halves(truth: Mapping[str, Truth]) -> dict[str, list[str]]:
    """Split the workloads by their models."""
    reported = [key for key in truth if key.split()[0] in REPORTED]
    return {"fitted on": [key for key in truth if key not in reported], "reported": reported, "all": list(truth)}


def figures(truth: Mapping[str, Truth], guessed: Mapping[str, Guesses]) -> dict[str, Any]:
    """Say how well times were guessed."""
    right, taus, of_apart, errors, lost, inside, scores = [], [], [], [], [], [], []
    for key, times in truth.items():
        guesses = guessed.get(key, {})
        common = sorted(set(times) & set(guesses))
        for one, other in combinations(common, 2):
            true, guess = times[one] - times[other], guesses[one].time - guesses[other].time
            half = math.hypot(guesses[one].half, guesses[other].half)
            if abs(true) > APART:
                right.append(true * guess > 0)
            errors.append(math.exp(abs(true - guess)) - 1)
            inside.append(abs(true - guess) <= half)
            scores.append((true - guess) ** 2)
        if len(common) > 1:
            taus.append(tau_b(times, guesses, common))
            if any(abs(times[one] - times[other]) > APART for one, other in combinations(common, 2)):
                of_apart.append(tau_b(times, guesses, common, APART))
            lost.append(regret(times, guesses, common))
    if not right:
        return {"pairs": 0}
    low, high = wilson(sum(right), len(right))
    return {
        "workloads": len(taus),
        "pairs": len(right),
        "right": f"{fmean(right):.1%} ({low:.1%} to {high:.1%})",
        "tau-b of those": f"{fmean(of_apart):.2f}, at worst {min(of_apart):.2f}",
        "tau-b of all pairs": f"{fmean(taus):.2f}, at worst {min(taus):.2f}",
        "ratio error": f"{median(errors):.1%}, 90th percentile {percentile(errors, 0.9):.0%}",
        "regret": f"{fmean(lost):.1%}, at worst {max(lost):.0%}",
        "inside the 90 % interval": f"{fmean(inside):.1%}",
        "sd of log ratios": f"{math.sqrt(fmean(scores)):.2f}",
    }


def tau_b(times: Truth, guesses: Guesses, names: Sequence[str], apart: float = 0.0) -> float:
    """Kendall's tau-b of the pairs whose true times differ by more than `apart`, in logarithms.

    Of those nothing is tied, so that it is tau-a unless two guesses are equal.
    """
    pairs = [
        (times[one] - times[other], guesses[one].time - guesses[other].time) for one, other in combinations(names, 2)
    ]
    told = [(true, guess) for true, guess in pairs if abs(true) > apart or not apart]
    concordant = sum((true * guess > 0) - (true * guess < 0) for true, guess in told)
    tied_true, tied_guess = sum(true == 0 for true, _ in told), sum(guess == 0 for _, guess in told)
    return concordant / (math.sqrt((len(told) - tied_true) * (len(told) - tied_guess)) or 1.0)


def regret(times: Truth, guesses: Guesses, names: Sequence[str]) -> float:
    """How much longer the one takes that was guessed to be the fastest."""
    chosen = min(names, key=lambda name: guesses[name].time)
    return math.exp(times[chosen] - min(times[name] for name in names)) - 1


def wilson(right: int, number: int) -> tuple[float, float]:
    """The 95 % interval of a share: Wilson, Probable inference, 1927."""
    z, share = 1.96, right / number
    middle = share + z**2 / (2 * number)
    half = z * math.sqrt(share * (1 - share) / number + z**2 / (4 * number**2))
    return (middle - half) / (1 + z**2 / number), (middle + half) / (1 + z**2 / number)


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def _load(what: str) -> dict[str, Any]:
    file = RESULTS / f"{what}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _mean(runs: Sequence[Truth]) -> Truth:
    """Average logarithms of times; what only some runs have is compared with what all of them have."""
    common = set.intersection(*(set(run) for run in runs))
    level = [fmean(run[name] for name in common) if common else 0.0 for run in runs]
    found: dict[str, list[float]] = {}
    for run, zero in zip(runs, level, strict=True):
        for name, time in run.items():
            found.setdefault(name, []).append(time - zero)
    return {name: fmean(times) for name, times in found.items()}


def _true_times(entry: Mapping[str, Any]) -> dict[str, float]:
    return {
        name.partition(": ")[2]: result["paired"]
        for name, result in entry["results"].items()
        if result["outcome"] == "ok" and result["paired"] is not None
    }


def _guesses(classes: Iterable[Mapping[str, Any]], sd: float, now: float) -> dict[str, Guess]:
    return {each["variant"]: Guess(math.log(each["time"]), _half(each["interval"], sd, now)) for each in classes}


def _half(interval: Sequence[float], sd: float, now: float) -> float:
    """Half of an interval with the error of today in the place of the one that it was measured with."""
    half = math.log(interval[1] / interval[0]) / 2 / NINETY
    rounds = math.sqrt(max(0.0, half**2 - sd**2 / 2))
    return NINETY * math.hypot(rounds, now / math.sqrt(2))


def _by_class(truth: Iterable[str], default: Mapping[str, Any]) -> dict[str, Guesses]:
    models, entry = _truth_models(), _latest(default)
    classes, sd, now = entry.get("classes", []), entry.get("sd", 0.0), _models().errors.unknown
    return {
        key: _guesses(
            (each for each in classes if each["workload_class"] == models[key.split()[0]]["workload_class"]), sd, now
        )
        for key in truth
    }


def _latest(default: Mapping[str, Any]) -> Mapping[str, Any]:
    latest: Mapping[str, Any] = default.get("default", [{}])[-1]
    return latest


@cache
def _truth_models() -> Mapping[str, Any]:
    models: Mapping[str, Any] = yaml.safe_load((HERE / "models.yaml").read_text(encoding="utf-8"))["models"]
    return models


@cache
def _models() -> Models:
    return load_models(HERE.parents[1] / "probes" / "workloads" / "models.yaml")


def _gemm(default: Mapping[str, Any]) -> dict[str, Guess]:
    results = _latest(default).get("results", {})
    return {
        name.partition(": ")[2]: Guess(result["paired"])
        for name, result in results.items()
        if name.startswith("gemm: ") and result["paired"] is not None
    }


if __name__ == "__main__":
    main()
