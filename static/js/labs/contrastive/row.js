/** The matrix, the chosen cell's two views, and the row as the loss of the method sees it. */

import { positiveOf, pushOf, queryOf, rowOf } from "../../math/contrast.js";
import { $, filledList, h } from "../../core/dom.js";
import { brief, number, sentences, t } from "../../core/i18n.js";
import { tilesOf } from "../../core/pixels.js";
import { chart } from "../../views/chart.js";
import { similarity } from "../../views/similarity.js";
import { heldPicture, KEY_SIDE, nameOf, pictureOf } from "./tiles.js";

/** @typedef {import("./index.js").Shot} Shot */
/** @typedef {import("./index.js").Specimens} Specimens */
/** @typedef {import("../../math/contrast.js").Row} Row */
/** @typedef {import("../../math/contrast.js").Rival} Rival */

const HARDEST = 6; // negatives that are shown

/** @param {import("../../core/state.js").State} state */
export function rowPart(state) {
  const matrix = similarity($("[data-matrix]"), {
    onChoose: (row, column) => state.set({ row, column }),
    onPoint: (cell) => {
      pointed = cell;
      if (shown) drawCell(...(cell ?? chosen()));
    },
    maxHeight: () => Math.max(280, innerHeight * 0.62),
  });
  const rivals = filledList($("[data-rivals]"), rivalItem);
  const push = chart($("[data-push]"), {
    x: t("cosine similarity"),
    y: t("share of the push"),
    height: 200,
    xRange: [-1, 1],
    lines: pushLine(0),
  });
  /** @type {[number, number] | null} */
  let pointed = null;
  /** @type {Shot | null} */
  let shown = null;
  /** @type {OffscreenCanvas[]} */
  let tiles = [];
  let cellShown = "";

  const count = () => Math.sqrt(shown?.arrays.similarities.length ?? 1);
  /**
   * The row, and the column: that of the positive where none was chosen. What the matrix does not
   * hold was computed for the row that the frame names.
   * @returns {[number, number]}
   */
  const chosen = () => {
    const row = method() === "simclr" ? state.values.row % count() : shown?.header.row;
    const { column } = state.values;
    return [row, column < 0 ? positiveOf(row, count()) : column % count()];
  };
  const method = () => shown?.header.method;
  const viewName = (/** @type {number} */ view) => nameOf(view, count());

  /** @param {number} i @param {number} j */
  function drawCell(i, j) {
    const value = shown?.arrays.similarities[i * count() + j] ?? NaN;
    const words = cellWords(i, j, number(value, 3));
    if ($("[data-cell-said]").textContent !== words) $("[data-cell-said]").textContent = words;
    const look = `${i} ${j}`;
    if (look === cellShown) return; // the same two pictures
    cellShown = look;
    $("[data-two-views]").replaceChildren(
      ...[i, j].map((view) => {
        const name = t("view {name}", { name: viewName(view) });
        return h("figure", {}, pictureOf(tiles[view], name), h("figcaption", {}, name));
      }),
    );
  }

  /** @param {number} i @param {number} j @param {string} value */
  function cellWords(i, j, value) {
    if (i === j)
      return t(
        "A view is as similar to itself as can be, whatever the network: that cell is left out of the loss.",
      );
    if (j === positiveOf(i, count()))
      return t("Similarity {value}. A positive pair: two views of one picture, both augmented.", { value });
    if (method() === "simclr")
      return t("Similarity {value}. A negative pair: views of two pictures, whatever these show.", { value });
    return t("Similarity {value}. Views of two pictures, which this method’s loss does not compare.", {
      value,
    });
  }

  // --- The row ------------------------------------------------------------------------------------

  /** SimCLR: against all other views of the batch. @param {number} i */
  function drawAgainstBatch(i) {
    const row = rowOf(shown?.arrays.similarities, i, state.values.temperature);
    $("[data-row-title]").textContent = t("View {name}: 1 positive, {count} negatives", {
      name: viewName(i),
      count: count() - 2,
    });
    const more =
      shown?.header.space === "h" ? t("The loss is taken on z; here its arithmetic is done on h.") : "";
    showRivals(
      row,
      row.negatives.slice(0, HARDEST),
      (one) => viewName(one.at),
      (one) => tiles[one.at],
      more,
    );
    sayLoss("simclr", i, row, count() - 1);
  }

  /** MoCo: against the keys in the queue. @param {number} i */
  function drawAgainstQueue(i) {
    const { header, arrays } = /** @type {Shot} */ (shown);
    const row = queryOf(header.positive_key, arrays.keys, state.values.temperature);
    const hardest = Array.from(arrays.hardest, (at) => row.negatives.find((one) => one.at === at)).filter(
      (one) => one !== undefined,
    );
    const pictures = tilesOf(arrays.hardest_pictures, KEY_SIDE);
    const own = positiveOf(i, count());
    $("[data-row-title]").textContent = t("Query {name}: 1 positive key, {count} keys from the queue", {
      name: viewName(i),
      count: number(arrays.keys.length, 0),
    });
    const more = arrays.keys.length
      ? t(
          "Key 1 is the newest. The positive key is made by the key encoder from the other view; it is not in the queue.",
        )
      : t("The queue is empty before the first step: there are no negatives, and the loss is 0.");
    showRivals(
      row,
      hardest,
      (one) => (one.at < 0 ? viewName(own) : t("key {place}", { place: number(one.at + 1, 0) })),
      (one) => (one.at < 0 ? tiles[own] : pictures[hardest.indexOf(one)]),
      more,
    );
    sayLoss("moco", i, row, arrays.keys.length + 1);
  }

  /** SimSiam: a prediction against the other view, and the other way round. @param {number} i */
  function drawPredictions(i) {
    const [one = NaN, other = NaN] = shown?.arrays.predicted ?? [];
    const partner = positiveOf(i, count());
    $("[data-row-title]").textContent = t("View {name} and its other view: no negatives", {
      name: viewName(i),
    });
    rivals(
      [
        [i, partner, one],
        [partner, i, other],
      ].map(([from = 0, to = 0, cosine = NaN]) => ({
        tile: tiles[to],
        own: true,
        bar: Math.max(0, cosine),
        line: 0,
        words: t("prediction from {from} and z of {to}", { from: viewName(from), to: viewName(to) }),
        share: number(cosine, 3),
      })),
    );
    $("[data-bar-said]").textContent = state.values.stop_gradient
      ? t("A bar: held still, no gradient goes through it.")
      : t("Here the bars do not hold: without the stop-gradient the gradient goes through z, too.");
    $("[data-row-said]").textContent = t(
      "Cosine of what the predictor makes of one view’s z and the other view’s z. No other picture takes part in this loss.",
    );
    $("[data-live-simsiam]").textContent = t(
      "Views {one} and {other}: −½ · {first} − ½ · {second} = {loss}; −1 is the least",
      {
        one: viewName(i),
        other: viewName(partner),
        first: number(one, 3),
        second: number(other, 3),
        loss: number(-(one + other) / 2, 3),
      },
    );
  }

  /**
   * @param {Row} row
   * @param {Rival[]} hardest
   * @param {(one: Rival) => string} name @param {(one: Rival) => OffscreenCanvas | undefined} tile
   * @param {string} more what else is to be said
   */
  function showRivals({ positive, negatives }, hardest, name, tile, more) {
    drawPush(negatives);
    const listed = [positive, ...hardest];
    const [share, pull] = [
      Math.max(...listed.map((one) => one.share), 1e-9),
      Math.max(Math.abs(positive.pull), 1e-9),
    ];
    rivals(
      listed.map((one) => {
        const own = one === positive;
        const sign = own ? t("positive") : t("negative");
        const words = `${sign} ${name(one)} · ${number(one.similarity, 2)} · ${own ? "←" : "→"} ${number(Math.abs(one.pull), 2)}`;
        return {
          tile: tile(one),
          own,
          bar: one.share / share,
          line: Math.abs(one.pull) / pull,
          words,
          share: `${number(100 * one.share, 1)} %`,
        };
      }),
    );
    const said = t(
      "Of each: similarity, slope of the loss by it (← pulled in, → pushed away), share of the softmax at τ = {tau}. The line under a bar is the slope’s size: what pulls the positive in is as much as what pushes all negatives away together. Below the positive the {count} hardest negatives.",
      { tau: number(state.values.temperature, 2), count: hardest.length },
    );
    $("[data-row-said]").textContent = hardest.length ? sentences([said, more]) : more;
  }

  /** What pushes each negative away, as a share of what pushes all of them. @param {Rival[]} negatives */
  function drawPush(negatives) {
    const { similarities, shares, half } = pushOf(negatives, state.values.temperature);
    const words = negatives.length
      ? t(
          "For each negative of view {name} the slope of the loss by its similarity, as a share of all negatives’ slopes. The hardest {half} of {count} take half of the push; the smaller τ is, the fewer they are.",
          { name: viewName(chosen()[0]), half: number(half, 0), count: number(negatives.length, 0) },
        )
      : t("There are no negatives yet.");
    push.update({
      columns: [similarities, shares],
      rules: [{ y: 0 }],
      lines: pushLine(shares.length),
      summary: words,
    });
    $("[data-push-said]").textContent = words;
  }

  /** @param {"simclr" | "moco"} kind @param {number} i @param {Row} row @param {number} compared */
  function sayLoss(kind, i, { positive, negatives, loss }, compared) {
    const tau = number(state.values.temperature, 2);
    $(`[data-live-${kind}]`).textContent = negatives.length
      ? t("View {name}: −log {share} = {loss}; where all are alike it is log {count} = {chance}", {
          name: viewName(i),
          share: brief(positive.share),
          loss: number(loss, 3),
          count: number(compared, 0),
          chance: number(Math.log(compared), 3),
        })
      : "";
    const hardest = negatives[0];
    $("[data-live-slope]").textContent = hardest
      ? t("hardest negative: {share} / {tau} = {pull}; positive: ({own} − 1) / {tau} = {pulled}", {
          share: brief(hardest.share),
          tau,
          pull: brief(hardest.pull),
          own: brief(positive.share),
          pulled: number(positive.pull, 3),
        })
      : "";
  }

  return {
    /** @param {Shot} shot @param {Specimens} of */
    show(shot, of) {
      shown = shot;
      if (tiles !== of.views) cellShown = "";
      tiles = of.views;
      const [row, column] = chosen();
      matrix.update({
        values: shot.arrays.similarities,
        tiles,
        chosen: [row, column],
        summary: t(
          "Cosine similarities of {count} views of {pictures} held-out pictures, the two views of a picture {half} rows apart. Arrow keys choose a cell.",
          { count: count(), pictures: count() / 2, half: count() / 2 },
        ),
      });
      drawCell(...(pointed ?? [row, column]));
      if (method() === "simclr") drawAgainstBatch(row);
      else if (method() === "moco") drawAgainstQueue(row);
      else drawPredictions(row);
    },
    toPng: () => matrix.toPng(),
  };
}

/**
 * A dot for each negative, as long as they can be told apart.
 * @param {number} count
 * @returns {import("../../views/chart.js").Line[]}
 */
const pushLine = (count) => [
  {
    name: t("a negative"),
    color: "--negative-sign",
    digits: 4,
    ...(count <= 64 && { width: 1, shape: "circle" }),
  },
];

/** A row of the list: the picture, a bar and a line under it, both as shares of the width. */
function rivalItem() {
  const { canvas, paint } = heldPicture();
  const [wide, thin, said, right] = [h("i"), h("b"), h("span"), h("span", { class: "share" })];
  const root = h("li", {}, canvas, h("div", { class: "meter" }, wide, thin, said), right);
  return {
    root,
    /**
     * @param {{tile: OffscreenCanvas | undefined, own: boolean, bar: number, line: number, words: string,
     *   share: string}} rival
     */
    fill({ tile, own, bar, line, words, share }) {
      paint(tile);
      root.classList.toggle("positive", own);
      wide.style.width = `${100 * bar}%`;
      thin.style.width = `${100 * line}%`;
      said.textContent = words;
      right.textContent = share;
    },
  };
}
