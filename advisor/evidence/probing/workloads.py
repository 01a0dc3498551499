"""From workloads to probes: which whole model stands for each, how large it is, and what there may be fewer of.

Shapes are the workload's own, since the order of frameworks changes with them; what merely repeats the same shapes,
layers and steps, is made fewer. What a step costs once is not made fewer with them: a model is timed at two depths, and
extrapolated to the workload's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from advisor.frozen import dataclass, replace
from advisor.model.probe import DEFAULT, Errors, Model, Models, ProbeDefinition, Profile, Workload

FIRST = -100
"""Priority of the first of them: whole models come before any single operation."""
BOTTLENECK = 50
"""From so many layers on, the blocks of a residual network have a bottleneck: He et al., Deep residual learning for
image recognition, 2016, table 1."""
INNER = frozenset({"stages", "blocks", "bottleneck", "acts", "patch"})
"""Words of models that follow from others, or from none."""
GIVES = {"stages": "depth", "patch": "sequence"}
"""Word that follows from another to the one that it follows from, where somebody gives that."""
LARGE_NETWORKS = (18, 34)
"""Depths, below that, of the networks for large images in the same table: four stages. Others, for small images, have
three: section 4.2."""


def by_default(models: Models) -> tuple[ProbeDefinition, ...]:
    """Give a probe of every model at its default sizes."""
    probes = []
    usual = [(name, model) for name, model in models.models.items() if model.default]
    for number, (name, model) in enumerate(usual):
        sd = models.errors.unknown
        workload = Workload(name=DEFAULT, workload_class=model.workload_class, sd=sd, reach=model.reach)
        probes.append(_probe(name, model, workload, FIRST + number))
    return tuple(probes)


def of_profiles(models: Models, profiles: Sequence[Profile]) -> tuple[ProbeDefinition, ...]:
    """Give the probes that predict the profiles: of each, the models that its sizes mean."""
    return tuple(_of_profiles(models, profiles))


def unheeded(models: Models, profile: Profile) -> tuple[str, ...]:
    """Give the keys of a profile that say nothing of what stands for it."""
    found = meant(models, profile)
    known = {word for _, model in found for word in _words(model)}
    passed_over = [f"sizes.{word}" for word in profile.sizes if word not in known]
    if profile.domain and not any(profile.domain in model.domains for _, model in found):
        passed_over.append("domain")
    return tuple(passed_over)


def words(models: Models) -> set[str]:
    """Give the words in which sizes of any workload may be given."""
    return {word for model in models.models.values() for word in _words(model)} - INNER


def meant(models: Models, profile: Profile) -> list[tuple[str, Model]]:
    """Give the models that a profile means: those that it implies by what it says, else the usual of its class."""
    of_class = [item for item in models.models.items() if item[1].workload_class == profile.workload_class]
    implied = [(name, model) for name, model in of_class if _implied(model, profile)]
    return implied or [(name, model) for name, model in of_class if model.default]


def _implied(model: Model, profile: Profile) -> bool:
    sizes, within = profile.sizes, model.implied_within.items()
    return (
        profile.domain in model.domains
        or bool(set(model.implied_by) & set(sizes))
        or any(word in sizes and least <= sizes[word] <= most for word, (least, most) in within)
    )


def _of_profiles(models: Models, profiles: Sequence[Profile]) -> Iterator[ProbeDefinition]:
    priority = 2 * FIRST
    for profile in profiles:
        for name, model in meant(models, profile):
            for depth in _depths(models.errors, model, profile):
                probe = _probe(name, model, depth.workload, priority)
                named = f"{name} {profile.name}{depth.named}"
                yield replace(probe, id=named, sizes={**depth.sizes, "check": model.sizes["cpu"]})
                priority += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Depth:
    """A miniature of a workload."""

    workload: Workload
    sizes: Mapping[str, Mapping[str, int]]
    named: str = ""
    """What tells it from the other one."""


def _depths(errors: Errors, model: Model, profile: Profile) -> tuple[_Depth, ...]:
    """Give the miniature of a workload, or the deep and the shallow one from which it is extrapolated."""
    sized = {kind: _sized(model, defaults, profile.sizes) for kind, defaults in model.sizes.items()}
    small = {kind: _reduced(model, sizes) for kind, sizes in sized.items()}
    sd = errors.given if profile.sizes else errors.unknown
    fewer = sd if small == sized else math.hypot(sd, errors.reduced)
    workload = Workload(
        name=profile.name,
        workload_class=profile.workload_class,
        sizes=profile.sizes,
        sd=fewer,
        sd_alone=fewer,
        reach=model.reach,
    )
    for word, (shallow, deep) in model.extrapolated.items():
        (depth, *others) = {sizes[word] for sizes in sized.values()}
        if depth > shallow + deep and not others:  # else both are no less work, or nobody gave it
            per_layer = 1 / (deep - shallow)
            return tuple(
                _Depth(
                    workload=replace(
                        workload,
                        share=share,
                        sd=math.hypot(fewer, errors.extrapolated),
                        sd_alone=math.hypot(sd, errors.reduced),
                    ),
                    sizes={kind: {**sizes, word: number} for kind, sizes in small.items()},
                    named=named,
                )
                for number, share, named in (
                    (deep, (depth - shallow) * per_layer, ""),
                    (shallow, (deep - depth) * per_layer, f", {word} {shallow}"),
                )
            )
    return (_Depth(workload=workload, sizes=small),)


def _probe(name: str, model: Model, workload: Workload, priority: int) -> ProbeDefinition:
    return ProbeDefinition(
        id=name,
        function=name,
        version=model.version,
        title=model.title,
        motivation=model.motivation,
        sizes=model.sizes,
        tolerance=model.tolerance,
        bound=model.bound,
        priority=priority,
        suite="quick",
        workload=workload,
    )


def _words(model: Model) -> set[str]:
    words = set(model.sizes["cpu"])
    return words | {GIVES[word] for word in words & set(GIVES)}


def _sized(model: Model, defaults: Mapping[str, int], given: Mapping[str, int]) -> dict[str, int]:
    """Give a model its sizes: what is given, what goes with that, else the defaults."""
    beyond = model.beyond
    large = beyond is not None and given.get(beyond.word, 0) > beyond.over
    sizes = {**defaults, **(beyond.sizes if beyond and large else {})}
    if "stages" in defaults and "depth" in given:
        sizes.update(_residual(given["depth"]))
    sizes.update({word: number for word, number in given.items() if word in defaults})
    if "heads" in sizes:
        least = 2 if model.turned else 1
        sizes["width"] += sizes["width"] % least
        sizes["heads"] = math.gcd(sizes["width"] // least, sizes["heads"])
    if "patch" in sizes:
        sizes["patch"] = _patch(sizes["image"], given.get("sequence"))
    return sizes


def _patch(image: int, patches: int | None) -> int:
    """Give the side of a patch: of so many, or else what is usual for a large image and for a small one."""
    usual = 16 if image >= 128 else image // 8
    return max(1, round(image / math.sqrt(patches)) if patches else usual)


def _residual(depth: int) -> dict[str, int]:
    """Lay out a residual network of so many layers with weights."""
    bottleneck = depth >= BOTTLENECK
    blocks = max(1, (depth - 2) // (3 if bottleneck else 2))
    stages = 4 if bottleneck or depth in LARGE_NETWORKS else min(3, blocks)
    return {"stages": stages, "blocks": -(-blocks // stages), "bottleneck": int(bottleneck)}


def _reduced(model: Model, sizes: Mapping[str, int]) -> dict[str, int]:
    return {word: min(number, model.fewer.get(word, number)) for word, number in sizes.items()}


def wanted(probes: Iterable[ProbeDefinition], suite: str) -> tuple[ProbeDefinition, ...]:
    """Give those that a suite has."""
    suites = ("quick", "standard", "full")
    return tuple(probe for probe in probes if suites.index(probe.suite) <= suites.index(suite))
