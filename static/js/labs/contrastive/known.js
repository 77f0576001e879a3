/** What the features still know: the class, and what T changes, asked of h and of z. */

import { $, h } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { shareText } from "../../parts/percent.js";

/** @typedef {import("./index.js").Frame} Frame */

const [H, Z] = [1, 2];
const KNOWN = [
  () => t("class"),
  () => t("quarter by brightness"),
  () => t("strongest color"),
  () => t("turned by 0, 90, 180, 270°"),
];
// Which controls of T change what is asked for; the class is what none of them changes.
const CHANGED_BY = [[], ["color"], ["color", "gray"], ["rotation"]];

/**
 * @param {Frame} frame
 * @param {{values: Record<string, any>, probing: boolean}} page its settings, and whether a probe is under
 *   way
 */
export function showKnown(frame, { values, probing }) {
  const found = new Found(frame, probing);
  $("[data-known]").replaceChildren(
    h(
      "caption",
      {},
      t("Accuracy of a linear classifier on held-out pictures, for the class and for what T changes."),
    ),
    ...tableOf(found),
  );
  $("[data-known-said]").textContent = found.complete ? sentenceOf(found, values) : "";
}

/** What linear classifiers find out, and how sure that is. */
class Found {
  /** @param {Frame} frame @param {boolean} probing */
  constructor({ header, arrays }, probing) {
    this.header = header;
    this.arrays = arrays;
    /** Whether the newest probe is complete: its last part are the turns, asked of z. */
    this.complete = !probing && Number.isFinite(this.accuracy(Z, KNOWN.length - 1));
    /** Of `KNOWN` what these pictures differ in, once that was measured. */
    this.asked = KNOWN.map((_, what) => what).filter(
      (what) => !this.complete || Number.isFinite(this.accuracy(H, what)),
    );
  }

  /**
   * Accuracy of a linear classifier on what is asked.
   * @param {number} row untrained h, h, z
   * @param {number} what
   */
  accuracy(row, what) {
    return this.arrays.known[row * KNOWN.length + what] ?? NaN;
  }

  /** Accuracy of guessing. @param {number} what @returns {number | undefined} */
  guessing(what) {
    return this.arrays.guessing[what];
  }

  /** Two standard errors of the difference between h and z. @param {number} what */
  margin(what) {
    const mean = (this.accuracy(H, what) + this.accuracy(Z, what)) / 2;
    return 2 * Math.sqrt((2 * mean * (1 - mean)) / Math.max(this.header.tested ?? 1, 1));
  }

  /** 1 where h is clearly better than z, -1 where z is, else 0. @param {number} what @returns {-1 | 0 | 1} */
  ahead(what) {
    const gap = this.accuracy(H, what) - this.accuracy(Z, what);
    return Math.abs(gap) <= this.margin(what) ? 0 : gap > 0 ? 1 : -1;
  }

  /** Whether h clearly knows what z has lost. @param {number} what */
  lost(what) {
    return this.ahead(what) > 0 && this.accuracy(H, what) > (this.guessing(what) ?? 1) + this.margin(what);
  }
}

/** @param {Found} found */
function tableOf(found) {
  const names = [t("h, untrained"), t("h"), t("z")];
  const head = [t("asked for"), ...names, t("guessing")].map((name) => h("th", { scope: "col" }, name));
  const rows = found.asked.map((what) => {
    const shares = [...names.map((_, row) => found.accuracy(row, what)), found.guessing(what)];
    const cells = shares.map((share) => h("td", {}, shareText(share)));
    return h("tr", {}, h("th", { scope: "row" }, KNOWN[what]?.() ?? ""), ...cells);
  });
  return [h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)];
}

/** @param {Found} found of a complete probe @param {Record<string, any>} values */
function sentenceOf(found, values) {
  const { header } = found;
  if (values.projector === "none" && header.method !== "simsiam") return t("Without a projector z is h.");
  const told = t("A difference counts from two standard errors of {count} pictures on.", {
    count: number(header.tested, 0),
  });
  const onClass = {
    1: t("On the class h is ahead of z, too."),
    "-1": t("On the class z is ahead here: it is what T leaves as it is."),
    0: t("On the class h and z are level."),
  }[found.ahead(0)];
  return sentences([sayChanged(found, values), header.labeled ? onClass : "", told]);
}

/** @param {Found} found @param {Record<string, any>} values */
function sayChanged(found, values) {
  const changed = found.asked.filter((what) => CHANGED_BY[what]?.some((name) => values[name] > 0));
  if (!changed.length) return t("T changes nothing of what is asked for here.");
  const lost = changed.filter((what) => found.lost(what)).map((what) => KNOWN[what]?.() ?? "");
  return lost.length
    ? t(
        "h knows more than z of: {names}. The loss acts on z, which may forget what T changes; h stands one step before and keeps more of it, and that is why h is what goes on.",
        { names: lost.join(t(", ")) },
      )
    : t("At this point z has not yet forgotten more than h of what T changes.");
}
