/** What the representation is worth: probes on request, the same encoder with labels, fine-tuning. */

import { $, h } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { chart } from "../../views/chart.js";
import { earlierRuns, EARLIER_LOOKS } from "./earlier.js";
import { percent } from "./words.js";

/** @typedef {import("./index.js").Shot} Shot */
/** @typedef {import("./earlier.js").Earlier} Earlier */

const BUDGETS = [1, 5, 10, 100];
const COUNT = BUDGETS.length + 1; // all labels, too
const FEW = 2; // the budget that the sentence is about
const BESIDE = 250; // where “all labels” stands on the axis
const [H, Z, SCRATCH, TUNED] = [1, 2, 3, 4];
const KNOWN = [t("class"), t("quarter by brightness"), t("strongest color"), t("turned by 0, 90, 180, 270°")];
// Which controls of T change what is asked for; the class is what none of them changes.
const CHANGED_BY = [[], ["color"], ["color", "gray"], ["rotation"]];
/** @type {{name: string, color: string, dash?: number[], shape: import("../../views/shapes.js").Shape}[]} */
const LOOKS = [
  { name: t("h, untrained"), color: "--gray-1", dash: [2, 4], shape: "cross" },
  { name: t("h"), color: "--role-train", shape: "circle" },
  { name: t("z, after the projector"), color: "--role-validation", dash: [6, 4], shape: "square" },
  {
    name: t("trained from scratch with these labels"),
    color: "--role-test",
    dash: [8, 3, 2, 3],
    shape: "triangle",
  },
  {
    name: t("fine-tuned from h with these labels"),
    color: "--class-point-2",
    dash: [3, 3],
    shape: "diamond",
  },
];

/** What goes on in parts: the ask, and where the frame says how many are done and all. */
const WORKS = /** @type {const} */ ([
  ["probe", "probed_parts"],
  ["supervise", "supervised_parts"],
  ["fine-tune", "tuned_parts"],
]);

/**
 * @param {import("../../core/state.js").State} state
 * @param {import("../../core/session/session.js").Session} session
 */
export function worthPart(state, session) {
  const curves = chart($("[data-worth-chart]"), {
    x: t("labels a class"),
    y: t("test accuracy"),
    height: 260,
    xScale: "log",
    xRange: [0.9, 320],
    yRange: [0, 1.02],
    lines: linesOf([]),
    bands: LOOKS.map((look, i) => ({
      between: /** @type {[number, number]} */ ([3 * i, 3 * i + 2]),
      color: look.color,
      alpha: 0.14,
    })),
  });
  /** @type {Shot | null} */
  let shown = null;
  /** @type {Shot | null} the frame that was followed by an ask */
  let answered = null;
  /** @type {Record<string, any> | null} what is to be asked of the run next */
  let waiting = null;
  let begun = 0; // at this step: a new run forgets what waits

  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (
    document.querySelectorAll("button[data-worth]")
  )) {
    button.addEventListener("click", () => {
      const kind = button.dataset.worth ?? "probe";
      waiting = { do: kind };
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
    const what = waiting;
    waiting = null;
    if (what) session.act(what);
  }

  /** @param {boolean} on @param {boolean} [trained] and there are classes */
  function enable(on, trained = false) {
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (
      document.querySelectorAll("button[data-worth]")
    )) {
      button.disabled = !on || session.watched || (button.dataset.worth !== "probe" && !trained);
    }
  }

  function drawPipeline() {
    const gone = discard.checked;
    const part = (/** @type {string} */ name, /** @type {string} */ kind) => h("span", { class: kind }, name);
    const arrow = () => part("→", "arrow");
    $("[data-pipeline]").replaceChildren(
      part(t("picture"), ""),
      arrow(),
      part("f", ""),
      arrow(),
      part("h", gone ? "used" : ""),
      arrow(),
      part("g", gone ? "gone" : ""),
      arrow(),
      part("z", gone ? "gone" : "used"),
      arrow(),
      part(gone ? t("linear classifier on h") : t("contrastive loss on z"), ""),
    );
  }

  /** Mean over draws. @param {number} what @param {number} budget */
  const mean = (what, budget) => shown?.arrays.worth[(what * COUNT + budget) * 3 + 1] ?? NaN;

  function drawTable() {
    const head = h(
      "tr",
      {},
      h("th", { scope: "col" }, t("features")),
      ...[...BUDGETS.map((n) => number(n, 0)), t("all")].map((name) => h("th", { scope: "col" }, name)),
      h("th", { scope: "col" }, t("neighbors")),
    );
    const rows = LOOKS.map((look, what) =>
      rowOf(
        look.name,
        Array.from({ length: COUNT }, (_, b) => mean(what, b)),
        shown?.arrays.votes[what],
      ),
    );
    rows.push(...others.list().map((one) => rowOf(one.name, one.means, one.vote)));
    $("[data-worth-table]").replaceChildren(
      h(
        "caption",
        {},
        t(
          "Test accuracy with 1, 5, 10, 100 and all labels a class; and of a vote of the 20 nearest. First a linear classifier on frozen features, then whole networks.",
        ),
      ),
      h("thead", {}, head),
      h("tbody", {}, ...rows),
    );
  }

  /**
   * Accuracy of a linear classifier on what is asked.
   * @param {number} row untrained h, h, z
   * @param {number} what
   */
  const knows = (row, what) => shown?.arrays.known[row * KNOWN.length + what] ?? NaN;

  function drawKnown() {
    const names = [t("h, untrained"), t("h"), t("z")];
    const guessed = (/** @type {number} */ what) => shown?.arrays.guessing[what];
    const head = h(
      "tr",
      {},
      ...[t("asked for"), ...names, t("guessing")].map((name) => h("th", { scope: "col" }, name)),
    );
    const rows = asked().map((what) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, KNOWN[what] ?? ""),
        ...[...names.map((_, row) => knows(row, what)), guessed(what)].map((share) =>
          h("td", {}, shareText(share)),
        ),
      ),
    );
    $("[data-known]").replaceChildren(
      h(
        "caption",
        {},
        t("Accuracy of a linear classifier on held-out pictures, for the class and for what T changes."),
      ),
      h("thead", {}, head),
      h("tbody", {}, ...rows),
    );
    $("[data-known-said]").textContent = knownSaid();
  }
  /** Whether the newest probe is complete: its last part are the turns, asked of z. */
  const isKnown = () =>
    shown !== null && underway(shown)?.[0] !== "probe" && Number.isFinite(knows(Z, KNOWN.length - 1));
  /** Of `KNOWN` what these pictures differ in, once that was measured. */
  const asked = () =>
    KNOWN.map((_, what) => what).filter((what) => !isKnown() || Number.isFinite(knows(H, what)));
  function knownSaid() {
    if (!isKnown()) return "";
    if (state.values.projector === "none" && shown?.header.method !== "simsiam")
      return t("Without a projector z is h.");
    const comma = t(", ");
    const changed = asked().filter((what) => CHANGED_BY[what]?.some((name) => state.values[name] > 0));
    const lost = changed
      .filter(
        (what) => ahead(what) > 0 && knows(H, what) > (shown?.arrays.guessing[what] ?? 1) + margin(what),
      )
      .map((what) => KNOWN[what]);
    const words = !changed.length
      ? t("T changes nothing of what is asked for here.")
      : lost.length
        ? t(
            "h knows more than z of: {names}. The loss acts on z, which may forget what T changes; h stands one step before and keeps more of it, and that is why h is what goes on.",
            { names: lost.join(comma) },
          )
        : t("At this point z has not yet forgotten more than h of what T changes.");
    const told = t("A difference counts from two standard errors of {count} pictures on.", {
      count: number(shown?.header.tested, 0),
    });
    if (!shown?.header.labeled) return sentences([words, told]);
    const onClass = {
      1: t("On the class h is ahead of z, too."),
      "-1": t("On the class z is ahead here: it is what T leaves as it is."),
      0: t("On the class h and z are level."),
    }[ahead(0)];
    return sentences([words, onClass, told]);
  }
  /** Two standard errors of the difference between h and z. @param {number} what */
  function margin(what) {
    const mean = (knows(H, what) + knows(Z, what)) / 2;
    return 2 * Math.sqrt((2 * mean * (1 - mean)) / Math.max(shown?.header.tested ?? 1, 1));
  }
  /** 1 where h is clearly better than z, -1 where z is, else 0. @param {number} what @returns {-1 | 0 | 1} */
  function ahead(what) {
    const gap = knows(H, what) - knows(Z, what);
    return Math.abs(gap) <= margin(what) ? 0 : gap > 0 ? 1 : -1;
  }

  function said() {
    if (!shown) return "";
    const { header, arrays } = shown;
    if (!header.labeled)
      return t("These pictures have no classes, so there is nothing to test a classifier on.");
    const over = session.status.phase === "ended";
    const going = underway(shown);
    if (going && !over) {
      const [done, all] = header[going[1]];
      return {
        probe: t("Measuring: {done} of {all} parts are done.", { done, all }),
        supervise: t("Training from scratch with ever more labels: {done} of {all} parts are done.", {
          done,
          all,
        }),
        "fine-tune": t("Fine-tuning with ever more labels: {done} of {all} parts are done.", { done, all }),
      }[going[0]];
    }
    const words = header.held_out
      ? []
      : [
          t(
            "Too few pictures to hold some out: all accuracies are on the pictures that were learned from, and so no test.",
          ),
        ];
    if (arrays.worth_steps[H] >= 0)
      words.push(
        t(
          "At step {step}, with all labels a linear classifier finds {h} of the held-out pictures’ classes from h, {z} from z, {random} from the untrained h.",
          {
            step: number(arrays.worth_steps[H], 0),
            h: percent(mean(H, COUNT - 1)),
            z: percent(mean(Z, COUNT - 1)),
            random: percent(mean(0, COUNT - 1)),
          },
        ),
      );
    words.push(...withLabels());
    return words.length ? sentences(words) : t("Not measured yet.");
  }
  /** Of the two trainings with labels. */
  function withLabels() {
    const steps = number(shown?.header.label_steps, 0);
    const [tuned, scratch] = [TUNED, SCRATCH].map((what) => mean(what, FEW));
    const [from, anew] = [percent(tuned ?? NaN), percent(scratch ?? NaN)];
    if (Number.isFinite(tuned) && Number.isFinite(scratch))
      return [
        t(
          "Trained with 10 labels a class for {steps} steps, alike but for the start: {tuned} from h, {scratch} from scratch.",
          { steps, tuned: from, scratch: anew },
        ),
      ];
    if (Number.isFinite(tuned))
      return [t("Fine-tuned with 10 labels a class for {steps} steps: {tuned}.", { steps, tuned: from })];
    if (Number.isFinite(scratch))
      return [
        t("From scratch with 10 labels a class and {steps} steps: {scratch}.", { steps, scratch: anew }),
      ];
    return [];
  }

  drawPipeline();
  return {
    /** @param {Shot} shot @param {boolean} fresh it has just arrived: what waits may be asked for */
    show(shot, fresh) {
      if (fresh && shot.header.step < begun) {
        waiting = null; // a new run
        begun = 0;
      }
      shown = shot;
      if (fresh) others.keep(shot, (b) => mean(H, b));
      const { worth } = shot.arrays;
      const xs = [...BUDGETS, BESIDE];
      const columns = LOOKS.flatMap((_, what) =>
        [0, 1, 2].map((k) =>
          Array.from({ length: COUNT }, (__, b) => Number(worth[(what * COUNT + b) * 3 + k])),
        ),
      );
      const earlier = others.list();
      const lines = linesOf(earlier);
      const look = JSON.stringify(lines);
      const summary = said();
      curves.update({
        columns: [xs, ...columns, ...earlier.map((one) => one.means)],
        summary,
        marks: [{ x: BESIDE, label: t("all") }],
        ...(look !== linesShown && { lines }),
      });
      linesShown = look;
      drawTable();
      drawKnown();
      if ($("[data-worth-said]").textContent !== summary) $("[data-worth-said]").textContent = summary;
      const going = underway(shot);
      enable(!(waiting || going || session.pending), shot.header.labeled && shot.header.step > 0);
      // after a look at the past the newest frame comes again
      if (!fresh || shot === answered || session.pending) return;
      answered = shot;
      if (!waiting && going) waiting = { do: going[0] };
      next();
    },
    /** The run is over: nothing is under way any more. */
    end() {
      waiting = null;
      enable(false);
      $("[data-worth-said]").textContent = said();
    },
  };
}

/** What is under way. @param {Shot} shot */
const underway = ({ header }) => WORKS.find(([, parts]) => header[parts][0] < header[parts][1]);

/** @param {string} name @param {number[]} means @param {number | undefined} vote */
const rowOf = (name, means, vote) =>
  h(
    "tr",
    {},
    h("th", { scope: "row" }, name),
    ...means.map((mean) => h("td", {}, shareText(mean))),
    h("td", {}, shareText(vote)),
  );

/**
 * Lines of the chart: with their bands those of this run, then the means of earlier ones.
 * @param {Earlier[]} earlier
 */
const linesOf = (earlier) => [
  ...LOOKS.flatMap((look) => [
    { ...look, name: `${look.name} −`, quiet: true },
    { ...look, digits: 3 },
    { ...look, name: `${look.name} +`, quiet: true },
  ]),
  ...earlier.map((one, i) => ({
    name: one.name,
    ...EARLIER_LOOKS[i % EARLIER_LOOKS.length],
    color: "--gray-1",
    digits: 3,
    hollow: true,
  })),
];

/** @param {number | undefined} share */
const shareText = (share) => (share !== undefined && Number.isFinite(share) ? percent(share) : "–");
