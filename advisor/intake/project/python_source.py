"""What a file of Python imports and uses, by its syntax tree: nothing of it is run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence

from advisor.intake.project.seen import Seen, numbered
from advisor.model.project import Sureness

_IMPORTS = re.compile(r"[ \t]*(?:import|from)[ \t]+([A-Za-z_][\w.]{0,199})")
_LAZY = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_FORGIVEN = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_MOST_PARTS = 40
"""Of a dotted name."""

Walked = tuple[ast.AST, Sureness]


def parsed(text: str) -> ast.Module | None:
    """The tree of the text; nothing where it is not Python, or Python that no machine should read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


Bound = dict[str, tuple[str, Sureness]]
"""Local names, what each stands for, and how sure that is."""


def used(text: str, bound: Bound | None = None) -> Iterator[Seen]:
    """The names that the code imports and uses.

    What is imported where it may be missing, inside a function or for types alone is a hint: the code does without. An
    older Python, whose tree cannot be built, is read line by line. `bound` is what code before it has imported; what is
    imported here is added.
    """
    tree = parsed(text)
    if tree is None:
        yield from imported(text)
        return
    nodes = list(_walk(tree))
    bound = {} if bound is None else bound
    for node, sure in nodes:
        for seen, local in _imported(node, sure):
            yield seen
            if bound.get(local, ("", "hint"))[1] == "hint":
                bound[local] = (seen.name, sure) if local != seen.name.partition(".")[0] else (local, sure)
    told: set[str] = set()
    for node, _ in nodes:
        name, line, sure = _used(node, bound)
        if name and name not in told:
            told.add(name)
            yield Seen("name", name, line, sure)


def _walk(tree: ast.Module) -> Iterator[Walked]:
    """Every node, and how sure it is that the code goes that way; without recursion, which input would decide."""
    waiting: list[Walked] = [(tree, "likely")]
    while waiting:
        node, sure = waiting.pop()
        yield node, sure
        if isinstance(node, ast.Attribute):
            # Of a chain only the whole counts; what it begins with is looked into.
            inner: ast.AST = node
            while isinstance(inner, ast.Attribute):
                inner = inner.value
            waiting.append((inner, sure))
            continue
        doubtful = _doubtful(node)
        waiting.extend((child, "hint" if child in doubtful else sure) for child in ast.iter_child_nodes(node))


def _doubtful(node: ast.AST) -> Sequence[ast.AST]:
    """The children that may not be run."""
    if isinstance(node, _LAZY):
        return node.body if isinstance(node.body, list) else [node.body]
    if isinstance(node, ast.Try) and any(map(_forgives, node.handlers)):
        return [*node.body, *node.handlers]
    if isinstance(node, ast.If) and "TYPE_CHECKING" in (getattr(node.test, "id", ""), getattr(node.test, "attr", "")):
        return node.body
    return ()


def _forgives(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in _FORGIVEN for kind in caught)


def _imported(node: ast.AST, sure: Sureness) -> Iterator[tuple[Seen, str]]:
    """What a statement imports, and the name it has from then on."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Seen("name", alias.name, node.lineno, sure), alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
        for alias in node.names:
            yield Seen("name", f"{node.module}.{alias.name}", node.lineno, sure), alias.asname or alias.name


def _used(node: ast.AST, bound: dict[str, tuple[str, Sureness]]) -> tuple[str, int, Sureness]:
    """What an attribute is called in full, or a method that is called on something unknown with a dot before it."""
    if not isinstance(node, ast.Attribute):
        return "", 0, "hint"
    parts: list[str] = []
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute) and len(parts) < _MOST_PARTS:
        parts.append(inner.attr)
        inner = inner.value
    if isinstance(inner, ast.Name) and inner.id in bound:
        name, sure = bound[inner.id]
        return ".".join((name, *reversed(parts))), node.lineno, sure
    return f".{node.attr}", node.lineno, "likely"


def imported(text: str) -> Iterator[Seen]:
    """The modules that lines of the text import: less than `used`, in a hundredth of the time."""
    for number, line in numbered(text):
        found = _IMPORTS.match(line)
        if found:
            yield Seen("name", found[1], number, "hint" if line[0].isspace() else "likely")
