/** BatchNorm of a convolution beside other norms: which values share a mean and a variance. */

import { ApiError, json } from "../../core/api.js";
import { $ } from "../../core/dom.js";
import { brief, onLanguage, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { tell } from "../../core/said.js";
import { choiceButtons } from "../../parts/choice_buttons.js";
import { plot } from "../../views/plot.js";
import { enlarged, framed, tileRange } from "./map_grid.js";

/**
 * @typedef {{kind: string, x_hat: number[], mean: number[], var: number[], statistic: number[], statistics:
 *   number}} Norm
 */
/** @typedef {{shape: [number, number, number, number], x: number[], kinds: Norm[], eps: number}} Norms */
/** @typedef {import("../../views/plot.js").Layer} Layer */

const ACROSS = {
  batch: () => t("over the pictures (N), height and width: one mean per channel"),
  layer: () => t("over the channels (C), height and width: one mean per picture"),
  instance: () => t("over height and width: one mean per map"),
  group: () => t("over height, width and the channels of a group: one mean per group and picture"),
};
const ZOOM = 8; // a value's side in pixels, so that the browser does not blur it
const X = /** @type {[number, number]} */ ([-0.45, 4]);
const Y = /** @type {[number, number]} */ ([-0.1, 3.35]);

export class NormsPart {
  /** @type {Norms | null} */
  found = null;
  groups = /** @type {HTMLSelectElement} */ ($("[data-groups]"));

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    const options = { x: X, y: Y, bare: true, aspect: 1.3 };
    this.views = { x: plot($("[data-maps=x]"), options), x_hat: plot($("[data-maps=x_hat]"), options) };
    this.query = newest({
      ask: (/** @type {number} */ groups, signal) =>
        json(`/api/batchnorm/normalizations?groups=${groups}`, { signal }),
      show: (answer) => {
        this.found = answer;
        this.draw();
      },
      fail: (error) => {
        if (!(error instanceof ApiError)) throw error;
        tell($("[data-norms-said]"), () => error.message);
      },
    });
    this.showPressed = choiceButtons(state, ["sister"]);
    this.groups.addEventListener("change", () => state.set({ groups: this.groups.value }));
    for (const view of Object.values(this.views)) this.chooseOn(view.element);
    state.subscribe(() => this.follow());
    onLanguage(() => this.draw());
    this.follow();
  }

  follow() {
    this.draw();
    this.query.want(Number(this.state.values.groups));
  }

  /** A map is chosen by a click or the arrow keys. @param {HTMLElement} element */
  chooseOn(element) {
    element.tabIndex = 0;
    element.setAttribute("role", "application");
    element.addEventListener("click", (event) => {
      const box = element.getBoundingClientRect();
      const c = Math.floor(X[0] + ((event.clientX - box.left) / box.width) * (X[1] - X[0]));
      const row = Math.floor(Y[1] - ((event.clientY - box.top) / box.height) * (Y[1] - Y[0]));
      this.chooseTile(row, c);
    });
    element.addEventListener("keydown", (event) => {
      if (!this.found) return;
      const [samples, channels] = this.found.shape;
      /** @type {Record<string, number>} */
      const ways = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -channels, ArrowDown: channels };
      const way = ways[event.key];
      if (!way) return;
      event.preventDefault();
      const next = this.state.values.map + way;
      if (next >= 0 && next < samples * channels) this.state.set({ map: next });
    });
  }

  /** @param {number} row from below @param {number} channel */
  chooseTile(row, channel) {
    if (!this.found) return;
    const [samples, channels] = this.found.shape;
    const n = samples - 1 - row;
    if (channel >= 0 && channel < channels && n >= 0 && n < samples)
      this.state.set({ map: n * channels + channel });
  }

  draw() {
    const { sister: kind, map, groups } = this.state.values;
    this.showPressed();
    this.groups.value = String(groups);
    $("[data-groups-label]").hidden = kind !== "group";
    const norm = this.found?.kinds.find((one) => one.kind === kind);
    if (!this.found || !norm) return;
    const summary = sentenceOf(this.found, norm, map);
    $("[data-norms-said]").textContent = summary;
    this.views.x.update({ layers: layersOf(this.found, norm, this.found.x, map), summary });
    this.views.x_hat.update({ layers: layersOf(this.found, norm, norm.x_hat, map), summary });
  }
}

/** @param {Norms} found @param {Norm} norm @param {number} map */
function sentenceOf({ shape: [, channels, rows, columns] }, norm, map) {
  const first = map * rows * columns;
  const [n, c] = [Math.floor(map / channels) + 1, (map % channels) + 1];
  return sentences([
    t("Averaged over {axes}.", { axes: ACROSS[/** @type {keyof typeof ACROSS} */ (norm.kind)]() }),
    t(
      "Map {c} of picture {n} shares its mean {mean} and variance {variance} with {count} values in all; there are {statistics} pairs of them.",
      {
        n,
        c,
        mean: brief(norm.mean[first] ?? NaN),
        variance: brief(norm.var[first] ?? NaN),
        count: norm.statistic.filter((one) => one === norm.statistic[first]).length,
        statistics: norm.statistics,
      },
    ),
    norm.kind === "batch"
      ? t("Pictures 1 and 2 stay different, and each one’s x̂ depends on which others are in the batch.")
      : t(
          "Pictures 1 and 2 become alike, to within ε, and no picture depends on another: train and eval mode are the same.",
        ),
  ]);
}

/**
 * @param {Norms} found
 * @param {Norm} norm
 * @param {ArrayLike<number>} values
 * @param {number} chosen a map, sample by sample
 * @returns {Layer[]}
 */
function layersOf({ shape }, norm, values, chosen) {
  const [samples, channels, rows, columns] = shape;
  const size = rows * columns;
  const frame = framed(norm.statistic, norm.statistic[chosen * size] ?? 0, shape);
  return [
    ...mapLayers(shape, values),
    ...frame.map(
      ({ xs, ys }) => /** @type {Layer} */ ({ type: "line", xs, ys, color: "--accent", width: 3.5 }),
    ),
    ...Array.from({ length: samples }, (_, n) => label(-0.52, samples - n - 0.5, `N ${n + 1}`)),
    ...Array.from({ length: channels }, (_, c) => label(c + 0.22, samples + 0.2, `C ${c + 1}`)),
  ];
}

/** Every map as a small picture. @param {Norms["shape"]} shape @param {ArrayLike<number>} values */
function mapLayers([samples, channels, rows, columns], values) {
  const size = rows * columns;
  const most = Math.max(...Array.from(values, Math.abs));
  return Array.from({ length: samples * channels }, (_, tile) => {
    const own = Array.from({ length: size }, (__, i) => values[tile * size + i] ?? 0);
    return /** @type {Layer} */ ({
      type: "heat",
      ramp: "sign",
      ...enlarged(own, rows, columns, ZOOM, most),
      ...tileRange(tile, samples, channels, rows * ZOOM),
    });
  });
}

/** @param {number} x @param {number} y @param {string} text @returns {Layer} */
const label = (x, y, text) => ({ type: "label", x, y, text, color: "--gray-1" });
