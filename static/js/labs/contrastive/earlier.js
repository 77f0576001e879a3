/** What h was worth in earlier runs on the same pictures: methods and augmentations side by side. */

import { configOf, titleOf } from "../../core/controls.js";
import { number, t } from "../../core/i18n.js";

/** @typedef {import("./index.js").Shot} Shot */
/**
 * @typedef {{name: string, means: number[], vote: number}} Earlier means over draws, one for each number of
 *   labels
 */

/** @type {{dash: number[], shape: import("../../views/shapes.js").Shape}[]} */
export const EARLIER_LOOKS = [
  { dash: [10, 3], shape: "square" },
  { dash: [10, 3, 2, 3], shape: "triangle" },
  { dash: [2, 2], shape: "diamond" },
];
const PICTURES = ["data", "pictures", "classes", "count", "seed"];
const APART = ["mode", "row", "space", "trial_steps"]; // of no say in what is learned
/** @type {Record<string, {name: string, without: string[]}>} methods, and what they do not have */
const METHODS = {
  simclr: { name: "SimCLR", without: ["queue", "momentum", "stop_gradient"] },
  moco: { name: "MoCo", without: ["stop_gradient"] },
  simsiam: { name: "SimSiam", without: ["queue", "momentum", "temperature", "projector"] },
};
const H = 1; // row of what is measured

/** @param {import("../../core/state.js").State} state */
export function earlierRuns(state) {
  /** @type {Map<string, Earlier & {pictures: string}>} by settings, the oldest first */
  const kept = new Map();
  /** @type {{key: string, name: string, pictures: string} | null} of the probe under way */
  let begun = null;
  let own = ""; // settings at the newest probe of this run
  let [measured, done] = [-1, 0]; // its step, and its parts so far

  const pictures = () => JSON.stringify(PICTURES.map((name) => state.values[name]));
  /** Fields that have a say in what is learned. */
  const fields = () =>
    Object.keys(configOf(state.values)).filter(
      (name) => ![...APART, ...(METHODS[state.values.method]?.without ?? [])].includes(name),
    );

  /** Method and what else is not as usual. */
  function nameOfRun() {
    const { values, rules } = state;
    const changed = fields().filter(
      (name) => ![...PICTURES, "method"].includes(name) && values[name] !== rules[name]?.default,
    );
    const words = changed.map((name) => `${titleOf(name)} ${valueText(values[name])}`);
    return [
      `h, ${METHODS[values.method]?.name}`,
      ...words.slice(0, 2),
      ...(words.length > 2 ? ["…"] : []),
    ].join(t(", "));
  }

  return {
    /** A probe begins, of a run with the settings as they are now. */
    begin() {
      begun = {
        key: JSON.stringify(fields().map((name) => [name, state.values[name]])),
        name: nameOfRun(),
        pictures: pictures(),
      };
    },
    /**
     * Remember what h is worth, once the probe has measured it.
     * @param {Shot} shot
     * @param {(budget: number) => number} mean
     */
    keep({ header, arrays }, mean) {
      const at = Number(arrays.worth_steps[H]);
      if (header.probed_parts[0] === 0 && done > 0) [begun, own, measured] = [null, "", -1]; // a new run
      done = header.probed_parts[0];
      if (!begun || at < 0 || at === measured || !header.labeled) return;
      measured = at;
      const budgets = arrays.worth.length / arrays.worth_steps.length / 3;
      const name = t("{name} (step {step})", { name: begun.name, step: number(at, 0) });
      own = begun.key;
      kept.delete(own);
      kept.set(own, {
        name,
        means: Array.from({ length: budgets }, (_, b) => mean(b)),
        vote: Number(arrays.votes[H]),
        pictures: begun.pictures,
      });
      begun = null;
    },
    /**
     * Those on the pictures of now that this run did not measure itself, the newest first.
     * @returns {Earlier[]}
     */
    list() {
      const same = pictures();
      const others = [...kept]
        .filter(([key, one]) => key !== own && one.pictures === same)
        .map(([, one]) => one);
      return others.reverse().slice(0, EARLIER_LOOKS.length);
    },
  };
}

/** @param {string | number | boolean} value */
function valueText(value) {
  if (typeof value === "boolean") return value ? t("on") : t("off");
  return typeof value === "number" ? String(Number(value.toPrecision(3))) : value;
}
