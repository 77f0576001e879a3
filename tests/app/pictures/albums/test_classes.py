"""Which class a picture has: by torchvision's rule, and by the others that may be chosen."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from torchvision.datasets import ImageFolder

from app.pictures.albums.classes import RULES, Rule, classes_of
from app.pictures.decoding.album_limits import SIDE, UNLABELED
from tests.app.pictures.albums.test_endpoints import plain, post, zipped
from tests.app.uploaded import BLUE, GREEN, RED, refused

TABLE: dict[str, tuple[Rule, list[str], list[str], list[str]]] = {
    "class folders": ("auto", ["cat/a", "dog/b"], ["cat", "dog"], []),
    "within a folder": ("auto", ["pets/cat/a", "pets/dog/b"], ["cat", "dog"], ["pets/"]),
    "within two": ("auto", ["x/pets/cat/a", "x/pets/dog/b"], ["cat", "dog"], ["x/pets/"]),
    "folders below": ("auto", ["cat/2023/a", "cat/2024/b", "dog/2024/c"], ["cat", "dog"], []),
    "one name below": ("auto", ["cat/images/a", "dog/images/b"], ["cat", "dog"], []),
    "train and test": (
        "auto", ["train/cat/a", "train/dog/b", "test/cat/c"], ["cat", "dog"], ["train/", "test/"],
    ),
    "in a root": ("auto", ["d/Train/cat/a", "d/val/dog/b"], ["cat", "dog"], ["d/Train/", "d/val/"]),
    "a folder between": (
        "auto", ["train/im/cat/a", "test/im/dog/b"], ["cat", "dog"], ["train/im/", "test/im/"],
    ),
    "only parts": ("auto", ["train/a", "test/b"], [], []),
    "parts and others": ("auto", ["train/a", "cat/b"], ["train", "cat"], []),
    "one folder": ("auto", ["all/a", "all/b"], [], []),
    "no folder": ("auto", ["a", "b"], [], []),
    "one beside": ("auto", ["cat/a", "dog/b", "c"], ["cat", "dog"], []),
    "one beside, deeper": (
        "auto", ["pets/cat/a", "pets/dog/b", "pets/c"], ["cat", "dog"], ["pets/"],
    ),
    "first of one": ("first", ["pets/cat/a", "pets/dog/b"], [], []),
    "first": ("first", ["x/cat/a", "y/dog/b"], ["x", "y"], []),
    "last": ("last", ["cat/2023/a", "dog/2024/b"], ["2023", "2024"], []),
    "names": ("name", ["x/cat.0.jpg", "x/dog.1.jpg", "cat.2.jpg"], ["cat", "dog"], []),
    "numbered": ("name", ["cat_01.jpg", "Great Dane (3).jpg", "cat12"], ["cat", "Great Dane"], []),
    "only numbers": ("name", ["001.jpg", "002.jpg"], [], []),
    "none": ("none", ["cat/a", "dog/b"], [], []),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_the_classes_of_paths(name: str) -> None:
    rule, paths, names, within = TABLE[name]
    found = classes_of(paths, rule)
    assert (list(found.names), list(found.within)) == (names, within)
    assert len(found.labels) == len(paths)


def test_what_lies_beside_the_classes_has_none() -> None:
    assert classes_of(["cat/a", "b", "dog/c"]).labels == [0, UNLABELED, 1]


@settings(max_examples=80, derandomize=True, deadline=None)
@given(
    folders=st.lists(st.sampled_from(["cat", "dog/x", "ant/x/y", "bee"]), min_size=2, max_size=9),
)
def test_the_usual_rule_is_that_of_image_folder(
    tmp_path_factory: pytest.TempPathFactory, folders: list[str]
) -> None:
    root = tmp_path_factory.mktemp("root")
    paths = [f"{folder}/{i}.png" for i, folder in enumerate(folders)]
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    theirs = ImageFolder(str(root))
    ours = classes_of(paths)
    if len(theirs.classes) < 2:  # which are no classes to tell apart
        assert ours.names == ()
        return
    assert sorted(ours.names) == theirs.classes
    label = {Path(path).relative_to(root).as_posix(): n for path, n in theirs.samples}
    for path, own in zip(paths, ours.labels, strict=True):
        assert ours.names[own] == theirs.classes[label[path]]


@settings(max_examples=200, derandomize=True, deadline=None)
@given(paths=st.lists(st.text("ab/._0é猫", max_size=12), max_size=12), rule=st.sampled_from(RULES))
def test_any_paths_have_labels_and_names_that_are_apart(paths: list[str], rule: Rule) -> None:
    found = classes_of(paths, rule)
    assert len(found.labels) == len(paths)
    assert len(set(found.names)) == len(found.names) != 1
    assert set(found.labels) - {UNLABELED} == set(range(len(found.names)))


# --- chosen on the server -----------------------------------------------------------------------

FILES = {
    "cat/2023/x.0.png": plain(RED), "cat/2024/y.1.png": plain(RED), "dog/2024/x.2.png": plain(BLUE),
    "stray.3.png": plain(GREEN),
}  # fmt: skip


def pictures(client: TestClient, album: str, rule: str) -> tuple[np.ndarray, list[int]]:
    address = f"/api/albums/{album}/pictures?classes={rule}"
    data = np.frombuffer(client.get(address).content, np.uint8)
    count = len(data) // (3 * SIDE * SIDE + 1)
    return data[: count * 3 * SIDE * SIDE].reshape(count, 3, SIDE, SIDE), data[-count:].tolist()


@pytest.mark.parametrize(
    ("rule", "names", "counts", "left_out", "first"),
    [
        ("auto", ["cat", "dog"], [2, 1], 1, [0, 0, 1]),
        ("last", ["2023", "2024"], [1, 2], 1, [0, 1, 1]),
        ("name", ["x", "y", "stray"], [2, 1, 1], 0, [0, 1, 0, 2]),
        ("none", [], [], 0, [255] * 4),
    ],
)
def test_another_rule_needs_no_second_upload(
    client: TestClient, rule: str, names: list[str], counts: list[int], left_out: int,
    first: list[int],
) -> None:  # fmt: skip
    album = post(client, zipped(FILES)).json()
    assert album["rules"] == {"auto": 2, "first": 2, "last": 2, "name": 3, "none": 0}
    told = client.get(f"/api/albums/{album['id']}?classes={rule}").json()
    assert [row["name"] for row in told["classes"]] == names
    assert [row["count"] for row in told["classes"]] == counts
    assert (told["count"], told["left_out"]) == (4 - left_out, left_out)
    pixels, labels = pictures(client, album["id"], rule)
    assert labels == first
    assert (pixels[0] == np.array(RED)[:, None, None]).all()
    assert (pixels[2] == np.array(BLUE)[:, None, None]).all()


def test_the_specimens_have_the_classes_of_the_rule(client: TestClient) -> None:
    files = {f"{kind}/{i % 2}/{i}.png": plain(RED) for kind in ("a", "b", "c") for i in range(9)}
    album = post(client, zipped(files)).json()["id"]
    found = {}
    for rule in ("auto", "last", "none"):
        config = {"data": "own", "pictures": album, "classes": rule}
        answer = client.post(
            "/api/contrastive/specimens",
            json={"config": config},
            headers={"Accept": "application/octet-stream"},
        )
        assert answer.status_code == 200, answer.text
        from app.lab import wire

        header, arrays = wire.decode(answer.content)
        found[rule] = (header["names"], sorted({int(v) for v in arrays["labels"]}))
    assert found == {"auto": (["a", "b", "c"], [0, 1, 2]), "last": (["0", "1"], [0, 1]),
                     "none": ([], [])}  # fmt: skip


def test_too_many_classes_by_a_rule_are_told(client: TestClient) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    files = {f"{a}{b}.png": plain(RED, (2, 2)) for a in letters for b in letters[:4]}
    album = post(client, zipped(files)).json()
    assert album["rules"]["name"] == 104
    told = refused(client.get(f"/api/albums/{album['id']}?classes=name"), 413, "album_too_large")
    assert "104 classes" in told


def test_a_rule_that_is_none_is_refused(client: TestClient) -> None:
    album = post(client, zipped(FILES)).json()["id"]
    refused(client.get(f"/api/albums/{album}?classes=best"), 422, "invalid_input")
