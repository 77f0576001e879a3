/** MoCo's queue of keys, and how far the encoder that makes them trails. */

import { $, filledList, h } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { tilesOf } from "../../core/pixels.js";
import { heldPicture } from "../../parts/small_picture.js";
import { chart } from "../../views/chart.js";
import { KEY_SIDE, nameOfView, newest } from "./words.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Frame */

/**
 * The newest keys, each with its similarity to the query.
 * @param {import("../../core/state.js").State} state
 */
export function queuePart(state) {
  const keys = filledList($("[data-queue]"), keyItem);
  return {
    /** @param {Frame} frame */
    show(frame) {
      const { arrays, header } = frame;
      const tiles = tilesOf(arrays.queue, KEY_SIDE);
      const most = Math.max(1e-9, ...Array.from(arrays.keys, (v) => Math.abs(Number(v))));
      const shareOf = (/** @type {number} */ i) => Math.max(0, arrays.keys[i] ?? 0) / most;
      keys(tiles.map((tile, i) => ({ tile, isNew: i < header.batch, share: shareOf(i) })));
      $("[data-queue-said]").textContent = tiles.length
        ? sentences([sayFilled(frame, tiles.length, state.values.queue), sayRepeated(frame)])
        : t("The queue is empty before the first step.");
    },
  };
}

/** @param {Frame} frame @param {number} shown keys @param {number} room of the queue */
const sayFilled = ({ arrays, header }, shown, room) =>
  t(
    "{filled} of {room} keys; the newest {shown} are shown, outlined those of the last step. Bars: similarity to the chosen view, {name}. A step’s own keys join the queue after it: its loss had only older ones for negatives.",
    {
      filled: number(arrays.keys.length, 0),
      room: number(room, 0),
      shown,
      name: nameOfView(header.row, Math.sqrt(arrays.similarities.length)),
    },
  );

/** @param {Frame} frame */
const sayRepeated = ({ header }) =>
  header.repeated
    ? t(
        "For {count} of the last step’s {batch} queries an older key of the very same picture was among the negatives, as in the paper: nobody looks which picture a key is of.",
        { count: header.repeated, batch: header.batch },
      )
    : t(
        "Of no picture of the last step was an older key in the queue: no query was pushed away from its own picture.",
      );

/** A key of the queue: its picture, and a bar for its similarity. */
function keyItem() {
  const { canvas, paint } = heldPicture();
  const bar = h("i");
  const root = h("li", {}, canvas, bar);
  return {
    root,
    /** @param {{tile: OffscreenCanvas, isNew: boolean, share: number}} key */
    fill({ tile, isNew, share }) {
      paint(tile);
      root.classList.toggle("new", isNew);
      bar.style.width = `${100 * share}%`;
    },
  };
}

/** How far the key encoder lags behind, over the steps. */
export function driftPart() {
  const drift = chart($("[data-drift]"), () => ({
    x: t("training steps"),
    overSteps: true,
    y: t("share"),
    height: 200,
    lines: [{ name: t("drift"), color: "--accent", digits: 4 }],
  }));
  return {
    /** @param {Frame} frame @param {number | null} marker */
    show(frame, marker) {
      drift.update({
        columns: [frame.arrays.steps, frame.rows.history.drift],
        marker,
        summary: t("Drift at step {step}: {drift}", {
          step: frame.header.step,
          drift: number(newest(frame, "drift"), 4),
        }),
      });
    },
  };
}
