"""What was tried is kept beside what was measured, and told as far as the same is installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stored_runs import MACHINE, VERSIONS, install, installed, run_of

from advisor.errors import Problem
from advisor.evidence.keeping import store
from advisor.model.measurement import CapabilityResult, Measurements


def tried(*frameworks: str, day: int, outcome: str = "ok") -> Measurements:
    results = tuple(
        CapabilityResult(
            framework=name,
            variant="eager",
            capability="vmap",
            outcome=outcome,  # type: ignore[arg-type]
            version=VERSIONS[name],
            device="cpu",
        )
        for name in frameworks
    )
    return replace(run_of(*frameworks, day=day), results=(), classes=(), capabilities=results)


def keep(home: Path, measured: Measurements) -> Measurements:
    names = [run.framework for run in measured.frameworks]
    return store.save(measured, home, installed(home.parent / "installed" / measured.measured[:10], *names))


def test_it_comes_back_whole(tmp_path: Path) -> None:
    saved = keep(tmp_path / "home", tried("jax", "mlx", day=1))
    assert store.find(saved.id, tmp_path / "home") == saved
    assert store.tried(MACHINE, tmp_path / "home") == saved


def test_the_newest_counts_and_figures_are_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    keep(home, run_of("jax", "mlx", day=1))
    keep(home, tried("jax", "mlx", day=2))
    newest = keep(home, tried("jax", "mlx", day=3, outcome="failed"))
    keep(home, run_of("jax", day=4))
    assert store.tried(MACHINE, home) == newest
    assert store.tried(replace(MACHINE, fingerprint="another"), home) is None


def test_what_was_tried_takes_no_place_of_what_was_measured(tmp_path: Path) -> None:
    home = tmp_path / "home"
    notices: list[Problem] = []
    keep(home, tried("jax", "mlx", day=9))
    assert store.latest(MACHINE, home, notices.append) is None
    assert notices == []


def test_of_what_is_installed_in_another_version_nothing_is_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    keep(home, tried("jax", "mlx", day=1))
    install(tmp_path / "installed" / "2026-01-01" / "jax" / "site-packages", "jax", "0.99")
    found = store.tried(MACHINE, home)
    assert found is not None
    assert [each.framework for each in found.capabilities] == ["mlx"]


def test_nothing_kept_is_nothing_tried(tmp_path: Path) -> None:
    assert store.tried(MACHINE, tmp_path / "home") is None


def test_a_store_that_cannot_be_read_is_noticed(tmp_path: Path) -> None:
    keep(tmp_path, tried("jax", day=1))
    (tmp_path / "measurements.sqlite3").write_bytes(b"no database" * 1000)
    notices: list[Problem] = []
    assert store.tried(MACHINE, tmp_path, notices.append) is None
    assert "damaged" in str(notices[0])
