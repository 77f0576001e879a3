"""Compare one stage and two stages where pages cannot: on photos, and along whole trainings.

python -m models.train.compared --photos DIR   the shipped pair on DIR's VOC val photos
python -m models.train.compared --course       the small detectors of the lab, three seeds of each

Both write into the file that pages read. The photos go through both roads one by one, as on the
page's drawn scenes. Milliseconds are the processor's, which other programs hardly change;
--threads 1 makes them comparable.
"""

import argparse
import time
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from tqdm import tqdm

from models.boxes.average_precision import RULES
from models.detection.catalog import DETECTORS
from models.detection.comparison import (
    SceneResult,
    Truth,
    as_json,
    compare,
    compare_on_picture,
)
from models.detection.detectors import Detectors
from models.detection.learner import Form
from models.detection.learning import Learning, LearningSettings
from models.detection.shipped import PHOTO_FILES, load_detectors
from models.train.box_data import CLASSES, OTHER, Photo, load_photos, to_tensor
from models.train.scores import SCORES_FILE, provenance, write_scores

MODULE = "models.train.compared"
PROPOSALS = (10, 30, 100, 300)
PRE_NMS = 1000  # boxes into the proposals' NMS, as the page asks where nobody moves that lever
VOC = ("car", "bus", "cat", "person", "train")  # what its photos tell; no package
SOURCE = "voc_5class"
WARM_UP = 3  # evaluations that do not count
FORMS: tuple[Form, ...] = ("two", "ssd", "yolo")
STEPS, EVERY, SEEDS, TAUGHT, HELD_OUT = 300, 25, 3, 48, 100


def known_of(photo: Photo) -> Truth:
    """What a photo tells: its boxes of the classes, of which the difficult need not be found."""
    told = photo.labels != OTHER
    return Truth(photo.boxes[told], photo.labels[told], photo.difficult[told])


def on_photos(model: Detectors, photos: list[Photo], proposals: int) -> list[SceneResult]:
    """Both roads on each photo, one at a time."""
    asked = tuple(CLASSES.index(name) for name in VOC)
    size = DETECTORS["photos"].size

    def look(photo: Photo) -> SceneResult:
        image = to_tensor(photo.image)
        known, now = known_of(photo), time.process_time
        return compare_on_picture(model, image, size, known, proposals, PRE_NMS, asked, now)

    for photo in photos[:WARM_UP]:
        look(photo)
    return [look(photo) for photo in tqdm(photos, desc=f"{proposals} proposals")]


def measure_photos(args: argparse.Namespace) -> dict[str, Any]:
    """By the number of proposals and the rule of the AP: what the page tells of drawn scenes."""
    model = load_detectors(PHOTO_FILES).model
    photos = [p for p in load_photos(Path(args.photos), "val") if p.source == SOURCE]
    measured: dict[str, dict[str, Any]] = {}
    for proposals in PROPOSALS:
        results = on_photos(model, photos, proposals)
        draw = {rule: torch.Generator().manual_seed(0) for rule in RULES}
        measured[str(proposals)] = {
            rule: as_json(compare(results, len(CLASSES), draw[rule], rule=rule)) for rule in RULES
        }
    return {"pictures": SOURCE, "threads": torch.get_num_threads(), "proposals": measured}


def train_small(form: Form, seed: int) -> dict[int, list[float]]:
    """AP50 and AP75 on held-out scenes every `EVERY` steps of a training as the page runs it."""
    learning = Learning(LearningSettings(form=form, scenes=TAUGHT, seed=seed))
    course = {}
    while learning.step < STEPS:
        learning.train(EVERY)
        course[learning.step] = learning.precisions(HELD_OUT)
    return course


def measure_course(_args: argparse.Namespace) -> dict[str, Any]:
    """The mean over the seeds of each form, at each of the steps."""
    forms: dict[str, Any] = {}
    for form in FORMS:
        runs = [train_small(form, seed) for seed in tqdm(range(SEEDS), desc=form)]
        forms[form] = {
            str(step): {
                name: fmean(run[step][i] for run in runs) for i, name in enumerate(("AP50", "AP75"))
            }
            for step in runs[0]
        }
    facts = {"steps": STEPS, "seeds": SEEDS, "taught": TAUGHT, "scenes": HELD_OUT}
    return {**facts, "forms": forms}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", metavar="DIR", help="measure on DIR's VOC val photos")
    parser.add_argument("--course", action="store_true", help="train the small detectors")
    parser.add_argument("--threads", type=int, help="of torch")
    parser.add_argument("--scores", default=str(SCORES_FILE), help="(%(default)s)")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    if args.photos:
        entry = {**provenance(MODULE), **measure_photos(args)}
        write_scores(Path(args.scores), "detectors_claim", entry)
    elif args.course:
        entry = {**provenance(MODULE), **measure_course(args)}
        write_scores(Path(args.scores), "small_course", entry)
    else:
        parser.error("give --photos DIR or --course")


if __name__ == "__main__":
    main()
