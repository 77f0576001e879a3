/** The result: what each detector finds, what differs, and the counts of right and wrong. */

import { $, h } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { choiceButtons } from "../../parts/choice_buttons.js";
import { percent } from "../../parts/percent.js";
import { frameOf, picture } from "../../views/picture.js";
import { roomFor } from "../../views/room.js";
import { layersOfAnswer, layersOfDifference, VERDICT_STYLES } from "./layers.js";
import { rates, VERDICTS } from "./outcome.js";
import { networkTitle } from "./installed.js";
import { isOurs, state } from "./page.js";
import { layersOfOwn, ownTruth } from "./truth.js";
import { className, roadName, verdictName } from "./words.js";

/** @typedef {import("./page.js").Model} Model */
/** @typedef {import("./outcome.js").Road} Road */
/** @typedef {import("../../core/photo.js").Photo} Photo */

/** @type {Road[]} */
const ROADS = ["one", "two"];
/** @type {("one" | "two" | "differs")[]} */
const PICTURES = ["one", "two", "differs"];

/** @param {() => void} redraw */
export function resultView(redraw) {
  const root = $("[data-view-of=result]");
  const pictures = $("[data-pictures]", root);
  const figures = Object.fromEntries(PICTURES.map((name) => [name, $(`[data-figure=${name}]`, root)]));
  const views = Object.fromEntries(
    PICTURES.map((name) => {
      const figure = /** @type {HTMLElement} */ (figures[name]);
      const share = () => (pictures.classList.contains("side") ? 0.34 : 0.5);
      const maxHeight = () => roomFor(frameOf(figure), { least: 140, share: share() });
      return [name, picture(figure, { maxHeight })];
    }),
  );
  const showChoice = choiceButtons(state, ["shown"], root);
  const drawable = ROADS.map((name) => /** @type {any} */ (views[name]));
  const showTools = ownTruth(root, drawable, redraw);

  const answer = /** @type {HTMLSelectElement} */ ($("[data-answer-kind]", root));
  answer.addEventListener("change", () => state.go({ answer: answer.value }));

  /** Which pictures are on show. @returns {("one" | "two" | "differs")[]} */
  function arrange() {
    const { shown } = state.values;
    const on = shown === "side" ? ROADS : [shown];
    showChoice();
    answer.value = String(state.values.answer);
    answer.hidden = shown === "differs";
    pictures.classList.toggle("side", shown === "side");
    for (const name of PICTURES) /** @type {HTMLElement} */ (figures[name]).hidden = !on.includes(name);
    return on;
  }

  return {
    /** @param {Photo} photo @param {string} summary */
    drawPhoto({ image, width, height }, summary) {
      for (const name of arrange()) views[name]?.update({ image, width, height, layers: [], summary });
    },
    /** @param {Model} model */
    draw(model) {
      const { image, width, height } = model.photo;
      for (const name of arrange()) {
        const found = name === "differs" ? layersOfDifference(model) : layersOfAnswer(model, name);
        const layers = [...found, ...(name === "differs" ? [] : layersOfOwn())];
        views[name]?.update({ image, width, height, layers, summary: summaryOf(model, name) });
        $("[data-count]", figures[name]).textContent = captionOf(model, name);
        $("[data-network]", figures[name]).textContent =
          name === "differs" || isOurs(name) ? "" : networkTitle(name);
      }
      showTools(model.output.classes);
      showCounts($("[data-judged]"), model);
      showKeys($("[data-legend]", root), state.values.shown === "differs", model);
    },
    snapshot: () => /** @type {any} */ (views[arrange()[0] ?? "one"]).snapshot(),
  };
}

/** @param {Model} model @param {"one" | "two" | "differs"} name */
function captionOf(model, name) {
  if (name === "differs") return "";
  const { detections, suppressed } = model[name];
  const [best] = detections;
  const asked = { name: className(model.output.classes[best?.label ?? 0]), score: number(best?.score ?? 0) };
  if (best && model.values.answer === "class") return t("Class: {name}, {score}", asked);
  if (best && model.values.answer === "box")
    return t("Class and box: {name}, {box}", {
      ...asked,
      box: best.box.map((edge) => number(edge, 0)).join(t(", ")),
    });
  return t("Detections: {count}; suppressed: {suppressed}", {
    count: number(detections.length, 0),
    suppressed: number(suppressed, 0),
  });
}

/** For a screen reader. @param {Model} model @param {"one" | "two" | "differs"} name */
function summaryOf(model, name) {
  if (name === "differs") return t("What differs between the two detectors");
  const found = model[name].detections.map(
    ({ label, score }) => `${className(model.output.classes[label])} ${number(score)}`,
  );
  return t("{name}: {list}", { name: roadName(name), list: found.join(t(", ")) || t("nothing") });
}

/** @param {string} style @param {string} text */
const key = (style, text) => h("span", { class: `key ${style}` }, text);

/** The boxes' looks. @param {HTMLElement} root @param {boolean} differs @param {Model} model */
function showKeys(root, differs, { judged }) {
  const keys = differs
    ? [
        key("kept", t("both")),
        key("first", t("only one-stage")),
        key("second", t("only two-stage")),
        key("wrong-class", t("another class")),
      ]
    : [];
  root.hidden = !keys.length && judged !== null;
  root.replaceChildren(...keys);
}

/**
 * Right and wrong of both, in a table; without truth, what went into NMS and came out.
 * @param {HTMLElement} root
 * @param {Model} model
 */
function showCounts(root, model) {
  const { judged } = model;
  const shown = verdictsOf(model);
  const heads = judged
    ? [
        ...shown.map((name) => key(VERDICT_STYLES[name], verdictName(name))),
        key(VERDICT_STYLES.missed, verdictName("missed")),
        t("Error rate"),
        t("Miss rate"),
      ]
    : [t("over the threshold"), t("suppressed"), t("detections")];
  root.replaceChildren(
    h("thead", {}, h("tr", {}, h("td"), ...heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, ...ROADS.map((road) => row(model, road, shown))),
  );
}

/** The verdicts that there are: right always, the others where one detector has them. @param {Model} model */
const verdictsOf = ({ judged }) =>
  VERDICTS.filter((name) => name === "right" || ROADS.some((road) => (judged?.[road].counts[name] ?? 0) > 0));

/** @param {Model} model @param {Road} road @param {import("./outcome.js").Verdict[]} shown */
function row(model, road, shown) {
  const { judged } = model;
  const { entered, suppressed, detections } = model[road];
  const counts = judged
    ? [...shown.map((name) => judged[road].counts[name]), judged[road].missed.length]
    : [entered, suppressed, detections.length];
  const shares = judged ? Object.values(rates(judged[road])).map((share) => percent(share, 0)) : [];
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, roadName(road)),
    ...[...counts.map((count) => number(count, 0)), ...shares].map((text) => h("td", {}, text)),
  );
}
