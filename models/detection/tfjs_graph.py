"""A graph model of TensorFlow.js, run in torch: the operations that CenterNet's graph is made of.

The format: a JSON file with nodes (name, operation, inputs, attributes) and a manifest of weights,
whose values lie one after another in a binary file, in half precision where `quantization` says so.
Only nodes that an output depends on are run, each once.

Shape letters: N images; H, W rows and columns; C channels. Tensors are [N, H, W, C], as there.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.detection.weights import WeightsError

DTYPES = {"float32": np.float32, "float16": np.float16, "int32": np.int32}


class Graph(nn.Module):
    """The nodes of a graph, and the tensors that are its constants."""

    def __init__(self, document: dict[str, Any], data: bytes) -> None:
        """Raises `WeightsError` where the two do not fit each other, or a node is not known."""
        super().__init__()
        try:
            nodes = document["modelTopology"]["node"]
            self.nodes: dict[str, dict[str, Any]] = {node["name"]: node for node in nodes}
            self.constants = read_weights(document["weightsManifest"], data)
        except (KeyError, TypeError, ValueError) as error:
            raise WeightsError("this is no graph of TensorFlow.js, or it is damaged") from error

    def named(self, ending: str) -> str:
        """The node whose name ends so: "tower_0/wh" for "wh". Raises `WeightsError`."""
        for name in self.nodes:
            if name.rsplit("/", 1)[-1] == ending:
                return name
        raise WeightsError(f"the graph has no node {ending}")

    def input_shape(self) -> tuple[int, ...]:
        """Of its one placeholder. Raises `WeightsError`."""
        for node in self.nodes.values():
            if node["op"] == "Placeholder":
                return tuple(int(dim["size"]) for dim in node["attr"]["shape"]["shape"]["dim"])
        raise WeightsError("the graph has no input")

    def forward(self, inputs: Tensor, outputs: tuple[str, ...]) -> tuple[Tensor, ...]:
        """The named nodes' values for the placeholder's. Raises `WeightsError`."""
        values: dict[str, Tensor] = {}
        for name in self.in_order(outputs):
            node = self.nodes[name]
            if node["op"] == "Placeholder":
                values[name] = inputs
            elif node["op"] == "Const":
                values[name] = self.constants[name]
            else:
                given = [values[one] for one in inputs_of(node)]
                values[name] = OPERATIONS[node["op"]](given, Attributes(node))
        return tuple(values[name] for name in outputs)

    def in_order(self, outputs: tuple[str, ...]) -> list[str]:
        """What the outputs depend on, each node after its inputs. Raises `WeightsError`."""
        order: dict[str, None] = {}
        waiting = list(reversed(outputs))
        while waiting:
            name = waiting[-1]
            node = self.nodes.get(name)
            if node is None or not (node["op"] in OPERATIONS or node["op"] in SOURCES):
                raise WeightsError(f"the graph has a node that is not known: {name}")
            missing = [one for one in inputs_of(node) if one not in order]
            if missing:
                if len(waiting) > len(self.nodes) * len(self.nodes) + 1:
                    raise WeightsError("the graph goes round in a circle")
                waiting += missing
            else:
                order.setdefault(waiting.pop())
        return list(order)


SOURCES = {"Placeholder", "Const"}


def inputs_of(node: dict[str, Any]) -> list[str]:
    """Names of the nodes whose values go in; "^name" only says what is done before."""
    names = [name for name in node.get("input", []) if not name.startswith("^")]
    return [name.split(":")[0] for name in names]


def read_weights(manifest: list[dict[str, Any]], data: bytes) -> dict[str, Tensor]:
    """The constants by name, numbers in float32. Raises ValueError where the data end too early."""
    found: dict[str, Tensor] = {}
    at = 0
    for group in manifest:
        for weight in group["weights"]:
            shape = [int(side) for side in weight["shape"]]
            kind = weight.get("quantization", {}).get("dtype", weight["dtype"])
            if kind not in DTYPES:
                raise ValueError(f"weights in {kind}")
            values = np.frombuffer(data, DTYPES[kind], math.prod(shape), at)
            at += values.nbytes
            wanted = np.int64 if weight["dtype"] == "int32" else np.float32
            found[weight["name"]] = torch.from_numpy(values.astype(wanted).reshape(shape))
    if at != len(data):
        raise ValueError(f"{len(data)} bytes, of which {at} are named")
    return found


class Attributes:
    """A node's attributes in plain types; texts are in base 64 there."""

    def __init__(self, node: dict[str, Any]) -> None:
        self._attributes: dict[str, Any] = node.get("attr", {})

    def integers(self, name: str, default: list[int]) -> list[int]:
        listed = self._attributes.get(name, {}).get("list", {}).get("i")
        return [int(value) for value in listed] if listed else default

    def text(self, name: str) -> str:
        return base64.b64decode(self._attributes.get(name, {}).get("s", "")).decode()

    def texts(self, name: str) -> list[str]:
        listed = self._attributes.get(name, {}).get("list", {}).get("s", [])
        return [base64.b64decode(value).decode() for value in listed]

    def flag(self, name: str) -> bool:
        return bool(self._attributes.get(name, {}).get("b", False))


# --- The operations -------------------------------------------------------------------------------

Given = list[Tensor]


def padded(values: Tensor, kernel: list[int], strides: list[int], how: str, fill: float) -> Tensor:
    """Maps [N, C, H, W] with the border of TensorFlow's "SAME", more of it at the end."""
    if how != "SAME":
        return values
    around: list[int] = []
    sides = zip(values.shape[-2:], kernel, strides, strict=True)
    for side, k, stride in reversed(list(sides)):
        total = max((math.ceil(side / stride) - 1) * stride + k - side, 0)
        around += [total // 2, total - total // 2]
    return F.pad(values, around, value=fill)


def convolve(given: Given, attributes: Attributes, depthwise: bool = False) -> Tensor:
    """Filters [k, k, C, C'], or [k, k, C, m] for each channel by itself."""
    values, filters = given[0].permute(0, 3, 1, 2), given[1]
    strides = attributes.integers("strides", [1, 1, 1, 1])[1:3]
    dilations = attributes.integers("dilations", [1, 1, 1, 1])[1:3]
    kernel = [(k - 1) * d + 1 for k, d in zip(filters.shape[:2], dilations, strict=True)]
    groups = filters.shape[2] if depthwise else 1
    if depthwise:
        weights = filters.permute(2, 3, 0, 1).reshape(-1, 1, *filters.shape[:2])
    else:
        weights = filters.permute(3, 2, 0, 1)
    values = padded(values, kernel, strides, attributes.text("padding"), 0.0)
    result = F.conv2d(values, weights, None, strides, 0, dilations, groups)
    return fused(result.permute(0, 2, 3, 1), given[2:], attributes.texts("fused_ops"))


def fused(values: Tensor, rest: Given, names: list[str]) -> Tensor:
    """What follows a convolution in the same node."""
    rest = list(rest)
    for name in names:
        values = values + rest.pop(0) if name == "BiasAdd" else ACTIVATIONS[name](values)
    return values


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "Relu": F.relu,
    "Relu6": F.relu6,
    "Sigmoid": torch.sigmoid,
}


def pool(given: Given, attributes: Attributes) -> Tensor:
    values = given[0].permute(0, 3, 1, 2)
    kernel = attributes.integers("ksize", [1, 1, 1, 1])[1:3]
    strides = attributes.integers("strides", [1, 1, 1, 1])[1:3]
    values = padded(values, kernel, strides, attributes.text("padding"), -math.inf)
    return F.max_pool2d(values, kernel, strides).permute(0, 2, 3, 1)


def mean(given: Given, attributes: Attributes) -> Tensor:
    axes = given[1].reshape(-1).tolist()
    return given[0].mean(dim=axes, keepdim=attributes.flag("keep_dims"))


def resize(given: Given, attributes: Attributes) -> Tensor:
    """Bilinear, as TensorFlow 1 had it: position i of the result is i * scale of the source."""
    values = given[0].permute(0, 3, 1, 2)
    size = [int(side) for side in given[1].tolist()]
    if attributes.flag("half_pixel_centers") or attributes.flag("align_corners"):
        aligned = attributes.flag("align_corners")
        values = F.interpolate(values, size, mode="bilinear", align_corners=aligned)
        return values.permute(0, 2, 3, 1)
    for axis, side in zip((2, 3), size, strict=True):
        values = stretched(values, axis, side)
    return values.permute(0, 2, 3, 1)


def stretched(values: Tensor, axis: int, side: int) -> Tensor:
    """One axis to `side` positions, each between two of the source."""
    source = values.shape[axis]
    place = torch.arange(side) * (source / side)
    low = place.floor().long().clamp(max=source - 1)
    share = (place - low).to(values.dtype)
    share = share.view([-1 if one == axis else 1 for one in range(values.ndim)])
    high = (low + 1).clamp(max=source - 1)
    return torch.lerp(values.index_select(axis, low), values.index_select(axis, high), share)


OPERATIONS: dict[str, Callable[[Given, Attributes], Tensor]] = {
    "Identity": lambda given, _: given[0],
    "Conv2D": convolve,
    "_FusedConv2D": convolve,
    "DepthwiseConv2dNative": lambda given, a: convolve(given, a, depthwise=True),
    "FusedDepthwiseConv2dNative": lambda given, a: convolve(given, a, depthwise=True),
    "MaxPool": pool,
    "Relu": lambda given, _: F.relu(given[0]),
    "Relu6": lambda given, _: F.relu6(given[0]),
    "Sigmoid": lambda given, _: given[0].sigmoid(),
    "Mul": lambda given, _: given[0] * given[1],
    "Add": lambda given, _: given[0] + given[1],
    "AddV2": lambda given, _: given[0] + given[1],
    "BiasAdd": lambda given, _: given[0] + given[1],
    "Sub": lambda given, _: given[0] - given[1],
    "Mean": mean,
    "ConcatV2": lambda given, _: torch.cat(given[:-1], dim=int(given[-1])),
    "Reshape": lambda given, _: given[0].reshape(given[1].tolist()),
    "ResizeBilinear": resize,
}
