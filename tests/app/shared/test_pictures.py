"""Pictures that all web processes know: how many there may be, and who deletes one meanwhile."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from app.errors import ImageGone
from app.pictures.store import Content, Picture
from app.settings import Settings
from app.shared.pictures import SharedImages, SharedOwners
from app.shared.store import SharedStore
from tests.app.shared.stores import RedisServer
from tests.app.shared.test_two_processes import photo

FACTS = {"width": 1, "height": 1, "media_type": "image/png", "size": 8, "incomplete": False}


def images_in(store: RedisServer, folder: Path, most: int = 100, **more: Any) -> SharedImages:
    return SharedImages(Settings(**more), SharedStore(store.url), folder, most)


def sample(images: SharedImages, digest: str) -> Content:
    """A sample as it is decoded, in its place."""
    target = images.folder.path / token_hex(8)
    target.write_bytes(b"the same")
    return images._keep_offer("a sample", target, {"digest": digest, **FACTS})


def brought(images: SharedImages, digest: str) -> Picture:
    target = images.folder.path / token_hex(8)
    target.write_bytes(b"the same")
    return images._keep_new(target, {"digest": digest, **FACTS})


def names(images: SharedImages, pattern: str) -> list[str]:
    return [str(key) for key in images._store.threads.scan_iter(f"vitrine:{pattern}")]


def test_samples_without_end_are_few_ids_and_take_nobodys_photo_away(
    store: RedisServer, tmp_path: Path
) -> None:
    images = images_in(store, tmp_path, most=5)
    before = len(names(images, "picture:*"))
    mine = brought(images, "mine")
    lent = sample(images, "lent")
    chosen = [images._lend(lent) for _ in range(30)]
    assert len(names(images, "picture:*")) - before == 6
    assert len(list(images._sharing("lent").newest_first())) == 5
    for old in chosen[:25]:
        with pytest.raises(ImageGone):
            images.get(old.id)
    for new in chosen[25:]:
        assert images.opened(new.id)[1].read() == b"the same"
    assert images.get(mine.id).digest == "mine"


def test_the_photo_that_was_used_last_stays_and_the_file_of_one_that_goes_goes(
    store: RedisServer, tmp_path: Path
) -> None:
    images = images_in(store, tmp_path, most=3)
    first, *others = [brought(images, f"used-{i}") for i in range(3)]
    images.get(first.id)
    brought(images, "used-3")
    assert images.get(first.id)
    with pytest.raises(ImageGone):
        images.get(others[0].id)
    assert not others[0].path.exists()


def test_ids_that_have_expired_are_no_longer_counted_anywhere(
    store: RedisServer, tmp_path: Path
) -> None:
    images = images_in(store, tmp_path, image_hours=1 / 3600)
    lent = sample(images, "brief")
    for _ in range(4):
        images._lend(lent)
    time.sleep(2.1)  # twice as long as an id is known
    fresh = images._lend(sample(images, "brief"))
    assert list(images._sharing("brief").newest_first()) == [fresh.id]
    assert list(images._lent_ids.newest_first()) == [fresh.id]


def test_who_brought_what_is_bounded_too(store: RedisServer) -> None:
    owners = SharedOwners(SharedStore(store.url), most=3)

    async def body() -> list[str | None]:
        for i in range(10):
            await owners._remember("photo", f"thing-{i}", "someone")
        return [await owners._owner_of(f"thing-{i}") for i in range(10)]

    assert asyncio.run(body()) == [None] * 7 + ["someone"] * 3


def test_whose_a_photo_is_outlasts_samples_without_end_and_photos_since_it_was_asked(
    store: RedisServer,
) -> None:
    owners = SharedOwners(SharedStore(store.url), most=3)

    async def body() -> list[str | None]:
        await owners._remember("photo", "mine", "me")
        for i in range(10):
            await owners._remember("sample", f"sample-{i}", "other")
        found = [await owners._owner_of("mine")]
        for i in range(5):
            await owners._remember("photo", f"their-{i}", "other")
            found.append(await owners._owner_of("mine"))
        return found

    assert asyncio.run(body()) == ["me"] * 6


def test_a_sample_whose_file_went_is_not_lent(store: RedisServer, tmp_path: Path) -> None:
    images = images_in(store, tmp_path)
    lent = sample(images, "went")
    images.delete(images._lend(lent).id)
    before = names(images, "picture:*")
    with pytest.raises(ImageGone):
        images._lend(lent)
    assert names(images, "picture:*") == before


def test_a_sample_that_is_chosen_while_its_last_picture_is_deleted_is_there(
    store: RedisServer, tmp_path: Path
) -> None:
    both = [images_in(store, tmp_path) for _ in range(2)]
    data = photo(40)

    async def body() -> None:
        first = await both[0].offer("photo", data)
        with ThreadPoolExecutor(1) as threads:
            for turn in range(100):
                deleted = threads.submit(both[0].delete, first.id)
                first = await both[turn % 2].offer("photo", data)
                deleted.result()
                both[0].opened(first.id)[1].close()
        for images in both:
            images.close()

    asyncio.run(body())
