/** What is filled in: original, what the network sees, its answer, and its answer over what was visible. */

import { postForFrame } from "../../core/api.js";
import { configOf } from "../../core/controls.js";
import { $, h } from "../../core/dom.js";
import { number, onLanguage, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { choiceButtons } from "../../parts/choice_buttons.js";
import { blocksOf, canvasToPaint, Painter } from "./paint.js";
import { overVisible, paintedOf, puzzlesOf } from "./puzzles.js";
import { named } from "./tiles.js";
import { failed } from "./words.js";

/** @typedef {import("../../../types/frames.js").PretextFrame} Frame */
/** @typedef {import("./puzzles.js").Puzzles} Puzzles */
/** @typedef {import("./puzzles.js").Answers} Answers */

const SHOWN = 3; // rows
const REST = 80; // milliseconds that the ratio rests before puzzles are asked for

export class FilledPart {
  /** @type {Puzzles | null} */
  of = null;
  /** @type {Puzzles | null} the same pictures, with the color answered by squared error */
  drab = null;
  /** @type {Answers | null} */
  live = null;
  root = $("[data-filled-rows]");

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.showChoice = choiceButtons(state, ["filled"], $('[data-view-of="filled"]'));
    this.showChoice();
    this.query = newest({
      ask: (/** @type {Record<string, any>[]} */ configs, signal) =>
        Promise.all(configs.map((config) => postForFrame("/api/pretext/puzzles", { config }, signal))),
      show: ([first, second], configs) => {
        this.of = first ? puzzlesOf(first, JSON.stringify(configs[0])) : null;
        this.drab = second ? puzzlesOf(second, "") : null;
        this.draw();
      },
      fail: failed,
    });
    this.painter = new Painter(
      this.root,
      (row) => this.blocksAt(row),
      (painted) => state.set({ painted }),
    );
    $("[data-unpaint]").addEventListener("click", () => state.set({ painted: "" }));
    state.subscribe((changed) => {
      this.showChoice();
      // What is painted is of blocks of one size, and another ratio asks for random ones.
      const other = changed.has("block") || changed.has("ratio");
      if (other && !changed.has("painted") && state.values.painted) state.set({ painted: "" });
      this.ask();
    });
    onLanguage(() => this.draw());
    this.ask();
  }

  /** The puzzles of this view are asked for while it is on show. */
  ask() {
    const { tab, filled, data, pictures } = this.state.values;
    if (tab !== "filled" || (data === "own" && !pictures)) return;
    const config = configOf(this.state.values);
    const painted = filled === "masked" ? this.state.values.painted : "";
    const asked = { ...config, painted, task: filled, start: "random", learning_rate: 0.002, batch_size: 64 };
    const configs = filled === "color" ? [asked, { ...asked, task: "regression" }] : [asked];
    this.query.want(configs, REST);
  }

  /**
   * The newest answers of a run, where it learns the task that is on show.
   * @param {Frame | null} frame
   * @param {Record<string, any>} config
   */
  take(frame, config) {
    const { tab, filled, ratio, block, painted } = this.state.values;
    const same = frame && frame.header.task === filled;
    const alike = filled !== "masked" || (config.ratio === ratio && config.block === block && !painted);
    this.live =
      same && alike ? { scores: new Float32Array(), painted: paintedOf(frame.arrays.painted) } : null;
    if (tab === "filled") this.draw();
  }

  draw() {
    const { of } = this;
    if (!of) return;
    const masked = of.header.task === "masked";
    const painting = document.activeElement?.closest("[data-paint]")?.getAttribute("data-paint");
    const rows = Array.from({ length: Math.min(SHOWN, of.originals.length) }, (_, i) =>
      h("li", {}, ...(masked ? this.maskedRow(of, i) : this.colorRow(of, i))),
    );
    this.root.replaceChildren(...rows);
    if (painting) this.painter.focus(Number(painting));
    $("[data-unpaint]").hidden = !masked || !this.state.values.painted;
    $("[data-filled-said]").textContent = masked ? this.sayMasked(of) : sayColor();
  }

  /** What is hidden in a row: as painted, or as drawn at random. @param {number} row */
  blocksAt(row) {
    const { painted, block } = this.state.values;
    return String(painted) || (this.of ? blocksOf(this.of.hidden, row, Number(block)) : "");
  }

  /** @param {Puzzles} of @param {number} i */
  maskedRow(of, i) {
    const [seen, original] = [of.inputs[i]?.[0], of.originals[i]];
    const shipped = of.shipped.painted[i];
    const live = this.live?.painted[i];
    const over = (/** @type {OffscreenCanvas | undefined} */ answer) =>
      answer && original ? overVisible(answer, original, of.hidden, i) : undefined;
    return [
      named(original, t("original")),
      canvasToPaint(seen, i),
      ...(shipped
        ? [named(shipped, t("answer, shipped")), named(over(shipped), t("answer over visible"))]
        : []),
      ...(live ? [named(over(live), t("this run, over visible"))] : []),
    ];
  }

  /** @param {Puzzles} of @param {number} i */
  colorRow(of, i) {
    const [classes, drab] = [of.shipped.painted[i], this.drab?.shipped.painted[i]];
    const live = this.live?.painted[i];
    return [
      named(of.originals[i], t("original")),
      named(of.inputs[i]?.[0], t("what it sees")),
      ...(classes ? [named(classes, t("25 classes, shipped"))] : []),
      ...(drab ? [named(drab, t("squared error, shipped"))] : []),
      ...(live ? [named(live, t("this run"))] : []),
    ];
  }

  /** @param {Puzzles} of */
  sayMasked(of) {
    const share = of.hidden.reduce((sum, v) => sum + v, 0) / Math.max(1, of.hidden.length);
    return t(
      "{share}% of each picture is hidden, and only what is hidden counts in the loss: so the answer to visible blocks may be worse. Where several fillings are possible, the least squared error is their mean, a blur.",
      { share: number(100 * share, 0) },
    );
  }
}

const sayColor = () =>
  t(
    "Where a thing may have any of many colors, squared error answers their mean, a drab one. With classes of color, the rare ones counted more, one bold color is answered, rightly or wrongly.",
  );
