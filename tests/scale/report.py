"""What 10^3, 10^5 and 10^7 visitors a day need: python -m tests.scale.report, or make scale.

Reckoned from docs/cost.json, which `make cost` measured, and from the assumptions below; queues are
simulated (tests/scale/queues.py). Writes the tables of docs/scale.md between their marks; what
stands around them is written by hand.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from app import ROOT
from tests.scale.cost import OUTPUT
from tests.scale.queues import Times, alone, in_classes, waits_at_one, wanted

TEXT = ROOT / "docs" / "scale.md"
DAYS = (10**3, 10**5, 10**7)  # visitors
ENOUGH = 3000  # visitors of one web process, so that a 99th percentile means something
LOOKS = 20_000  # at how much is wanted
MACHINE = 16  # cores


@dataclass(frozen=True)
class Visit:
    """What a visitor does. Assumed, not measured: nobody has been counted yet."""

    stay: float = 600.0  # seconds
    labs: int = 3  # that are opened, each as likely as the others, beside the home page
    training: float = 120.0  # seconds that trainings play, those of one of the labs that train
    photos: float = 0.2  # share of visitors who bring a photo, to both labs that look at it
    busiest: float = 0.15  # share of a day's visitors who come in its busiest hour
    together: int = 40  # of a class
    within: float = 60.0  # seconds in which a class opens its first page


@dataclass(frozen=True)
class Goal:
    """When it is enough: in 99% of all cases no longer than that."""

    page: float = 0.2  # seconds that a request of a page waits for its web process
    photo: float = 2.0  # seconds that a photo waits for the networks
    share: float = 0.99


class Load(NamedTuple):
    """What comes to one web process: requests by time, and those that open pages."""

    arrivals: Times
    services: Times
    opens: np.ndarray[Any, np.dtype[np.bool_]]


Arrive = Callable[[float, float, int, np.random.Generator], Times]


def one_by_one(rate: float, seconds: float, processes: int, draw: np.random.Generator) -> Times:
    """Arrivals at one of the processes, of visitors who come alone."""
    return alone(rate / processes, seconds, draw)


def by_classes(rate: float, seconds: float, processes: int, draw: np.random.Generator) -> Times:
    """The same of classes, each of whose visitors is sent to any of the processes."""
    every = in_classes(rate, seconds, Visit.together, Visit.within, draw)
    return every[draw.random(len(every)) < 1 / processes]


ARRIVE: dict[str, Arrive] = {"alone": one_by_one, "in classes": by_classes}


class Costs:
    """The measured numbers."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told, self.photo = told, told["photo"]
        self.pages = {name: at_its_pace(page) for name, page in told["pages"].items()}
        self.labs = [one for name, one in self.pages.items() if name != "home"]
        self.trainings = [one["training"] for one in self.labs if "training" in one]

    def mean(self, rows: Sequence[Any], *path: str) -> float:
        return float(np.mean([at(row, *path) for row in rows]))

    def per_visit(self, visit: Visit) -> dict[str, float]:
        """CPU seconds by kind, and bytes, of a whole visit."""
        photo = [self.photo[name] for name in ("upload", "proposals", "detect")]
        home, labs, train = self.pages["home"], self.labs, self.trainings
        seconds = {
            "pages": sum(home["open"].values())
            + visit.labs * sum(self.mean(labs, "open", kind) for kind in home["open"]),
            "training": visit.training * self.mean(train, "per_second", "runs"),
            "frames": visit.training * self.mean(train, "per_second", "web"),
            "photos": visit.photos
            * sum(part[kind] for part in photo for kind in ("web", "runs", "other")),
        }
        received = home["open_bytes"] + visit.labs * self.mean(labs, "open_bytes")
        received += visit.training * self.mean(train, "bytes_per_second")
        received += visit.photos * sum(part.get("bytes", 0) for part in photo)
        return {**seconds, "bytes": received}


def at_its_pace(page: dict[str, Any]) -> dict[str, Any]:
    """A page whose training goes on at the pace that it asks for: what each picture took, times as
    many. On a busy machine fewer were seen; and no training takes more than a core.
    """
    if "training" not in page:
        return page
    seen = page["training"]
    of_a_core = seen["per_second"]["runs"]
    faster = seen["fps"] / seen["frames_per_second"]
    faster = max(1.0, min(faster, 1 / of_a_core if of_a_core else faster))
    training = {
        **seen,
        "frames_per_second": faster * seen["frames_per_second"],
        "bytes_per_second": faster * seen["bytes_per_second"],
        "per_second": {kind: faster * value for kind, value in seen["per_second"].items()},
    }
    return {**page, "training": training}


def at(row: Any, *path: str) -> float:
    for name in path:
        row = row[name]
    return float(row)


# --- One web process ------------------------------------------------------------------------------


def load_of(costs: Costs, visit: Visit, arrivals: Times, draw: np.random.Generator) -> Load:
    """All that visitors with these arrivals ask one web process for: pages, and each frame."""
    count = len(arrivals)
    opening = [np.array([one["open"]["web"] for one in costs.labs])]
    times, services = [arrivals], [np.full(count, costs.pages["home"]["open"]["web"])]
    for _ in range(visit.labs):
        times.append(arrivals + draw.uniform(0, visit.stay, count))
        services.append(draw.choice(opening[0], count))
    opened = count * (1 + visit.labs)
    begins = arrivals + draw.uniform(0, visit.stay - visit.training, count)
    which = draw.integers(len(costs.trainings), size=count)
    for number, training in enumerate(costs.trainings):
        own, rate = begins[which == number], training["frames_per_second"]
        frames = np.arange(int(visit.training * rate)) / rate
        times.append((own[:, None] + frames).ravel())
        services.append(np.full(len(times[-1]), training["per_second"]["web"] / rate))
    every, seconds = np.concatenate(times), np.concatenate(services)
    order = np.argsort(every)
    opens = np.arange(len(every)) < opened
    return Load(every[order], seconds[order], opens[order])


def page_wait(costs: Costs, visit: Visit, arrivals: Times, draw: np.random.Generator) -> float:
    """Seconds that a page's request waits for its process, at `Goal.share`."""
    load = load_of(costs, visit, arrivals, draw)
    found = waits_at_one(load.arrivals, load.services)
    return float(np.quantile(found[load.opens], Goal.share))


def photo_wait(costs: Costs, visit: Visit, arrivals: Times, draw: np.random.Generator) -> float:
    """The same of a photo for the networks, one evaluation at a time in each web process."""
    looking = arrivals[draw.random(len(arrivals)) < visit.photos]
    begins = looking + draw.uniform(0, visit.stay, len(looking))
    seconds = [costs.photo[name]["milliseconds"] / 1000 for name in ("proposals", "detect")]
    times = np.concatenate([begins, begins + visit.stay / 10])
    services = np.repeat(seconds, len(begins))
    order = np.argsort(times)
    found = waits_at_one(times[order], services[order])
    return float(np.quantile(found, Goal.share)) if len(found) else 0.0


def processes_for(
    costs: Costs, visit: Visit, rate: float, arrive: Arrive, goal: Goal
) -> tuple[int, float, float]:
    """The fewest web processes that keep both goals, and the waits that are left."""
    own = costs.per_visit(visit)
    busy = rate * (own["frames"] + own["pages"])
    count = max(1, math.ceil(busy))
    while True:
        draw = np.random.default_rng(count)
        arrivals = arrive(rate, ENOUGH * count / rate, count, draw)
        page = page_wait(costs, visit, arrivals, draw)
        photo = photo_wait(costs, visit, arrivals, draw)
        if page <= goal.page and photo <= goal.photo:
            return count, page, photo
        count = max(count + 1, math.ceil(1.05 * count))


# --- Trainings ------------------------------------------------------------------------------------


class Wanted(NamedTuple):
    """At `Goal.share` of all times no more than that, of all visitors together."""

    trainings: float
    cores: float
    bytes: float


def trainings_for(costs: Costs, visit: Visit, rate: float, arrive: Arrive) -> Wanted:
    draw = np.random.default_rng(1)
    seconds = max(3600.0, 5 * visit.stay, ENOUGH / rate)
    arrivals = arrive(rate, seconds, 1, draw)
    begins = arrivals + draw.uniform(0, visit.stay - visit.training, len(arrivals))
    ends = begins + visit.training
    looks = draw.uniform(visit.stay, seconds, LOOKS)
    which = draw.integers(len(costs.trainings), size=len(arrivals))

    def most(*path: str) -> float:
        amounts = np.array([at(one, *path) for one in costs.trainings])[which]
        return float(np.quantile(wanted(begins, ends, amounts, looks), Goal.share))

    count = np.quantile(wanted(begins, ends, np.ones(len(begins)), looks), Goal.share)
    return Wanted(float(count), most("per_second", "runs"), most("memory_bytes"))


# --- Tables ---------------------------------------------------------------------------------------


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def told(value: float) -> str:
    """Two digits that count, thousands separated."""
    if value <= 0:
        return "0"
    digits = max(0, 1 - math.floor(math.log10(value)))
    rounded = round(value, 1 - math.floor(math.log10(value)))
    return f"{rounded:,.{digits}f}"


def cost_table(costs: Costs) -> str:
    rows = []
    for name, one in costs.pages.items():
        training = one.get("training")
        row = [
            name,
            f"{sum(one['open_first'].values()):.2f}",
            f"{sum(one['open'].values()):.2f}",
            f"{one['open_bytes'] / 1000:,.0f}",
        ]
        if training:
            per_second = training["per_second"]
            row += [
                f"{training['frames_per_second']:.0f}",
                f"{per_second['runs']:.3f}",
                f"{1000 * per_second['web']:.1f}",
                f"{training['memory_bytes'] / 2**20:.0f}",
                f"{training['bytes_per_second'] / 1000:,.0f}",
            ]
        else:
            row += ["–"] * 5
        rows.append(row)
    heads = [
        "page", "first, CPU s", "later, CPU s", "kB", "pictures/s", "training, cores",
        "its frames, cores/1000", "MiB", "kB/s",
    ]  # fmt: skip
    return table(heads, rows)


def photo_table(costs: Costs) -> str:
    rows = []
    for name in ("upload", "proposals", "detect"):
        part = costs.photo[name]
        seconds = sum(part[kind] for kind in ("web", "runs", "other"))
        ms = f"{part['milliseconds']:.0f}" if "milliseconds" in part else "–"
        rows.append([name, f"{seconds:.3f}", ms, f"{part.get('bytes', 0) / 1000:,.0f}"])
    return table(["of a photo", "CPU s", "ms", "kB"], rows)


def visit_table(costs: Costs, visit: Visit) -> str:
    own = costs.per_visit(visit)
    words = {
        "pages": f"the home page and {visit.labs} labs, opened",
        "training": f"{visit.training:.0f} s of trainings",
        "frames": "the frames of them, sent",
        "photos": f"{visit.photos} photos",
    }
    rows = [[words[name], f"{own[name]:.2f}"] for name in words]
    rows.append(["**together**", f"**{sum(own[name] for name in words):.2f}**"])
    return table(["part of a visit", "CPU s"], rows)


def scale_rows(costs: Costs, visit: Visit, goal: Goal) -> Iterator[list[str]]:
    own = costs.per_visit(visit)
    for visitors in DAYS:
        rate = visitors * visit.busiest / 3600
        for kind, arrive in ARRIVE.items():
            processes, page, photo = processes_for(costs, visit, rate, arrive, goal)
            trainings = trainings_for(costs, visit, rate, arrive)
            photos = rate * own["photos"]
            cores = processes + trainings.cores + photos
            yield [
                f"{visitors:,}",
                kind,
                told(rate * 3600),
                told(trainings.trainings),
                told(trainings.cores),
                told(trainings.bytes / 2**30),
                f"{processes:,}",
                f"{1000 * page:.0f}",
                f"{1000 * photo:.0f}",
                told(photos),
                told(rate * own["bytes"] * 8 / 1e6),
                f"{math.ceil(cores / MACHINE):,}",
            ]


def scale_table(costs: Costs, visit: Visit, goal: Goal) -> str:
    heads = [
        "visitors a day", "come", "busiest hour", "trainings at once", "cores for them",
        "GiB for them", "web processes", "a page waits, ms", "a photo waits, ms",
        "cores for photos", "Mbit/s", f"machines of {MACHINE} cores",
    ]  # fmt: skip
    return table(heads, list(scale_rows(costs, visit, goal)))


def measured_on(costs: Costs) -> str:
    facts = costs.told["measured"]
    return (
        f"`{facts['command']}`, commit {facts['commit']}, {facts['date']}, "
        f"{facts['cores']} cores of {facts['processor']}; "
        f"a server at rest, with torch and the networks: "
        f"{costs.told['server_bytes'] / 2**20:,.0f} MiB."
    )


def between_marks(text: str, name: str, content: str) -> str:
    """The text with that content between the marks of that name. Raises SystemExit without them."""
    marks = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = re.compile(f"{marks[0]}.*?{marks[1]}", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{TEXT.name} has no marks {marks[0]} {marks[1]}")
    return pattern.sub(lambda _: f"{marks[0]}\n{content}\n{marks[1]}", text)


def main() -> None:
    costs, visit, goal = Costs(json.loads(OUTPUT.read_text())), Visit(), Goal()
    text = TEXT.read_text()
    for name, content in (
        ("measured", measured_on(costs)),
        ("costs", cost_table(costs)),
        ("photo", photo_table(costs)),
        ("visit", visit_table(costs, visit)),
        ("scale", scale_table(costs, visit, goal)),
    ):
        text = between_marks(text, name, content)
        print(content, end="\n\n", flush=True)
    TEXT.write_text(text)


if __name__ == "__main__":
    main()
