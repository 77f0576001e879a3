/** The two views that the chosen cell compares. */

import { $, h } from "../../core/dom.js";
import { number, onLanguage, t } from "../../core/i18n.js";
import { positiveOf } from "../../math/contrast.js";
import { pictureOf } from "../../parts/small_picture.js";
import { nameOfView } from "./words.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Frame */

export class CellPart {
  /** @type {unknown[]} the views, and which two of them, that are on show */
  drawn = [];

  constructor() {
    onLanguage(() => (this.drawn = [])); // their names
  }

  /**
   * @param {Frame} frame
   * @param {OffscreenCanvas[]} tiles the views
   * @param {[number, number]} place
   * @param {number} count of views
   */
  show(frame, tiles, [i, j], count) {
    const words = wordsOf(frame, i, j, count);
    if ($("[data-cell-said]").textContent !== words) $("[data-cell-said]").textContent = words;
    const drawn = [tiles, i, j];
    if (drawn.every((one, at) => one === this.drawn[at])) return; // the same two pictures
    this.drawn = drawn;
    $("[data-two-views]").replaceChildren(
      ...[i, j].map((view) => {
        const name = t("view {name}", { name: nameOfView(view, count) });
        return h("figure", {}, pictureOf(tiles[view], name), h("figcaption", {}, name));
      }),
    );
  }
}

/** @param {Frame} frame @param {number} i @param {number} j @param {number} count */
function wordsOf({ header, arrays }, i, j, count) {
  const value = number(arrays.similarities[i * count + j] ?? NaN, 3);
  if (i === j)
    return t(
      "A view is as similar to itself as can be, whatever the network: that cell is left out of the loss.",
    );
  if (j === positiveOf(i, count))
    return t("Similarity {value}. A positive pair: two views of one picture, both augmented.", { value });
  if (header.method === "simclr")
    return t("Similarity {value}. A negative pair: views of two pictures, whatever these show.", { value });
  return t("Similarity {value}. Views of two pictures, which this method’s loss does not compare.", {
    value,
  });
}
