"""The script that repeats a contrastive training: the lab's own functions, and a plain loop."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import threading
from collections.abc import Iterator, Set
from functools import cache

from app.code.script import environment
from app.labs.contrastive.config import ContrastiveConfig
from app.labs.contrastive.data import REPETITIONS, TRIAL_BATCH, TRIAL_PICTURES, settings_of
from app.pictures.digits import WHITE
from app.pictures.sources import LEAST, SHARE, TEST

# Modules in the order in which a reader wants them: each section's title, and what it is for.
SECTIONS = {
    "models.data.scenes": "The pictures",
    "models.representation.augment": "T: the family of augmentations",
    "models.training": "Batches",
    "models.representation.pictures": "Pairs of views",
    "models.representation.sizes": "Widths",
    "models.representation.encoder": "The encoder f and the projector g",
    "models.representation.contrastive": "The loss",
    "models.representation.probe": "The linear classifier that judges",
    "models.representation.contrastive_trials": "The operations, alone and in pairs",
}
WANTED = {
    "simclr": {"nt_xent"},
    "moco": {"info_nce", "Queue", "momentum_update"},
    "simsiam": {"sim_siam", "Predictor"},
}
ALWAYS = {"Policy", "Encoder", "Projector", "view_stream", "optimizer_of", "normalize"}
ALWAYS |= {"quick_encoder"}
TRIALS = {
    "train": set[str](),
    "composition": {"linear_probe", "embed", "both", "OPERATIONS"},
    "projector": {"linear_probe", "embed", "KINDS"},
}


_parsing = threading.Lock()


def code(config: ContrastiveConfig, steps: int) -> str:
    """One at a time: Python 3.11 counts the depth of its parser for all threads together, and two
    at once can end in a SystemError (python/cpython#106905).
    """
    with _parsing:
        return _code(config, steps)


def _code(config: ContrastiveConfig, steps: int) -> str:
    """The training of these settings; in an experiment of many, as many trainings as `steps`
    says, all of them for 0.
    """
    wanted = ALWAYS | WANTED[config.method] | TRIALS[config.mode]
    if config.data == "scenes":
        wanted |= {"draw_scenes"}
    template = environment().get_template("contrastive.py.jinja")
    script = template.render(
        c=config,
        s=settings_of(config),
        steps=steps,
        sections=sections(frozenset(wanted)),
        white=WHITE,
        held=(TEST, SHARE, LEAST),
        batch=config.batch_size if config.mode == "train" else min(config.batch_size, TRIAL_BATCH),
        count=config.count if config.mode == "train" else min(config.count, TRIAL_PICTURES),
        repetitions=REPETITIONS,
    )
    return without_idle_imports(script.lstrip())


def without_idle_imports(script: str) -> str:
    """Each section brings what it needs; of the imports only those that are used stay."""
    tree = ast.parse(script)
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    lines = script.split("\n")
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            kept = [a for a in node.names if (a.asname or a.name).split(".")[0] in used]
            several = ", ".join(a.name + (f" as {a.asname}" if a.asname else "") for a in kept)
            start = f"from {node.module} import " if isinstance(node, ast.ImportFrom) else "import "
            lines[node.lineno - 1] = start + several if kept else ""
    # Two blank lines at most, none within the imports.
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines))


@cache  # there are as many as methods, experiments and kinds of pictures
def sections(wanted: frozenset[str]) -> list[tuple[str, str]]:
    """Title and source of what is wanted of each module, and of what that needs in turn."""
    sources = {name: inspect.getsource(importlib.import_module(name)) for name in SECTIONS}
    parts = {name: list(statements(source)) for name, source in sources.items()}
    needed = closure([part for several in parts.values() for part in several], wanted)
    taken: set[str] = set()
    titled: list[tuple[str, str]] = []
    for name, title in SECTIONS.items():
        kept = [(defined, text) for defined, _, text in parts[name] if defined & needed]
        text = "\n".join(text for _, text in kept)
        own = set().union(*(defined for defined, _ in kept)) if kept else set()
        for again in sorted(own & taken):  # the same name stands for something else in two modules
            text = re.sub(rf"\b{again}\b", f"{name.split('.')[-1].upper()}_{again}", text)
        taken |= own
        if text:
            titled.append((title, text.strip()))
    return titled


Statement = tuple[set[str], set[str], str]  # names it defines, names it uses, its source


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
        yield defined_by(node), used, f"\n\n{text}" if block else text


def defined_by(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def closure(parts: list[Statement], wanted: Set[str]) -> set[str]:
    """`wanted` and all that it uses, directly or not."""
    needed = set(wanted)
    while True:
        more = set().union(*(used for defined, used, _ in parts if defined & needed))
        known = set().union(*(defined for defined, _, _ in parts))
        if (more & known) <= needed:
            return needed
        needed |= more & known
