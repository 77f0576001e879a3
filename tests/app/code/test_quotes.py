"""What a script quotes of our own functions, and the imports that stay."""

from concurrent.futures import ThreadPoolExecutor

from app.code.quotes import Library, Statement, closure, statements, unplaced, without_idle_imports
from app.labs.contrastive import LAB

SOURCE = '''"""A module."""

import math
from typing import NamedTuple

WIDTH: int = 3
HEIGHT, DEPTH = 4, 5


class Pair(NamedTuple):
    a: float


def area(side: float) -> float:
    return math.pi * side * WIDTH


def unused() -> None: ...
'''


def test_a_statement_knows_what_it_defines_and_what_it_uses() -> None:
    found = {name: one for one in statements(SOURCE) for name in one.defined}
    assert set(found) == {"WIDTH", "HEIGHT", "DEPTH", "Pair", "area", "unused"}
    assert {"WIDTH", "math", "side"} <= found["area"].used
    assert found["area"].text.endswith("return math.pi * side * WIDTH\n")


def test_what_is_needed_is_found_through_any_number_of_steps_and_round_in_a_circle() -> None:
    chain = [Statement({f"f{i}"}, {f"f{(i + 1) % 9}", "outside"}, "") for i in range(9)]
    assert closure(chain, {"f4"}) == {f"f{i}" for i in range(9)}
    assert closure(chain[:3], {"f1"}) == {"f1", "f2"}


def test_a_name_that_two_modules_give_different_things_is_told_apart() -> None:
    library = Library({"models.data.scenes": "A", "models.representation.augment": "B"})
    scenes, views = (section.text for section in library.quoted({"draw_scenes", "augment"}))
    assert "NOISE = 0.03" in scenes
    assert "AUGMENT_NOISE = 0.2" in views
    assert " NOISE" not in views


def test_only_imports_that_are_used_stay_and_a_name_in_words_is_no_use() -> None:
    script = (
        '"""math and torch are spoken of here."""\n\nimport copy\nimport math\n'
        "from torch import Tensor, nn\nimport torch.nn.functional as F\n\n\n\n\n"
        "x = copy.copy(nn.ReLU())  # a Tensor, F of it\n"
    )
    assert without_idle_imports(script) == (
        '"""math and torch are spoken of here."""\n\nimport copy\n\n'
        "from torch import nn\n\n\nx = copy.copy(nn.ReLU())  # a Tensor, F of it\n"
    )


def test_scripts_are_written_side_by_side() -> None:
    write, config = LAB.code, LAB.config()
    assert write is not None
    with ThreadPoolExecutor(8) as pool:
        texts = set(pool.map(lambda _: write(config, 10), range(32)))
    assert len(texts) == 1


def test_a_script_has_no_device_of_the_server() -> None:
    source = "from models.device import placed\n\nä = 1\nnetwork = placed(made(placed(inner), 2))\n"
    assert unplaced(source).splitlines()[-1] == "network = made(inner, 2)"
