/** All tasks compared: bars with their range over seeds, as recorded by a command. */

import { $, all, h } from "../../core/dom.js";
import { number, onLanguage, sentences, t } from "../../core/i18n.js";
import { choiceButtons } from "../../parts/choice_buttons.js";
import { askedOf, bestOf, ownOf, WITHOUT_LABELS } from "./recorded.js";
import { questionName } from "./transfer.js";
import { explains, taskName } from "./words.js";

/** @typedef {import("./recorded.js").Range} Range */
/** @typedef {{task: string, range: Range, own: Range | null}} Bar */

const ROWS = ["untrained", ...WITHOUT_LABELS, "supervised"];

export class ComparedPart {
  /** @type {{shipped: any, compared: any}} */
  recorded = { shipped: {}, compared: {} };

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.showChoice = choiceButtons(
      state,
      ["measured", "question", "labels"],
      $('[data-view-of="compared"]'),
    );
    state.subscribe(() => this.draw());
    onLanguage(() => this.draw());
    this.draw();
  }

  /** @param {{shipped: any, compared: any}} recorded */
  setRecorded(recorded) {
    this.recorded = recorded;
    this.draw();
  }

  draw() {
    const { measured } = this.state.values;
    this.showChoice();
    const photos = measured === "photos";
    for (const button of all("button[data-question]", $('[data-view-of="compared"]')))
      /** @type {HTMLButtonElement} */ (button).disabled = photos && button.dataset.question !== "class";
    const rows = ROWS.flatMap((task) => this.rowOf(task, photos));
    const none = rows.find((row) => row.task === "untrained")?.range ?? null;
    $("[data-bars]").replaceChildren(...rows.map((row) => barOf(row, none)));
    const entry = photos ? this.recorded.shipped : this.recorded.compared;
    $("[data-compared-from]").textContent = entry.tasks ? origin(entry) : "";
    $("[data-compared-said]").textContent = photos ? this.sayPhotos() : this.sayDrawn();
  }

  /** @param {string} task @param {boolean} photos @returns {Bar[]} */
  rowOf(task, photos) {
    const { question, labels } = this.state.values;
    if (photos) {
      const found = this.recorded.shipped.tasks?.[task];
      const value = found?.photos[labels];
      if (value === undefined) return [];
      const own = found.own === undefined ? null : { mean: found.own, low: found.own, high: found.own };
      return [{ task, range: { mean: value, low: value, high: value }, own }];
    }
    const tasks = this.recorded.compared.tasks ?? {};
    const range = askedOf(tasks, task, question, labels);
    return range ? [{ task, range, own: ownOf(tasks, task) }] : [];
  }

  sayDrawn() {
    const { compared } = this.recorded;
    if (!compared.tasks) return t("Nothing was recorded yet.");
    const { question, labels } = this.state.values;
    const best = bestOf(compared.tasks, question, labels);
    return sentences([
      t(
        "Recorded: every task {seconds} CPU seconds on drawn pictures, {seeds} seeds; a bar’s line goes from the worst seed to the best.",
        {
          seconds: number(compared.seconds, 0),
          seeds: number(compared.seeds, 0),
        },
      ),
      best
        ? t("Best without labels for “{question}”: {task}.", {
            question: questionName(question),
            task: taskName(best.task),
          })
        : "",
      t("How well a task is solved does not tell what its features are worth."),
    ]);
  }

  sayPhotos() {
    const { shipped } = this.recorded;
    if (!shipped.tasks) return t("Nothing was recorded yet.");
    return sentences([
      t(
        "Recorded: each task’s encoder on real photos of 5 classes, {train} labeled crops to learn from and {test} to test on; one seed each, so no range. The tasks on video learned from drawn clips.",
        {
          train: number(shipped.photos["to learn from"], 0),
          test: number(shipped.photos["to test on"], 0),
        },
      ),
    ]);
  }
}

/** @param {any} entry */
const origin = ({ command, commit, date }) => `${command} · ${commit} · ${date}`;

/** @param {Bar} row @param {Range | null} none of the untrained */
function barOf({ task, range, own }, none) {
  const bar = h("i");
  bar.style.width = `${100 * range.mean}%`;
  const line = h("b");
  line.style.left = `${100 * range.low}%`;
  line.style.width = `${100 * (range.high - range.low)}%`;
  const mark = h("u");
  if (none) mark.style.left = `${100 * none.mean}%`;
  const share = { share: number(own?.mean ?? NaN, 2) };
  const told = explains(task) ? t("explains {share}", share) : t("solves {share}", share);
  const solved = own === null ? "" : told;
  return h(
    "li",
    { class: task },
    h("span", {}, taskName(task)),
    h("div", { class: "meter" }, bar, line, mark),
    h("span", { class: "value" }, number(range.mean, 2)),
    h("span", { class: "own" }, solved),
  );
}
