/** A network as a picture: each unit's response map, each weight as a line. */

import { context2d, h, oncePerFrame, token } from "../core/dom.js";
import { biasIndex, layout, unitAt, unitIndex, weightAt, weightIndex } from "../math/network_layout.js";
import { heatImage } from "./plot_paint.js";

/**
 * @typedef {object} Network
 * @property {number[]} layers units from the input to the output
 * @property {ArrayLike<number>} weights flat, layer by layer
 * @property {ArrayLike<number>} biases flat
 * @property {Uint8Array} responses maps of the hidden and output units, 128 is zero
 * @property {number} side nodes along a side of a map
 * @property {string[]} inputs names of the inputs
 * @property {string} summary for a screen reader
 */
/** @typedef {{layer: number, unit: number}} Unit */
/** @typedef {{layer: number, source: number | null, target: number}} Weight source null: the bias */

/**
 * @param {HTMLElement} root
 * @param {{
 *   onUnit: (unit: Unit | null) => void,
 *   onWeight: (weight: Weight | null) => void,
 *   height?: () => number,
 * }} options a unit hovered, tapped or reached by arrow keys; a weight clicked, or a bias by Enter
 */
export function network(root, options) {
  const canvas = h("canvas", { tabindex: 0, role: "application" });
  const frame = h("div", { class: "network" }, canvas);
  root.append(frame);
  /** @type {Network | null} */ let net = null;
  let on = layout([2, 1], 320, 200);
  /** @type {Unit | null} */ let unit = null;
  /** @type {Weight | null} */ let weight = null;

  const measure = () => {
    const most = Math.max(...(net?.layers ?? [1]));
    const height = options.height?.() ?? Math.min(Math.max(170, 36 + most * 46), 360);
    on = layout(net?.layers ?? [2, 1], root.clientWidth || 320, height);
    frame.style.height = `${height}px`;
  };
  const paint = oncePerFrame(() => {
    if (!net) return;
    const context = context2d(canvas, on.width, on.height);
    paintWeights(context, on, net, weight);
    paintUnits(context, on, net, unit);
  });
  const resize = () => {
    measure();
    paint();
  };
  const watcher = new ResizeObserver(resize);
  watcher.observe(root);
  addEventListener("themechange", paint);

  /** @param {MouseEvent} event @returns {[number, number]} */
  const place = (event) => {
    const rect = canvas.getBoundingClientRect();
    return [event.clientX - rect.left, event.clientY - rect.top];
  };
  /** @param {Unit | null} next */
  const show = (next) => {
    if (next?.layer === unit?.layer && next?.unit === unit?.unit) return;
    unit = next;
    options.onUnit(next && next.layer > 0 ? next : null);
    paint();
  };
  /** @param {Weight | null} next */
  const choose = (next) => {
    weight = next;
    options.onWeight(next);
    paint();
  };
  canvas.addEventListener(
    "pointermove",
    (event) => event.pointerType === "mouse" && show(unitAt(on, ...place(event))),
  );
  canvas.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && show(null));
  canvas.addEventListener("click", (event) => {
    const at = unitAt(on, ...place(event));
    if (at) {
      show(at);
      choose(at.layer > 0 ? { layer: at.layer - 1, source: null, target: at.unit } : null);
    } else choose(weightAt(on, ...place(event)));
  });
  canvas.addEventListener("blur", () => show(null));
  canvas.addEventListener("keydown", (event) => {
    if (!net) return;
    const last = net.layers.length - 1;
    const at = unit ?? { layer: 1, unit: -1 };
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) {
      event.preventDefault();
      const layer = Math.min(Math.max(at.layer + (way[0] ?? 0), 1), last);
      const count = net.layers[layer] ?? 1;
      show({ layer, unit: Math.min(Math.max(at.unit + (way[1] ?? 0), 0), count - 1) });
    } else if (event.key === "Enter" && unit)
      choose({ layer: unit.layer - 1, source: null, target: unit.unit });
    else if ((event.key === "[" || event.key === "]") && unit) stepWeight(event.key === "]" ? 1 : -1);
    else if (event.key === "Escape") choose(null);
  });
  /** The next weight that goes into the unit on show; -1 is its bias. @param {number} by */
  function stepWeight(by) {
    if (!net || !unit) return;
    const sources = net.layers[unit.layer - 1] ?? 0;
    const now =
      weight && weight.target === unit.unit && weight.layer === unit.layer - 1 ? (weight.source ?? -1) : -1;
    const next = ((now + 1 + by + sources + 1) % (sources + 1)) - 1;
    choose({ layer: unit.layer - 1, source: next < 0 ? null : next, target: unit.unit });
  }

  return {
    element: canvas,
    /** @param {Network} next */
    update(next) {
      const reshaped = String(next.layers) !== String(net?.layers);
      net = next;
      if (reshaped) {
        if (unit || weight) [unit, weight] = [null, null];
        measure();
      }
      if (canvas.getAttribute("aria-label") !== next.summary) canvas.setAttribute("aria-label", next.summary);
      paint();
    },
    /** The chosen weight's or bias's value. */
    get value() {
      if (!net || !weight) return NaN;
      const { layer, source, target } = weight;
      return source === null
        ? (net.biases[biasIndex(net.layers, layer, target)] ?? NaN)
        : (net.weights[weightIndex(net.layers, layer, source, target)] ?? NaN);
    },
    /** Centers of the layers' columns, for what is written above and below. */
    get columns() {
      return on.units.map((units) => units[0]?.[0] ?? 0);
    },
    destroy() {
      watcher.disconnect();
      removeEventListener("themechange", paint);
      frame.remove();
    },
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("../math/network_layout.js").Layout} on
 * @param {Network} net
 * @param {Weight | null} chosen
 */
function paintWeights(context, on, net, chosen) {
  const [positive, negative, ring] = [token("--positive-sign"), token("--negative-sign"), token("--accent")];
  context.lineCap = "butt";
  for (let layer = 0; layer + 1 < on.units.length; layer++) {
    const [from = [], to = []] = [on.units[layer], on.units[layer + 1]];
    const many = from.length * to.length > 200;
    from.forEach(([ax, ay], source) =>
      to.forEach(([bx, by], target) => {
        const w = net.weights[weightIndex(net.layers, layer, source, target)] ?? 0;
        const size = Math.min(Math.abs(w), 5);
        const mine = chosen?.layer === layer && chosen.source === source && chosen.target === target;
        if (size < 0.02 && !mine) return;
        context.beginPath();
        context.moveTo(ax + on.size / 2, ay);
        context.lineTo(bx - on.size / 2, by);
        if (mine) {
          context.setLineDash([]);
          context.strokeStyle = ring;
          context.globalAlpha = 0.45;
          context.lineWidth = 11;
          context.stroke();
        }
        // Dashed below zero, so that color is not alone.
        context.setLineDash(w < 0 && !many ? [6, 4] : []);
        context.strokeStyle = w < 0 ? negative : positive;
        context.globalAlpha = Math.min(0.25 + size * 0.3, 0.95);
        context.lineWidth = Math.min(0.5 + size * 1.5, 7);
        context.stroke();
      }),
    );
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("../math/network_layout.js").Layout} on
 * @param {Network} net
 * @param {Unit | null} shown
 */
function paintUnits(context, on, net, shown) {
  const cells = net.side * net.side;
  context.imageSmoothingEnabled = true;
  on.units.forEach((units, layer) =>
    units.forEach(([x, y], i) => {
      const start = unitIndex(net.layers, layer, i) * cells;
      const values = layer === 0 ? inputMap(i, net.side) : net.responses.subarray(start, start + cells);
      const [left, top] = [x - on.size / 2, y - on.size / 2];
      const mine = shown?.layer === layer && shown.unit === i;
      context.drawImage(heatImage("sign", values, net.side, net.side), left, top, on.size, on.size);
      context.strokeStyle = token(mine ? "--accent" : "--gray-2");
      context.lineWidth = mine ? 3 : 1;
      context.strokeRect(left, top, on.size, on.size);
      if (layer === 0) {
        context.fillStyle = token("--ink");
        context.font = "13px system-ui, sans-serif";
        context.textAlign = "right";
        context.textBaseline = "middle";
        context.fillText(net.inputs[i] ?? "", left - 6, y);
      }
    }),
  );
}

/**
 * The input itself as a map: it grows from left to right, or from below.
 * @param {number} axis
 * @param {number} side
 */
function inputMap(axis, side) {
  return Uint8Array.from({ length: side * side }, (_, i) => {
    const share = (axis === 0 ? i % side : Math.floor(i / side)) / (side - 1);
    return Math.round(128 + 127 * (2 * share - 1));
  });
}
