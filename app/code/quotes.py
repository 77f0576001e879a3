"""Functions of our own, quoted in a script: their source, and that of all that they use."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from app import ROOT

PLACES = "from models.device import placed\n"


class Section(NamedTuple):
    """What a script quotes of one module."""

    title: str
    text: str


class Statement(NamedTuple):
    """A statement at the top of a module."""

    defined: set[str]
    used: set[str]  # names
    text: str


class Library:
    """Modules to quote from, with a title each, in the order in which a reader wants them.

    Made at import, once: in Python 3.11 two threads that parse at the same time can end in a
    SystemError (python/cpython#106905).
    """

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles
        self._modules = {name: list(statements(source_of(name))) for name in titles}

    def quoted(self, wanted: Set[str]) -> list[Section]:
        """What is wanted of each module, and what that needs in turn."""
        needed = closure([one for several in self._modules.values() for one in several], wanted)
        taken: set[str] = set()
        sections: list[Section] = []
        for name, title in self._titles.items():
            kept = [one for one in self._modules[name] if one.defined & needed]
            text = "\n".join(one.text for one in kept)
            own = set[str]().union(*(one.defined for one in kept))
            for again in sorted(own & taken):  # the same name for something else in two modules
                text = re.sub(rf"\b{again}\b", f"{name.split('.')[-1].upper()}_{again}", text)
            taken |= own
            if text:
                sections.append(Section(title, text.strip()))
        return sections


def source_of(module: str) -> str:
    source = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text()
    return unplaced(source) if PLACES in source else source


def unplaced(source: str) -> str:
    """Networks stay where they are made: a script of its own has no server's device."""
    data = source.encode()
    starts = [0, *(at + 1 for at, byte in enumerate(data) if byte == ord("\n"))]
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    placing = [x for x in calls if isinstance(x.func, ast.Name) and x.func.id == "placed"]
    around: list[tuple[int, int]] = []
    for call in placing:
        begin, inner = (starts[x.lineno - 1] + x.col_offset for x in (call, call.args[0]))
        inner_end, end = (
            starts[(x.end_lineno or 1) - 1] + (x.end_col_offset or 0) for x in (call.args[0], call)
        )
        around += [(begin, inner), (inner_end, end)]
    for first, last in sorted(around, reverse=True):
        data = data[:first] + data[last:]
    return data.decode()


def statements(source: str) -> Iterator[Statement]:
    """What a module defines, without its docstring and imports."""
    lines = source.splitlines(keepends=True)
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Expr):
            continue
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(d.lineno for d in decorators)]) - 1
        text = "".join(lines[first : node.end_lineno])
        block = isinstance(node, ast.FunctionDef | ast.ClassDef)
        used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        used |= {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
        yield Statement(defined_by(node), used, f"\n\n{text}" if block else text)


def defined_by(node: ast.stmt) -> set[str]:
    """The names that a statement at the top gives a value, also several at once."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    names = [name for target in targets for name in getattr(target, "elts", [target])]
    return {name.id for name in names if isinstance(name, ast.Name)}


def closure(parts: list[Statement], wanted: Set[str]) -> set[str]:
    """`wanted` and all that it uses, directly or not."""
    known = set[str]().union(*(one.defined for one in parts))
    needed = set(wanted)
    while True:
        more = set[str]().union(*(one.used for one in parts if one.defined & needed)) & known
        if more <= needed:
            return needed
        needed |= more


def without_idle_imports(script: str) -> str:
    """Each section brings what it needs; of the imports, each on a line, only those that are used
    stay.
    """
    tokens = list(tokenize.generate_tokens(io.StringIO(script).readline))
    imports = {t.start[0] for t in tokens if t.start[1] == 0 and t.string in ("import", "from")}
    used = {t.string for t in tokens if t.type == tokenize.NAME and t.start[0] not in imports}
    lines = script.split("\n")
    for number in imports:
        start, names = lines[number - 1].split("import ")
        kept = [name for name in names.split(", ") if re.split(r" as |\.", name)[-1] in used]
        lines[number - 1] = f"{start}import {', '.join(kept)}" if kept else ""
    # Two blank lines at most, none within the imports.
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines))
