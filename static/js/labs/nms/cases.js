/** The two drawn examples of the `nms` lab: pictures painted here, boxes as a detector gives them. */

import { h, token } from "../../core/dom.js";
import { boxAt } from "../../math/geometry.js";

const WIDTH = 760;
const HEIGHT = 570;
const GRID = 19;

/** @typedef {{scoresAs: import("./reading.js").ScoreKind, notes: string[], needsSize: boolean}} Reading */
/**
 * @typedef {object} Problem
 * @property {number} width pixels of the picture
 * @property {number} height
 * @property {CanvasImageSource | null} image
 * @property {Float32Array | Float64Array} boxes
 * @property {Float32Array | Float64Array} scores
 * @property {Int32Array | null} labels class of each box; -1 where none is told
 * @property {number[]} truths
 * @property {Int32Array | null} [truthLabels]
 * @property {{rows: number, columns: number} | null} grid
 * @property {{id: string | number, name: string}[] | null} [classes] what the labels mean
 * @property {{id: string | number | null, name: string} | null} [picture] of a file
 * @property {Reading | undefined} [reading] how a file's picture was read
 * @property {{x: number, y: number, width: number, height: number} | null} [frame] what is to be seen,
 *   where it is not the picture
 */

/** What lies on the first street. @type {Omit<Problem, "image">} */
export const SIX = {
  width: WIDTH,
  height: HEIGHT,
  boxes: new Float32Array([
    232, 284, 540, 454, 214, 270, 516, 446, 258, 300, 566, 466, 240, 262, 470, 452, 288, 279, 552, 425, 190,
    300, 600, 500,
  ]),
  scores: new Float64Array([0.94, 0.81, 0.76, 0.62, 0.55, 0.38]),
  labels: null,
  truths: [236, 290, 536, 450],
  grid: { rows: GRID, columns: GRID },
};

/** What lies on the second: the two cars overlap with IoU 0.56. @type {Omit<Problem, "image">} */
export const NEIGHBORS = {
  width: WIDTH,
  height: HEIGHT,
  boxes: new Float32Array([
    186, 296, 504, 468, 252, 280, 556, 446, 170, 288, 490, 474, 252, 272, 560, 442, 204, 308, 520, 462, 240,
    288, 540, 452,
  ]),
  scores: new Float64Array([0.95, 0.88, 0.8, 0.72, 0.64, 0.51]),
  labels: null,
  truths: [190, 300, 500, 465, 250, 282, 552, 443],
  grid: null,
};

/**
 * @param {CanvasRenderingContext2D} c
 * @param {number} x left
 * @param {number} y top
 * @param {number} w
 * @param {number} height
 * @param {string} paint
 */
function car(c, x, y, w, height, paint) {
  c.fillStyle = "rgb(0 0 0 / 0.35)";
  c.beginPath();
  c.ellipse(x + w / 2, y + height * 0.97, w * 0.5, height * 0.06, 0, 0, 7);
  c.fill();
  c.fillStyle = paint;
  c.beginPath();
  c.moveTo(x, y + height * 0.82);
  c.bezierCurveTo(x, y + height * 0.5, x + w * 0.02, y + height * 0.46, x + w * 0.18, y + height * 0.42);
  c.bezierCurveTo(x + w * 0.3, y + height * 0.05, x + w * 0.36, y, x + w * 0.55, y);
  c.bezierCurveTo(x + w * 0.72, y, x + w * 0.78, y + height * 0.18, x + w * 0.84, y + height * 0.42);
  c.bezierCurveTo(x + w, y + height * 0.46, x + w, y + height * 0.55, x + w, y + height * 0.82);
  c.closePath();
  c.fill();
  c.fillStyle = "#b8d4de";
  c.beginPath();
  c.moveTo(x + w * 0.27, y + height * 0.4);
  c.bezierCurveTo(
    x + w * 0.34,
    y + height * 0.12,
    x + w * 0.4,
    y + height * 0.09,
    x + w * 0.5,
    y + height * 0.09,
  );
  c.lineTo(x + w * 0.5, y + height * 0.4);
  c.closePath();
  c.moveTo(x + w * 0.54, y + height * 0.4);
  c.lineTo(x + w * 0.54, y + height * 0.09);
  c.bezierCurveTo(
    x + w * 0.66,
    y + height * 0.09,
    x + w * 0.7,
    y + height * 0.16,
    x + w * 0.76,
    y + height * 0.4,
  );
  c.closePath();
  c.fill();
  for (const at of [0.22, 0.78]) {
    c.fillStyle = "#1d1f22";
    c.beginPath();
    c.arc(x + w * at, y + height * 0.8, height * 0.19, 0, 7);
    c.fill();
    c.fillStyle = "#b9b9b5";
    c.beginPath();
    c.arc(x + w * at, y + height * 0.8, height * 0.09, 0, 7);
    c.fill();
  }
  c.fillStyle = "#ffe9a8";
  c.fillRect(x + w * 0.95, y + height * 0.52, w * 0.04, height * 0.1);
}

/** @param {(c: CanvasRenderingContext2D) => void} paintCars */
function street(paintCars) {
  const canvas = h("canvas", { width: WIDTH, height: HEIGHT });
  const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const sky = c.createLinearGradient(0, 0, 0, HEIGHT * 0.6);
  sky.addColorStop(0, "#8fb8d0");
  sky.addColorStop(1, "#e6e4d4");
  c.fillStyle = sky;
  c.fillRect(0, 0, WIDTH, HEIGHT);
  for (const [x, w, top, color] of /** @type {[number, number, number, string][]} */ ([
    [-10, 150, 150, "#8a8f92"],
    [130, 110, 205, "#a59a8c"],
    [235, 170, 120, "#7d868c"],
    [400, 120, 190, "#9c9488"],
    [515, 140, 140, "#868d90"],
    [650, 130, 185, "#a1988b"],
  ])) {
    c.fillStyle = color;
    c.fillRect(x, top, w, HEIGHT * 0.62 - top);
    c.fillStyle = "rgb(255 246 214 / 0.32)";
    for (let wy = top + 18; wy < HEIGHT * 0.56; wy += 34) {
      for (let wx = x + 14; wx < x + w - 16; wx += 30) c.fillRect(wx, wy, 13, 18);
    }
  }
  c.fillStyle = "#b9b3a6";
  c.fillRect(0, HEIGHT * 0.6, WIDTH, HEIGHT * 0.06);
  c.fillStyle = "#5b5e61";
  c.fillRect(0, HEIGHT * 0.66, WIDTH, HEIGHT);
  c.fillStyle = "#dcd8c8";
  for (let x = 20; x < WIDTH; x += 130) c.fillRect(x, HEIGHT * 0.93, 70, 7);
  paintCars(c);
  return canvas;
}

/**
 * Six cells around one car each claim that its center lies in them.
 * @returns {Problem}
 */
export const textbook = () => ({
  ...SIX,
  image: street((c) => car(c, 236, 290, 300, 160, "#b4472e")),
});

/**
 * Two cars, one behind the other: they overlap by more than the usual threshold of 0.5, so a true neighbor
 * looks like a duplicate.
 * @returns {Problem}
 */
export const neighbors = () => ({
  ...NEIGHBORS,
  image: street((c) => {
    car(c, 250, 282, 302, 161, "#3f6d84");
    car(c, 190, 300, 310, 165, "#b4472e");
  }),
});

/**
 * The cells of a grid in which boxes have their centers: x1, y1, x2, y2 of each, flat.
 * @param {Problem} problem
 */
export function claimingCells({ grid, boxes, width, height }) {
  if (!grid) return [];
  const { rows, columns } = grid;
  const [w, high] = [width / columns, height / rows];
  return Array.from({ length: boxes.length / 4 }, (_, i) => {
    const [x1, y1, x2, y2] = boxAt(boxes, i);
    const [column, row] = [Math.floor((x1 + x2) / 2 / w), Math.floor((y1 + y2) / 2 / high)];
    return [column * w, row * high, (column + 1) * w, (row + 1) * high];
  }).flat();
}

/** A dark ground to draw on. @returns {Problem} */
export function emptyGround() {
  const canvas = h("canvas", { width: 800, height: 560 });
  const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  c.fillStyle = token("--plain-ground");
  c.fillRect(0, 0, 800, 560);
  c.fillStyle = token("--plain-dots");
  for (let y = 20; y < 560; y += 40) for (let x = 20; x < 800; x += 40) c.fillRect(x, y, 2, 2);
  return {
    width: 800,
    height: 560,
    image: canvas,
    boxes: new Float32Array([120, 120, 360, 380, 160, 150, 400, 400, 470, 200, 680, 420]),
    scores: new Float64Array([0.9, 0.75, 0.6]),
    labels: new Int32Array([1, 1, 2]),
    truths: [],
    grid: null,
  };
}

/**
 * A picture without boxes: they are not here yet.
 * @param {{width: number, height: number, image: CanvasImageSource | null}} picture
 * @returns {Problem}
 */
export const unboxed = ({ width, height, image }) => ({
  width,
  height,
  image,
  boxes: new Float32Array(),
  scores: new Float32Array(),
  labels: null,
  truths: [],
  grid: null,
});
