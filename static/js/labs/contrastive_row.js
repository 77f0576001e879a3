/** The matrix, the chosen cell's two views, and the row as the loss sees it. */

import { positiveOf, rowOf } from "../core/contrast.js";
import { $, h } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { similarity } from "../views/similarity.js";

/** @typedef {import("./contrastive.js").Shot} Shot */
/** @typedef {import("./contrastive.js").Specimens} Specimens */

const HARDEST = 6; // negatives that are shown

/** A picture as an element. @param {OffscreenCanvas | undefined} tile @param {string} [label] */
export function pictureOf(tile, label) {
  const canvas = h("canvas", { class: "tile", ...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" }), width: 32, height: 32 });
  if (tile) canvas.getContext("2d")?.drawImage(tile, 0, 0, 32, 32);
  return canvas;
}

/** The name of a view: its picture's number and which of the two. @param {number} view @param {number} count */
export const nameOf = (view, count) => `${(view % (count / 2)) + 1}${view < count / 2 ? "a" : "b"}`;

/** @param {import("../core/state.js").State} state */
export function rowPart(state) {
  const matrix = similarity($("[data-matrix]"), {
    onChoose: (row, column) => state.set({ row, column }),
    onPoint: (cell) => {
      pointed = cell;
      if (shown) drawCell(...(cell ?? chosen()));
    },
    maxHeight: () => Math.max(280, innerHeight * 0.62),
  });
  /** @type {[number, number] | null} */
  let pointed = null;
  /** @type {Shot | null} */
  let shown = null;
  /** @type {Specimens | null} */
  let specimens = null;

  const count = () => Math.sqrt(shown?.arrays.similarities.length ?? 1);
  /** @returns {[number, number]} */
  const chosen = () => [state.values.row % count(), state.values.column % count()];

  /** @param {number} i @param {number} j */
  function drawCell(i, j) {
    const n = count();
    const tiles = specimens?.views ?? [];
    const value = shown?.arrays.similarities[i * n + j] ?? NaN;
    $("[data-two-views]").replaceChildren(...[i, j].map((view) =>
      h("figure", {}, pictureOf(tiles[view], t("view {name}", { name: nameOf(view, n) })), h("figcaption", {}, t("view {name}", { name: nameOf(view, n) }))),
    ));
    const words = i === j
      ? t("A view is as similar to itself as can be, whatever the network: that cell is left out of the loss.")
      : j === positiveOf(i, n)
        ? t("Similarity {value}. A positive pair: two views of one picture, both augmented.", { value: number(value, 3) })
        : t("Similarity {value}. A negative pair: views of two pictures, whatever these show.", { value: number(value, 3) });
    $("[data-cell-said]").textContent = words;
  }

  /** @param {number} i */
  function drawRow(i) {
    const n = count();
    const tau = state.values.temperature;
    const { positive, negatives, loss } = rowOf(shown?.arrays.similarities, i, tau);
    const tiles = specimens?.views ?? [];
    const listed = [positive, ...negatives.slice(0, HARDEST)];
    const most = Math.max(...listed.map((one) => one.share), 1e-9);
    $("[data-row-title]").textContent = t("View {name}: 1 positive, {count} negatives", { name: nameOf(i, n), count: n - 2 });
    $("[data-rivals]").replaceChildren(...listed.map((one) => {
      const bar = h("i");
      bar.style.width = `${(100 * one.share) / most}%`;
      const sign = one === positive ? t("positive") : t("negative");
      return h("li", { class: one === positive ? "positive" : "" },
        pictureOf(tiles[one.view]),
        h("div", { class: "meter" }, bar, h("span", {}, `${sign} ${nameOf(one.view, n)} · ${number(one.similarity, 2)} · ${one.pull < 0 ? "←" : "→"} ${number(Math.abs(one.pull), 2)}`)),
        h("span", { class: "share" }, `${number(100 * one.share, 1)} %`));
    }));
    const other = shown?.header.method === "simclr" ? "" : t("As SimCLR’s loss would see these views: the loss of the chosen method is another. ");
    $("[data-row-said]").textContent = other + t("Of each: similarity, slope of the loss by it (← pulled in, → pushed away), share of the softmax at τ = {tau}. Below the positive the {count} hardest negatives.", { tau: number(tau, 2), count: Math.min(HARDEST, negatives.length) });
    $("[data-live-loss]").textContent = t("View {name}: −log {share} = {loss}; where all are alike it is log {count} = {chance}", {
      name: nameOf(i, n), share: number(positive.share, 4), loss: number(loss, 3), count: n - 1, chance: number(Math.log(n - 1), 3),
    });
    const hardest = negatives[0];
    $("[data-live-slope]").textContent = hardest
      ? t("hardest negative {name}: {share} / {tau} = {pull}; positive: ({own} − 1) / {tau} = {pulled}", {
        name: nameOf(hardest.view, n), share: number(hardest.share, 3), tau: number(tau, 2), pull: number(hardest.pull, 3), own: number(positive.share, 3), pulled: number(positive.pull, 3),
      })
      : "";
  }

  return {
    /** @param {Shot} shot @param {Specimens} of */
    show(shot, of) {
      shown = shot;
      specimens = of;
      const [row, column] = chosen();
      matrix.update({
        values: shot.arrays.similarities, tiles: of.views, chosen: [row, column],
        summary: t("Cosine similarities of {count} views of {pictures} held-out pictures, the two views of a picture {half} rows apart. Arrow keys choose a cell.", { count: count(), pictures: count() / 2, half: count() / 2 }),
      });
      drawCell(...(pointed ?? [row, column]));
      drawRow(row);
    },
    toPng: () => matrix.toPng(),
  };
}
