/**
 * One picture of a plane with layers: fitted curves, decision boundaries, weights. A canvas, painted
 * at most once per animation frame.
 */

import { h, token } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { tell } from "../core/said.js";
import { plane } from "../math/plane.js";
import { canvasView } from "./canvas_view.js";
import { paintAxes, roomForTicks, typeScale } from "./plot_axes.js";
import { isFree, takeKey, takePointer } from "./plot_input.js";
import { paintLayers } from "./plot_paint.js";
import { roomFor } from "./room.js";

/** @typedef {ArrayLike<number>} Numbers */
/** @typedef {[number, number]} Range */
/**
 * A grid's values sit on nodes: column 0 at the range's low end and the last column at its high
 * end, row 0 at the LOWEST y. `x` and `y` are its range where that is not the whole plane.
 * @typedef {{rows: number, columns: number, x?: Range, y?: Range}} Grid
 */
/** @typedef {import("./shapes.js").Shape} Shape */
/**
 * @typedef {{color?: string, width?: number, dash?: number[]}} Stroke
 * @typedef {{role?: "train" | "validation" | "test", color?: string, shape?: Shape, size?: number}} Look
 */
/**
 * @typedef {(
 *   | {type: "heat", ramp: "sign" | "gray", values: Uint8Array, alpha?: number} & Grid
 *   | {type: "heat", ramp: "classes", values: Uint8Array | Float32Array, alpha?: number} & Grid
 *   | {type: "contour", values: Numbers, level: number} & Stroke & Grid
 *   | {type: "band", xs: Numbers, lo: Numbers, hi: Numbers, color?: string, alpha?: number}
 *   | {type: "line", xs: Numbers, ys: Numbers, color: string, alpha?: number, label?: string,
 *       labelAt?: number} & Stroke
 *   | {type: "points", x: Numbers, y: Numbers, category?: Numbers, alpha?: number, selected?: number,
 *       draggable?: boolean} & Look
 *   | {type: "arrow", from: Range, to: Range, label?: string, color?: string, width?: number}
 *   | {type: "label", x: number, y: number, text: string, color?: string, leader?: [number, number]}
 * )} Layer
 * heat "sign": uint8, 128 is zero; "classes": [classes][rows * columns] probabilities, up to 4.
 * points: filled for training, hollow for test, half for validation; a category has its own color
 * and shape. One points layer may be `draggable`.
 */
/**
 * @typedef {object} PlotOptions
 * @property {Range} x
 * @property {Range} y
 * @property {boolean} [square]
 * @property {number} [aspect] width by height where it is not square
 * @property {boolean} [bare] no axes: for thumbnails
 * @property {() => number} [maxHeight]
 * @property {string} [xLabel] read whenever it is painted: a getter may tell it in the language of now
 * @property {string} [yLabel]
 * @property {(index: number, x: number, y: number, done: boolean) => void} [onDrag] a point was moved
 * @property {(index: number) => void} [onSelect] by a press or by the keys [ and ]; -1 for none
 * @property {(x: number, y: number, phase: "start" | "move" | "end") => void} [onPaint] a press beside a
 *   point
 * @property {(points: number[]) => void} [onStroke] a line drawn by hand: flat x, y, …
 * @property {(x: number, y: number, event: MouseEvent) => void} [onClick]
 * @property {(x: number, y: number, index: number) => void} [onPoint] hovering; index of the draggable
 *   layer's point, or -1
 * @property {() => void} [onLeave]
 */
/** @typedef {import("../core/axis.js").Unit} Unit */
/**
 * @typedef {object} Scene
 * @property {Layer[]} layers
 * @property {string} summary
 * @property {Range} [x]
 * @property {Range} [y]
 * @property {boolean} [free] false: a press draws nothing now
 * @property {[Unit, Unit] | null} [units] of x and y, where they are not the plane's own
 */
/**
 * A plot as it is now: what is shown, on which plane, and what a hand does with it.
 * @typedef {object} Plot
 * @property {PlotOptions} options
 * @property {Scene} scene
 * @property {Range} x
 * @property {Range} y
 * @property {import("../math/plane.js").Plane} on
 * @property {number} chosen point, or -1
 * @property {number} held the point under the finger, or -1
 * @property {boolean} painting
 * @property {number[] | null} stroke the line under the pen
 */

let plots = 0;

/**
 * @param {HTMLElement} root
 * @param {PlotOptions} options
 */
export function plot(root, options) {
  const state = plotOf(root, options);
  const active = Boolean(options.onDrag || options.onSelect || options.onPaint || options.onStroke);
  const view = canvasView(root, {
    look: options.bare ? "plot bare" : "plot",
    attributes: { role: active ? "application" : "img", ...(active && { tabindex: 0 }) },
    measure: () => (state.on = planeFor(root, state)),
    paint: (context) => paintPlot(context, state),
  });
  const { canvas, frame } = view;
  if (active) describeKeys(canvas, frame);
  canvas.classList.toggle("free", isFree(state));
  view.resize();
  takePointer(view, state, active);
  view.on(canvas, "keydown", (event) => takeKey(event, state));

  return {
    element: canvas,
    frame,
    /** @param {Scene} next */
    update(next) {
      const counted = JSON.stringify(next.units ?? null) !== JSON.stringify(state.scene.units ?? null);
      state.scene = next;
      canvas.classList.toggle("free", isFree(state));
      view.describe(next.summary);
      const { x = state.x, y = state.y } = next;
      const moved = String(x) !== String(state.x) || String(y) !== String(state.y);
      if (moved) [state.x, state.y] = [x, y];
      if (moved || counted) view.resize();
      else view.repaint();
    },
    /** The picture on the page's card, for a file. */
    snapshot: () => onCard(canvas),
    destroy: view.destroy,
  };
}

/** Nothing yet. @param {HTMLElement} root @param {PlotOptions} options @returns {Plot} */
function plotOf(root, options) {
  const { x, y } = options;
  const scene = { layers: [], summary: "" };
  const on = planeFor(root, { options, scene, x, y });
  return { options, scene, x, y, on, chosen: -1, held: -1, painting: false, stroke: null };
}

/** @param {Pick<Plot, "options" | "scene">} state @returns {[Unit, Unit]} */
function unitsOf({ options, scene }) {
  const plain = (/** @type {string | undefined} */ name) => ({ name: name ?? "", offset: 0, scale: 1 });
  return scene.units ?? [plain(options.xLabel), plain(options.yLabel)];
}

/**
 * The plane that has room, with margins for its axes.
 * @param {HTMLElement} root
 * @param {Pick<Plot, "options" | "scene" | "x" | "y">} state
 */
function planeFor(root, state) {
  const { options, x, y } = state;
  const narrow = root.clientWidth < 480;
  const scale = typeScale();
  const none = { left: 0, right: 0, top: 0, bottom: 0 };
  const forAxes = {
    left: (narrow ? 40 : 52) * scale,
    right: narrow ? 14 : 24,
    top: (options.yLabel ? 30 : 18) * scale,
    bottom: (options.xLabel ? 48 : 34) * scale,
  };
  const margins = options.bare ? none : forAxes;
  const maxHeight = options.maxHeight?.() ?? roomFor(root, { least: 110, share: 0.62 });
  const fit = (/** @type {import("../math/plane.js").Margins} */ around) =>
    plane({
      x,
      y,
      margins: around,
      maxHeight,
      width: root.clientWidth || 320,
      square: options.square ?? false,
      aspect: options.aspect ?? (narrow ? 1.15 : 1.7),
    });
  const first = fit(margins);
  const left = options.bare ? 0 : Math.ceil(roomForTicks(first, unitsOf(state)));
  return left > margins.left ? fit({ ...margins, left }) : first;
}

/** @param {CanvasRenderingContext2D} context @param {Plot} state */
function paintPlot(context, state) {
  const { options, scene, on, stroke } = state;
  const grounded = scene.layers.some((layer) => layer.type === "heat");
  const look = { units: unitsOf(state), grid: !grounded };
  if (!options.bare && !grounded) paintAxes(context, on, look);
  paintLayers(context, on, scene.layers);
  if (!options.bare && grounded) paintAxes(context, on, look);
  if (!stroke) return;
  const [xs, ys] = [stroke.filter((_, i) => i % 2 === 0), stroke.filter((_, i) => i % 2)];
  paintLayers(context, on, [{ type: "line", xs, ys, color: "--accent", width: 2.5, dash: [6, 5] }]);
}

/** @param {HTMLCanvasElement} canvas @param {HTMLElement} frame */
function describeKeys(canvas, frame) {
  const hint = h("span", { class: "visually-hidden", id: `plot-keys-${++plots}` });
  tell(hint, () => t("[ and ] choose a point, arrow keys move it, with Shift in small steps."));
  canvas.setAttribute("aria-describedby", hint.id);
  frame.append(hint);
}

/** @param {HTMLCanvasElement} canvas */
function onCard(canvas) {
  const copy = h("canvas", { width: canvas.width, height: canvas.height });
  const context = /** @type {CanvasRenderingContext2D} */ (copy.getContext("2d"));
  context.fillStyle = token("--card");
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  return copy;
}
