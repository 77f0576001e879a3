/** BatchNorm of a convolution beside its sisters: which values share a mean and a variance. */

import { ApiError, json } from "../../core/api.js";
import { $ } from "../../core/dom.js";
import { brief, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { plot } from "../../views/plot.js";
import { enlarged, framed, tileRange } from "./tiles.js";

/**
 * @typedef {{kind: string, x_hat: number[], mean: number[], var: number[], statistic: number[], statistics:
 *   number}} Row
 */
/** @typedef {{shape: [number, number, number, number], x: number[], kinds: Row[], eps: number}} Sisters */

const ACROSS = {
  batch: t("N, H and W: one mean a channel"),
  layer: t("C, H and W: one mean a picture"),
  instance: t("H and W: one mean a map"),
  group: t("H, W and the channels of a group: one mean a group of each picture"),
};
const ZOOM = 8; // a value's side in pixels, so that the browser does not blur it

/** @param {{state: import("../../core/state.js").State}} options */
export function sistersPanel({ state }) {
  const groups = /** @type {HTMLSelectElement} */ ($("[data-groups]"));
  const options = {
    x: /** @type {[number, number]} */ ([-0.45, 4]),
    y: /** @type {[number, number]} */ ([-0.1, 3.35]),
    bare: true,
    aspect: 1.3,
    maxHeight: () => 340,
  };
  const views = { x: plot($("[data-maps=x]"), options), x_hat: plot($("[data-maps=x_hat]"), options) };
  /** @type {Sisters | null} */
  let found = null;
  const query = newest({
    ask: (/** @type {number} */ wanted, signal) =>
      json(`/api/batchnorm/sisters?groups=${wanted}`, { signal }),
    show: (answer) => {
      found = answer;
      draw();
    },
    fail: (error) => {
      if (!(error instanceof ApiError)) throw error;
      $("[data-sisters-said]").textContent = error.message;
    },
  });

  /**
   * @param {Sisters} of
   * @param {Row} row
   * @param {ArrayLike<number>} values
   * @param {number} chosen a map, sample by sample
   */
  function layersOf(of, row, values, chosen) {
    const [samples, channels, rows, columns] = of.shape;
    const size = rows * columns;
    const most = Math.max(...Array.from(values, Math.abs));
    /** @type {import("../../views/plot.js").Layer[]} */
    const layers = [];
    for (let tile = 0; tile < samples * channels; tile++) {
      const own = Array.from({ length: size }, (_, i) => values[tile * size + i] ?? 0);
      layers.push({
        type: "heat",
        ramp: "sign",
        ...enlarged(own, rows, columns, ZOOM, most),
        ...tileRange(tile, samples, channels, rows * ZOOM),
      });
    }
    for (const { xs, ys } of framed(row.statistic, row.statistic[chosen * size] ?? 0, of.shape))
      layers.push({ type: "line", xs, ys, color: "--accent", width: 3.5 });
    for (let n = 0; n < samples; n++)
      layers.push({ type: "label", x: -0.52, y: samples - n - 0.5, text: `N ${n + 1}`, color: "--gray-1" });
    for (let c = 0; c < channels; c++)
      layers.push({ type: "label", x: c + 0.22, y: samples + 0.2, text: `C ${c + 1}`, color: "--gray-1" });
    return layers;
  }

  function draw() {
    const { sister, map } = state.values;
    for (const button of document.querySelectorAll("[data-sister]"))
      button.setAttribute("aria-pressed", String(button.getAttribute("data-sister") === sister));
    groups.value = String(state.values.groups);
    $("[data-groups-label]").hidden = sister !== "group";
    const row = found?.kinds.find((one) => one.kind === sister);
    if (!found || !row) return;
    const [, channels, rows, columns] = found.shape;
    const first = map * rows * columns;
    const count = row.statistic.filter((one) => one === row.statistic[first]).length;
    const [n, c] = [Math.floor(map / channels) + 1, (map % channels) + 1];
    const summary = sentences([
      t("Averaged over {axes}.", { axes: ACROSS[/** @type {keyof typeof ACROSS} */ (sister)] }),
      t(
        "Map {c} of picture {n} shares its mean {mean} and variance {variance} with {count} values in all; there are {statistics} pairs of them.",
        {
          n,
          c,
          mean: brief(row.mean[first] ?? NaN),
          variance: brief(row.var[first] ?? NaN),
          count,
          statistics: row.statistics,
        },
      ),
      sister === "batch"
        ? t("Pictures 1 and 2 stay different, and each one’s x̂ depends on which others are in the batch.")
        : t(
            "Pictures 1 and 2 become alike, to within ε, and no picture depends on another: train and eval mode are the same.",
          ),
    ]);
    $("[data-sisters-said]").textContent = summary;
    views.x.update({ layers: layersOf(found, row, found.x, map), summary });
    views.x_hat.update({ layers: layersOf(found, row, row.x_hat, map), summary });
  }

  for (const button of document.querySelectorAll("[data-sister]")) {
    button.addEventListener("click", () =>
      state.set({ sister: button.getAttribute("data-sister") ?? "batch" }),
    );
  }
  groups.addEventListener("change", () => state.set({ groups: Number(groups.value) }));
  for (const view of Object.values(views)) {
    view.element.tabIndex = 0;
    view.element.setAttribute("role", "application");
    view.element.addEventListener("click", (event) => {
      if (!found) return;
      const [samples, channels] = found.shape;
      const box = view.element.getBoundingClientRect();
      const [x0, x1, y0, y1] = [...options.x, ...options.y];
      const c = Math.floor(x0 + ((event.clientX - box.left) / box.width) * (x1 - x0));
      const n = samples - 1 - Math.floor(y1 - ((event.clientY - box.top) / box.height) * (y1 - y0));
      if (c >= 0 && c < channels && n >= 0 && n < samples) state.set({ map: n * channels + c });
    });
    view.element.addEventListener("keydown", (event) => {
      if (!found) return;
      const [samples, channels] = found.shape;
      /** @type {Record<string, number>} */
      const ways = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -channels, ArrowDown: channels };
      const way = ways[event.key];
      if (!way) return;
      event.preventDefault();
      const next = state.values.map + way;
      if (next >= 0 && next < samples * channels) state.set({ map: next });
    });
  }
  state.subscribe(() => {
    draw();
    query.want(Number(state.values.groups));
  });
  draw();
  query.want(Number(state.values.groups));
}
