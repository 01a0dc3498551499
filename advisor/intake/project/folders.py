"""What the name of a folder says about the worth of what lies in it."""

from __future__ import annotations

import re

_PRUNED = frozenset({
    *(".git", ".hg", ".svn", "node_modules", "site-packages", "dist-packages", "__pycache__", "__pypackages__"),
    *(".venv", "venv", ".env", "virtualenv", ".tox", ".nox", ".eggs", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
    *(".ipynb_checkpoints", ".gradle", ".idea", ".vscode", ".next", ".pio", ".dart_tool", ".terraform", ".dvc"),
    *("build", "dist", "_build", "cmake-build-debug", "cmake-build-release", "DerivedData", "Pods", "bower_components"),
    *("vendor", "vendored", "_vendor", "third_party", "third-party", "thirdparty", "3rdparty", "external", "extern"),
    *("submodules", "wandb", "mlruns", "lightning_logs", "checkpoints"),
})  # fmt: skip
"""Made by tools, or written by others: not looked into at all."""
_ASIDE = frozenset({
    *("test", "tests", "testing", "unittests", "androidTest", "doc", "docs", "documentation", "site", "website"),
    *("example", "examples", "sample", "samples", "demo", "demos", "tutorial", "tutorials", "benchmark", "benchmarks"),
    *(".github", ".gitlab", ".circleci", "ci", ".ci", ".devcontainer", "legacy", "deprecated", "archive", "templates"),
})  # fmt: skip
"""About the project and not the project: what is seen there is a hint."""
_TEST = re.compile(
    r"test_.*\.py|.*_test\.py|tests?\.py|conftest\.py|noxfile\.py|\.gitlab-ci\.yml|azure-pipelines\.yml|mkdocs\.ya?ml"
)


def is_pruned(name: str) -> bool:
    """Whether a folder of that name is not looked into."""
    return name in _PRUNED or name.endswith((".egg-info", ".dist-info"))


def is_aside(folders: tuple[str, ...], name: str) -> bool:
    """Whether a file in these folders, from the outermost, is about the project and not part of it."""
    return not _ASIDE.isdisjoint(folders) or _TEST.fullmatch(name) is not None
