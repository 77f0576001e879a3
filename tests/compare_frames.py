"""Every lab's pictures as numbers, before and after a change that is to change none.

    python -m tests.compare_frames record before.json     # on one commit
    python -m tests.compare_frames record after.json      # on another
    python -m tests.compare_frames compare before.json after.json

Recorded are the frames of every mode, method and data of every lab that trains, and the answers
of the endpoints, each at its defaults and a few others: for each array its type, shape and a hash
of its bytes, and the header's values as text.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import torch
from starlette.testclient import TestClient

from app.lab import wire
from app.lab.contract import Ask
from app.main import create_app
from app.registry import LABS
from app.settings import Settings

KINDS = ("mode", "model", "method", "data")  # fields by which a lab runs something else
SMALL = {"count": 200, "trial_steps": 20, "replicas": 2}
BROUGHT = ("own", "drawn", "cifar10", "folder")  # data that somebody has to bring
STEPS = (0, 1, 2)  # training steps before each frame of a run
HOST = {"Host": "localhost"}
JSON, FRAME = "application/json", wire.MEDIA_TYPE  # two forms of the same answer
GETS = (
    "/api/batchnorm/normalizations?groups=2",
    "/api/batchnorm/surface?share=0.5&offset=1&spread=3",
    "/api/regularization/geometry?correlation=0.5&mix=0.5",
    "/api/regularization/decay?lam=0.1",
    "/api/rpn/models",
    "/api/samples",
)
PHOTOS = ("street", "china")
SQUARES = {"boxes": [[0, 0, 10, 10], [1, 1, 11, 11], [30, 30, 40, 40]], "scores": [0.9, 0.8, 0.7]}
POSTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/api/nms", SQUARES),
    ("/api/nms", {**SQUARES, "method": "soft-gaussian"}),
    ("/api/nms/sweep", SQUARES),
    ("/api/contrastive/specimens", {"config": {"count": 200}}),
    ("/api/contrastive/views", {"config": {"count": 200}, "picture": 1, "pairs": 2}),
)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def facts(data: bytes) -> dict[str, str]:
    """A frame on the wire: its header's values, and a hash of each array."""
    header, arrays = wire.decode(data)
    told = {name: json.dumps(value, sort_keys=True) for name, value in header.items()}
    for name, array in arrays.items():
        told[name] = f"{array.dtype} {array.shape} {digest(array.tobytes())}"
    return told


def configs(lab: Any) -> Iterator[Any]:
    """One of each mode, model, method and data, small."""
    fields = lab.config.model_fields
    small = {name: value for name, value in SMALL.items() if name in fields}
    yield lab.config(**small)
    for name in KINDS:
        for choice in get_args(fields[name].annotation) if name in fields else ():
            if choice not in BROUGHT:
                yield lab.config(**{**small, name: choice})


def runs() -> Iterator[tuple[str, dict[str, str]]]:
    for lab in (lab for lab in LABS if lab.run):
        for config in configs(lab):
            changed = {
                n: v for n, v in config.model_dump().items() if v != getattr(lab.config(), n)
            }
            run = lab.run(config)
            for steps in STEPS:
                frame = next(run) if steps == 0 else run.send(Ask(config, steps))
                yield f"{lab.slug} {json.dumps(changed)} +{steps}", facts(frame.to_bytes())
            script = lab.code(config, 3).encode() if lab.code else b""
            yield f"{lab.slug} {json.dumps(changed)} script", {"script": digest(script)}


def answers() -> Iterator[tuple[str, dict[str, str]]]:
    app = create_app(Settings())
    client = TestClient(app, headers=HOST)
    for path in GETS:
        yield path, told(client.get(path))
    asked = [*POSTS, *(("/api/rpn/proposals", {"image_id": id_of(client, n)}) for n in PHOTOS)]
    for number, (path, body) in enumerate(asked):
        for form in (JSON, FRAME):
            found = client.post(path, json=body, headers={"Accept": form})
            yield f"{path} {number} {form}", told(found)
    app.state.images.close()


def id_of(client: TestClient, name: str) -> str:
    """The id of a sample, which is another one each time."""
    return str(client.post(f"/api/samples/{name}").json()["id"])


def told(answer: Any) -> dict[str, str]:
    if "json" in answer.headers["content-type"]:
        return {"status": str(answer.status_code), "json": digest(answer.content)}
    return {"status": str(answer.status_code), **facts(answer.content)}


def record(path: Path) -> None:
    torch.set_num_threads(1)
    everything = dict(runs()) | dict(answers())
    path.write_text(json.dumps(everything, indent=1))
    print(f"{len(everything)} pictures in {path}")


def compare(before: Path, after: Path) -> int:
    """Print what differs. Returns how many pictures do."""
    old, new = json.loads(before.read_text()), json.loads(after.read_text())
    differing = 0
    for name in old.keys() | new.keys():
        mine, other = old.get(name, {}), new.get(name, {})
        apart = sorted(key for key in mine.keys() | other.keys() if mine.get(key) != other.get(key))
        if apart:
            differing += 1
            print(f"{name}: {', '.join(apart)}")
    print(f"{len(old)} pictures before, {len(new)} after, {differing} differ")
    return differing


if __name__ == "__main__":
    command, *files = sys.argv[1:]
    paths = [Path(file) for file in files]
    sys.exit(bool(record(*paths) if command == "record" else compare(*paths)))
