/** A network as a picture: each unit's response map, each weight as a line. */

import { token } from "../core/dom.js";
import { biasIndex, layout, unitAt, unitIndex, weightAt, weightIndex } from "../math/network_layout.js";
import { canvasView } from "./canvas_view.js";
import { heatImage } from "./heat_image.js";
import { SIGN } from "./marks.js";

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
 * @typedef {object} Shown
 * @property {Network | null} net
 * @property {import("../math/network_layout.js").Layout} on
 * @property {Unit | null} unit hovered, tapped or reached by arrow keys
 * @property {Weight | null} weight the chosen one
 */
/** @typedef {{show: (unit: Unit | null) => void, choose: (weight: Weight | null) => void}} Acts */
/** @typedef {import("./canvas_view.js").CanvasView} CanvasView */

/**
 * @param {HTMLElement} root
 * @param {{
 *   onUnit: (unit: Unit | null) => void,
 *   onWeight: (weight: Weight | null) => void,
 *   height?: () => number,
 * }} options a unit hovered, tapped or reached by arrow keys; a weight clicked, or a bias by Enter
 */
export function network(root, options) {
  /** @type {Shown} */
  const shown = { net: null, on: layout([2, 1], 320, 200), unit: null, weight: null };
  const view = canvasView(root, {
    look: "network",
    attributes: { tabindex: 0, role: "application" },
    filling: true,
    measure() {
      const layers = shown.net?.layers ?? [2, 1];
      const most = shown.net ? Math.max(...layers) : 1;
      const height = options.height?.() ?? Math.min(Math.max(170, 36 + most * 46), 360);
      shown.on = layout(layers, root.clientWidth || 320, height);
      return shown.on;
    },
    paint(context) {
      if (!shown.net) return;
      paintWeights(context, shown.on, shown.net, shown.weight);
      paintUnits(context, shown.on, shown.net, shown.unit);
    },
  });
  const acts = actsOn(shown, options, view.repaint);
  takePointer(view, shown, acts);
  view.on(view.canvas, "keydown", (event) => takeKey(event, shown, acts));

  return {
    element: view.canvas,
    /** @param {Network} next */
    update(next) {
      const reshaped = String(next.layers) !== String(shown.net?.layers);
      shown.net = next;
      if (reshaped) {
        shown.unit = shown.weight = null;
        view.resize();
      }
      view.describe(next.summary);
      view.repaint();
    },
    /** The chosen weight's or bias's value. */
    get value() {
      return valueOf(shown);
    },
    /** Centers of the layers' columns, for what is written above and below. */
    get columns() {
      return shown.on.units.map((units) => units[0]?.[0] ?? 0);
    },
    destroy: view.destroy,
  };
}

/**
 * What a visitor does, told to whoever shows it.
 * @param {Shown} shown
 * @param {{onUnit: (unit: Unit | null) => void, onWeight: (weight: Weight | null) => void}} options
 * @param {() => void} repaint
 * @returns {Acts}
 */
function actsOn(shown, options, repaint) {
  return {
    show(next) {
      if (next?.layer === shown.unit?.layer && next?.unit === shown.unit?.unit) return;
      shown.unit = next;
      options.onUnit(next && next.layer > 0 ? next : null);
      repaint();
    },
    choose(next) {
      shown.weight = next;
      options.onWeight(next);
      repaint();
    },
  };
}

/** @param {CanvasView} view @param {Shown} shown @param {Acts} acts */
function takePointer(view, shown, { show, choose }) {
  const { canvas } = view;
  view.on(canvas, "pointermove", (event) => {
    if (event.pointerType === "mouse") show(unitAt(shown.on, ...view.pixelOf(event)));
  });
  view.on(canvas, "pointerleave", (event) => {
    if (event.pointerType === "mouse") show(null);
  });
  view.on(canvas, "click", (event) => {
    const place = view.pixelOf(event);
    const at = unitAt(shown.on, ...place);
    if (!at) return choose(weightAt(shown.on, ...place));
    show(at);
    choose(at.layer > 0 ? biasOf(at) : null);
  });
  view.on(canvas, "blur", () => show(null));
}

/** @param {Unit} unit @returns {Weight} */
const biasOf = ({ layer, unit }) => ({ layer: layer - 1, source: null, target: unit });

/** @param {KeyboardEvent} event @param {Shown} shown @param {Acts} acts */
function takeKey(event, { net, unit, weight }, { show, choose }) {
  if (!net) return;
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (way) {
    event.preventDefault();
    show(unitBeside(net, unit ?? { layer: 1, unit: -1 }, way));
  } else if (event.key === "Enter" && unit) choose(biasOf(unit));
  else if ((event.key === "[" || event.key === "]") && unit)
    choose(weightBeside(net, unit, weight, event.key === "]" ? 1 : -1));
  else if (event.key === "Escape") choose(null);
}

/** @param {Network} net @param {Unit} from @param {number[]} way layers and units further @returns {Unit} */
function unitBeside(net, from, [layers = 0, units = 0]) {
  const layer = Math.min(Math.max(from.layer + layers, 1), net.layers.length - 1);
  const count = net.layers[layer] ?? 1;
  return { layer, unit: Math.min(Math.max(from.unit + units, 0), count - 1) };
}

/**
 * The next of what goes into a unit: its bias, then its weights.
 * @param {Network} net
 * @param {Unit} unit
 * @param {Weight | null} weight
 * @param {number} by
 * @returns {Weight}
 */
function weightBeside(net, unit, weight, by) {
  const sources = net.layers[unit.layer - 1] ?? 0;
  const mine = weight && weight.target === unit.unit && weight.layer === unit.layer - 1;
  const now = mine ? (weight.source ?? -1) : -1; // -1 is the bias
  const next = ((now + 1 + by + sources + 1) % (sources + 1)) - 1;
  return { ...biasOf(unit), source: next < 0 ? null : next };
}

/** @param {Shown} shown */
function valueOf({ net, weight }) {
  if (!net || !weight) return NaN;
  const { layer, source, target } = weight;
  return source === null
    ? (net.biases[biasIndex(net.layers, layer, target)] ?? NaN)
    : (net.weights[weightIndex(net.layers, layer, source, target)] ?? NaN);
}
/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("../math/network_layout.js").Layout} on
 * @param {Network} net
 * @param {Weight | null} chosen
 */
function paintWeights(context, on, net, chosen) {
  const [positive, negative, ring] = [token(SIGN.positive), token(SIGN.negative), token("--accent")];
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
