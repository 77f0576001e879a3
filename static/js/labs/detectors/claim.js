/** Measure the claim: both detectors on drawn scenes, while one looks on; recorded and published beside. */

import { json, post } from "../../core/api.js";
import { $, h } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { choiceButtons } from "../../parts/choice_buttons.js";
import { percent } from "../../parts/percent.js";
import { chart } from "../../views/chart.js";
import { VARIANTS } from "../../views/marks.js";
import { sayCourse, sayForms } from "./course.js";
import { failed, state } from "./page.js";
import { nearestRecorded } from "./recorded.js";
import { head, line, publishedTable, ranged } from "./published.js";
import { computedOn, roadName } from "./words.js";

/** @typedef {import("./recorded.js").RecordedClaim} RecordedClaim */
/** @typedef {{value: number, low: number, high: number}} Interval */
/**
 * @typedef {object} Measured
 * @property {Interval} ap50
 * @property {Interval} ap75
 * @property {(number | null)[]} recall
 * @property {number} miss
 * @property {number[]} curve
 * @property {Interval} milliseconds
 */
/**
 * @typedef {object} Claim the server's answer
 * @property {number} scenes
 * @property {number} objects
 * @property {number[]} sizes
 * @property {Measured} one_stage
 * @property {Measured} two_stage
 * @property {string} device
 * @property {Interval} gain50
 * @property {Interval} gain75
 */
/**
 * @typedef {object} Recorded
 * @property {string} pictures
 * @property {Record<string, number>} one_stage
 * @property {Record<string, number>} two_stage
 * @property {string} command
 * @property {string} commit
 * @property {string} date
 */

/** @typedef {"one_stage" | "two_stage"} Stages */
/** @typedef {{proposals: number, rule: string}} Judged what a claim is measured with */

const ALL = 60; // scenes
const PART = 10; // of them in one request
const REST = 400; // milliseconds that the number of proposals rests before it is measured anew

/** @type {Record<string, () => string>} */
const PICTURES = {
  drawn: () => t("200 drawn scenes"),
  voc_5class: () => t("290 VOC photos"),
  groceries5k: () => t("824 photos of shelves"),
};

export function claimView() {
  const root = $("[data-view-of=claim]");
  /** @type {{claim: Claim | null, of: Judged | null, recorded: RecordedClaim[], asked: number}} */
  const now = { claim: null, of: null, recorded: [], asked: 0 }; // `of`: what the claim was measured with
  const curve = precisionChart($("[data-curves]", root));
  const showChoice = choiceButtons(state, ["measured"], root);
  const ask = newest({
    ask: (/** @type {Judged & {scenes: number}} */ of, signal) => post("/api/detectors/claim", of, signal),
    show: (/** @type {Claim} */ claim, { proposals, rule }) => {
      Object.assign(now, { claim, of: { proposals, rule } });
      paint();
      measure();
    },
    fail: failed,
  });
  const known = knownNumbers(root, {
    onClaims: (claims) => {
      now.recorded = claims;
      paint();
    },
    onError: (error) => isOnShow() && state.values.measured === "photos" && failed(error),
  });

  /** What is told now: of the scenes, or of the photos. @returns {Claim | RecordedClaim | null} */
  function told() {
    const { measured, proposals, rule } = valuesOfNow();
    return measured === "photos" ? nearestRecorded(now.recorded, proposals, rule) : now.claim;
  }

  function say() {
    const claim = told();
    if (claim) return sayClaim(claim);
    return state.values.measured === "photos"
      ? t("Reading what was recorded on photos …")
      : t("Measuring on {count} scenes …", { count: ALL });
  }

  function paint() {
    showChoice();
    const claim = told();
    curve.update({ columns: claim ? curvesOf(claim) : [[], [], []], summary: claim ? sayClaim(claim) : "" });
    const table = $("[data-claim-table]", root);
    if (claim) showTable(table, claim);
    else table.replaceChildren();
    if (isOnShow()) $("[data-said]").textContent = say();
  }

  /** Ask for the scenes that lack: the photos' numbers are recorded. */
  function measure() {
    const { measured, proposals, rule } = valuesOfNow();
    const scenes = isOnShow() && measured === "scenes" ? nextScenes(now, { proposals, rule }) : null;
    if (scenes === null) return ask.drop();
    const rest = now.asked && now.asked !== proposals ? REST : 0;
    now.asked = proposals;
    ask.want({ scenes, proposals, rule }, rest);
  }

  return {
    /** @param {import("./page.js").Model} model */
    draw({ values: { proposals } }) {
      known.want(proposals);
      measure();
      paint();
    },
    say,
    /** Nobody looks at it any more: the measuring that is under way ends. */
    leave: ask.drop,
    /** Written anew in another language. */
    again: known.drop,
  };
}

/** @returns {Judged & {measured: string}} */
const valuesOfNow = () => /** @type {any} */ (state.values);
const isOnShow = () => state.values.tab === "claim";

/** @param {HTMLElement} root */
const precisionChart = (root) =>
  chart(root, () => ({
    x: t("recall"),
    y: t("precision"),
    lines: [
      { name: roadName("one"), color: VARIANTS[0] ?? "", dash: [7, 4] },
      { name: roadName("two"), color: VARIANTS[1] ?? "" },
    ],
    xRange: [0, 1],
    yRange: [0, 1],
  }));

/** Precision of both over recall. @param {Claim} claim */
function curvesOf({ one_stage: one, two_stage: two }) {
  const recall = one.curve.map((_, i) => i / (one.curve.length - 1));
  return [recall, one.curve, two.curve];
}

/**
 * How many scenes are to be asked for next; null when all are measured.
 * Only other proposals are looked at anew; another rule judges what was found.
 * @param {{claim: Claim | null, of: Judged | null}} now
 * @param {Judged} wanted
 */
function nextScenes({ claim, of }, { proposals, rule }) {
  if (!claim || of?.proposals !== proposals) return PART;
  if (of.rule !== rule) return claim.scenes;
  return claim.scenes < ALL ? claim.scenes + PART : null;
}

/**
 * What is not measured now: recorded and published tables, and the photos' comparison, which is handed on.
 * @param {HTMLElement} root
 * @param {{onClaims: (claims: RecordedClaim[]) => void, onError: (error: Error) => void}} told
 */
function knownNumbers(root, { onClaims, onError }) {
  const published = publishedTable($("[data-published]", root));
  const ask = newest({
    ask: (/** @type {string} */ address, signal) => json(address, { signal }),
    show: ({ recorded, claims, courses, forms, published: rows }) => {
      showRecorded(root, recorded, courses, forms);
      published.show(rows);
      onClaims(claims);
    },
    fail: (error) => {
      if (!(error instanceof Error)) throw error;
      $("[data-recorded]", root).textContent = error.message;
      onError(error);
    },
  });
  return {
    /** @param {number} proposals */
    want(proposals) {
      ask.want("/api/detectors/known");
      published.measure(proposals);
    },
    drop: () => ask.drop(),
  };
}

/** @param {number | null | undefined} share */
const shared = (share) => (share === null || share === undefined ? "–" : percent(share, 0));

/** @param {HTMLElement} root @param {Claim} claim */
function showTable(root, { sizes, one_stage: one, two_stage: two }) {
  const sizeNames = [t("under 32 px"), t("32 to 64 px"), t("above 64 px")];
  /** @type {[string, (of: Measured) => string][]} */
  const rows = [
    [t("AP50"), ({ ap50 }) => ranged(ap50)],
    [t("AP75"), ({ ap75 }) => ranged(ap75)],
    ...sizeNames.map(
      (name, i) =>
        /** @type {[string, (of: Measured) => string]} */ ([
          t("Recall, {size} ({count})", { size: name, count: sizes[i] ?? 0 }),
          ({ recall }) => shared(recall[i]),
        ]),
    ),
    [t("Miss rate where 90% are right"), ({ miss }) => percent(miss, 0)],
    [t("Milliseconds per picture"), ({ milliseconds }) => ranged(milliseconds, 0)],
  ];
  root.replaceChildren(
    head(["", roadName("one"), roadName("two")]),
    h(
      "tbody",
      {},
      ...rows.map(([name, of]) =>
        h("tr", {}, h("th", { scope: "row" }, name), ...[one, two].map((road) => h("td", {}, of(road)))),
      ),
    ),
  );
}

/**
 * @param {HTMLElement} root
 * @param {Recorded[]} recorded
 * @param {import("./course.js").Course[]} courses
 * @param {import("./course.js").FormsCourse} forms
 */
function showRecorded(root, recorded, courses, forms) {
  const rows = recorded.map((row) => lineOf(PICTURES[row.pictures]?.() ?? row.pictures, row));
  $("[data-recorded]", root).replaceChildren(head(["", "AP50", "AP75"]), h("tbody", {}, ...rows));
  $("[data-courses]", root).textContent = sentences([...courses.map(sayCourse), sayForms(forms)]);
  const sources = new Map([...recorded, ...courses, forms].map((row) => [row.command, row]));
  $("[data-recorded-from]", root).textContent = sentences(
    [...sources.values()].map(({ command, commit, date }) =>
      t("{command}, commit {commit}, {date}.", { command, commit, date }),
    ),
  );
}

/** AP50 and AP75, one stage | two stages. @param {string} name @param {Pick<Recorded, Stages>} row */
const lineOf = (name, { one_stage: one, two_stage: two }) =>
  line(
    name,
    ["AP50", "AP75"].map((ap) => `${number(one[ap] ?? NaN)} | ${number(two[ap] ?? NaN)}`),
  );

/** The verdict in words, from the numbers. @param {Claim | RecordedClaim} claim */
function sayClaim(claim) {
  const { scenes, objects, one_stage: one, two_stage: two, gain50, gain75 } = claim;
  const factor = two.milliseconds.value / one.milliseconds.value;
  const recorded = "command" in claim ? claim : null;
  return sentences([
    recorded
      ? t("On {photos} VOC photos of at most 320 px with {objects} objects and {proposals} proposals:", {
          photos: scenes,
          objects,
          proposals: recorded.proposals,
        })
      : t("On {scenes} scenes with {objects} objects:", { scenes, objects }),
    gainWords(t("AP50"), gain50),
    gainWords(t("AP75"), gain75),
    t("The two-stage detector takes {factor} times as long.", { factor: number(factor, 1) }),
    recorded ? sayRecorded(recorded) : computedOn(claim),
  ]);
}

/** Where the photos' numbers come from. @param {RecordedClaim} claim */
const sayRecorded = ({ command, commit, date, threads }) =>
  t("Recorded by {command} (commit {commit}, {date}; threads of the CPU: {threads}).", {
    command,
    commit,
    date,
    threads,
  });

/** @param {string} name @param {Interval} gain of two stages over one */
function gainWords(name, gain) {
  const values = {
    name,
    gain: number(Math.abs(gain.value), 3),
    low: number(gain.low, 3),
    high: number(gain.high, 3),
  };
  if (gain.low > 0) return t("{name} is higher with two stages, by {gain} ({low} to {high}).", values);
  if (gain.high < 0) return t("{name} is higher with one stage, by {gain} ({low} to {high}).", values);
  return t("{name} does not tell them apart: the difference may be {low} to {high}.", values);
}
