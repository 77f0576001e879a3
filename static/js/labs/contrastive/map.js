/** Which map of the pictures is on show: by PCA now or untrained, or by t-SNE, which has to be asked for. */

import { $ } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { onChoice, press } from "../../parts/choice_buttons.js";
import { embedding } from "../../parts/embedding.js";
import { percent } from "../../parts/percent.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Frame */
/** @typedef {import("./index.js").Specimens} Specimens */

export class MapPart {
  /** @type {Frame | null} */
  shown = null;
  asked = -1; // the step that a map by t-SNE was asked for

  /**
   * @param {import("../../core/state.js").State} state
   * @param {() => void} askForMap
   * @param {() => boolean} watched
   */
  constructor(state, askForMap, watched) {
    this.state = state;
    this.askForMap = askForMap;
    this.watched = watched;
    this.view = embedding((picture) => state.set({ picture }));
    onChoice("map", (map) => {
      state.set({ map });
      if (map === "tsne") this.ask();
    });
  }

  ask() {
    this.asked = this.shown?.header.step ?? 0;
    $("[data-map-said]").textContent = t("t-SNE is being computed …");
    this.askForMap();
  }

  /** @param {Frame} frame @param {Specimens} of @param {boolean} past */
  show(frame, of, past) {
    const { header, arrays } = frame;
    const { map: kind, picture } = this.state.values;
    if (header.step < this.asked) this.asked = -1; // a new run
    this.shown = frame;
    if (kind === "tsne" && header.map_step < 0 && this.asked < 0 && !past && !this.watched()) this.ask();
    press("map", kind);
    const before = { near: arrays.neighbors_before, similarity: arrays.near_before };
    const now = { near: arrays.neighbors, similarity: arrays.near };
    this.view.update({
      tiles: of.mapped,
      labels: of.labels,
      chosen: Math.min(picture, of.mapped.length - 1),
      places: placesOf(frame, kind),
      lines: kind === "before" ? before : now,
      before,
      now,
    });
    $("[data-map-said]").textContent = this.sayMap(frame, kind);
  }

  /** @param {Frame} frame @param {string} kind */
  sayMap(frame, kind) {
    const { header } = frame;
    if (kind === "before") return t("Features h of the untrained encoder.");
    if (kind === "tsne" && hasMap(frame))
      return t(
        "t-SNE of {space} at step {step}: near means near, far means little. Press again to compute it anew.",
        { space: header.map_space, step: number(header.map_step, 0) },
      );
    const [first = 0, second = 0] = header.shares;
    const plane = t(
      "The two directions in which {space} varies most: {first} and {second} of its variance.",
      { space: header.space, first: percent(first, 0), second: percent(second, 0) },
    );
    return kind === "tsne" ? sentences([this.sayMissing(header), plane]) : plane;
  }

  /** Why there is no map by t-SNE. @param {Frame["header"]} header */
  sayMissing(header) {
    if (header.map_step >= 0) return t("These are too few pictures for t-SNE.");
    return this.watched() ? t("Whoever runs this has not asked for t-SNE.") : t("t-SNE is being computed …");
  }
}

/** Whether there is a map by t-SNE. @param {Frame} frame */
const hasMap = ({ arrays }) => arrays.map.length > 0;

/** @param {Frame} frame @param {string} kind */
function placesOf(frame, kind) {
  const { arrays } = frame;
  if (kind === "before") return arrays.places_before;
  return kind === "tsne" && hasMap(frame) ? arrays.map : arrays.places;
}
