"""Claims about the pretext tasks: a label is what was drawn, and nothing gives it away."""

import math

import pytest
import torch

from models.data.clips import LONG_FRAMES, draw_clips
from models.data.objects import draw_objects
from models.measures import PretextTask
from models.representation.pretext import (
    AROUND,
    BINS,
    ORDERS,
    SPEEDS,
    TASKS,
    Options,
    Puzzle,
    bin_colors,
    bins_of,
    chroma,
    gray,
    hidden_blocks,
    patch_side,
    repaint,
    speeds_in,
    turn,
)
from models.representation.pretext_network import (
    PretextNetwork,
    loss_of,
    painted,
    rebalanced,
    right_of,
)
from models.representation.pretext_training import Material, Pretext, PretextSettings
from models.training import Lost

OBJECTS = draw_objects(240, 1)
CLIPS = draw_clips(60, 1)
PLAIN = Options(gap=2, jitter=0, color_drop=0)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def made(name: str, options: Options = PLAIN, seed: int = 0) -> Puzzle:
    task = TASKS[name]  # type: ignore[index]
    return task.draw(CLIPS.frames if task.video else OBJECTS.images, options, seeded(seed))


def network_of(name: str) -> PretextNetwork:
    return PretextNetwork(name, seeded(), 8)  # type: ignore[arg-type]


def test_turning_back_gives_the_picture() -> None:
    puzzle = made("rotation")
    back = turn(puzzle.inputs, (4 - puzzle.labels) % 4)
    assert torch.equal((back * 255).round().byte(), OBJECTS.images)
    assert puzzle.labels.bincount(minlength=4).min() > 30


def test_a_patch_is_where_its_label_says() -> None:
    """With jitter, which moves both, the two are still that far from their places at most."""
    side = patch_side(32, gap=3)
    puzzle = made("patch", Options(gap=3, jitter=1, color_drop=0))
    assert puzzle.at is not None
    images = OBJECTS.images.float() / 255
    for i in range(40):
        for k in range(2):
            row, column = puzzle.at[i, k].tolist()
            assert torch.equal(
                puzzle.inputs[i, k], images[i, :, row : row + side, column : column + side]
            )
        step = puzzle.at[i, 1] - puzzle.at[i, 0]
        due = torch.tensor(AROUND[int(puzzle.labels[i])]) * (side + 3)
        assert (step - due).abs().max() <= 2


@pytest.mark.parametrize("gap", range(5))
def test_patches_do_not_touch_across_a_gap(gap: int) -> None:
    puzzle = made("patch", Options(gap=gap, jitter=0, color_drop=0))
    assert puzzle.at is not None
    apart = (puzzle.at[:, 1] - puzzle.at[:, 0]).abs().amax(dim=1)
    side = puzzle.inputs.shape[-1]
    assert (apart == side + gap).all()
    assert 30 <= 3 * side + 2 * gap <= 32  # as large as there is room for


def test_the_usual_jitter_lets_no_two_patches_share_a_pixel() -> None:
    usual = Options(color_drop=0)
    assert usual.jitter > 0
    for seed in range(20):
        puzzle = made("patch", usual, seed)
        assert puzzle.at is not None
        apart = (puzzle.at[:, 1] - puzzle.at[:, 0]).abs().amax(dim=1)
        assert (apart >= puzzle.inputs.shape[-1]).all()


def test_a_patch_without_color_has_three_equal_channels() -> None:
    puzzle = made("patch", Options(color_drop=1))
    assert torch.equal(puzzle.inputs[:, :, 0], puzzle.inputs[:, :, 2])


def test_a_gray_input_with_its_own_colors_is_the_picture_at_the_grid_of_colors() -> None:
    """A picture of one color is given back exactly."""
    flat = torch.tensor([0.6, 0.3, 0.2]).view(1, 3, 1, 1).expand(1, 3, 32, 32)
    torch.testing.assert_close(repaint(gray(flat), chroma(flat)), flat, atol=2e-3, rtol=0)


def test_the_middle_of_a_bin_belongs_to_it() -> None:
    middles = bin_colors()
    found = bins_of(middles.T.reshape(2, BINS, 1)[None])
    assert found.flatten().tolist() == list(range(BINS))


def test_only_hidden_pixels_are_gray_and_their_share_is_the_one_asked_for() -> None:
    for ratio in (0.05, 0.25, 0.6, 0.95):
        hidden = hidden_blocks(8, 32, Options(ratio=ratio, block=4), seeded())
        assert hidden.float().mean().item() == pytest.approx(ratio, abs=1 / 64)
    puzzle = made("masked")
    assert puzzle.counted is not None
    seen = ~puzzle.counted.expand_as(puzzle.inputs)
    assert torch.equal(puzzle.inputs[seen], puzzle.labels[seen])
    assert (puzzle.inputs[~seen] == 0.5).all()


def test_what_is_visible_counts_for_nothing_in_the_masked_loss() -> None:
    puzzle, network = made("masked"), network_of("masked")
    assert puzzle.counted is not None
    wrong = torch.where(puzzle.counted, puzzle.labels, 9.0)
    assert loss_of(network, wrong, puzzle, torch.ones(BINS)) == 0
    assert right_of(network, wrong, puzzle, torch.ones(BINS)) == 1


def test_in_order_means_that_the_middle_frame_lies_between() -> None:
    puzzle = made("order")
    assert puzzle.at is not None
    first, middle, last = puzzle.at.unbind(1)
    between = (middle - first) * (last - middle) > 0
    assert torch.equal(between.long(), puzzle.labels)


def test_backwards_is_as_frequent_as_forwards_and_so_tells_nothing() -> None:
    for name in ("order", "sort"):
        puzzle = made(name)
        assert puzzle.at is not None
        forwards = (puzzle.at[:, -1] > puzzle.at[:, 0]).float().mean()
        assert 0.25 < forwards < 0.75


def test_frames_put_back_by_their_label_are_in_order_or_in_reverse() -> None:
    assert len(ORDERS) == math.factorial(4) / 2
    puzzle = made("sort")
    assert puzzle.at is not None
    for at, label in zip(puzzle.at.tolist(), puzzle.labels.tolist(), strict=True):
        times = [time for _, time in sorted(zip(ORDERS[label], at, strict=True))]
        assert times in (sorted(at), sorted(at, reverse=True))


def test_speed_is_the_step_from_frame_to_frame() -> None:
    puzzle = made("speed")
    assert puzzle.at is not None
    steps = puzzle.at.diff(dim=1)
    assert torch.equal(steps, torch.tensor(SPEEDS)[puzzle.labels][:, None].expand(-1, 3))


def test_painted_blocks_are_hidden_in_every_picture_whatever_the_draw() -> None:
    painted = tuple(i in (0, 9, 63) for i in range(64))
    options = Options(block=4, painted=painted)
    hidden = hidden_blocks(3, 32, options, seeded())
    assert torch.equal(hidden, hidden_blocks(3, 32, options, seeded(7)))
    assert hidden.shape == (3, 1, 32, 32)
    for i in range(64):
        rows, columns = slice(i // 8 * 4, i // 8 * 4 + 4), slice(i % 8 * 4, i % 8 * 4 + 4)
        assert (hidden[:, :, rows, columns] == painted[i]).all()
    with pytest.raises(ValueError, match="not 4 x 4"):
        hidden_blocks(1, 32, Options(block=8, painted=painted), seeded())


def test_a_clip_has_the_speeds_that_four_frames_find_room_for() -> None:
    assert [speeds_in(frames) for frames in (7, 12, 13, 24, 25, 99)] == [
        (1, 2), (1, 2), (1, 2, 4), (1, 2, 4), (1, 2, 4, 8), (1, 2, 4, 8),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="too few"):
        speeds_in(6)
    long = draw_clips(64, 5, frames=LONG_FRAMES).frames
    puzzle = TASKS["speed"].draw(long, PLAIN, seeded())
    assert puzzle.at is not None
    steps = puzzle.at.diff(dim=1)
    assert torch.equal(steps, torch.tensor(SPEEDS)[puzzle.labels][:, None].expand(-1, 3))
    assert puzzle.labels.bincount(minlength=4).min() > 0
    assert int(puzzle.at.max()) < LONG_FRAMES


def test_a_clip_that_is_too_short_is_refused() -> None:
    short = CLIPS.frames[:, :6]
    for name in ("order", "sort", "speed", "frame"):
        with pytest.raises(ValueError, match=r"few|needed"):
            TASKS[name].draw(short, PLAIN, seeded())  # type: ignore[index]


def test_the_same_generator_gives_the_same_puzzles() -> None:
    for name in TASKS:
        one, two, other = made(name), made(name), made(name, seed=1)
        assert torch.equal(one.inputs, two.inputs)
        assert torch.equal(one.labels, two.labels)
        drawn = name not in ("color", "regression", "simclr", "supervised")
        assert drawn != torch.equal(one.inputs, other.inputs)


def test_rebalanced_weights_are_1_on_average_and_largest_for_the_rarest() -> None:
    shares = torch.tensor([0.7, 0.2, 0.1, 0.0])
    weights = rebalanced(shares)
    assert (weights * shares).sum().item() == pytest.approx(1)
    assert weights.argsort().tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("name", TASKS)
def test_an_untrained_network_solves_no_task_better_than_guessing(name: str) -> None:
    labels = OBJECTS.classes if name == "supervised" else None
    task = TASKS[name]  # type: ignore[index]
    source = CLIPS.frames if task.video else OBJECTS.images
    settings = PretextSettings(name)  # type: ignore[arg-type]
    training = Pretext(settings, Material(source, source, labels, labels, 8))
    solved = float(training.history.row("accuracy")[0])
    chance = 1 / 8 if name == "supervised" else task.chance
    # Colors that are alike come together, and SimCLR's features tell even untrained views apart.
    assert solved < chance + (0.75 if name == "simclr" else 0.17)


def test_a_network_that_answers_a_picture_answers_one_of_that_size() -> None:
    for name in ("color", "regression", "masked", "frame"):
        puzzle, network = made(name), network_of(name)
        with torch.no_grad():
            answer = painted(network, network(puzzle.inputs), puzzle)
        assert answer.shape[1:] == (3, 32, 32)
        assert answer.min() >= 0
        assert answer.max() <= 1


def test_the_best_drab_answer_is_the_mean_and_explains_nothing_more() -> None:
    """Squared error of the mean explains no variance about the mean: accuracy 0."""
    puzzle, network = made("masked"), network_of("masked")
    assert puzzle.counted is not None
    mean = puzzle.labels[puzzle.counted.expand_as(puzzle.labels)].mean()
    answer = mean.expand_as(puzzle.labels)
    assert right_of(network, answer, puzzle, torch.ones(BINS)) == pytest.approx(0, abs=1e-4)


def test_rotation_is_learned_where_there_is_an_up() -> None:
    """And the loss of the first steps begins near log 4, what guessing has."""
    objects = draw_objects(400, 5)
    training = Pretext(PretextSettings("rotation"), Material(objects.images, OBJECTS.images))
    training.train(1)
    assert training.loss == pytest.approx(math.log(4), abs=0.6)
    training.train(119)
    assert training.history.row("accuracy")[-1] > 0.5


def test_a_training_goes_the_same_way_at_any_pace_and_says_when_it_diverges() -> None:
    def trained(*paces: int) -> Pretext:
        training = Pretext(PretextSettings("patch", batch_size=16), MATERIAL)
        for steps in paces:
            training.train(steps)
        return training

    one, two = trained(7, 13), trained(20)
    assert one.history.table.tolist()[0][1:] == two.history.table.tolist()[0][1:]
    wild = Pretext(PretextSettings("masked", batch_size=8, learning_rate=1e9), MATERIAL)
    with pytest.raises(Lost):
        wild.train(60)


MATERIAL = Material(OBJECTS.images, OBJECTS.images)


@pytest.mark.parametrize("name", ["patch", "rotation"])
def test_the_table_of_confusions_counts_every_held_out_puzzle_once(name: PretextTask) -> None:
    going = Pretext(
        PretextSettings(name, batch_size=8), Material(OBJECTS.images[:40], OBJECTS.images[:40])
    )
    going.train(10)
    table, labels = going.confusion, going.held_out.labels
    given = going.answers(going.held_out).argmax(dim=1)
    assert torch.equal(table.sum(dim=1), labels.bincount(minlength=len(table)))
    assert torch.equal(table.sum(dim=0), given.bincount(minlength=len(table)))
    right = float(table.diagonal().sum()) / len(labels)
    assert right == pytest.approx(float(going.history.table[1, -1]), abs=1e-6)


def test_a_task_that_answers_a_picture_confuses_no_answers() -> None:
    going = Pretext(
        PretextSettings("masked", batch_size=8), Material(OBJECTS.images[:20], OBJECTS.images[:20])
    )
    assert going.confusion.numel() == 0
