"""A knowledge base of two frameworks and two components, complete and sound, to put one fault into at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cli.shims import shim

CANARY = "cd" * 32

FILES = {
    "knowledge/vocabulary.yaml": """\
primaries: [red, blue, none_of_these, needs_more_info]
flags: {stale_folklore: a belief that is no longer true}
answers:
- {name: train_hw, kind: word, meaning: accelerator, words: [gpu, cpu]}
- {name: train_os, kind: word, meaning: operating system, words: [linux, mac]}
- {name: requested_framework, kind: word, meaning: asked for, words: [red, blue]}
derived: []
projections:
- {name: kept, path: maintenance, meaning: state of the project}
- {name: at_train.accelerator, path: "accelerator.{train_os}.{train_hw}", meaning: state of support}
implications: []
components: [engine, loader]
layers: [runtime, data]
slots: {runtime: 1, data: 2}
grades: [measured, official, registry, maintainer, third_party, judged, seed_claim]
workload_classes: {}
variants: {}
""",
    "knowledge/attributes.yaml": """\
lifetimes: {release: 30, support: 90, interface: 180, licence: 365, history: 0}
attributes:
- {id: licence, row: Licence, meaning: licences of the package, moves: licence}
- {id: steward, row: Steward, meaning: who pays, moves: licence}
- {id: first_release, row: First release, meaning: first day, moves: history}
- {id: latest_release, row: Newest release, meaning: newest, moves: release}
- {id: release_cadence, row: Cadence, meaning: how often, moves: release}
- {id: python, row: Python, meaning: versions of Python, moves: release}
- {id: architectures, row: Wheels, meaning: platforms, moves: release}
- {id: maintenance, meaning: state, moves: support, words: {active: it is developed, retired: it has ended}}
- id: wheels
  row: Packages by system
  of: train_os
  meaning: whether there is a package
  moves: support
  words: {stable: there is one, none: there is none}
- id: accelerator
  of: [linux.gpu, linux.cpu, mac.gpu, mac.cpu]
  meaning: state of support
  moves: support
  words: {stable: it runs, none: it does not}
contradictions:
- never: {"wheels.{train_os}": [none], "accelerator.{train_os}.cpu": [stable]}
  why: nothing is supported where no package is published
""",
    "knowledge/criteria.yaml": """\
criteria:
- id: hardware
  title: Hardware
  meaning: how well it runs
  reads: at_train.accelerator
  scale: {stable: 1.0, none: 0.0}
  weight: 0.5
  band: [0.1, 0.6]
  must: 0.5
  source: {ref: design, observed: "2024-06-01", grade: judged}
- id: upkeep
  title: Upkeep
  meaning: how well it is kept
  reads: kept
  scale: {active: 1.0, retired: 0.0}
  weight: 0.5
  band: [0.1, 0.6]
  must: 0.5
  source: {ref: design, observed: "2024-06-01", grade: judged}
speed:
  typical_utilisation: 0.25
  best_utilisation: 1.0
  worst_utilisation: 0.005
  sd_unpublished: 0.7
  sd_distance: 0.6
  source: {ref: design, observed: "2024-06-01", grade: judged}
memory:
  train: {weights: 2, gradients: 2, optimiser: 12}
  train_fp32: {weights: 4, gradients: 4, optimiser: 8, numbers: 4}
  train_bf16: {weights: 2, gradients: 2, optimiser: 4}
  adapters: {weights: 2, optimiser: 0.2}
  four_bit: {weights: 0.6, optimiser: 0.2}
  serve: {weights: 2}
  serve_fp32: {weights: 4, numbers: 4}
  serve_four_bit: {weights: 0.6}
  usable: 0.8
  counted: 0.9
  source: {ref: design, observed: "2024-06-01", grade: judged}
measured:
  alike: 1.1
  far_apart: 2.0
  slow_first_step_s: 10.0
  best_first_step_s: 1.0
  worst_first_step_s: 100.0
  source: {ref: design, observed: "2024-06-01", grade: judged}
decision:
  tie_margin: 0.01
  switch_margin: 0.05
  decided: 0.8
  doubtful: 0.6
  weight_spread: 0.35
  draws: 50
  acceptance: {level: 0.5, lead: 1.5, most: 4.0}
  source: {ref: design, observed: "2024-06-01", grade: judged}
""",
    "knowledge/questions.yaml": "[]\n",
    "knowledge/denied.yaml": "[]\n",
    "knowledge/signs.yaml": "{signs: [], present: [], says_more: {}, borrowed: {}, together: {}}\n",
    "knowledge/folklore.yaml": """\
- id: red-is-dead
  standing: wrong
  belief: Red is dead.
  truth: It was released last month.
  source: {ref: "red:README", observed: "2024-06-01", grade: official}
  facts: [red.maintenance]
- id: red-is-free
  standing: "true"
  belief: Red is free.
  truth: It is.
  source: {ref: "red:LICENSE", observed: "2024-06-01", grade: official}
""",
    "knowledge/registry.yaml": f"""\
canary: {{package: mxnet, version: 1.9.1, digest: "sha256:{CANARY}"}}
packages:
  red-frame:
    observed: "2024-06-01"
    latest: "2.0"
    released: "2024-05-01"
    first: "2020-01-01"
    recent: 3
    every: 100
    python: ">=3.9"
    wheels: [linux x86_64]
    interpreters: ["3.11"]
    versions: "1.0 1.5 2.0"
  engine-pkg:
    observed: "2024-06-01"
    latest: "1.0"
    released: "2024-04-01"
    first: "2024-04-01"
    recent: 1
    every: 0
    python: ">=3.9"
    wheels: [any]
    versions: "1.0"
""",
    "knowledge/frameworks/red.yaml": """\
id: red
name: Red
summary: A framework.
package: red-frame
sources:
  docs: {ref: "red:README", observed: "2024-06-01", grade: official}
facts:
  licence: {value: [MIT], source: docs}
  steward: {value: Red Company, source: docs}
  maintenance: {value: active, source: docs}
  wheels.linux: {value: stable, source: docs, versions: ">=1.5"}
  wheels.mac: {value: none, source: docs}
  accelerator.linux.gpu: {value: stable, source: docs}
  accelerator.linux.cpu: {value: stable, source: docs}
  accelerator.mac.gpu: {value: none, source: docs}
  accelerator.mac.cpu: {value: none, source: docs}
""",
    "knowledge/frameworks/blue.yaml": """\
id: blue
name: Blue
summary: Another framework.
sources:
  docs: {ref: "blue:README", observed: "2024-06-01", grade: official}
facts:
  licence: {value: [Apache-2.0], source: docs}
  steward: {value: unknown, source: docs, note: Its pages name nobody.}
  first_release: {value: "2021-01-01", source: docs}
  latest_release: {value: "1.0 (2023-01-01)", source: docs}
  release_cadence: {value: seldom, source: docs}
  python: {value: ["3.9"], source: docs}
  architectures: {value: none, source: docs}
  maintenance: {value: retired, source: docs}
  wheels.linux: {value: stable, source: docs}
  wheels.mac: {value: stable, source: docs}
  accelerator.linux.gpu: {value: none, source: docs}
  accelerator.linux.cpu: {value: stable, source: docs}
  accelerator.mac.gpu: {value: none, source: docs}
  accelerator.mac.cpu: {value: stable, source: docs}
""",
    "knowledge/components/runtime.yaml": """\
sources:
  docs: {ref: "engine:README", observed: "2024-06-01", grade: official}
components:
  engine:
    name: Engine
    purpose: Runs models
    status: active
    source: docs
    package: engine-pkg
    licence: MIT
    requires: any
    excludes: []
    platforms: any
    replaces: []
    successor: ""
""",
    "knowledge/components/data.yaml": """\
sources:
  docs: {ref: "loader:README", observed: "2024-06-01", grade: maintainer}
components:
  loader:
    name: Loader
    purpose: Reads data
    status: active
    source: docs
    release: "3.1 (2024-02-01)"
    python: ">=3.9"
    licence: MIT
    requires: [red]
    excludes: []
    platforms: [linux]
    replaces: []
    successor: ""
""",
    "rules/eligibility/options.yaml": """\
sources:
  docs: {ref: design, observed: "2024-06-01", grade: judged}
rules:
- id: ELI-001
  title: What does not run on the chip cannot be the primary
  when: {at_train.accelerator: none}
  then: {exclude: true}
  message: It does not run there.
  reason: It has to.
  source: docs
  examples:
    fires: {answers: {train_os: mac, train_hw: cpu}, option: red}
    misses: {answers: {train_os: linux, train_hw: cpu}, option: red}
""",
}


@dataclass(frozen=True, slots=True)
class SmallBase:
    """The files, and the variables under which the program takes them for its own."""

    root: Path
    env: dict[str, str]

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has {old!r} {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


OWN = """
from pathlib import Path

from advisor import resources

resources.knowledge = lambda: Path({knowledge!r})
resources.rules = lambda: Path({rules!r})
"""


def taken_for_own(root: Path, aside: Path) -> dict[str, str]:
    """The variables of a process whose own knowledge and rules lie in that folder."""
    return shim(aside, OWN.format(knowledge=str(root / "knowledge"), rules=str(root / "rules")))


def made(folder: Path) -> SmallBase:
    """The base below that folder."""
    base = SmallBase(folder / "base", taken_for_own(folder / "base", folder / "shim"))
    for name, text in FILES.items():
        base.write(name, text)
    return base
