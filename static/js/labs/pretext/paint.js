/** Blocks of a masked picture, hidden or shown by hand: by pointer, or by arrows and Space. */

import { h } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { picture } from "./tiles.js";

const SIDE = 32; // pixels of a picture

/**
 * The blocks of a picture as text, row by row: 1 is hidden.
 * @param {Uint8Array} hidden of all puzzles
 * @param {number} at which of them
 * @param {number} block pixels a side
 */
export function blocksOf(hidden, at, block) {
  const each = SIDE / block;
  const pixel = (/** @type {number} */ i) =>
    at * SIDE * SIDE + Math.floor(i / each) * block * SIDE + (i % each) * block;
  return Array.from({ length: each * each }, (_, i) => (hidden[pixel(i)] ? 1 : 0)).join("");
}

/** @param {string} blocks @param {number} at @param {string} value "1" or "0" */
export const withBlock = (blocks, at, value) => blocks.slice(0, at) + value + blocks.slice(at + 1);

export class Painter {
  /** @type {string | null} what a drag writes */
  drawn = null;
  at = 0; // the block in hand

  /**
   * @param {HTMLElement} root
   * @param {(row: number) => string} blocksAt of a row of the view
   * @param {(blocks: string) => void} onPaint
   */
  constructor(root, blocksAt, onPaint) {
    this.root = root;
    this.blocksAt = blocksAt;
    this.onPaint = onPaint;
    root.addEventListener("pointerdown", (event) => {
      const found = this.under(event);
      if (!found) return;
      this.drawn = this.isHidden(...found) ? "0" : "1";
      this.put(...found, this.drawn);
    });
    document.addEventListener("pointermove", (event) => {
      const found = this.drawn === null ? null : this.under(event);
      if (found) this.put(...found, this.drawn ?? "1");
    });
    for (const end of ["pointerup", "pointercancel"])
      document.addEventListener(end, () => (this.drawn = null));
    root.addEventListener("keydown", (event) => this.press(event));
    root.addEventListener("focusin", (event) => this.show(/** @type {Element} */ (event.target)));
  }

  /** Blocks of a side. */
  get each() {
    return Math.sqrt(this.blocksAt(0).length);
  }

  /** @param {Element} place @param {number} block */
  isHidden(place, block) {
    return this.blocksAt(rowOf(place))[block] === "1";
  }

  /** @param {Element} place @param {number} block @param {string} value */
  put(place, block, value) {
    this.at = block;
    const blocks = this.blocksAt(rowOf(place));
    if (blocks[block] !== value) this.onPaint(withBlock(blocks, block, value));
  }

  /** The block under the pointer. @param {PointerEvent} event @returns {[Element, number] | null} */
  under({ clientX, clientY }) {
    const place = document.elementFromPoint(clientX, clientY)?.closest("[data-paint]");
    if (!place) return null;
    const { each } = this;
    const { left, top, width, height } = place.getBoundingClientRect();
    const cell = (/** @type {number} */ way, /** @type {number} */ all) =>
      Math.min(each - 1, Math.max(0, Math.floor((way / all) * each)));
    return [place, cell(clientY - top, height) * each + cell(clientX - left, width)];
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const { each } = this;
    const place = /** @type {Element} */ (event.target).closest("[data-paint]");
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: each, ArrowUp: -each }[event.key];
    if (!place || (!by && event.key !== " ")) return;
    event.preventDefault();
    if (by) this.at = Math.min(each ** 2 - 1, Math.max(0, this.at + by));
    else this.put(place, this.at, this.isHidden(place, this.at) ? "0" : "1");
    this.show(place);
  }

  /** Where the block in hand is. @param {Element} place */
  show(place) {
    const mark = place.querySelector("i");
    if (!(mark instanceof HTMLElement)) return;
    const { each, at } = this;
    mark.style.width = mark.style.height = `${100 / each}%`;
    mark.style.left = `${((at % each) * 100) / each}%`;
    mark.style.top = `${(Math.floor(at / each) * 100) / each}%`;
  }

  /** After the pictures were drawn anew, whoever painted paints on. @param {number} row */
  focus(row) {
    const place = this.root.querySelector(`[data-paint="${row}"]`);
    if (place instanceof HTMLElement) place.focus();
  }
}

const rowOf = (/** @type {Element} */ place) => Number(place.getAttribute("data-paint"));

/** A picture to paint on. @param {OffscreenCanvas | undefined} tile @param {number} row */
export const canvasToPaint = (tile, row) =>
  h(
    "figure",
    {},
    h(
      "div",
      {
        class: "paint",
        tabindex: 0,
        role: "group",
        "data-paint": row,
        "aria-label": t("Paint what is hidden: arrows choose a block, Space hides or shows it"),
      },
      picture(tile),
      h("i"),
    ),
    h("figcaption", {}, t("what it sees: paint on it")),
  );
