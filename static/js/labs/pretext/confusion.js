/** All held-out puzzles by their true answer and the network's: which answers are taken for which. */

import { $ } from "../../core/dom.js";
import { onLanguage, sentences, t } from "../../core/i18n.js";
import { choiceButtons } from "../../parts/choice_buttons.js";
import { showOnly } from "../../parts/visibility.js";
import { matrix } from "../../views/matrix.js";
import { answersOf } from "./words.js";

/** @typedef {import("../../../types/frames.js").PretextFrame} Frame */
/** @typedef {import("./puzzles.js").Puzzles} Puzzles */

const MOST = 12; // answers of a table that can still be read

/**
 * The wrong answer that was given most often, as [true, given, how often]; null where all are right.
 * @param {ArrayLike<number>} cells [C, C] @param {number} answers C
 * @returns {[number, number, number] | null}
 */
export function worstOf(cells, answers) {
  let [worst, most] = [-1, 0];
  for (let i = 0; i < cells.length; i++) {
    const wrong = Math.floor(i / answers) !== i % answers;
    if (wrong && Number(cells[i]) > most) [worst, most] = [i, Number(cells[i])];
  }
  return worst < 0 ? null : [Math.floor(worst / answers), worst % answers, most];
}

export class ConfusionPart {
  /** @type {Frame | null} */
  frame = null;
  /** @type {Puzzles | null} */
  of = null;
  root = $("[data-confusion]");
  table = matrix(this.root);

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    const showChoice = choiceButtons(state, ["beside"], $('[data-view-of="puzzle"]'));
    const show = () => {
      showChoice();
      showOnly("aside", (one) => one === state.values.beside);
      this.draw();
    };
    state.subscribe(show);
    onLanguage(() => this.draw());
    show();
  }

  /** @param {Frame | null} frame of the run on these puzzles @param {Puzzles} of */
  show(frame, of) {
    this.frame = frame;
    this.of = of;
    this.draw();
  }

  draw() {
    if (this.state.values.beside !== "confusion" || !this.of) return;
    const names = answersOf(this.of.header);
    const cells = this.frame?.arrays.confusion ?? [];
    const readable = cells.length > 0 && names.length <= MOST;
    this.root.hidden = !readable;
    if (readable)
      this.table.update({ cells, names, caption: t("Held-out puzzles: true answer and network’s answer") });
    $("[data-confusion-said]").textContent = this.sentence(names, cells);
  }

  /** @param {string[]} names @param {ArrayLike<number>} cells */
  sentence(names, cells) {
    if (!names.length)
      return t("The answer to this task is a picture, or a pair: no answer is taken for another.");
    if (names.length > MOST) return t("These are too many answers for a table.");
    if (!cells.length) return t("The table fills in with the run on these puzzles.");
    const all = Array.from(cells).reduce((sum, count) => sum + count, 0);
    const worst = worstOf(cells, names.length);
    return sentences([
      t("{count} held-out puzzles: a row for each true answer, a column for each answer of the network.", {
        count: all,
      }),
      worst
        ? t("The most frequent mistake: {truth} taken for {answer}, {count} times.", {
            truth: names[worst[0]] ?? "",
            answer: names[worst[1]] ?? "",
            count: worst[2],
          })
        : t("Every answer is right."),
    ]);
  }
}
