"""A stand-in for NVIDIA's library, called through the same C types."""

# ruff: noqa: N802, N815 - named like the functions of the library

from __future__ import annotations

from typing import Any

import pytest

from advisor.evidence.probing import nvml
from advisor.evidence.probing.nvml import CardState, first_card

UNSUPPORTED = 3


class Driver:
    """Answers as a driver does."""

    def __init__(self, reasons: int = 0, pids: tuple[int, ...] = ()) -> None:
        self.reasons, self.pids, self.index = reasons, pids, -1

    def nvmlInit_v2(self) -> int:
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index: Any, handle: Any) -> int:
        self.index, handle.contents.value = index.value, 4711
        return 0

    def nvmlDeviceGetClockInfo(self, handle: Any, kind: int, value: Any) -> int:
        assert (handle.value, kind) == (4711, 1)
        value.contents.value = 1980
        return 0

    def nvmlDeviceGetTemperature(self, _: Any, sensor: int, value: Any) -> int:
        del sensor, value
        return UNSUPPORTED

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, _: Any, value: Any) -> int:
        value.contents.value = self.reasons
        return 0

    def nvmlDeviceGetComputeRunningProcesses_v3(self, _: Any, count: Any, found: Any) -> int:
        for number, pid in enumerate(self.pids):
            found[number].pid = pid
        count.contents.value = len(self.pids)
        return 0


def state(driver: object) -> CardState:
    card = first_card(driver)
    assert card is not None
    return card.state()


def test_a_card_tells_its_clock_and_what_it_does_not_tell_is_unknown() -> None:
    found = state(Driver())
    assert (found.clock_mhz, found.temperature_c, found.slowed, found.processes) == (1980, None, False, ())


@pytest.mark.parametrize(
    ("reasons", "slowed"), [(0x1, False), (0x4, False), (0x8, True), (0x40 | 0x1, True), (0x80, True)]
)
def test_heat_and_brakes_slow_a_card_and_idling_does_not(reasons: int, *, slowed: bool) -> None:
    assert state(Driver(reasons)).slowed is slowed


def test_who_else_computes_on_it_is_told_apart() -> None:
    assert state(Driver(pids=(10, 20, 30))).strangers({20}) == (10, 30)


def test_where_a_driver_numbers_processes_otherwise_nobody_is_called_a_stranger() -> None:
    assert state(Driver(pids=(10, 20, 30))).strangers({5}) == ()
    assert state(Driver(pids=())).strangers({5}) == ()


def test_an_older_driver_tells_less() -> None:
    class Old(Driver):
        nvmlDeviceGetComputeRunningProcesses_v3 = None  # type: ignore[assignment]
        nvmlDeviceGetCurrentClocksThrottleReasons = None  # type: ignore[assignment]

    assert state(Old()) == CardState(clock_mhz=1980)


def test_the_first_card_that_is_visible_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = Driver()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,1")
    assert first_card(driver)
    assert driver.index == 3


def test_without_a_driver_there_is_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Driver):
        def nvmlInit_v2(self) -> int:
            return 9

    assert first_card(Broken()) is None
    monkeypatch.setattr(nvml, "_library", lambda: None)
    assert first_card() is None
