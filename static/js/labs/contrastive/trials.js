/** The paper's two findings as tables that fill in: pairs of augmentations, and the projector. */

import { postForFrame } from "../../core/api.js";
import { configOf } from "../../core/controls.js";
import { $, context2d, h, token } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { tilesOf } from "../../core/pixels.js";
import { csvOf } from "../../math/series.js";
import { pictureOf, SIDE } from "./tiles.js";
import { failed } from "./words.js";

/** @typedef {import("./index.js").Shot} Shot */

/** @type {Record<string, string>} */
const NAMES = {
  crop: t("crop"),
  color: t("color"),
  rotation: t("rotation"),
  blur: t("blur"),
  cutout: t("cutout"),
  noise: t("noise"),
  none: t("none: the loss acts on h"),
  linear: t("linear"),
  mlp: t("with a hidden layer"),
};
const PICTURES = ["data", "pictures", "classes", "count", "seed"]; // what the views are of
const nameOf = (/** @type {string} */ key) => NAMES[key] ?? key;

/** Mean and standard deviation of what is there. @param {number[]} values */
function summed(values) {
  const there = values.filter(Number.isFinite);
  const mean = there.reduce((a, b) => a + b, 0) / there.length;
  const spread = Math.sqrt(
    there.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(there.length - 1, 1),
  );
  return { count: there.length, mean, spread };
}

/** @param {import("../../core/state.js").State} state */
export function trialsPart(state) {
  /** @type {Record<string, OffscreenCanvas | undefined>} a view by each operation alone */
  let views = {};
  /** @type {Shot | null} */
  let shown = null;

  /** @param {number} trial @param {number} which 0 for h, 1 for z */
  const resultsOf = (trial, which) => {
    const { accuracy } = /** @type {Shot} */ (shown).arrays;
    const repetitions = accuracy.length / (2 * /** @type {Shot} */ (shown).header.names.length);
    return Array.from({ length: repetitions }, (_, r) =>
      Number(accuracy[(trial * repetitions + r) * 2 + which]),
    );
  };
  /** @param {number} trial @param {number} which @param {[number, number]} reach */
  function cell(trial, which, [low, high]) {
    const { count, mean, spread } = summed(resultsOf(trial, which));
    if (!count)
      return h(
        "td",
        { class: "coming" },
        trial === /** @type {Shot} */ (shown).header.done ? t("training …") : "·",
      );
    const td = h(
      "td",
      { class: "worth-cell" },
      `${number(100 * mean, 1)} %`,
      h("small", {}, count > 1 ? `± ${number(100 * spread, 1)}` : t("1 seed")),
    );
    td.style.setProperty("--share", `${Math.round((90 * (mean - low)) / Math.max(high - low, 1e-6))}%`);
    return td;
  }
  /** @returns {[number, number]} */
  function reachOf() {
    const all = Array.from(/** @type {Shot} */ (shown).arrays.accuracy, Number).filter(Number.isFinite);
    return all.length ? [Math.min(...all), Math.max(...all)] : [0, 1];
  }
  const baseline = () => {
    const { count, mean } = summed(Array.from(/** @type {Shot} */ (shown).arrays.baseline, Number));
    const guess = t("Guessing: {share}.", {
      share: `${number(100 / /** @type {Shot} */ (shown).header.classes, 1)} %`,
    });
    return count
      ? sentences([t("The untrained encoder: {share}.", { share: `${number(100 * mean, 1)} %` }), guess])
      : "";
  };

  /** One picture as each operation alone changes it: what they are of, and the operations' settings. */
  const query = newest({
    ask: async (
      /** @type {{config: Record<string, any>, operations: Record<string, any>}} */ { config, operations },
      signal,
    ) => {
      /** @type {typeof views} */
      const found = {};
      for (const [name, policy] of Object.entries(operations)) {
        const { arrays } = await postForFrame(
          "/api/contrastive/views",
          { config: { ...config, ...policy }, picture: 0, number: 0, pairs: 1 },
          signal,
        );
        found[name] = tilesOf(arrays.views, SIDE)[0];
      }
      return found;
    },
    show: (found) => {
      views = found;
      if (shown) draw();
    },
    fail: failed,
    same: (a, b) =>
      PICTURES.every((name) => a.config[name] === b.config[name]) &&
      JSON.stringify(a.operations) === JSON.stringify(b.operations),
  });
  /** @param {string} name */
  const headOf = (name) => [nameOf(name), ...(views[name] ? [pictureOf(views[name])] : [])];

  /** @param {string[][]} names */
  function drawPairs(names) {
    const operations = [...new Set(names.map(([first]) => first ?? ""))];
    const reach = reachOf();
    const head = h(
      "tr",
      {},
      h("td"),
      ...operations.map((name) => h("th", { scope: "col" }, ...headOf(name))),
    );
    const rows = operations.map((first, i) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, ...headOf(first)),
        ...operations.map((second, j) => {
          if (j < i) return h("td", { class: "coming" }, "");
          return cell(
            names.findIndex(([a, b]) => a === first && b === second),
            0,
            reach,
          );
        }),
      ),
    );
    const caption = t(
      "Accuracy of a linear classifier on h after training with two operations only; on the diagonal with one. {baseline}",
      { baseline: baseline() },
    );
    return [h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, ...rows)];
  }

  /** @param {string[][]} names */
  function drawProjectors(names) {
    const reach = reachOf();
    const head = h(
      "tr",
      {},
      h("th", { scope: "col" }, t("projector")),
      h("th", { scope: "col" }, t("classifier on h")),
      h("th", { scope: "col" }, t("classifier on z")),
    );
    const rows = names.map(([name], i) =>
      h("tr", {}, h("th", { scope: "row" }, nameOf(name ?? "")), cell(i, 0, reach), cell(i, 1, reach)),
    );
    const caption = t("Accuracy of a linear classifier before the projector and after it. {baseline}", {
      baseline: baseline(),
    });
    return [h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, ...rows)];
  }

  function draw() {
    const { names } = /** @type {Shot} */ (shown).header;
    $("[data-trials]").replaceChildren(...(names[0].length > 1 ? drawPairs(names) : drawProjectors(names)));
  }

  return {
    /** @param {Shot} shot */
    show(shot) {
      shown = shot;
      draw();
      query.want({ config: configOf(state.values), operations: shot.header.operations });
    },
    toCsv() {
      const names = shown?.header.names ?? [];
      const each = [0, 1].map((which) =>
        names.map((/** @type {any} */ _, /** @type {number} */ i) => summed(resultsOf(i, which))),
      );
      const columns = [
        names.map((/** @type {string[]} */ name) => [...new Set(name)].map(nameOf).join(" + ")),
        ...each.flatMap((of) => [
          of.map((/** @type {any} */ one) => one.mean),
          of.map((/** @type {any} */ one) => one.spread),
        ]),
      ];
      return csvOf(
        [
          names[0]?.length > 1 ? t("operations") : t("projector"),
          "h mean",
          "h deviation",
          "z mean",
          "z deviation",
        ],
        columns,
      );
    },
    /** The table as a picture. @returns {Promise<Blob>} */
    toPng() {
      const table = $("[data-trials]");
      const rows = [...table.querySelectorAll("tr")].map((tr) =>
        [...tr.children].map((td) => td.textContent ?? ""),
      );
      const [wide, high] = [130, 44];
      const canvas = h("canvas");
      const context = context2d(
        canvas,
        wide * Math.max(1, ...rows.map((row) => row.length)),
        high * rows.length,
      );
      context.fillStyle = token("--card");
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = token("--ink");
      context.font = "14px system-ui, sans-serif";
      rows.forEach((row, i) =>
        row.forEach((text, j) => context.fillText(text, j * wide + 8, i * high + 26, wide - 12)),
      );
      return new Promise((resolve) => canvas.toBlob((blob) => resolve(/** @type {Blob} */ (blob))));
    },
  };
}
