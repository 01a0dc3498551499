"""`setup.cfg`, and `setup.py` as far as it can be read without running it."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator

from advisor.intake.project.python_source import parsed
from advisor.intake.project.seen import BrokenError, Lines, Seen, range_of, requirement

_CALLS = ("setup", "setuptools.setup")


def setup_cfg(text: str) -> Iterator[Seen]:
    """What `setup.cfg` asks for; one that only sets tools is no project."""
    config, lines = configparser.RawConfigParser(strict=False), Lines(text)
    try:
        config.read_string(text)
    except (configparser.Error, ValueError):
        raise BrokenError from None
    if config.has_option("metadata", "name"):
        yield Seen("project", config.get("metadata", "name"), lines.of("name"))
    if config.has_option("options", "python_requires"):
        yield Seen("python", range_of(config.get("options", "python_requires")), lines.of("python_requires"))
    groups = [(config.get("options", "install_requires", fallback=""), False)]
    if config.has_section("options.extras_require"):
        groups += [(value or "", True) for _, value in config.items("options.extras_require")]
    for entries, optional in groups:
        for entry in filter(None, map(str.strip, (entries or "").split("\n"))):
            yield from requirement(entry, lines.of(entry), optional=optional)


def setup_py(text: str) -> Iterator[Seen]:
    """What the call of `setup` says in so many words; what it would compute stays unknown."""
    tree = parsed(text)
    if tree is None:
        return
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node.func) in _CALLS:
            yield from _setup(node, constants)


def _setup(call: ast.Call, constants: dict[str, ast.expr]) -> Iterator[Seen]:
    said = {keyword.arg: _resolved(keyword.value, constants) for keyword in call.keywords if keyword.arg}
    yield Seen("project", _text(said.get("name")), call.lineno)
    requires = _text(said.get("python_requires"))
    if requires:
        yield Seen("python", range_of(requires), call.lineno)
    yield from _required(said.get("install_requires"), optional=False)
    yield from _required(said.get("tests_require"), optional=True)
    extras = said.get("extras_require")
    for group in extras.values if isinstance(extras, ast.Dict) else ():
        yield from _required(_resolved(group, constants), optional=True)


def _required(node: ast.expr | None, *, optional: bool) -> Iterator[Seen]:
    for item in node.elts if isinstance(node, (ast.List, ast.Tuple)) else ():
        yield from requirement(_text(item), item.lineno, optional=optional)


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _resolved(node: ast.expr, constants: dict[str, ast.expr]) -> ast.expr:
    return constants.get(node.id, node) if isinstance(node, ast.Name) else node


def _called(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
