"""A small graph in TensorFlow.js's format with CenterNet's input and outputs, made for tests."""

import base64
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.detection import centernet

SIDE, STRIDE, CLASSES = 64, 4, 80


def text(value: str) -> dict[str, str]:
    return {"s": base64.b64encode(value.encode()).decode()}


def integers(*values: int) -> dict[str, Any]:
    return {"list": {"i": [str(value) for value in values]}}


def conv_attributes(stride: int, *fused: str) -> dict[str, Any]:
    names = [base64.b64encode(name.encode()).decode() for name in fused]
    return {
        "strides": integers(1, stride, stride, 1),
        "padding": text("SAME"),
        "fused_ops": {"list": {"s": names}},
    }


def node(name: str, op: str, *inputs: str, **attributes: Any) -> dict[str, Any]:
    return {"name": name, "op": op, "input": list(inputs), "attr": attributes}


def small_graph() -> tuple[dict[str, Any], bytes]:
    """Two strided convolutions, a heat map for each of 80 classes, and four distances."""
    draw = np.random.default_rng(0)
    weights = {
        "w1": draw.normal(0, 0.3, (3, 3, 3, 8)),
        "b1": draw.normal(0, 0.1, 8),
        "w2": draw.normal(0, 0.4, (3, 3, 8, 1)),
        "w3": draw.normal(0, 0.6, (1, 1, 8, CLASSES)),
        "b3": np.full(CLASSES, -2.0),
        "w4": draw.normal(0, 0.5, (1, 1, 8, 4)),
        "b4": np.full(4, 6.0),
        "scale": np.array(1 / 255),
    }
    shape = {"shape": {"dim": [{"size": str(side)} for side in (1, SIDE, SIDE, 3)]}}
    nodes = [
        node("tower_0/images", "Placeholder", shape=shape),
        *(node(name, "Const") for name in weights),
        node("small", "Mul", "tower_0/images", "scale"),
        node("first", "_FusedConv2D", "small", "w1", "b1", **conv_attributes(2, "BiasAdd", "Relu")),
        node("second", "DepthwiseConv2dNative", "first", "w2", **conv_attributes(2)),
        node("heat", "_FusedConv2D", "second", "w3", "b3", **conv_attributes(1, "BiasAdd")),
        node("tower_0/Sigmoid", "Sigmoid", "heat"),
        node("tower_0/keypoints", "Identity", "tower_0/Sigmoid"),
        node("tower_0/wh", "_FusedConv2D", "second:0", "w4", "b4",
             **conv_attributes(1, "BiasAdd", "Relu")),
        node("tower_0/detections", "TopKV2", "tower_0/keypoints"),
    ]  # fmt: skip
    document = {
        "format": "graph-model",
        "modelTopology": {"node": nodes},
        "weightsManifest": [
            {
                "paths": ["centernet.bin"],
                "weights": [
                    {"name": name, "shape": list(values.shape), "dtype": "float32",
                     "quantization": {"dtype": "float16"}}
                    for name, values in weights.items()
                ],
            }
        ],
    }  # fmt: skip
    data = b"".join(values.astype(np.float16).tobytes() for values in weights.values())
    return document, data


def small_files() -> dict[str, bytes]:
    """As the package has them."""
    document, data = small_graph()
    return {"centernet.json": json.dumps(document).encode(), "centernet.bin": data}


def accept(monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> None:
    """From now on these are the files whose hashes are right."""
    for name, content in files.items():
        digits = hashlib.sha256(content).hexdigest()[:8]
        monkeypatch.setitem(centernet.FILES, name, digits)


def package(path: Path, files: dict[str, bytes], folder: str = "package/models/") -> Path:
    """An npm package with these files."""
    with tarfile.open(path, "w:gz") as made:
        for name, content in {**files, "package.json": b"{}"}.items():
            member = tarfile.TarInfo(folder + name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return path
