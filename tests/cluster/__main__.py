"""`make cluster`: the pieces, until Ctrl+C. With `--phones 500`: that many phones come, and a web
process, a Ray node and the store are killed one after the other; what visitors see is printed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.cluster.phones import Hall, Seen
from tests.cluster.pieces import Pieces, stay
from tests.e2e.browser import GUARD

LEARNERS = 12  # of the phones; each trains in a process of Ray's


class Story:
    """The phones in one room while pieces go; `wrong` is what must not have happened."""

    def __init__(self, pieces: Pieces, phones: int) -> None:
        learners = min(LEARNERS, phones // 8)
        self.pieces = pieces
        self.hall = Hall(pieces.address, phones - learners - 1, learners)
        self.question = 0
        self.wrong: list[str] = []

    async def tell(self) -> None:
        begun = time.monotonic()
        living = await self.hall.come()
        await self.all_there()
        self.say("come", f"{len(self.hall.phones)} phones in {time.monotonic() - begun:.1f} s")
        try:
            await self.ask("before anything is killed")
            pieces = self.pieces
            await self.after("a web process", lambda: pieces.kill_web(0))
            await asyncio.to_thread(pieces.start_web, 0)
            await self.after("a Ray node", pieces.kill_ray_worker)
            await self.after("the store", self.restart_store)
        finally:
            self.hall.over = True
            for one in living:
                one.cancel()

    def restart_store(self) -> None:
        self.pieces.store.kill()
        time.sleep(1)
        self.pieces.store.start()

    async def after(self, what: str, kill: Callable[[], None]) -> None:
        """What is seen from the kill on until all are there again and have answered."""
        hall = self.hall
        await hall.reload()
        await asyncio.sleep(1)
        await self.all_there()
        hall.seen, lost, resumed = Seen(), hall.runs_lost, hall.resumed
        await asyncio.to_thread(kill)
        await asyncio.sleep(3)
        await self.all_there()
        away = sorted(hall.seen.away)
        times = f", again after {median(away):.1f} s (last {away[-1]:.1f} s)" if away else ""
        self.say(f"killed {what}", f"{hall.seen.lost} of {len(hall.phones)} lines lost{times}")
        runs = f"{hall.runs_lost - lost} of {len(hall.learners)} runs over"
        self.say("", f"{runs}, {hall.resumed - resumed} gone on with on another line")
        for sentence, count in hall.seen.told.most_common():
            self.say("", f"told to {count}: {sentence}")
        await self.ask(f"after {what} was killed")

    async def ask(self, when: str) -> None:
        """Every guest answers the next question; what was acknowledged is in the picture."""
        hall = self.hall
        self.question += 1
        typed = {"kind": "choice", "text": "?", "choices": ["a", "b"]}
        await hall.presenter.do(type="ask", typed=typed)
        await self.until(
            lambda: hall.acknowledged[self.question] >= len(hall.guests),
            f"answers to question {self.question}",
        )
        await self.until(
            lambda: sum(hall.counts) == len(hall.guests), f"the picture of question {self.question}"
        )
        counted = hall.acknowledged[self.question]
        self.say("asked", f"{when}: {counted} answers acknowledged, {sum(hall.counts)} shown")
        if sum(hall.counts) != counted:
            self.wrong.append(f"{when}: {counted} acknowledged, {sum(hall.counts)} shown")

    async def all_there(self) -> None:
        await self.until(lambda: self.hall.there() == len(self.hall.phones), "all phones")

    async def until(self, true: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + GUARD
        while not true():
            if time.monotonic() > deadline:
                self.wrong.append(f"{what}: not there after {GUARD} s")
                return
            await asyncio.sleep(0.1)

    def say(self, what: str, text: str) -> None:
        print(f"{what:24s}{text}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make cluster", description=__doc__)
    parser.add_argument("--phones", type=int, default=0, help="that many come, and pieces go")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="vitrine-cluster-") as folder,
        Pieces(Path(folder)).running() as pieces,
    ):
        if not chosen.phones:
            stay(pieces)
            return 0
        story = Story(pieces, chosen.phones)
        asyncio.run(story.tell())
    for line in story.wrong:
        print(f"wrong: {line}")
    print(f"{len(story.wrong)} things went wrong")
    return bool(story.wrong)


if __name__ == "__main__":
    sys.exit(main())
