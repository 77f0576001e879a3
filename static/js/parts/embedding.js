/** Pictures at their places, and the nearest neighbors of one in two representations. */

import { $, filledList, h } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { tilemap } from "../views/tilemap.js";
import { percent } from "./percent.js";
import { heldPicture } from "./small_picture.js";

/**
 * @typedef {object} Neighborhood each picture's nearest neighbors, k of them
 * @property {Uint8Array} near [P * k] pictures
 * @property {Float32Array} similarity [P * k]
 */
/**
 * @typedef {object} Embedded
 * @property {OffscreenCanvas[]} tiles P
 * @property {ArrayLike<number>} labels P, or none
 * @property {number} chosen picture
 * @property {any} places [P, 2]
 * @property {Neighborhood} lines to these neighbors lines lead
 * @property {Neighborhood} before training
 * @property {Neighborhood} now
 */

/**
 * @param {(picture: number) => void} onChoose
 */
export function embedding(onChoose) {
  const view = tilemap($("[data-map-view]"), { onChoose });
  const listOf = (/** @type {string} */ when) => filledList($(`[data-neighbors-${when}]`), neighborItem);
  const [beforeList, nowList] = [listOf("before"), listOf("now")];
  return {
    /** @param {Embedded} embedded */
    update(embedded) {
      const { tiles, chosen, places, lines, before, now } = embedded;
      view.update({
        places,
        tiles,
        chosen,
        neighbors: [...ofPicture(lines.near, embedded)],
        summary: t(
          "{count} held-out pictures at their places. Arrow keys choose one; lines lead to its nearest neighbors.",
          { count: tiles.length },
        ),
      });
      beforeList(neighborsOf(before, embedded));
      nowList(neighborsOf(now, embedded));
      $("[data-neighbors-said]").textContent = sharesOf(embedded);
    },
  };
}

/**
 * What of a neighborhood is of the chosen picture.
 * @template {Uint8Array | Float32Array} A
 * @param {A} all
 * @param {Embedded} embedded
 * @returns {A}
 */
function ofPicture(all, { tiles, chosen }) {
  const k = all.length / tiles.length;
  return /** @type {A} */ (all.subarray(chosen * k, (chosen + 1) * k));
}

/**
 * The chosen picture, and its neighbors.
 * @param {Neighborhood} neighborhood
 * @param {Embedded} embedded
 */
function neighborsOf({ near, similarity }, embedded) {
  const { tiles, labels, chosen } = embedded;
  const how = ofPicture(similarity, embedded);
  return [
    { tile: tiles[chosen], label: t("the chosen picture"), words: "·", asked: true, same: false },
    ...Array.from(ofPicture(near, embedded), (other, k) => {
      const same = labels.length > 0 && labels[other] === labels[chosen];
      const mark = labels.length ? (same ? " ✓" : " ✗") : "";
      return {
        tile: tiles[other],
        label: t("neighbor {number}", { number: k + 1 }),
        words: number(how[k] ?? 0, 2) + mark,
        asked: false,
        same,
      };
    }),
  ];
}

/** A picture of a row of neighbors, and what stands under it. */
function neighborItem() {
  const { canvas, paint } = heldPicture();
  const under = h("div");
  const root = h("li", {}, canvas, under);
  return {
    root,
    /** @param {ReturnType<typeof neighborsOf>[number]} one */
    fill({ tile, label, words, asked, same }) {
      paint(tile, label);
      root.classList.toggle("asked", asked);
      root.classList.toggle("same", same);
      if (under.textContent !== words) under.textContent = words;
    },
  };
}

/** How often a neighbor is of the same class, over all pictures of the map. @param {Embedded} embedded */
function sharesOf({ tiles, labels, before, now }) {
  const k = now.near.length / tiles.length;
  if (!labels.length || !k)
    return t("These pictures have no classes: judge by eye whether neighbors belong together.");
  const share = (/** @type {Neighborhood} */ { near }) =>
    near.reduce((sum, other, i) => sum + Number(labels[other] === labels[Math.floor(i / k)]), 0) /
    near.length;
  return t(
    "Of all {count} pictures’ neighbors {before} by h were of the same class before training, {now} are now. No label was used to train.",
    { count: tiles.length, before: percent(share(before), 0), now: percent(share(now), 0) },
  );
}
