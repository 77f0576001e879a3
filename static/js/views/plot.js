/**
 * One picture of a plane with layers: fitted curves, decision boundaries, weights. A canvas, painted
 * at most once per animation frame.
 */

import { context2d, h, oncePerFrame, token } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { nearest, plane } from "../math/plane.js";
import { paintAxes, paintLayers, roomForTicks, typeScale } from "./plot_paint.js";

/** @typedef {ArrayLike<number>} Numbers */
/** @typedef {[number, number]} Range */
/**
 * A grid's values sit on nodes: column 0 at the range's low end and the last column at its high
 * end, row 0 at the LOWEST y. `x` and `y` are its range where that is not the whole plane.
 * @typedef {{rows: number, columns: number, x?: Range, y?: Range}} Grid
 */
/**
 * @typedef {(
 *   | {type: "heat", ramp: "sign" | "gray", values: Uint8Array, alpha?: number} & Grid
 *   | {type: "heat", ramp: "classes", values: Uint8Array | Float32Array, alpha?: number} & Grid
 *   | {type: "contour", values: Numbers, level: number, color?: string, width?: number, dash?: number[]} &
 * Grid
 *   | {type: "band", xs: Numbers, lo: Numbers, hi: Numbers, color?: string, alpha?: number}
 *   | {type: "line", xs: Numbers, ys: Numbers, color: string, width?: number, dash?: number[], alpha?:
 * number, label?: string, labelAt?: number}
 *   | {type: "points", x: Numbers, y: Numbers, category?: Numbers, role?: "train" | "validation" | "test",
 *       color?: string, shape?: import("./shapes.js").Shape, size?: number, alpha?: number, selected?:
 * number, draggable?: boolean}
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
 * @property {string} [xLabel]
 * @property {string} [yLabel]
 * @property {(index: number, x: number, y: number, done: boolean) => void} [onDrag] a point was moved
 * @property {(index: number) => void} [onSelect] by a press or by the keys [ and ]; -1 for none
 * @property {(x: number, y: number, phase: "start" | "move" | "end") => void} [onPaint] a press beside a point
 * @property {(points: number[]) => void} [onStroke] a line drawn by hand: flat x, y, …
 * @property {(x: number, y: number, event: MouseEvent) => void} [onClick]
 * @property {(x: number, y: number, index: number) => void} [onPoint] hovering; index of the draggable layer's point, or -1
 * @property {() => void} [onLeave]
 */

const REACH = 14; // pixels from a point to the pointer
const TOUCH_REACH = 24;
let plots = 0;

/** @typedef {import("../core/axis.js").Unit} Unit */

/**
 * @param {HTMLElement} root
 * @param {PlotOptions} options
 */
export function plot(root, options) {
  const active = Boolean(options.onDrag || options.onSelect || options.onPaint || options.onStroke);
  const canvas = h("canvas", { role: active ? "application" : "img", ...(active && { tabindex: 0 }) });
  const frame = h("div", { class: options.bare ? "plot bare" : "plot" }, canvas);
  if (active) {
    const hint = h(
      "span",
      { class: "visually-hidden", id: `plot-keys-${++plots}` },
      t("[ and ] choose a point, arrow keys move it, with Shift in small steps."),
    );
    canvas.setAttribute("aria-describedby", hint.id);
    frame.append(hint);
  }
  root.append(frame);
  let { x, y } = options;
  /** @type {{layers: Layer[], summary: string, free?: boolean, units?: [Unit, Unit] | null}} */
  let scene = { layers: [], summary: "" };
  // Whether a press beside a point draws; if not, a finger there scrolls the page.
  const free = () => Boolean(options.onPaint || options.onStroke) && (scene.free ?? true);
  canvas.classList.toggle("free", free());
  let size = measure();
  let held = -1; // the point under the finger
  /** @type {number[] | null} */
  let stroke = null;
  let painting = false;
  let chosen = -1;

  function measure() {
    const narrow = root.clientWidth < 480;
    const scale = typeScale();
    const margins = options.bare
      ? { left: 0, right: 0, top: 0, bottom: 0 }
      : {
          left: (narrow ? 40 : 52) * scale,
          right: narrow ? 14 : 24,
          top: (options.yLabel ? 30 : 18) * scale,
          bottom: (options.xLabel ? 48 : 34) * scale,
        };
    const maxHeight = options.maxHeight ? options.maxHeight() * scale : Math.max(260, innerHeight * 0.66);
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
    const left = options.bare ? 0 : Math.ceil(roomForTicks(first, unitsNow()));
    return left > margins.left ? fit({ ...margins, left }) : first;
  }
  /** @returns {[Unit, Unit]} */
  function unitsNow() {
    const plain = (/** @type {string | undefined} */ name) => ({ name: name ?? "", offset: 0, scale: 1 });
    return scene.units ?? [plain(options.xLabel), plain(options.yLabel)];
  }
  const paint = oncePerFrame(() => {
    const context = context2d(canvas, size.width, size.height);
    const grounded = scene.layers.some((layer) => layer.type === "heat");
    const look = { units: unitsNow(), grid: !grounded };
    if (!options.bare && !grounded) paintAxes(context, size, look);
    paintLayers(context, size, scene.layers);
    if (!options.bare && grounded) paintAxes(context, size, look);
    if (stroke) {
      const xs = stroke.filter((_, i) => i % 2 === 0);
      paintLayers(context, size, [
        { type: "line", xs, ys: stroke.filter((_, i) => i % 2), color: "--accent", width: 2.5, dash: [6, 5] },
      ]);
    }
  });
  const resize = () => {
    size = measure();
    frame.style.width = `${size.width}px`;
    frame.style.height = `${size.height}px`;
    paint();
  };
  const watcher = new ResizeObserver(resize);
  watcher.observe(root);
  addEventListener("themechange", paint);
  addEventListener("resize", resize);
  resize();

  // --- Pointer -----------------------------------------------------------------------------------

  const handles = () => {
    const layer = scene.layers.find((one) => one.type === "points" && one.draggable);
    return layer?.type === "points" ? layer : null;
  };
  /** @param {MouseEvent} event @returns {[number, number]} pixels of the canvas */
  const pixel = (event) => {
    const rect = canvas.getBoundingClientRect();
    return [event.clientX - rect.left, event.clientY - rect.top];
  };
  /** @param {MouseEvent} event @returns {[number, number]} */
  const place = (event) => {
    const [px, py] = pixel(event);
    return size.clamp(size.fromX(px), size.fromY(py));
  };
  /** @param {MouseEvent | Touch} at @param {number} reach */
  const hit = (at, reach) => {
    const layer = handles();
    if (!layer) return -1;
    return nearest(size, layer.x, layer.y, ...pixel(/** @type {MouseEvent} */ (at)), reach);
  };
  /** @param {number} index */
  const choose = (index) => {
    chosen = index;
    options.onSelect?.(index);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !active) return;
    held =
      options.onDrag || options.onSelect
        ? hit(event, event.pointerType === "mouse" ? REACH : TOUCH_REACH)
        : -1;
    if (held >= 0) choose(held);
    else if (options.onPaint && free()) painting = true;
    else if (options.onStroke && free()) stroke = place(event);
    else {
      if (chosen >= 0) choose(-1);
      return;
    }
    canvas.setPointerCapture(event.pointerId);
    if (painting) options.onPaint?.(...place(event), "start");
    paint();
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = place(event);
    if (held >= 0) options.onDrag?.(held, ...at, false);
    else if (painting) options.onPaint?.(...at, "move");
    else if (stroke) {
      stroke.push(...at);
      paint();
    } else if (options.onPoint || options.onDrag) {
      const index = hit(event, REACH);
      canvas.classList.toggle("grab", index >= 0 && Boolean(options.onDrag));
      options.onPoint?.(...at, index);
    }
  });
  /** @param {PointerEvent} event */
  const release = (event) => {
    const at = place(event);
    if (held >= 0) options.onDrag?.(held, ...at, true);
    if (painting) options.onPaint?.(...at, "end");
    const drawn = stroke;
    [held, painting, stroke] = [-1, false, null];
    if (drawn && drawn.length > 2) options.onStroke?.(drawn);
    paint();
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => options.onLeave?.());
  canvas.addEventListener("click", (event) => options.onClick?.(...place(event), event));
  // A finger on a point drags it; beside a point it scrolls the page, unless one paints.
  canvas.addEventListener(
    "touchstart",
    (event) => {
      const [touch] = event.touches;
      if (touch && options.onDrag && hit(touch, TOUCH_REACH) >= 0) event.preventDefault();
    },
    { passive: false },
  );

  // --- Keys --------------------------------------------------------------------------------------

  canvas.addEventListener("keydown", (event) => {
    const layer = handles();
    if (!layer?.x.length) return;
    const count = layer.x.length;
    const turn = { "[": -1, "]": 1 }[event.key];
    if (turn) {
      event.preventDefault();
      return choose(chosen < 0 ? (turn > 0 ? 0 : count - 1) : (chosen + turn + count) % count);
    }
    if (event.key === "Escape" && chosen >= 0) return choose(-1);
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
    if (!way || chosen < 0 || chosen >= count || !options.onDrag) return;
    event.preventDefault();
    const part = event.shiftKey ? 200 : 50;
    const [dx = 0, dy = 0] = way;
    const to = size.clamp(
      (layer.x[chosen] ?? 0) + (dx * (x[1] - x[0])) / part,
      (layer.y[chosen] ?? 0) + (dy * (y[1] - y[0])) / part,
    );
    options.onDrag(chosen, ...to, true);
  });

  return {
    element: canvas,
    frame,
    /**
     * @param {{layers: Layer[], summary: string, x?: Range, y?: Range, free?: boolean, units?: [Unit, Unit]
     *   | null}} next `free` false: a press draws nothing now; `units` of x and y, where they are not the
     *   plane's own
     */
    update(next) {
      const counted = JSON.stringify(next.units ?? null) !== JSON.stringify(scene.units ?? null);
      scene = next;
      canvas.classList.toggle("free", free());
      if (canvas.getAttribute("aria-label") !== next.summary) canvas.setAttribute("aria-label", next.summary);
      const moved = (next.x && String(next.x) !== String(x)) || (next.y && String(next.y) !== String(y));
      if (moved) [x, y] = [next.x ?? x, next.y ?? y];
      if (moved || counted) resize();
      else paint();
    },
    /** The picture on the page's card, for a file. */
    snapshot() {
      const copy = h("canvas", { width: canvas.width, height: canvas.height });
      const context = /** @type {CanvasRenderingContext2D} */ (copy.getContext("2d"));
      context.fillStyle = token("--card");
      context.fillRect(0, 0, copy.width, copy.height);
      context.drawImage(canvas, 0, 0);
      return copy;
    },
    destroy() {
      watcher.disconnect();
      removeEventListener("themechange", paint);
      removeEventListener("resize", resize);
      frame.remove();
    },
  };
}
