/** What the loss of the method compares the chosen view with: a batch, a queue, or the other view alone. */

import { $, filledList, h } from "../../core/dom.js";
import { brief, number, sentences, t } from "../../core/i18n.js";
import { tilesOf } from "../../core/pixels.js";
import { positiveOf, pushOf, queryOf, rowOf } from "../../math/contrast.js";
import { heldPicture } from "../../parts/small_picture.js";
import { chart } from "../../views/chart.js";
import { KEY_SIDE } from "./words.js";
import { SIGN } from "../../views/marks.js";

/** @typedef {import("./row.js").Chosen} Chosen */
/** @typedef {import("../../math/contrast.js").Row} Row */
/** @typedef {import("../../math/contrast.js").Compared} Negative */
/**
 * @typedef {{name: (one: Negative) => string, tile: (one: Negative) => OffscreenCanvas | undefined}} Names
 */

const HARDEST = 6; // negatives that are shown

export class ComparedPart {
  list = filledList($("[data-compared]"), comparedItem);
  push = chart($("[data-push]"), () => ({
    x: t("cosine similarity"),
    y: t("share of the push"),
    height: 200,
    xRange: [-1, 1],
    lines: pushLine(0),
  }));

  /** @param {Chosen} chosen */
  show(chosen) {
    const { method } = chosen.frame.header;
    if (method === "simclr") this.showBatch(chosen);
    else if (method === "moco") this.showQueue(chosen);
    else this.showPredictions(chosen);
  }

  /** SimCLR: against all other views of the batch. @param {Chosen} chosen */
  showBatch(chosen) {
    const { frame, tiles, row: i, count, values, nameOf } = chosen;
    const row = rowOf(frame.arrays.similarities, i, values.temperature);
    $("[data-row-title]").textContent = t("View {name}: 1 positive, {count} negatives", {
      name: nameOf(i),
      count: count - 2,
    });
    const more =
      frame.header.space === "h" ? t("The loss is taken on z; here its arithmetic is done on h.") : "";
    const names = { name: (/** @type {Negative} */ { at }) => nameOf(at), tile: tileAt(tiles) };
    this.showRow(chosen, row, row.negatives.slice(0, HARDEST), names, more);
    sayLoss("simclr", chosen, row, count - 1);
  }

  /** MoCo: against the keys in the queue. @param {Chosen} chosen */
  showQueue(chosen) {
    const { frame, tiles, row: i, count, values, nameOf } = chosen;
    const { header, arrays } = frame;
    const row = queryOf(header.positive_key ?? NaN, arrays.keys, values.temperature);
    const hardest = Array.from(arrays.hardest, (at) => row.negatives.find((one) => one.at === at)).filter(
      (one) => one !== undefined,
    );
    const pictures = tilesOf(arrays.hardest_pictures, KEY_SIDE);
    const own = positiveOf(i, count);
    $("[data-row-title]").textContent = t("Query {name}: 1 positive key, {count} keys from the queue", {
      name: nameOf(i),
      count: number(arrays.keys.length, 0),
    });
    /** @type {Names} */
    const names = {
      name: ({ at }) => (at < 0 ? nameOf(own) : t("key {place}", { place: number(at + 1, 0) })),
      tile: (one) => (one.at < 0 ? tiles[own] : pictures[hardest.indexOf(one)]),
    };
    this.showRow(chosen, row, hardest, names, sayKeys(arrays.keys.length));
    sayLoss("moco", chosen, row, arrays.keys.length + 1);
  }

  /** SimSiam: a prediction against the other view, and the other way round. @param {Chosen} chosen */
  showPredictions(chosen) {
    const { frame, tiles, row: i, count, values, nameOf } = chosen;
    const [one = NaN, other = NaN] = frame.arrays.predicted ?? [];
    const partner = positiveOf(i, count);
    $("[data-row-title]").textContent = t("View {name} and its other view: no negatives", {
      name: nameOf(i),
    });
    /** @param {number} from @param {number} to @param {number} cosine */
    const itemOf = (from, to, cosine) => ({
      tile: tiles[to],
      own: true,
      bar: Math.max(0, cosine),
      line: 0,
      words: t("prediction from {from} and z of {to}", { from: nameOf(from), to: nameOf(to) }),
      share: number(cosine, 3),
    });
    this.list([itemOf(i, partner, one), itemOf(partner, i, other)]);
    $("[data-bar-said]").textContent = values.stop_gradient
      ? t("A bar: held still, no gradient goes through it.")
      : t("Here the bars do not hold: without the stop-gradient the gradient goes through z, too.");
    $("[data-row-said]").textContent = t(
      "Cosine of what the predictor makes of one view’s z and the other view’s z. No other picture takes part in this loss.",
    );
    $("[data-live-simsiam]").textContent = t(
      "Views {one} and {other}: −½ · {first} − ½ · {second} = {loss}; −1 is the least",
      {
        one: nameOf(i),
        other: nameOf(partner),
        first: number(one, 3),
        second: number(other, 3),
        loss: number(-(one + other) / 2, 3),
      },
    );
  }

  /**
   * The positive and the hardest negatives, with what the softmax makes of them.
   * @param {Chosen} chosen
   * @param {Row} row
   * @param {Negative[]} hardest
   * @param {Names} names
   * @param {string} more what else is to be said
   */
  showRow(chosen, row, hardest, names, more) {
    this.showPush(chosen, row.negatives);
    this.list(itemsOf(row, hardest, names));
    const said = t(
      "Of each: similarity, slope of the loss by it (← pulled in, → pushed away), share of the softmax at τ = {tau}. The line under a bar is the slope’s size: what pulls the positive in is as much as what pushes all negatives away together. Below the positive the {count} hardest negatives.",
      { tau: number(chosen.values.temperature, 2), count: hardest.length },
    );
    $("[data-row-said]").textContent = hardest.length ? sentences([said, more]) : more;
  }

  /**
   * What pushes each negative away, as a share of what pushes all of them.
   * @param {Chosen} chosen
   * @param {Negative[]} negatives
   */
  showPush({ row, values, nameOf }, negatives) {
    const { similarities, shares, half } = pushOf(negatives, values.temperature);
    const words = negatives.length
      ? t(
          "For each negative of view {name} the slope of the loss by its similarity, as a share of all negatives’ slopes. The hardest {half} of {count} take half of the push; the smaller τ is, the fewer they are.",
          { name: nameOf(row), half: number(half, 0), count: number(negatives.length, 0) },
        )
      : t("There are no negatives yet.");
    this.push.update({
      columns: [similarities, shares],
      rules: [{ y: 0 }],
      lines: pushLine(shares.length),
      summary: words,
    });
    $("[data-push-said]").textContent = words;
  }
}

/** @param {OffscreenCanvas[]} tiles @returns {Names["tile"]} */
const tileAt =
  (tiles) =>
  ({ at }) =>
    tiles[at];

/** @param {number} count of keys in the queue */
const sayKeys = (count) =>
  count
    ? t(
        "Key 1 is the newest. The positive key is made by the key encoder from the other view; it is not in the queue.",
      )
    : t("The queue is empty before the first step: there are no negatives, and the loss is 0.");

/** @param {Row} row @param {Negative[]} hardest @param {Names} names */
function itemsOf({ positive }, hardest, { name, tile }) {
  const listed = [positive, ...hardest];
  const most = Math.max(...listed.map((one) => one.share), 1e-9);
  const pull = Math.max(Math.abs(positive.pull), 1e-9);
  return listed.map((one) => {
    const own = one === positive;
    const sign = own ? t("positive") : t("negative");
    const slope = `${own ? "←" : "→"} ${number(Math.abs(one.pull), 2)}`;
    return {
      tile: tile(one),
      own,
      bar: one.share / most,
      line: Math.abs(one.pull) / pull,
      words: `${sign} ${name(one)} · ${number(one.similarity, 2)} · ${slope}`,
      share: `${number(100 * one.share, 1)}%`,
    };
  });
}

/** @param {"simclr" | "moco"} kind @param {Chosen} chosen @param {Row} row @param {number} compared */
function sayLoss(kind, { row: i, values, nameOf }, { positive, negatives, loss }, compared) {
  const tau = number(values.temperature, 2);
  $(`[data-live-${kind}]`).textContent = negatives.length
    ? t("View {name}: −log {share} = {loss}; where all are alike it is log {count} = {chance}", {
        name: nameOf(i),
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

/**
 * A dot for each negative, as long as they can be told apart.
 * @param {number} count
 * @returns {import("../../views/chart.js").Line[]}
 */
function pushLine(count) {
  const dots = /** @type {const} */ ({ width: 1, shape: "circle" });
  return [{ name: t("a negative"), color: SIGN.negative, digits: 4, ...(count <= 64 && dots) }];
}

/** An item of the list: the picture, a bar and a line under it, both as shares of the width. */
function comparedItem() {
  const { canvas, paint } = heldPicture();
  const [wide, thin, said, right] = [h("i"), h("b"), h("span"), h("span", { class: "share" })];
  const root = h("li", {}, canvas, h("div", { class: "meter" }, wide, thin, said), right);
  return {
    root,
    /**
     * @param {{tile: OffscreenCanvas | undefined, own: boolean, bar: number, line: number, words: string,
     *   share: string}} one
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
