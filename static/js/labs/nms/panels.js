/** The panels under the `nms` page's picture: figures, and the form of the chosen box. */

import { $, h } from "../../core/dom.js";
import { matchTruths } from "../../math/geometry.js";
import { number, t } from "../../core/i18n.js";
import { fillFigures } from "../../parts/figures.js";
import { className, sameClass } from "./names.js";

/** @typedef {import("./cases.js").Problem} Problem */

/**
 * Counts, and precision, recall and F1 where there is ground truth.
 * @param {Problem} problem
 * @param {import("./result.js").Result} result
 * @param {number[]} kept
 */
export function showFigures(problem, result, kept) {
  const rows = [
    [t("Boxes in"), number(result.takingPart.length, 0)],
    [t("Kept"), number(kept.length, 0)],
    [t("Suppressed"), number(result.suppressed.length, 0)],
  ];
  const left = problem.scores.length - result.takingPart.length;
  if (left > 0) rows.push([t("Left out before NMS"), number(left, 0)]);
  if (problem.truths.length && problem.scores.length) {
    const match = matchTruths(problem.boxes, kept, problem.truths, 0.5, sameClass(problem));
    rows.push(
      [t("Precision at IoU 0.5"), number(match.precision)],
      [t("Recall at IoU 0.5"), number(match.recall)],
      [t("F1 at IoU 0.5"), number(match.f1)],
    );
  }
  fillFigures($("[data-figures]"), rows);
}

/**
 * The score and class of the chosen box, to be typed.
 * Classes that a file names are chosen by name, others typed.
 * @param {{onValues: (score: number, label: number) => void, onDelete: () => void}} options
 * @returns {(visible: boolean, problem: Problem, selected: number) => void}
 */
export function selectedForm({ onValues, onDelete }) {
  const form = /** @type {HTMLFormElement} */ ($("[data-selected-form]"));
  const [score, label] = ["score", "label"].map(
    (name) => /** @type {HTMLInputElement} */ ($(`[name=${name}]`, form)),
  );
  if (!score || !label) throw new Error("the form has no fields");
  form.addEventListener("submit", (event) => event.preventDefault());
  const names = /** @type {HTMLSelectElement} */ ($("[name=named]", form));
  /** @type {Problem["classes"]} */
  let listed = null;
  form.addEventListener("input", () => {
    if (form.reportValidity()) onValues(Number(score.value), Number(listed ? names.value : label.value));
  });
  const remove = $("[data-delete]", form);
  remove.addEventListener("click", onDelete);

  return (visible, problem, selected) => {
    const none = selected < 0;
    form.hidden = !visible;
    remove.toggleAttribute("disabled", none);
    $("[data-selected-name]", form).textContent = none
      ? t("No box chosen")
      : t("Box {name}", { name: selected + 1 });
    if (listed !== (problem.classes ?? null)) {
      listed = problem.classes ?? null;
      names.replaceChildren(
        ...(listed ?? []).map((_, i) => h("option", { value: i }, className(problem, i))),
      );
    }
    // A file's scores need be no probabilities.
    Object.assign(
      score,
      problem.picture ? { min: "", max: "", step: "any" } : { min: "0", max: "1", step: "0.01" },
    );
    for (const input of [score, label, names]) input.disabled = none;
    names.hidden = !listed;
    label.hidden = listed !== null;
    if (none || form.contains(document.activeElement)) return;
    score.value = String(Number((problem.scores[selected] ?? 0).toFixed(4)));
    label.value = names.value = String(problem.labels?.[selected] ?? 0);
  };
}
