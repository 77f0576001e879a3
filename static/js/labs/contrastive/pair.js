/** One picture, its two views, and z of both as two arrows whose angle is the measured one. */

import { $, h } from "../../core/dom.js";
import { number, onLanguage, t } from "../../core/i18n.js";
import { pictureOf } from "../../parts/small_picture.js";
import { VARIANTS } from "../../views/marks.js";
import { plot } from "../../views/plot.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Frame */
/** @typedef {import("../../views/plot.js").Layer} Layer */

const SIDE = /** @type {[number, number]} */ ([-1.25, 1.25]);
const ARC = 40; // pieces of a circle that is drawn
const STRAIGHT = 180 / Math.PI; // degrees of a radian
const OVER = 0.06; // radians that the pull's arrows are long, at the least

/** Where a unit vector ends. @param {number} angle @param {number} [length] @returns {[number, number]} */
const end = (angle, length = 1) => [length * Math.cos(angle), length * Math.sin(angle)];

/**
 * The two unit vectors with that cosine, their angle, and the arrows that pull them together.
 * @param {number} cosine
 * @returns {Layer[]}
 */
export function vectors(cosine) {
  const half = Math.acos(Math.min(Math.max(cosine, -1), 1)) / 2;
  const [left, right] = [Math.PI / 2 + half, Math.PI / 2 - half];
  const angles = (/** @type {number} */ from, /** @type {number} */ to) =>
    Array.from({ length: ARC + 1 }, (_, i) => from + ((to - from) * i) / ARC);
  const arc = (/** @type {number[]} */ along, /** @type {number} */ radius) => ({
    xs: along.map((a) => radius * Math.cos(a)),
    ys: along.map((a) => radius * Math.sin(a)),
  });
  const pull = Math.min(half, Math.max(OVER, half / 3));
  return [
    { type: "line", ...arc(angles(0, 2 * Math.PI), 1), color: "--gray-3", width: 1 },
    { type: "line", ...arc(angles(right, left), 0.3), color: "--gray-2", width: 1.5 },
    { type: "arrow", from: [0, 0], to: end(left), color: VARIANTS[0], width: 3, label: "z₁" },
    { type: "arrow", from: [0, 0], to: end(right), color: VARIANTS[1], width: 3, label: "z₂" },
    { type: "arrow", from: end(left, 1.12), to: end(left - pull, 1.12), color: "--accent" },
    { type: "arrow", from: end(right, 1.12), to: end(right + pull, 1.12), color: "--accent" },
    { type: "label", x: 0, y: 0.36, text: `${number(2 * half * STRAIGHT, 0)}°` },
  ];
}

export class PairPart {
  view = plot($("[data-pair-vectors]"), { x: SIDE, y: SIDE, square: true, bare: true });
  /** @type {unknown[]} the tiles that are on show */
  drawn = [];

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    onLanguage(() => (this.drawn = []));
    $("[data-pair-next]").addEventListener("click", () => {
      const count = this.count;
      if (count) state.set({ row: ((state.values.row % count) + 1) % count });
    });
  }

  count = 0; // pictures that are looked at

  /**
   * @param {Frame} frame
   * @param {{views: OffscreenCanvas[], mapped: OffscreenCanvas[]}} tiles
   */
  show({ arrays, header }, { views, mapped }) {
    this.count = views.length / 2;
    const picture = this.state.values.row % this.count;
    const other = picture + this.count;
    const cosine = arrays.similarities[picture * views.length + other] ?? NaN;
    const values = { cosine: number(cosine, 2), space: header.space, step: number(header.step, 0) };
    const said = header.step
      ? t(
          "After {step} steps the two {space} have a cosine of {cosine}. The loss pulls the views of a picture together.",
          values,
        )
      : t(
          "Untrained: the two {space} have a cosine of {cosine}. Press Play: the loss pulls the views of a picture together.",
          values,
        );
    $("[data-pair-said]").textContent = said;
    this.view.update({ layers: vectors(cosine), summary: said });
    this.showTiles([mapped[picture], views[picture], views[other]]);
  }

  /** @param {(OffscreenCanvas | undefined)[]} tiles */
  showTiles(tiles) {
    if (tiles.every((tile, i) => tile === this.drawn[i]) && this.drawn.length) return;
    this.drawn = tiles;
    const names = [t("the picture x"), t("view t₁(x)"), t("view t₂(x)")];
    $("[data-pair-views]").replaceChildren(
      ...tiles.map((tile, i) =>
        h("figure", {}, pictureOf(tile, names[i]), h("figcaption", {}, names[i] ?? "")),
      ),
    );
  }
}
