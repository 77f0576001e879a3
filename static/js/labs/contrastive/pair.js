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

const SYMBOLS = ["x", "t₁(x)", "t₂(x)"];

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
  /** @type {unknown[]} the tiles that are on show, and what they go through */
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
    this.showBranches([mapped[picture], views[picture], views[other]], header.method);
  }

  /**
   * The picture, its two views, and the one encoder and the one projector that both go through.
   * @param {(OffscreenCanvas | undefined)[]} tiles
   * @param {string} method
   */
  showBranches(tiles, method) {
    const kind = method === "simsiam" ? "mlp" : String(this.state.values.projector);
    const drawn = [...tiles, method, kind];
    if (drawn.length === this.drawn.length && drawn.every((one, i) => one === this.drawn[i])) return;
    this.drawn = drawn;
    const names = [t("the picture x"), t("view t₁(x)"), t("view t₂(x)")];
    const figure = (/** @type {number} */ i) =>
      h(
        "figure",
        {},
        pictureOf(tiles[i], names[i]),
        h("figcaption", { "aria-hidden": "true" }, SYMBOLS[i] ?? ""),
      );
    const shared = (/** @type {string} */ name, /** @type {string} */ what) =>
      h("p", { class: "shared" }, h("b", {}, name), h("small", {}, what));
    const vector = (/** @type {string} */ name) => h("p", { class: "vector" }, name);
    $("[data-pair-views]").replaceChildren(
      figure(0),
      figure(1),
      shared("f", sayEncoder(method)),
      vector("h₁"),
      shared("g", sayProjector(kind)),
      vector("z₁"),
      figure(2),
      vector("h₂"),
      vector("z₂"),
    );
  }
}

/** Whose weights the encoder has. @param {string} method */
const sayEncoder = (method) =>
  method === "moco"
    ? t("encoder; in training a copy of it that lags makes the keys")
    : t("encoder, one for both");

/** What the projector is made of. @param {string} kind */
const sayProjector = (kind) =>
  kind === "none"
    ? t("no projector: z = h")
    : kind === "linear"
      ? t("projector, one for both: FC")
      : t("projector, one for both: FC, BatchNorm, ReLU, FC");
