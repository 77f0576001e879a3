/** What h was worth in earlier runs on the same pictures: methods and augmentations side by side. */

import { configOf, titleOf } from "../core/controls.js";
import { number, t } from "../core/i18n.js";

/** @typedef {import("./contrastive.js").Shot} Shot */
/** @typedef {{name: string, means: number[], vote: number}} Earlier means over draws, one for each number of labels */

/** @type {{dash: number[], shape: import("../views/shapes.js").Shape}[]} */
export const EARLIER_LOOKS = [
  { dash: [10, 3], shape: "square" },
  { dash: [10, 3, 2, 3], shape: "triangle" },
  { dash: [2, 2], shape: "diamond" },
];
const PICTURES = ["data", "pictures", "count", "seed"];
const APART = ["mode", "row", "space", "trial_steps"]; // of no say in what is learned
/** @type {Record<string, string>} */
const METHODS = { simclr: "SimCLR", moco: "MoCo", simsiam: "SimSiam" };
const H = 1; // row of what is measured

/** @param {import("../core/state.js").State} state */
export function earlierRuns(state) {
  /** @type {Map<string, Earlier & {pictures: string}>} by settings, the oldest first */
  const kept = new Map();
  let measured = -1; // the step of the measurement that was kept last
  const settings = () => {
    const config = configOf(state.values);
    return JSON.stringify(Object.entries(config).filter(([name]) => !APART.includes(name)));
  };
  const pictures = () => JSON.stringify(PICTURES.map((name) => state.values[name]));

  /** Method and what else is not as usual. */
  function nameOfRun() {
    const { values, rules } = state;
    const changed = Object.keys(configOf(values)).filter((name) => ![...APART, ...PICTURES, "method"].includes(name) && values[name] !== rules[name]?.default);
    const words = changed.map((name) => `${titleOf(name)} ${valueText(values[name])}`);
    const method = METHODS[values.method];
    return [`h, ${method}`, ...words.slice(0, 2), ...(words.length > 2 ? ["…"] : [])].join(t(", "));
  }

  return {
    /** Remember what this run's h is worth, once it was measured. @param {Shot} shot @param {(budget: number) => number} mean */
    keep({ header, arrays }, mean) {
      const at = Number(arrays.worth_steps[H]);
      if (at === measured) return; // live settings may have changed since
      measured = at;
      if (at < 0 || !header.labeled) return;
      const key = settings();
      const name = t("{name} (step {step})", { name: nameOfRun(), step: number(at, 0) });
      const budgets = arrays.worth.length / arrays.worth_steps.length / 3;
      kept.delete(key);
      kept.set(key, { name, means: Array.from({ length: budgets }, (_, b) => mean(b)), vote: Number(arrays.votes[H]), pictures: pictures() });
    },
    /** Those of other settings on the pictures of now, the newest first. @returns {Earlier[]} */
    list() {
      const [own, same] = [settings(), pictures()];
      const others = [...kept].filter(([key, one]) => key !== own && one.pictures === same).map(([, one]) => one);
      return others.reverse().slice(0, EARLIER_LOOKS.length);
    },
  };
}

/** @param {string | number | boolean} value */
function valueText(value) {
  if (typeof value === "boolean") return value ? t("on") : t("off");
  return typeof value === "number" ? String(Number(value.toPrecision(3))) : value;
}
