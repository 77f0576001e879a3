/** Grids of values as pictures: a pixel a value, in the page's colors. */

import { token } from "../core/dom.js";
import { CLASS_COLORS } from "./marks.js";

/**
 * @typedef {object} Heat
 * @property {"sign" | "gray" | "classes"} ramp
 * @property {Uint8Array | Float32Array} values
 * @property {number} rows
 * @property {number} columns
 */

/**
 * Pictures of grids, so that one is only made when its values are others.
 * @type {WeakMap<object, {key: string, canvas: OffscreenCanvas}>}
 */
let made = new WeakMap();

/** @param {string} name of a token @returns {[number, number, number]} */
function rgb(name) {
  const [r = 0, g = 0, b = 0] = (token(name).match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}

/** A table of 256 colors. @param {"sign" | "gray"} ramp */
function table(ramp) {
  const stops =
    ramp === "sign" ? ["--heat-minus", "--heat-zero", "--heat-plus"] : ["--heat-zero", "--gray-1"];
  const colors = stops.map(rgb);
  const rows = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (colors.length - 1);
    const low = Math.min(Math.floor(at), colors.length - 2);
    for (let k = 0; k < 3; k++) {
      const [a = 0, b = 0] = [colors[low]?.[k], colors[low + 1]?.[k]];
      rows[i * 4 + k] = a + (b - a) * (at - low);
    }
    rows[i * 4 + 3] = 255;
  }
  return rows;
}

/** @param {Heat} heat @param {Uint8ClampedArray} pixels row 0 of the grid becomes the lowest */
function fillHeat({ ramp, values, rows, columns }, pixels) {
  const cells = rows * columns;
  const up = (/** @type {number} */ i) =>
    ((rows - 1 - Math.floor(i / columns)) * columns + (i % columns)) * 4;
  if (ramp !== "classes") {
    const colors = table(ramp);
    for (let i = 0; i < cells; i++) {
      const at = (values[i] ?? 0) * 4;
      pixels.set(colors.subarray(at, at + 4), up(i));
    }
    return;
  }
  const classes = Math.round(values.length / cells);
  const ground = rgb("--heat-zero");
  const colors = CLASS_COLORS.slice(0, classes).map((name) => rgb(name));
  const full = values instanceof Uint8Array ? 255 : 1;
  for (let i = 0; i < cells; i++) {
    for (let k = 0; k < 3; k++) {
      let mixed = 0;
      let total = 0;
      for (let c = 0; c < classes; c++) {
        const share = (values[c * cells + i] ?? 0) / full;
        mixed += share * (colors[c]?.[k] ?? 0);
        total += share;
      }
      const color = total > 0 ? mixed / total : (ground[k] ?? 0);
      pixels[up(i) + k] = (ground[k] ?? 0) * 0.52 + color * 0.48;
    }
    pixels[up(i) + 3] = 255;
  }
}

/**
 * A grid of values as a picture of as many pixels; made once for the same values.
 * @param {Heat["ramp"]} ramp
 * @param {Heat["values"]} values
 * @param {number} rows
 * @param {number} columns
 */
export function heatImage(ramp, values, rows, columns) {
  const key = `${ramp} ${token("--heat-zero")} ${rows} ${columns}`;
  let picture = made.get(values);
  if (picture?.key !== key) {
    const canvas = new OffscreenCanvas(columns, rows);
    const inner = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const pixels = inner.createImageData(columns, rows);
    fillHeat({ ramp, values, rows, columns }, pixels.data);
    inner.putImageData(pixels, 0, 0);
    picture = { key, canvas };
    made.set(values, picture);
  }
  return picture.canvas;
}

addEventListener("themechange", () => (made = new WeakMap()));
