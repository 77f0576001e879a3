/** What was measured in earlier runs on the same pictures: methods and settings side by side. */

import { titleOf } from "../core/controls.js";
import { number, t } from "../core/i18n.js";

/**
 * @typedef {{name: string, means: number[], vote: number}} Earlier means over draws, one for each number of
 *   labels
 */
/** @typedef {Omit<Earlier, "name"> & {name: () => string, pictures: string}} Kept */
/**
 * @typedef {object} Options what a lab knows of its settings
 * @property {string[]} pictures those that say which pictures are learned from
 * @property {() => string[]} learned those with a say in what is learned
 * @property {string[]} titled those that `title` tells already
 * @property {() => string} title of a run with the settings as they are now
 */
/**
 * @typedef {object} Measurement
 * @property {number} at the step that it was measured at; below 0 there is none
 * @property {number} done parts of the probe so far
 * @property {boolean} labeled whether there are classes
 * @property {() => Omit<Earlier, "name">} result
 */

/** @type {{dash: number[], shape: import("../views/shapes.js").Shape}[]} */
export const EARLIER_LOOKS = [
  { dash: [10, 3], shape: "square" },
  { dash: [10, 3, 2, 3], shape: "triangle" },
  { dash: [2, 2], shape: "diamond" },
];

export class EarlierRuns {
  /** @type {Map<string, Kept>} by settings, the oldest first */
  kept = new Map();
  /** @type {{key: string, name: () => string, pictures: string} | null} of the probe under way */
  begun = null;
  own = ""; // settings at the newest probe of this run
  measured = -1; // its step
  done = 0; // its parts so far

  /** @param {import("../core/state.js").State} state @param {Options} options */
  constructor(state, options) {
    this.state = state;
    this.options = options;
  }

  pictures() {
    return JSON.stringify(this.options.pictures.map((name) => this.state.values[name]));
  }

  /** Its title, and what else is not as usual. @returns {() => string} in the language of whenever */
  nameOfRun() {
    const { values, rules } = this.state;
    const { pictures, titled, learned, title } = this.options;
    const changed = learned().filter(
      (name) => ![...pictures, ...titled].includes(name) && values[name] !== rules[name]?.default,
    );
    const own = title();
    const settings = changed.map((name) => ({ name, value: values[name] }));
    return () => {
      const words = settings.map(({ name, value }) => `${titleOf(name)} ${valueText(value)}`);
      return [own, ...words.slice(0, 2), ...(words.length > 2 ? ["…"] : [])].join(t(", "));
    };
  }

  /** A probe begins, of a run with the settings as they are now. */
  begin() {
    this.begun = {
      key: JSON.stringify(this.options.learned().map((name) => [name, this.state.values[name]])),
      name: this.nameOfRun(),
      pictures: this.pictures(),
    };
  }

  /** Remember a probe, once it has measured. @param {Measurement} measurement */
  keep({ at, done, labeled, result }) {
    if (done === 0 && this.done > 0) [this.begun, this.own, this.measured] = [null, "", -1]; // a new run
    this.done = done;
    if (!this.begun || at < 0 || at === this.measured || !labeled) return;
    const { key, name, pictures } = this.begun;
    this.measured = at;
    this.own = key;
    this.kept.delete(key);
    this.kept.set(key, {
      ...result(),
      name: () => t("{name} (step {step})", { name: name(), step: number(at, 0) }),
      pictures,
    });
    this.begun = null;
  }

  /**
   * Those on the pictures of now that this run did not measure itself, the newest first.
   * @returns {Earlier[]}
   */
  list() {
    const same = this.pictures();
    const others = [...this.kept]
      .filter(([key, one]) => key !== this.own && one.pictures === same)
      .map(([, one]) => ({ ...one, name: one.name() }));
    return others.reverse().slice(0, EARLIER_LOOKS.length);
  }
}

/** @param {string | number | boolean} value */
function valueText(value) {
  if (typeof value === "boolean") return value ? t("on") : t("off");
  return typeof value === "number" ? String(Number(value.toPrecision(3))) : value;
}
