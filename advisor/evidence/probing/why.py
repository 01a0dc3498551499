"""Why a variant takes as long as it does: what its step consists of, and the probe that times that alone.

What a step consists of was traced once, in one framework (`composition.yaml`); how long each kind of operation takes in
this variant, against the variant that is quickest at it, was measured beside it. Their product says where the time
goes, roughly: enough for a sentence, not for a prediction.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from advisor.frozen import dataclass, replace
from advisor.model.measurement import ClassResult, ProbeResult
from advisor.model.probe import Composition

CHAIN = "dispatch"
"""The probe whose time is that of `LINKS` operations and hardly anything else."""
LINKS = 101
CALLS = 0.3
"""From this share of a step on, starting operations is what bounds it."""
SLOW = 1.5
"""One kind of operation is slow that takes so many times as long as elsewhere."""
MUCH = 0.3
"""Share of a step that is worth naming."""
MEMORY = frozenset({"stream", "normalise", "reduction", "gather", "scatter", "optimiser"})
"""Kinds that read and write more than they compute."""
SAID = {
    "gemm": "matrix products",
    "conv": "convolutions",
    "attention": "attention",
    "stream": "passes over whole arrays",
    "normalise": "normalisation and softmax",
    "reduction": "sums over arrays",
    "gather": "looking up rows",
    "scatter": "adding to rows",
    "optimiser": "the update of parameters",
}
COMPILING_S = 10.0
"""A first step that takes longer is worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kind of operation in a variant's step."""

    kind: str
    share: float
    """Of the step, as far as it is known what that consists of."""
    slower: float
    """How many times as long as in the variant that is quickest at it."""


def explained(
    classes: Iterable[ClassResult], results: Sequence[ProbeResult], composition: Mapping[str, Composition]
) -> tuple[ClassResult, ...]:
    """Give every result the sentence that says why, and the probe that shows it, where that is known."""
    good = [result for result in results if result.outcome == "ok" and result.track == "matched"]
    return tuple(_explained(result, good, composition) for result in classes)


def _explained(result: ClassResult, good: Sequence[ProbeResult], composition: Mapping[str, Composition]) -> ClassResult:
    mine = {r.probe: r for r in good if (r.framework, r.variant) == (result.framework, result.variant)}
    steps = [mine[probe] for probe in result.probes if probe in mine]
    if len(steps) != 1 or not steps[0].value:
        return replace(result, why=_compiling(result, 0.0).strip())
    step = steps[0]
    # What a step consists of was traced at default sizes, and is of no others.
    consists = None if result.sizes else composition.get(step.function or step.probe)
    said, probe = _bound(step, consists, mine, good) if consists else ("", "")
    return replace(result, why=f"{said}{_compiling(result, step.value or 0.0)}".strip(), shown_by=probe)


def _bound(
    step: ProbeResult, consists: Composition, mine: Mapping[str, ProbeResult], good: Sequence[ProbeResult]
) -> tuple[str, str]:
    """Say what bounds a step, and the probe that shows it; nothing where too little was measured."""
    chain = mine.get(CHAIN)
    if chain and chain.value and step.value:
        each = chain.value / LINKS
        if (share := each * consists.launches / step.value) >= CALLS:
            often = f"{consists.launches} operations a step at {each * 1e6:.2g} us each"
            return f"Bound by dispatch: {often} are {min(share, 1):.0%} of it.", CHAIN
    parts = _parts(consists, mine, good)
    if not parts:
        return "", ""
    slow = max(parts, key=lambda part: part.share * (1 - 1 / part.slower))
    if slow.slower >= SLOW and slow.share >= MUCH:
        said = f"{SAID[slow.kind]} take {slow.slower:.1f} times as long as in the quickest"
        return f"Bound by one slow kernel: {said}, {slow.share:.0%} of its step.", slow.kind
    most = max(parts, key=lambda part: part.share)
    bound = "memory" if most.kind in MEMORY else "arithmetic"
    return f"Bound by {bound}: {SAID[most.kind]} are {most.share:.0%} of its step.", most.kind


def _parts(consists: Composition, mine: Mapping[str, ProbeResult], good: Sequence[ProbeResult]) -> list[Part]:
    """Weigh what a step consists of by how slow this variant is at each; nothing where most of it was not measured."""
    weighed: dict[str, tuple[float, float]] = {}
    for kind, share in consists.shares.items():
        own = mine.get(kind)
        if own is None or own.paired is None:
            continue
        rivals = [r.paired for r in good if r.probe == kind and r.device == own.device and r.paired is not None]
        slower = math.exp(own.paired - min(rivals))
        weighed[kind] = share * slower, slower
    known = sum(consists.shares[kind] for kind in weighed)
    if known < sum(consists.shares.values()) / 2:
        return []
    total = sum(time for time, _ in weighed.values())
    return [Part(kind=kind, share=time / total, slower=slower) for kind, (time, slower) in weighed.items()]


def _compiling(result: ClassResult, step_s: float) -> str:
    if result.first_step_s < COMPILING_S:
        return ""
    often = f", as long as {result.first_step_s / step_s:,.0f} later ones" if step_s else ""
    return f" Its first step, compiling included, takes {result.first_step_s:.0f} s{often}."
