/** What the representation is worth: probes on request, the same encoder with labels, fine-tuning. */

import { $, h } from "../core/dom.js";
import { number, sentences, t } from "../core/i18n.js";
import { chart } from "../views/chart.js";
import { earlierRuns, EARLIER_LOOKS } from "./contrastive_earlier.js";
import { percent } from "./contrastive_words.js";

/** @typedef {import("./contrastive.js").Shot} Shot */
/** @typedef {import("./contrastive_earlier.js").Earlier} Earlier */

const BUDGETS = [1, 5, 10, 100];
const COUNT = BUDGETS.length + 1; // all labels, too
const BESIDE = 250; // where “all labels” stands on the axis
const [H, Z, SUPERVISED, TUNED] = [1, 2, 3, 4];
const KNOWN = [t("class"), t("quarter by brightness"), t("strongest color"), t("turned by 0, 90, 180, 270°")];
// Which controls of T change what is asked for; the class is what none of them changes.
const CHANGED_BY = [[], ["color"], ["color", "gray"], ["rotation"]];
/** @type {{name: string, color: string, dash?: number[], shape: import("../views/shapes.js").Shape}[]} */
const LOOKS = [
  { name: t("h, untrained"), color: "--gray-1", dash: [2, 4], shape: "cross" },
  { name: t("h"), color: "--role-train", shape: "circle" },
  { name: t("z, after the projector"), color: "--role-validation", dash: [6, 4], shape: "square" },
  { name: t("h, trained with all labels"), color: "--role-test", dash: [8, 3, 2, 3], shape: "triangle" },
  { name: t("fine-tuned from h"), color: "--class-point-2", dash: [3, 3], shape: "diamond" },
];

/**
 * @param {import("../core/state.js").State} state
 * @param {import("../core/session.js").Session} session
 */
export function worthPart(state, session) {
  const curves = chart($("[data-worth-chart]"), {
    x: t("labels a class"), y: t("test accuracy"), height: 260, xScale: "log", xRange: [0.9, 320], yRange: [0, 1.02],
    lines: linesOf([]),
    bands: LOOKS.map((look, i) => ({ between: /** @type {[number, number]} */ ([3 * i, 3 * i + 2]), color: look.color, alpha: 0.14 })),
  });
  /** @type {Shot | null} */
  let shown = null;
  /** @type {Shot | null} the frame that was followed by an ask */
  let answered = null;
  /** @type {Record<string, any>[]} what is still to be asked of the run */
  let waiting = [];
  let begun = 0; // at this step: a new run forgets what waits

  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-worth]"))) {
    button.addEventListener("click", () => {
      const kind = button.dataset.worth ?? "probe";
      if (kind === "fine-tune") waiting = Array.from({ length: COUNT }, (_, budget) => ({ do: kind, budget }));
      else waiting = [{ do: kind }];
      begun = shown?.header.step ?? 0;
      if (kind === "probe") others.begin();
      next();
      enable(false); // until a frame says what is under way
    });
  }
  const others = earlierRuns(state);
  let linesShown = "";
  const discard = /** @type {HTMLInputElement} */ ($("[data-discard]"));
  discard.addEventListener("change", drawPipeline);

  function next() {
    const what = waiting.shift();
    if (what) session.act(what);
  }

  /** @param {boolean} on @param {boolean} [trained] and there are classes */
  function enable(on, trained = false) {
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-worth]"))) {
      button.disabled = !on || session.watched || (button.dataset.worth !== "probe" && !trained);
    }
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
    const rows = LOOKS.map((look, what) => rowOf(look.name, Array.from({ length: COUNT }, (_, b) => mean(what, b)), shown?.arrays.votes[what]));
    rows.push(...others.list().map((one) => rowOf(one.name, one.means, one.vote)));
    $("[data-worth-table]").replaceChildren(h("caption", {}, t("Test accuracy with 1, 5, 10, 100 and all labels a class; and of a vote of the 20 nearest.")), h("thead", {}, head), h("tbody", {}, ...rows));
  }

  /** Accuracy of a linear classifier on what is asked. @param {number} row untrained h, h, z @param {number} what */
  const knows = (row, what) => shown?.arrays.known[row * KNOWN.length + what] ?? NaN;

  function drawKnown() {
    const names = [t("h, untrained"), t("h"), t("z")];
    const head = h("tr", {}, h("th", { scope: "col" }, t("asked for")), ...names.map((name) => h("th", { scope: "col" }, name)));
    const rows = asked().map((what) => h("tr", {}, h("th", { scope: "row" }, KNOWN[what] ?? ""), ...names.map((_, row) => h("td", {}, shareText(knows(row, what))))));
    $("[data-known]").replaceChildren(h("caption", {}, t("Accuracy of a linear classifier on held-out pictures, for the class and for what T changes.")), h("thead", {}, head), h("tbody", {}, ...rows));
    $("[data-known-said]").textContent = knownSaid();
  }
  /** Whether the newest probe is complete: its last part are the turns, asked of z. */
  const isKnown = () => !isProbing(shown) && Number.isFinite(knows(Z, KNOWN.length - 1));
  /** Of `KNOWN` what these pictures differ in, once that was measured. */
  const asked = () => KNOWN.map((_, what) => what).filter((what) => !isKnown() || Number.isFinite(knows(H, what)));
  function knownSaid() {
    if (!isKnown()) return "";
    if (state.values.projector === "none" && shown?.header.method !== "simsiam") return t("Without a projector z is h.");
    const comma = t(", ");
    const changed = asked().filter((what) => CHANGED_BY[what]?.some((name) => state.values[name] > 0));
    const lost = changed.filter((what) => knows(H, what) > knows(Z, what) + 0.01).map((what) => KNOWN[what]);
    const words = !changed.length ? t("T changes nothing of what is asked for here.") : lost.length
      ? t("h knows more than z of: {names}. The loss acts on z, which may forget what T changes; h stands one step before and keeps more of it, and that is why h is what goes on.", { names: lost.join(comma) })
      : t("At this point z has not yet forgotten more than h of what T changes.");
    if (!shown?.header.labeled) return words;
    const ahead = knows(H, 0) - knows(Z, 0);
    const onClass = ahead > 0 ? t("On the class h is ahead of z, too.")
      : ahead < 0 ? t("On the class z is ahead here: it is what T leaves as it is.") : t("On the class h and z are level.");
    return sentences([words, onClass]);
  }

  function said() {
    if (!shown) return "";
    const { header, arrays } = shown;
    if (!header.labeled) return t("These pictures have no classes, so there is nothing to test a classifier on.");
    const [done, parts] = header.probed_parts;
    const over = session.status.phase === "ended";
    if (done < parts && !over) return t("Measuring: {done} of {all} parts are done.", { done, all: parts });
    if (waiting.length && waiting[0]?.do === "fine-tune") return t("Fine-tuning with ever more labels …");
    if (twinIsDue(shown) && !over) return t("Trained with labels for {done} of {all} steps.", { done: number(header.supervised_steps, 0), all: number(header.supervised_goal, 0) });
    if (arrays.worth_steps[H] < 0) return t("Not measured yet.");
    const last = COUNT - 1;
    const words = [t("At step {step}, with all labels a linear classifier finds {h} of the held-out pictures’ classes from h, {z} from z, {random} from the untrained h.", {
      step: number(arrays.worth_steps[H], 0), h: percent(mean(H, last)), z: percent(mean(Z, last)), random: percent(mean(0, last)),
    })];
    if (arrays.worth_steps[SUPERVISED] >= 0) words.push(t("The same encoder, trained with all labels for {step} steps, gives {share}.", { step: number(arrays.worth_steps[SUPERVISED], 0), share: percent(mean(SUPERVISED, last)) }));
    if (Number.isFinite(mean(TUNED, 2))) words.push(t("Fine-tuned with 10 labels a class: {share}.", { share: percent(mean(TUNED, 2)) }));
    return sentences(words);
  }

  drawPipeline();
  return {
    /** @param {Shot} shot @param {boolean} fresh it has just arrived: what waits may be asked for */
    show(shot, fresh) {
      if (fresh && shot.header.step < begun) {
        waiting = []; // a new run
        begun = 0;
      }
      shown = shot;
      if (fresh) others.keep(shot, (b) => mean(H, b));
      const { worth } = shot.arrays;
      const xs = [...BUDGETS, BESIDE];
      const columns = LOOKS.flatMap((_, what) => [0, 1, 2].map((k) => Array.from({ length: COUNT }, (__, b) => Number(worth[(what * COUNT + b) * 3 + k]))));
      const earlier = others.list();
      const lines = linesOf(earlier);
      const look = JSON.stringify(lines);
      const summary = said();
      curves.update({ columns: [xs, ...columns, ...earlier.map((one) => one.means)], summary, marks: [{ x: BESIDE, label: t("all") }], ...(look !== linesShown && { lines }) });
      linesShown = look;
      drawTable();
      drawKnown();
      if ($("[data-worth-said]").textContent !== summary) $("[data-worth-said]").textContent = summary;
      const probing = isProbing(shot);
      enable(!(waiting.length > 0 || probing || twinIsDue(shot) || session.pending), shot.header.labeled && shot.header.step > 0);
      if (!fresh || shot === answered || session.pending) return; // after a look at the past the newest frame comes again
      answered = shot;
      if (!waiting.length && probing) waiting = [{ do: "probe" }];
      else if (!waiting.length && twinIsDue(shot)) waiting = [{ do: "supervise" }];
      next();
    },
    /** The run is over: nothing is under way any more. */
    end() {
      waiting = [];
      enable(false);
      $("[data-worth-said]").textContent = said();
    },
  };
}

/** Whether a probe is under way. @param {Shot | null} shot */
const isProbing = (shot) => shot !== null && shot.header.probed_parts[0] < shot.header.probed_parts[1];

/** Whether the encoder with labels still has steps to go or is to be judged. @param {Shot} shot */
const twinIsDue = ({ header, arrays }) => header.supervised_goal > 0 && arrays.worth_steps[SUPERVISED] < header.supervised_goal;

/** @param {string} name @param {number[]} means @param {number | undefined} vote */
const rowOf = (name, means, vote) =>
  h("tr", {}, h("th", { scope: "row" }, name), ...means.map((mean) => h("td", {}, shareText(mean))), h("td", {}, shareText(vote)));

/** Lines of the chart: with their bands those of this run, then the means of earlier ones. @param {Earlier[]} earlier */
const linesOf = (earlier) => [
  ...LOOKS.flatMap((look) => [
    { ...look, name: `${look.name} −`, quiet: true }, { ...look, digits: 3 }, { ...look, name: `${look.name} +`, quiet: true },
  ]),
  ...earlier.map((one, i) => ({ name: one.name, ...EARLIER_LOOKS[i % EARLIER_LOOKS.length], color: "--gray-1", digits: 3, hollow: true })),
];

/** @param {number | undefined} share */
const shareText = (share) => (share !== undefined && Number.isFinite(share) ? percent(share) : "–");
