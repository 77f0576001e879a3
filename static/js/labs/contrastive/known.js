/** What can be read from the features: the class, and what T changes, asked of h and of z. */

import { $, h } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { shareText } from "../../parts/percent.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Frame */

/** @typedef {keyof Frame["rows"]["guessing"]} Asked */
/**
 * What is asked for, and which controls of T change it; the class is what none of them changes.
 * @type {Record<Asked, {name: () => string, changedBy: string[]}>}
 */
const KNOWN = {
  class: { name: () => t("class"), changedBy: [] },
  brightness: { name: () => t("quarter by brightness"), changedBy: ["color"] },
  color: { name: () => t("strongest color"), changedBy: ["color", "gray"] },
  turn: { name: () => t("turned by 0, 90, 180, 270°"), changedBy: ["rotation"] },
};
/** @type {{of: keyof Frame["rows"]["known"], name: () => string}[]} */
const FEATURES = [
  { of: "random", name: () => t("h, untrained") },
  { of: "h", name: () => t("h") },
  { of: "z", name: () => t("z") },
];

/**
 * @param {Frame} frame
 * @param {object} page
 * @param {Record<string, any>} page.values its settings
 * @param {boolean} page.probing whether a probe is under way
 * @param {string} page.until what is said until it is complete
 */
export function showKnown(frame, { values, probing, until }) {
  const found = new Found(frame, probing);
  $("[data-known]").replaceChildren(
    h(
      "caption",
      {},
      t("Accuracy of a linear classifier on held-out pictures, for the class and for what T changes."),
    ),
    ...tableOf(found),
  );
  const words = found.complete ? sentenceOf(found, values) : until;
  if ($("[data-known-said]").textContent !== words) $("[data-known-said]").textContent = words;
}

/** What linear classifiers find out, and confidence that is. */
class Found {
  /** @param {Frame} frame @param {boolean} probing */
  constructor({ header, rows }, probing) {
    this.header = header;
    this.accuracy = rows.known;
    this.guessing = rows.guessing;
    /** Whether the newest probe is complete. */
    const [done, all] = header.probed_parts;
    this.complete = !probing && all > 0 && done === all;
    /** Of `KNOWN` what these pictures differ in, once that was measured. */
    this.asked = /** @type {Asked[]} */ (Object.keys(KNOWN)).filter(
      (what) => !this.complete || Number.isFinite(rows.known.h[what]),
    );
  }

  /** Two standard errors of the difference between h and z. @param {Asked} what */
  margin(what) {
    const mean = (this.accuracy.h[what] + this.accuracy.z[what]) / 2;
    return 2 * Math.sqrt((2 * mean * (1 - mean)) / Math.max(this.header.tested ?? 1, 1));
  }

  /** 1 where h is clearly better than z, -1 where z is, else 0. @param {Asked} what @returns {-1 | 0 | 1} */
  ahead(what) {
    const gap = this.accuracy.h[what] - this.accuracy.z[what];
    return Math.abs(gap) <= this.margin(what) ? 0 : gap > 0 ? 1 : -1;
  }

  /** Whether h clearly knows what z has lost. @param {Asked} what */
  lost(what) {
    return this.ahead(what) > 0 && this.accuracy.h[what] > this.guessing[what] + this.margin(what);
  }
}

/** @param {Found} found */
function tableOf(found) {
  const head = [t("attribute"), ...FEATURES.map(({ name }) => name()), t("guessing")].map((name) =>
    h("th", { scope: "col" }, name),
  );
  const rows = found.asked.map((what) => {
    const shares = [...FEATURES.map(({ of }) => found.accuracy[of][what]), found.guessing[what]];
    const cells = shares.map((share) => h("td", {}, shareText(share)));
    return h("tr", {}, h("th", { scope: "row" }, KNOWN[what].name()), ...cells);
  });
  return [h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)];
}

/** @param {Found} found of a complete probe @param {Record<string, any>} values */
function sentenceOf(found, values) {
  const { header } = found;
  if (values.projector === "none" && header.method !== "simsiam") return t("Without a projector z is h.");
  const told = t("With {count} test pictures, only differences above two standard errors are counted.", {
    count: number(header.tested, 0),
  });
  const onClass = {
    1: t("On the class h is ahead of z, too."),
    "-1": t("On the class z is ahead here: it is what T leaves as it is."),
    0: t("On the class h and z are level."),
  }[found.ahead("class")];
  const turned = found.asked.includes("turn")
    ? ""
    : t(
        "These pictures are turned at random when they are drawn, so no turn can be told from one: it is not asked.",
      );
  return sentences([sayChanged(found, values), header.labeled ? onClass : "", told, turned]);
}

/** @param {Found} found @param {Record<string, any>} values */
function sayChanged(found, values) {
  const changed = found.asked.filter((what) => KNOWN[what].changedBy.some((name) => values[name] > 0));
  if (!changed.length) return t("T changes none of the attributes that are tested here.");
  const lost = changed.filter((what) => found.lost(what)).map((what) => KNOWN[what].name());
  return lost.length
    ? t(
        "h keeps more than z of: {names}. The loss acts on z, which may lose what T changes; h is computed one step before and keeps more of it. That is why h is used afterwards.",
        { names: lost.join(t(", ")) },
      )
    : t("At this point z has not lost more than h of what T changes.");
}
