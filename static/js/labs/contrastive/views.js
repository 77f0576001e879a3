/** One picture and views of it: where each crop came from, and what else was drawn. */

import { postForFrame } from "../../core/api.js";
import { configOf } from "../../core/controls.js";
import { $, context2d, h, token } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { rgba, tilesOf } from "../../core/pixels.js";
import { pictureOf, SIDE } from "./tiles.js";
import { failed, picturesSaid } from "./words.js";

/** @typedef {import("./index.js").Specimens} Specimens */

const PAIRS = 4;
const SIZE = 220; // CSS pixels of the picture with its crops
const CHOICE = 24; // pictures to choose from

/** @param {import("../../core/state.js").State} state */
export function viewsPart(state) {
  /** @type {{header: any, arrays: Record<string, any>} | null} */
  let drawn = null;
  let lit = 0; // the pair whose crops are drawn strongest
  const canvas = h("canvas", { role: "img" });
  const list = h("ol", { class: "pairs" });
  $("[data-views-of]").append(
    h(
      "figure",
      { class: "from" },
      canvas,
      h(
        "figcaption",
        {},
        t("Where the views come from: solid t₁, dashed t₂; a dot is the view’s upper left corner"),
      ),
    ),
    list,
  );

  const query = newest({
    ask: (/** @type {{config: Record<string, any>, picture: number, number: number}} */ asked, signal) =>
      postForFrame("/api/contrastive/views", { ...asked, pairs: PAIRS }, signal),
    show: (frame) => {
      drawn = frame;
      show();
    },
    fail: failed,
    same: () => false,
  });
  function draw() {
    const { picture, draws } = state.values;
    query.want({ config: configOf(state.values), picture, number: draws });
  }

  function paint() {
    if (!drawn) return;
    const { original, corners } = drawn.arrays;
    const context = context2d(canvas, SIZE, SIZE);
    const tile = new OffscreenCanvas(SIDE, SIDE);
    tile.getContext("2d")?.putImageData(new ImageData(rgba(original, SIDE), SIDE, SIDE), 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(tile, 0, 0, SIZE, SIZE);
    const scale = SIZE / SIDE;
    for (let which = 0; which < 2; which++) {
      const at = (which * PAIRS + lit) * 8;
      context.beginPath();
      for (let k = 0; k < 4; k++)
        context.lineTo(corners[at + 2 * k] * scale, corners[at + 2 * k + 1] * scale);
      context.closePath();
      for (const [color, width] of /** @type {[string, number][]} */ ([
        ["--halo", 5],
        ["--label-positive", 2.5],
      ])) {
        context.strokeStyle = token(color);
        context.lineWidth = width;
        context.setLineDash(which ? [7, 5] : []);
        context.stroke();
      }
      context.setLineDash([]);
      context.fillStyle = token("--chosen"); // the view's upper left corner: turn and flip can be told
      context.beginPath();
      context.arc(corners[at] * scale, corners[at + 1] * scale, 4, 0, 2 * Math.PI);
      context.fill();
    }
    canvas.setAttribute(
      "aria-label",
      t("The picture, with the outlines of both views’ crops; a dot marks each view’s upper left corner."),
    );
  }

  function show() {
    if (!drawn) return;
    const tiles = tilesOf(drawn.arrays.views, SIDE);
    list.replaceChildren(
      ...Array.from({ length: PAIRS }, (_, pair) =>
        h(
          "li",
          {},
          ...[0, 1].map((which) => {
            const view = which * PAIRS + pair;
            const words = wordsOf(drawn?.arrays ?? {}, view);
            const button = h(
              "button",
              {
                type: "button",
                "aria-pressed": pair === lit,
                "aria-label": t("View {which} of pair {pair}: {how}", {
                  which: which + 1,
                  pair: pair + 1,
                  how: words,
                }),
              },
              pictureOf(tiles[view]),
            );
            button.addEventListener("click", () => light(pair));
            return h("div", {}, button, h("p", { class: "how" }, h("b", {}, which ? "t₂ " : "t₁ "), words));
          }),
        ),
      ),
    );
    paint();
  }
  /** Show where a pair's views come from. @param {number} pair */
  function light(pair) {
    lit = pair;
    [...list.children].forEach((item, i) => {
      for (const button of item.querySelectorAll("button"))
        button.setAttribute("aria-pressed", String(i === pair));
    });
    paint();
  }
  addEventListener("themechange", paint);
  $("[data-draw]").addEventListener("click", () =>
    state.set({ draws: (state.values.draws + PAIRS) % 1_000_000 }),
  );

  /** @param {Specimens} of */
  function showChoice(of) {
    const root = $("[data-pictures]");
    root.replaceChildren(
      ...of.mapped.slice(0, CHOICE).map((tile, i) => {
        const button = h(
          "button",
          {
            type: "button",
            "aria-pressed": i === state.values.picture,
            "aria-label": t("Picture {number}", { number: i + 1 }),
          },
          pictureOf(tile),
        );
        button.addEventListener("click", () => state.set({ picture: i }));
        return button;
      }),
    );
  }
  state.subscribe((changed) => {
    if (changed.has("picture")) {
      [...$("[data-pictures]").children].forEach((button, i) =>
        button.setAttribute("aria-pressed", String(i === state.values.picture)),
      );
    }
    if (changed.has("picture") || changed.has("draws")) draw();
  });

  return {
    /** @param {Specimens} of */
    show(of) {
      showChoice(of);
      $("[data-pictures-said]").textContent = picturesSaid(of.header, state.values.data === "scenes");
      draw();
    },
    /** What a batch of the run holds. @param {import("./index.js").Shot} shot */
    sayBatch({ header }) {
      const n = header.batch;
      const words = {
        simclr: t(
          "A batch has N = {n} pictures, so {views} views: each has 1 positive and {negatives} negatives.",
          { n, views: 2 * n, negatives: 2 * n - 2 },
        ),
        moco: t(
          "A batch has N = {n} pictures: one view of each is a query, the other its positive key. The negatives of all queries are the keys in the queue.",
          { n },
        ),
        simsiam: t(
          "A batch has N = {n} pictures, so {views} views: each has 1 positive, and there are no negatives.",
          { n, views: 2 * n },
        ),
      }[/** @type {"simclr" | "moco" | "simsiam"} */ (header.method)];
      if ($("[data-batch-said]").textContent !== words) $("[data-batch-said]").textContent = words;
    },
  };
}

/** What was drawn for a view. @param {Record<string, any>} arrays @param {number} view */
export function wordsOf(arrays, view) {
  const at = (/** @type {string} */ name) => Number(arrays[name][view]);
  const c = arrays.corners.subarray(view * 8, view * 8 + 8);
  const area = Math.abs((c[2] - c[0]) * (c[7] - c[1]) - (c[6] - c[0]) * (c[3] - c[1])) / (SIDE * SIDE);
  const words = [t("crop {share}", { share: `${number(100 * area, 0)} %` })];
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
  return words.join(", ");
}
