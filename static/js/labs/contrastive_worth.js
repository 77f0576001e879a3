/** What the representation is worth: probes on request, the same encoder with labels, fine-tuning. */

import { $, h } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { chart } from "../views/chart.js";
import { percent } from "./contrastive_words.js";

/** @typedef {import("./contrastive.js").Shot} Shot */

const BUDGETS = [1, 5, 10, 100];
const COUNT = BUDGETS.length + 1; // all labels, too
const BESIDE = 250; // where “all labels” stands on the axis
const [H, Z, SUPERVISED, TUNED] = [1, 2, 3, 4];
const KNOWN = [t("class"), t("quarter by brightness"), t("strongest color"), t("turned by 0, 90, 180, 270°")];
/** @type {{name: string, color: string, dash?: number[], shape: import("../views/shapes.js").Shape}[]} */
const LOOKS = [
  { name: t("h, untrained"), color: "--gray-1", dash: [2, 4], shape: "cross" },
  { name: t("h"), color: "--role-train", shape: "circle" },
  { name: t("z, after the projector"), color: "--role-validation", dash: [6, 4], shape: "square" },
  { name: t("h, trained with all labels"), color: "--role-test", dash: [8, 3, 2, 3], shape: "triangle" },
  { name: t("fine-tuned from h"), color: "--class-point-2", dash: [3, 3], shape: "diamond" },
];

/** @param {{act: (what: Record<string, any>) => void, watched: boolean, status: import("../core/session.js").Status}} session */
export function worthPart(session) {
  const curves = chart($("[data-worth-chart]"), {
    x: t("labels a class"), y: t("test accuracy"), height: 260, xScale: "log", xRange: [0.9, 320], yRange: [0, 1.02],
    lines: LOOKS.flatMap((look) => [
      { ...look, name: `${look.name} −`, quiet: true }, { ...look, digits: 3 }, { ...look, name: `${look.name} +`, quiet: true },
    ]),
    bands: LOOKS.map((look, i) => ({ between: /** @type {[number, number]} */ ([3 * i, 3 * i + 2]), color: look.color, alpha: 0.14 })),
  });
  /** @type {Shot | null} */
  let shown = null;
  /** @type {Record<string, any>[]} what is still to be asked of the run */
  let waiting = [];
  let asked = 0; // for the run at this version: a new run forgets what waits

  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-worth]"))) {
    button.addEventListener("click", () => {
      const kind = button.dataset.worth ?? "probe";
      if (kind === "fine-tune") waiting = Array.from({ length: COUNT }, (_, budget) => ({ do: kind, budget }));
      else waiting = [{ do: kind }];
      asked = shown?.header.step ?? 0;
      next();
    });
  }
  const discard = /** @type {HTMLInputElement} */ ($("[data-discard]"));
  discard.addEventListener("change", drawPipeline);

  function next() {
    const what = waiting.shift();
    if (what) session.act(what);
  }

  function drawPipeline() {
    const gone = discard.checked;
    const part = (/** @type {string} */ name, /** @type {string} */ kind) => h("span", { class: kind }, name);
    const arrow = () => part("→", "arrow");
    $("[data-pipeline]").replaceChildren(
      part(t("picture"), ""), arrow(), part("f", ""), arrow(), part("h", gone ? "used" : ""), arrow(),
      part("g", gone ? "gone" : ""), arrow(), part("z", gone ? "gone" : "used"), arrow(),
      part(gone ? t("linear classifier on h") : t("contrastive loss on z"), ""),
    );
  }

  /** Mean over draws. @param {number} what @param {number} budget */
  const mean = (what, budget) => shown?.arrays.worth[(what * COUNT + budget) * 3 + 1] ?? NaN;

  function drawTable() {
    const head = h("tr", {}, h("th", { scope: "col" }, t("features")), ...[...BUDGETS.map((n) => number(n, 0)), t("all")].map((name) => h("th", { scope: "col" }, name)), h("th", { scope: "col" }, t("neighbors")));
    const rows = LOOKS.map((look, what) => h("tr", {}, h("th", { scope: "row" }, look.name),
      ...Array.from({ length: COUNT }, (_, b) => h("td", {}, shareText(mean(what, b)))),
      h("td", {}, shareText(shown?.arrays.votes[what]))));
    $("[data-worth-table]").replaceChildren(h("caption", {}, t("Test accuracy with 1, 5, 10, 100 and all labels a class; and of a vote of the 20 nearest.")), h("thead", {}, head), h("tbody", {}, ...rows));
  }

  /** Accuracy of a linear classifier on what is asked. @param {number} row untrained h, h, z @param {number} what */
  const knows = (row, what) => shown?.arrays.known[row * KNOWN.length + what] ?? NaN;

  function drawKnown() {
    const names = [t("h, untrained"), t("h"), t("z")];
    const head = h("tr", {}, h("th", { scope: "col" }, t("asked for")), ...names.map((name) => h("th", { scope: "col" }, name)));
    const rows = KNOWN.map((name, what) => h("tr", {}, h("th", { scope: "row" }, name), ...names.map((_, row) => h("td", {}, shareText(knows(row, what))))));
    $("[data-known]").replaceChildren(h("caption", {}, t("Accuracy of a linear classifier on held-out pictures, for the class and for what T changes.")), h("thead", {}, head), h("tbody", {}, ...rows));
    $("[data-known-said]").textContent = knownSaid();
  }
  function knownSaid() {
    if (!Number.isFinite(knows(H, 1))) return "";
    const comma = t(", ");
    const changed = KNOWN.map((_, what) => what).slice(1);
    const lost = changed.filter((what) => knows(H, what) > knows(Z, what) + 0.01).map((what) => KNOWN[what]);
    const words = lost.length
      ? t("h knows more than z of: {names}. The loss acts on z, which may forget what T changes; h stands one step before and keeps more of it, and that is why h is what goes on.", { names: lost.join(comma) })
      : t("At this point z has not yet forgotten more than h of what T changes.");
    if (!shown?.header.labeled) return words;
    const onClass = knows(H, 0) > knows(Z, 0) ? t("On the class h is ahead of z, too.") : t("On the class z is ahead here: it is what T leaves as it is.");
    return [words, onClass].join(" ");
  }

  function said() {
    if (!shown) return "";
    const { header, arrays } = shown;
    if (!header.labeled) return t("These pictures have no classes, so there is nothing to test a classifier on.");
    if (waiting.length && waiting[0]?.do === "fine-tune") return t("Fine-tuning with ever more labels …");
    if (header.supervised_steps < header.supervised_goal) return t("Trained with labels for {done} of {all} steps.", { done: number(header.supervised_steps, 0), all: number(header.supervised_goal, 0) });
    if (arrays.worth_steps[H] < 0) return t("Not measured yet.");
    const last = COUNT - 1;
    const words = [t("At step {step}, with all labels a linear classifier finds {h} of the held-out pictures’ classes from h, {z} from z, {random} from the untrained h.", {
      step: number(arrays.worth_steps[H], 0), h: percent(mean(H, last)), z: percent(mean(Z, last)), random: percent(mean(0, last)),
    })];
    if (arrays.worth_steps[SUPERVISED] >= 0) words.push(t("The same encoder, trained with all labels for {step} steps, gives {share}.", { step: number(arrays.worth_steps[SUPERVISED], 0), share: percent(mean(SUPERVISED, last)) }));
    if (arrays.worth_steps[TUNED] >= 0) words.push(t("Fine-tuned with 10 labels a class: {share}.", { share: percent(mean(TUNED, 2)) }));
    return words.join(" ");
  }

  drawPipeline();
  return {
    /** @param {Shot} shot @param {boolean} fresh it has just arrived: what waits may be asked for */
    show(shot, fresh) {
      if (fresh && shot.header.step < asked) {
        waiting = []; // a new run
        asked = 0;
      }
      shown = shot;
      const { worth } = shot.arrays;
      const xs = [...BUDGETS, BESIDE];
      const columns = LOOKS.flatMap((_, what) => [0, 1, 2].map((k) => Array.from({ length: COUNT }, (__, b) => Number(worth[(what * COUNT + b) * 3 + k]))));
      const summary = said();
      curves.update({ columns: [xs, ...columns], summary, marks: [{ x: BESIDE, label: t("all") }] });
      drawTable();
      drawKnown();
      $("[data-worth-said]").textContent = summary;
      const busy = waiting.length > 0;
      for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-worth]"))) {
        button.disabled = session.watched || busy || (button.dataset.worth !== "probe" && (!shot.header.labeled || shot.header.step === 0));
      }
      if (!fresh) return;
      if (!busy && shot.header.supervised_steps < shot.header.supervised_goal) waiting = [{ do: "supervise" }];
      next();
    },
  };
}

/** @param {number | undefined} share */
const shareText = (share) => (share !== undefined && Number.isFinite(share) ? percent(share) : "–");
