/** One picture and views of it: where each crop came from, and what else was drawn. */

import { postForFrame } from "../../core/api.js";
import { configOf } from "../../core/controls.js";
import { $, context2d, h, token } from "../../core/dom.js";
import { number, onLanguage, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { rgba, tilesOf } from "../../core/pixels.js";
import { tell } from "../../core/said.js";
import { pictureOf, SIDE } from "../../parts/small_picture.js";
import { failed, picturesSaid } from "./words.js";
import { markOf } from "../../views/marks.js";

/** @typedef {import("./index.js").Specimens} Specimens */

const PAIRS = 4;
const SIZE = 220; // CSS pixels of the picture with its crops
const CHOICE = 24; // pictures to choose from

export class ViewsPart {
  /** @type {{header: any, arrays: Record<string, any>} | null} */
  drawn = null;
  /** @type {Specimens | null} */
  of = null;
  lit = 0; // the pair whose crops are drawn strongest
  canvas = h("canvas", { role: "img" });
  list = $("[data-pairs]");
  choice = $("[data-pictures]");

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    const caption = tell(h("figcaption"), () =>
      t("Where the views come from: solid t₁, dashed t₂; a dot is the view’s upper left corner"),
    );
    $("[data-crops]").append(this.canvas, caption);
    this.query = newest({
      ask: (/** @type {{config: Record<string, any>, picture: number, number: number}} */ asked, signal) =>
        postForFrame("/api/contrastive/views", { ...asked, pairs: PAIRS }, signal),
      show: (frame) => {
        this.drawn = frame;
        this.showViews(frame.arrays);
      },
      fail: failed,
      same: () => false,
    });
    addEventListener("themechange", () => this.paint());
    onLanguage(() => {
      if (this.of) this.offer(this.of);
      if (this.drawn) this.showViews(this.drawn.arrays);
    });
    $("[data-draw]").addEventListener("click", () =>
      state.set({ draws: (state.values.draws + PAIRS) % 1_000_000 }),
    );
    state.subscribe((changed) => {
      if (changed.has("picture")) pressAt([...this.choice.children], state.values.picture);
      if (changed.has("picture") || changed.has("draws")) this.draw();
    });
  }

  /** @param {Specimens} of */
  show(of) {
    this.of = of;
    this.offer(of);
    this.draw();
  }

  /** @param {Specimens} of */
  offer(of) {
    this.showChoice(of);
    $("[data-pictures-said]").textContent = picturesSaid(of.header, this.state.values.data === "scenes");
  }

  /** What a batch of the run holds. @param {import("./index.js").Frame} frame */
  sayBatch({ header }) {
    const words = batchWords(header);
    if ($("[data-batch-said]").textContent !== words) $("[data-batch-said]").textContent = words;
  }

  /** The pictures to choose from. @param {Specimens} of */
  showChoice(of) {
    this.choice.replaceChildren(
      ...of.mapped.slice(0, CHOICE).map((tile, i) =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": i === this.state.values.picture,
            "aria-label": t("Picture {number}", { number: i + 1 }),
            onclick: () => this.state.set({ picture: i }),
          },
          pictureOf(tile),
        ),
      ),
    );
  }

  /** Draw views of the chosen picture anew. */
  draw() {
    const { picture, draws } = this.state.values;
    this.query.want({ config: configOf(this.state.values), picture, number: draws });
  }

  /** @param {Record<string, any>} arrays */
  showViews(arrays) {
    const tiles = tilesOf(arrays.views, SIDE);
    const pairs = Array.from({ length: PAIRS }, (_, pair) =>
      h("li", {}, ...[0, 1].map((which) => this.viewItem(arrays, tiles, pair, which))),
    );
    this.list.replaceChildren(...pairs);
    this.paint();
  }

  /**
   * @param {Record<string, any>} arrays
   * @param {OffscreenCanvas[]} tiles
   * @param {number} pair
   * @param {number} which of its two views
   */
  viewItem(arrays, tiles, pair, which) {
    const view = which * PAIRS + pair;
    const how = wordsOf(arrays, view);
    const button = h(
      "button",
      {
        type: "button",
        "aria-pressed": pair === this.lit,
        "aria-label": t("View {which} of pair {pair}: {how}", { which: which + 1, pair: pair + 1, how }),
        onclick: () => this.light(pair),
      },
      pictureOf(tiles[view]),
    );
    return h("div", {}, button, h("p", { class: "how" }, h("b", {}, which ? "t₂ " : "t₁ "), how));
  }

  /** Show where a pair's views come from. @param {number} pair */
  light(pair) {
    this.lit = pair;
    [...this.list.children].forEach((item, i) => {
      for (const button of item.querySelectorAll("button"))
        button.setAttribute("aria-pressed", String(i === pair));
    });
    this.paint();
  }

  paint() {
    if (!this.drawn) return;
    const { original, corners } = this.drawn.arrays;
    const context = context2d(this.canvas, SIZE, SIZE);
    const tile = new OffscreenCanvas(SIDE, SIDE);
    tile.getContext("2d")?.putImageData(new ImageData(rgba(original, SIDE), SIDE, SIDE), 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(tile, 0, 0, SIZE, SIZE);
    for (const which of [0, 1]) {
      const at = (which * PAIRS + this.lit) * 8;
      outline(context, corners.subarray(at, at + 8), which === 1);
    }
    this.canvas.setAttribute(
      "aria-label",
      t("The picture, with the outlines of both views’ crops; a dot marks each view’s upper left corner."),
    );
  }
}

/** Press one of the buttons. @param {Element[]} buttons @param {number} at */
const pressAt = (buttons, at) =>
  buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === at)));

/**
 * Where a view's crop lies in the picture.
 * @param {CanvasRenderingContext2D} context
 * @param {Float32Array} corners x and y of four
 * @param {boolean} dashed
 */
function outline(context, corners, dashed) {
  const scale = SIZE / SIDE;
  const [x = 0, y = 0] = corners;
  context.beginPath();
  for (let k = 0; k < 8; k += 2) context.lineTo((corners[k] ?? 0) * scale, (corners[k + 1] ?? 0) * scale);
  context.closePath();
  for (const [color, width] of /** @type {[string, number][]} */ ([
    ["--halo", 5],
    [markOf("positive").color, 2.5],
  ])) {
    context.strokeStyle = token(color);
    context.lineWidth = width;
    context.setLineDash(dashed ? [7, 5] : []);
    context.stroke();
  }
  context.setLineDash([]);
  // the view's upper left corner: turn and flip can be told
  context.fillStyle = token(markOf("chosen").color);
  context.beginPath();
  context.arc(x * scale, y * scale, 4, 0, 2 * Math.PI);
  context.fill();
}

/** @param {any} header */
function batchWords({ method, batch: n }) {
  if (method === "simclr")
    return t(
      "A batch has N = {n} pictures, so {views} views: each has 1 positive and {negatives} negatives.",
      { n, views: 2 * n, negatives: 2 * n - 2 },
    );
  if (method === "moco")
    return t(
      "A batch has N = {n} pictures: one view of each is a query, the other its positive key. The negatives of all queries are the keys in the queue.",
      { n },
    );
  return t(
    "A batch has N = {n} pictures, so {views} views: each has 1 positive, and there are no negatives.",
    { n, views: 2 * n },
  );
}

/** What was drawn for a view. @param {Record<string, any>} arrays @param {number} view */
export function wordsOf(arrays, view) {
  const at = (/** @type {string} */ name) => Number(arrays[name][view]);
  const c = arrays.corners.subarray(view * 8, view * 8 + 8);
  const area = Math.abs((c[2] - c[0]) * (c[7] - c[1]) - (c[6] - c[0]) * (c[3] - c[1])) / (SIDE * SIDE);
  const words = [t("crop {share}", { share: `${number(100 * area, 0)}%` })];
  if (at("flip")) words.push(t("flipped"));
  if (Math.abs(at("angle")) >= 1) words.push(t("turned {degrees}°", { degrees: number(at("angle"), 0) }));
  if (at("gray")) words.push(t("gray"));
  else if (Math.abs(at("hue")) > 0.005) words.push(t("hue {turn}°", { turn: number(360 * at("hue"), 0) }));
  if (Math.abs(at("brightness") - 1) > 0.02)
    words.push(t("light ×{factor}", { factor: number(at("brightness"), 2) }));
  if (Math.abs(at("contrast") - 1) > 0.02)
    words.push(t("contrast ×{factor}", { factor: number(at("contrast"), 2) }));
  if (Math.abs(at("saturation") - 1) > 0.02)
    words.push(t("saturation ×{factor}", { factor: number(at("saturation"), 2) }));
  if (at("blur") > 0) words.push(t("blur {sigma} px", { sigma: number(at("blur"), 1) }));
  const cut = arrays.cutout.subarray(view * 4, view * 4 + 4);
  if (cut[2] > cut[0]) words.push(t("cutout"));
  if (at("noise") > 0) words.push(t("noise {sigma}", { sigma: number(at("noise"), 2) }));
  return words.join(t(", "));
}
