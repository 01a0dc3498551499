"""One result from several processes: what differs from one start to the next is seen, and is in the error.

Memory lies elsewhere in each process, threads are placed anew, a compiler may decide otherwise: a difference that no
number of rounds within one process shows.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

from advisor.evidence.probing.stability import T, clean_of, median_interval
from advisor.frozen import replace
from advisor.model.measurement import Outcome, ProbeResult, Samples

RESTART = 0.05
"""Standard deviation between two starts of the same process, in logarithms, before any was seen: twins on two threads
differed by 7 % in the root mean square."""
WORTH = 2
"""So many differences seen are worth as much as that."""
GRAVE: tuple[Outcome, ...] = ("failed", "timed_out")
"""What happened once happens again: it is not made good by another process."""

Key = tuple[str, str, str, str]
"""Framework, variant, track, probe."""


def merge(generations: Sequence[Iterable[ProbeResult]]) -> tuple[ProbeResult, ...]:
    """Give one result for each variant and probe, in the order of the first generation that has it."""
    found = [{_key(result): result for result in results} for results in generations]
    able = [{key for key, result in results.items() if result.paired is not None} for results in found]
    common = set.intersection(*able) if able else set()
    rivals = Counter(probe for *_, probe in common)
    scaled = [_on_one_scale(results, common) for results in found]
    keys = dict.fromkeys(key for results in scaled for key in results)
    return tuple(_one([each[key] for each in scaled if key in each], rivals[key[3]]) for key in keys)


def _key(result: ProbeResult) -> Key:
    return result.framework, result.variant, result.track, result.probe


def _on_one_scale(results: Mapping[Key, ProbeResult], common: Collection[Key]) -> dict[Key, ProbeResult]:
    """Move a generation's zeros, the mean of who took part in each probe, to that of those who took part always."""
    zeros = {}
    for probe in {key[3] for key in common}:
        those = [results[key] for key in common if key[3] == probe]
        zeros[probe] = tuple(statistics.fmean(column) for column in zip(*map(_ratios, those), strict=True))
    return {key: _moved(result, zeros.get(key[3], (0.0, 0.0))) for key, result in results.items()}


def _ratios(result: ProbeResult) -> tuple[float, float]:
    return result.paired or 0.0, result.paired_cpu or 0.0


def _moved(result: ProbeResult, zero: tuple[float, ...]) -> ProbeResult:
    if result.paired is None or result.paired_cpu is None:
        return result
    return replace(result, paired=result.paired - zero[0], paired_cpu=result.paired_cpu - zero[1])


def _one(results: Sequence[ProbeResult], rivals: int) -> ProbeResult:
    grave = next((result for result in results if result.outcome in GRAVE), None)
    if grave:
        return grave
    good = [result for result in results if result.outcome == "ok"]
    if not good:
        return next((result for result in results if result.outcome == "unstable"), results[0])
    raw = _together([result.raw for result in good])
    walls = clean_of(raw.wall_s, raw.clean)
    by_wall = _ratio([(r.paired, r.paired_error or 0.0) for r in good if r.paired is not None], rivals)
    by_processor = _ratio([(r.paired_cpu, r.paired_cpu_error or 0.0) for r in good if r.paired_cpu is not None], rivals)
    return replace(
        good[0],
        value=statistics.median(walls),
        interval=median_interval(walls),
        cpu_value=statistics.median(clean_of(raw.cpu_s, raw.clean)),
        first_s=_least(result.first_s for result in good),
        samples=len(walls),
        flags=tuple(dict.fromkeys(flag for result in good for flag in result.flags)),
        peak_memory_mb=_least(result.peak_memory_mb for result in good),
        generations=len(good),
        raw=raw,
        paired=by_wall[0],
        paired_error=by_wall[1],
        paired_cpu=by_processor[0],
        paired_cpu_error=by_processor[1],
    )


def _least(values: Iterable[float | None]) -> float | None:
    """Give the least that is known: what comes on top of it in another process is that process's affair."""
    return min((value for value in values if value is not None), default=None)


def _together(samples: Sequence[Samples]) -> Samples:
    return Samples(
        wall_s=_joined(each.wall_s for each in samples),
        cpu_s=_joined(each.cpu_s for each in samples),
        clean=_joined(each.clean for each in samples),
        delayed=_joined(each.delayed for each in samples),
        stalled=_joined(each.stalled for each in samples),
        generation=_joined((number,) * len(each.wall_s) for number, each in enumerate(samples)),
    )


def _joined(columns: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(chain.from_iterable(columns))


def _ratio(found: Sequence[tuple[float, float]], rivals: int) -> tuple[float | None, float | None]:
    """Give the mean over processes, with the error of both: rounds within one, and starts.

    The variance between starts is what is assumed of them, corrected by what was seen. Of that, the common zero of so
    many rivals has taken one part.
    """
    if not found:
        return None, None
    number, ratios = len(found), [ratio for ratio, _ in found]
    seen = statistics.variance(ratios) * rivals / max(rivals - 1, 1) if number > 1 else 0.0
    between = (WORTH * RESTART**2 + (number - 1) * seen) / (WORTH + number - 1)
    within = sum(error**2 for _, error in found) / number
    return statistics.fmean(ratios), math.sqrt((within + between) / number)
