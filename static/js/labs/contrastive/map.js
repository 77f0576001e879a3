/** The pictures at their places, and the nearest neighbors of one before training and now. */

import { $, filledList, h } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { tilemap } from "../../views/tilemap.js";
import { heldPicture } from "./tiles.js";
import { percent } from "./words.js";

/** @typedef {import("./index.js").Shot} Shot */
/** @typedef {import("./index.js").Specimens} Specimens */

/**
 * @param {import("../../core/state.js").State} state
 * @param {() => void} askForMap
 * @param {() => boolean} watched
 */
export function mapPart(state, askForMap, watched) {
  const view = tilemap($("[data-map-view]"), {
    onChoose: (picture) => state.set({ picture }),
    height: () => Math.max(300, Math.min(innerHeight * 0.5, 460)),
  });
  /** @type {Shot | null} */
  let shown = null;
  let asked = -1; // the step that a map by t-SNE was asked for

  for (const button of document.querySelectorAll("[data-map]")) {
    button.addEventListener("click", () => {
      const map = button.getAttribute("data-map") ?? "pca";
      state.set({ map });
      if (map === "tsne") ask();
    });
  }
  const ask = () => {
    asked = shown?.header.step ?? 0;
    $("[data-map-said]").textContent = t("t-SNE is being computed …");
    askForMap();
  };

  /** @param {Shot} shot @param {string} kind */
  function placesOf({ arrays, header }, kind) {
    if (kind === "before")
      return { places: arrays.places_before, said: t("Features h of the untrained encoder.") };
    if (kind === "tsne" && arrays.map.length) {
      return {
        places: arrays.map,
        said: t(
          "t-SNE of {space} at step {step}: near means near, far means little. Press again to compute it anew.",
          { space: header.map_space, step: number(header.map_step, 0) },
        ),
      };
    }
    const [first = 0, second = 0] = header.shares;
    const plane = t(
      "The two directions in which {space} varies most: {first} and {second} of its variance.",
      { space: header.space, first: percent(first, 0), second: percent(second, 0) },
    );
    return { places: arrays.places, said: kind === "tsne" ? sentences([missing(header), plane]) : plane };
  }
  /** Why there is no map by t-SNE. @param {any} header */
  function missing(header) {
    if (header.map_step >= 0) return t("These are too few pictures for t-SNE.");
    return watched() ? t("Whoever runs this has not asked for t-SNE.") : t("t-SNE is being computed …");
  }

  const [before, now] = ["before", "now"].map((when) =>
    filledList($(`[data-neighbors-${when}]`), neighborItem),
  );

  /**
   * @param {Specimens} of
   * @param {number} picture
   * @param {Uint8Array} near
   * @param {Float32Array} how similar
   */
  const rowOfNeighbors = (of, picture, near, how) => [
    { tile: of.mapped[picture], label: t("the chosen picture"), words: "·", asked: true, same: false },
    ...Array.from(near, (other, k) => {
      const same = of.labels.length > 0 && of.labels[other] === of.labels[picture];
      const mark = of.labels.length ? (same ? " ✓" : " ✗") : "";
      return {
        tile: of.mapped[other],
        label: t("neighbor {number}", { number: k + 1 }),
        words: number(how[k] ?? 0, 2) + mark,
        asked: false,
        same,
      };
    }),
  ];

  return {
    /** @param {Shot} shot @param {Specimens} of @param {boolean} past */
    show(shot, of, past) {
      if (shot.header.step < asked) asked = -1; // a new run
      shown = shot;
      const kind = state.values.map;
      if (kind === "tsne" && shot.header.map_step < 0 && asked < 0 && !past && !watched()) ask();
      for (const button of document.querySelectorAll("[data-map]"))
        button.setAttribute("aria-pressed", String(button.getAttribute("data-map") === kind));
      const picture = Math.min(state.values.picture, of.mapped.length - 1);
      const { arrays } = shot;
      const k = arrays.neighbors.length / of.mapped.length;
      const rowOf = (/** @type {any} */ all) => all.subarray(picture * k, (picture + 1) * k);
      const near = rowOf(kind === "before" ? arrays.neighbors_before : arrays.neighbors);
      const { places, said } = placesOf(shot, kind);
      view.update({
        places,
        tiles: of.mapped,
        chosen: picture,
        neighbors: [...near],
        summary: t(
          "{count} held-out pictures at their places. Arrow keys choose one; lines lead to its nearest neighbors.",
          { count: of.mapped.length },
        ),
      });
      $("[data-map-said]").textContent = said;
      before?.(rowOfNeighbors(of, picture, rowOf(arrays.neighbors_before), rowOf(arrays.near_before)));
      now?.(rowOfNeighbors(of, picture, rowOf(arrays.neighbors), rowOf(arrays.near)));
      $("[data-neighbors-said]").textContent = sharesOf(of, arrays, k);
    },
  };
}

/** A picture of a row of neighbors, and what stands under it. */
function neighborItem() {
  const { canvas, paint } = heldPicture();
  const under = h("div");
  const root = h("li", {}, canvas, under);
  return {
    root,
    /**
     * @param {{tile: OffscreenCanvas | undefined, label: string, words: string, asked: boolean, same:
     *   boolean}} one
     */
    fill({ tile, label, words, asked, same }) {
      paint(tile, label);
      root.classList.toggle("asked", asked);
      root.classList.toggle("same", same);
      if (under.textContent !== words) under.textContent = words;
    },
  };
}

/**
 * How often a neighbor is of the same class, over all pictures of the map.
 * @param {Specimens} of
 * @param {Record<string, any>} arrays
 * @param {number} k
 */
function sharesOf(of, arrays, k) {
  if (!of.labels.length || !k)
    return t("These pictures have no classes: judge by eye whether neighbors belong together.");
  const share = (/** @type {Uint8Array} */ all) =>
    all.reduce((sum, other, i) => sum + Number(of.labels[other] === of.labels[Math.floor(i / k)]), 0) /
    all.length;
  return t(
    "Of all {count} pictures’ neighbors {before} by h were of the same class before training, {now} are now. No label was used to train.",
    {
      count: of.mapped.length,
      before: percent(share(arrays.neighbors_before), 0),
      now: percent(share(arrays.neighbors), 0),
    },
  );
}
