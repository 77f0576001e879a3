/** The matrix, the chosen cell's two views, and the row as the loss of the method sees it. */

import { $ } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { positiveOf } from "../../math/contrast.js";
import { similarity } from "../../views/similarity.js";
import { CellPart } from "./cell.js";
import { ComparedPart } from "./compared.js";
import { nameOfView } from "./words.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Frame */
/** @typedef {import("./index.js").Specimens} Specimens */
/**
 * @typedef {object} Chosen what the row is drawn from
 * @property {Frame} frame
 * @property {OffscreenCanvas[]} tiles the views
 * @property {number} row
 * @property {number} count of views
 * @property {Record<string, any>} values of the page's state
 * @property {(view: number) => string} nameOf
 */

export class RowPart {
  /** @type {Frame | null} */
  shown = null;
  /** @type {OffscreenCanvas[]} */
  tiles = [];
  /** @type {[number, number] | null} */
  pointed = null;

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.cell = new CellPart();
    this.compared = new ComparedPart();
    this.matrix = similarity($("[data-matrix]"), {
      onChoose: (row, column) => state.set({ row, column }),
      onPoint: (cell) => this.point(cell),
    });
  }

  /** @param {[number, number] | null} cell */
  point(cell) {
    this.pointed = cell;
    if (this.shown) this.drawCell(this.shown, cell ?? placeOf(this.shown, this.state.values));
  }

  /** @param {Frame} frame @param {Specimens} of */
  show(frame, of) {
    this.shown = frame;
    this.tiles = of.views;
    const place = placeOf(frame, this.state.values);
    const count = countOf(frame);
    this.matrix.update({
      values: frame.arrays.similarities,
      tiles: this.tiles,
      chosen: place,
      summary: t(
        "Cosine similarities of {count} views of {pictures} held-out pictures, the two views of a picture {half} rows apart. Arrow keys choose a cell.",
        { count, pictures: count / 2, half: count / 2 },
      ),
    });
    this.drawCell(frame, this.pointed ?? place);
    const nameOf = (/** @type {number} */ view) => nameOfView(view, count);
    const { values } = this.state;
    this.compared.show({ frame, tiles: this.tiles, row: place[0], count, values, nameOf });
  }

  /** @param {Frame} frame @param {[number, number]} place */
  drawCell(frame, place) {
    this.cell.show(frame, this.tiles, place, countOf(frame));
  }

  toPng() {
    return this.matrix.toPng();
  }
}

/** How many views the matrix has. @param {Frame} frame */
const countOf = ({ arrays }) => Math.sqrt(arrays.similarities.length);

/**
 * The row, and the column: that of the positive where none was chosen. What the matrix does not
 * hold was computed for the row that the frame names.
 * @param {Frame} frame
 * @param {Record<string, any>} values
 * @returns {[number, number]}
 */
function placeOf(frame, values) {
  const count = countOf(frame);
  const row = frame.header.method === "simclr" ? values.row % count : frame.header.row;
  return [row, values.column < 0 ? positiveOf(row, count) : values.column % count];
}
