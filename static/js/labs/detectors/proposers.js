/** Proposals, old and new: sliding windows, selective search and the RPN on the same picture. */

import { post } from "../../core/api.js";
import { $, h } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { choiceButtons } from "../../parts/choice_buttons.js";
import { percent } from "../../parts/percent.js";
import { chart } from "../../views/chart.js";
import { VARIANTS } from "../../views/marks.js";
import { frameOf, picture } from "../../views/picture.js";
import { roomFor } from "../../views/room.js";
import { failed, state } from "./page.js";
import { counts, firstCovering, meanBestIou, recallAt } from "./recall.js";
import { computedOn } from "./words.js";

/** @typedef {import("./page.js").Model} Model */
/** @typedef {{name: string, milliseconds: number, count: number, boxes: number[][]}} Proposer */
/** @typedef {{proposers: Proposer[], missing: string[], extra: string, device: string}} Answer */

const REST = 300; // milliseconds that a control rests before the networks are asked
const NAMES = ["windows", "selective", "rpn"];
const DASHES = [[2, 3], [8, 4], []];

/** @type {Record<string, () => string>} */
const TITLES = {
  windows: () => t("sliding windows"),
  selective: () => t("selective search"),
  rpn: () => t("RPN"),
};

/** @param {string} name */
const title = (name) => TITLES[name]?.() ?? name;

/** @param {() => {image_id: string, asked: Record<string, any>} | null} query */
export function proposersView(query) {
  const root = $("[data-view-of=proposers]");
  /** @type {{answer: Answer | null, of: string}} */
  const now = { answer: null, of: "" };
  /** @type {Model | null} */
  let model = null;
  const figure = $("[data-proposed]", root);
  const view = picture(figure, { maxHeight: () => roomFor(frameOf(figure), { least: 140, share: 0.4 }) });
  const showChoice = choiceButtons(state, ["proposer"], root);
  const curve = chart($("[data-recall]", root), () => ({
    x: t("proposals"),
    y: t("recall"),
    xScale: "log",
    yRange: [0, 1.02],
    most: 260,
    lines: NAMES.map((name, i) => ({ name: title(name), color: VARIANTS[i] ?? "", dash: DASHES[i] ?? [] })),
  }));
  const ask = newest({
    ask: (/** @type {NonNullable<ReturnType<typeof query>>} */ { image_id, asked }, signal) =>
      post("/api/detectors/proposers", { image_id, ...asked }, signal),
    show: (/** @type {Answer} */ answer) => {
      now.answer = answer;
      paint();
    },
    fail: failed,
  });

  function paint() {
    if (!model) return;
    const { answer } = now;
    const { image, width, height } = model.photo;
    const shown = answer && shownOf(answer, String(state.values.proposer));
    showChoice();
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (
      root.querySelectorAll("button[data-proposer]")
    ))
      button.disabled = answer?.missing.includes(button.dataset.proposer ?? "") ?? false;
    const said = sayProposers(answer, model);
    view.update({ image, width, height, layers: layersOf(shown, model), summary: said });
    $("[data-said]").textContent = said;
    if (!answer) return;
    curve.update({ columns: curvesOf(answer, model), marker: model.values.proposals, summary: said });
    showTable($("[data-proposers]", root), answer, model);
  }

  return {
    /** @param {Model} next */
    draw(next) {
      const wanted = query();
      const of = JSON.stringify(wanted);
      if (of !== now.of) Object.assign(now, { answer: null, of });
      model = next;
      if (wanted && !now.answer) ask.want(wanted, REST);
      paint();
    },
    /** @param {Model} of */
    say: (of) => sayProposers(now.answer, of),
    /** Its answer is not written under another view. */
    leave: ask.drop,
  };
}

/**
 * The proposer whose boxes are drawn: the chosen one, or where that is missing, the RPN.
 * @param {Answer} answer
 * @param {string} name
 */
const shownOf = ({ proposers }, name) =>
  proposers.find((one) => one.name === name) ?? proposers.find((one) => one.name === "rpn") ?? null;

/** @param {Model} model */
const truthOf = ({ truth }) => truth?.boxes ?? [];

/**
 * The first proposals; those that cover an object first stand out.
 * @param {Proposer | null} shown
 * @param {Model} model
 * @returns {import("../../views/picture.js").Layer[]}
 */
function layersOf(shown, model) {
  const truth = truthOf(model);
  const known = { boxes: truth.flat(), indices: [...truth.keys()], style: "truth" };
  if (!shown) return [known];
  const n = Math.min(model.values.proposals, shown.boxes.length);
  const covering = new Set(firstCovering(shown.boxes, truth).map((first) => first - 1));
  const rows = [...Array(n).keys()].reverse();
  const boxes = shown.boxes.slice(0, n).flat();
  return [
    { boxes, indices: rows.filter((i) => !covering.has(i)), style: "candidate" },
    known,
    { boxes, indices: rows.filter((i) => covering.has(i)), style: "kept", label: (i) => `${i + 1}` },
  ];
}

/** @param {Answer} answer @param {Model} model */
function curvesOf({ proposers }, model) {
  const truth = truthOf(model);
  const xs = counts();
  const rows = NAMES.map((name) => {
    const one = proposers.find((proposer) => proposer.name === name);
    const firsts = one && truth.length ? firstCovering(one.boxes, truth) : null;
    return xs.map((n) => (one && firsts && n <= one.boxes.length ? recallAt(firsts, n) : null));
  });
  return [xs, ...rows];
}

/** @param {HTMLElement} root @param {Answer} answer @param {Model} model */
function showTable(root, { proposers, missing, extra }, model) {
  const truth = truthOf(model);
  const n = model.values.proposals;
  const heads = [t("proposals"), t("recall"), t("mean IoU"), t("here")];
  const found = proposers.map((one) =>
    row(title(one.name), [
      number(one.count, 0),
      truth.length ? percent(recallAt(firstCovering(one.boxes, truth), n), 0) : "–",
      truth.length ? number(meanBestIou(one.boxes, truth, n), 2) : "–",
      t("{value} ms", { value: number(one.milliseconds, one.milliseconds < 100 ? 1 : 0) }),
    ]),
  );
  const absent = missing.map((name) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, title(name)),
      h("td", { colspan: heads.length }, t("not installed here: pip install '{extra}'", { extra })),
    ),
  );
  root.replaceChildren(
    h("thead", {}, h("tr", {}, h("td"), ...heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, ...found, ...absent),
  );
}

/** @param {string} name @param {string[]} texts */
const row = (name, texts) =>
  h("tr", {}, h("th", { scope: "row" }, name), ...texts.map((text) => h("td", {}, text)));

/** @param {Answer | null} answer @param {Model} model @returns {string} */
function sayProposers(answer, model) {
  if (!answer) return t("Three ways to propose look at the picture …");
  const truth = truthOf(model);
  if (!truth.length)
    return t("No object of this picture is known: draw ground truth in the view “Result” to see the recall.");
  const n = model.values.proposals;
  const parts = answer.proposers.map(({ name, boxes }) =>
    t("{name} {recall}", { name: title(name), recall: percent(recallAt(firstCovering(boxes, truth), n), 0) }),
  );
  return sentences([
    t("Of {objects} objects, the first {count} proposals cover with an IoU of 0.5 or more: {parts}.", {
      objects: truth.length,
      count: n,
      parts: parts.join(t(", ")),
    }),
    answer.missing.length
      ? t("Selective search is not installed on this server: pip install '{extra}'.", { extra: answer.extra })
      : "",
    computedOn(answer),
  ]);
}
