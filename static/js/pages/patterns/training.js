/** The pattern book's second half: what training labs are drawn with. The numbers are made up. */

import { $ } from "../../core/dom.js";
import { drawn, t } from "../../core/i18n.js";
import { chart } from "../../views/chart.js";
import { plot } from "../../views/plot.js";
import { runbar } from "../../views/runbar.js";
import { ROLES } from "../../views/marks.js";

/** Draws that are the same at every visit. */
export function draws(seed = 7) {
  return () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
}

export function showTraining() {
  showChart();
  showFit();
  showBoundary();
  showSign();
  showBar();
}

function showChart() {
  const steps = Array.from({ length: 160 }, (_, i) => Math.round(10 ** (i / 45)));
  const wave = (/** @type {number} */ i) => Math.sin(i / 5) * 0.06;
  const train = steps.map((s, i) => (0.9 / (1 + s / 25) + 0.011) * (1 + wave(i)));
  const test = steps.map((s, i) =>
    i > 60 && i < 68 ? null : 0.9 / (1 + s / 22) + 0.04 + (s / 3500) * 0.09 + wave(i) * 0.05,
  );
  const scaled = (/** @type {(number | null)[]} */ ys, /** @type {number} */ k) =>
    ys.map((y) => (y === null ? null : y * k));
  const view = chart($("[data-pattern=chart-bands]"), () => ({
    x: t("training step"),
    y: t("error"),
    height: 280,
    xScale: "log",
    yScale: "log",
    lines: [
      { name: t("training"), color: ROLES.train.color, digits: 3 },
      { name: t("test"), color: ROLES.test.color, digits: 3, dash: [2, 3] },
      ...["low", "high"].map((name) => ({ name, color: ROLES.test.color, quiet: true })),
      {
        name: t("checkpoints"),
        color: ROLES.validation.color,
        digits: 3,
        width: 0,
        shape: /** @type {const} */ ("diamond"),
      },
    ],
    bands: [{ between: [2, 3], color: ROLES.test.color }],
  }));
  const checkpoints = test.map((y, i) => (i % 20 === 10 && y ? y * 1.1 : null));
  const columns = [steps, train, test, scaled(test, 0.75), scaled(test, 1.3), checkpoints];
  drawn(() =>
    view.update({
      columns,
      marks: [{ x: 260, label: t("best test error"), color: ROLES.test.color, dash: [5, 4] }],
      rules: [{ y: 0.0105, label: t("irreducible noise") }],
      here: { x: 1200, y: test[138] ?? 0.1, label: t("you are here") },
      summary: t("Training error falls all the time; test error rises again."),
    }),
  );
}

function showFit() {
  const random = draws();
  const truth = (/** @type {number} */ x) => Math.sin(3 * x) * 0.8;
  const x = Array.from({ length: 18 }, (_, i) => -1.9 + (3.8 * i) / 17);
  const y = x.map((v) => truth(v) + (random() - 0.5) * 0.5);
  const tests = Array.from({ length: 14 }, () => -1.9 + 3.8 * random());
  const testsY = tests.map((v) => truth(v) + (random() - 0.5) * 0.5);
  const xs = Array.from({ length: 241 }, (_, i) => -2 + i / 60);
  let selected = 4;
  const view = plot($("[data-pattern=plot-fit]"), {
    x: [-2, 2],
    y: [-1.6, 1.6],
    xLabel: "x",
    yLabel: "y",
    maxHeight: () => 460,
    onSelect: (index) => {
      selected = index;
      draw();
    },
    onDrag: (index, px, py) => {
      [x[index], y[index]] = [px, py];
      draw();
    },
  });
  const fitted = (/** @type {number} */ at) => {
    let [sum, weights] = [0, 0];
    x.forEach((px, i) => {
      const w = Math.exp(-((px - at) ** 2) / 0.03);
      sum += w * (y[i] ?? 0);
      weights += w;
    });
    return sum / weights;
  };
  function draw() {
    const ys = xs.map(fitted);
    view.update({
      summary: t("A wavy curve through {count} points.", { count: x.length }),
      layers: [
        { type: "band", xs, lo: ys.map((v) => v - 0.18), hi: ys.map((v) => v + 0.18), color: "--accent" },
        {
          type: "line",
          xs,
          ys: xs.map(truth),
          color: "--gray-2",
          width: 1.5,
          dash: [6, 5],
          label: t("the truth"),
          labelAt: 0.06,
        },
        { type: "line", xs, ys, color: "--accent", width: 2.75, label: t("the fit") },
        { type: "points", x: tests, y: testsY, role: "test", size: 4.5 },
        { type: "points", x: [-1.2, 0.3, 1.4], y: [-0.2, 0.95, -0.9], role: "validation" },
        { type: "points", x, y, role: "train", draggable: true, selected },
        { type: "label", x: x[11] ?? 0, y: y[11] ?? 0, text: t("an outlier"), leader: [36, -44] },
      ],
    });
  }
  drawn(draw);
}

function showBoundary() {
  const random = draws(11);
  const [rows, columns] = [64, 64];
  const centers = [
    [-0.9, -0.7],
    [0.9, -0.8],
    [0, 0.95],
    [0.05, -0.1],
  ];
  const values = new Float32Array(4 * rows * columns);
  const most = new Float32Array(rows * columns);
  for (let i = 0; i < rows * columns; i++) {
    const [px, py] = [
      -2 + ((i % columns) / (columns - 1)) * 4,
      -2 + (Math.floor(i / columns) / (rows - 1)) * 4,
    ];
    const powers = centers.map(
      ([cx = 0, cy = 0], c) => Math.exp(-((px - cx) ** 2 + (py - cy) ** 2) / (c === 3 ? 0.12 : 0.5)) + 1e-3,
    );
    const sum = powers.reduce((a, b) => a + b, 0);
    powers.forEach((power, c) => (values[c * rows * columns + i] = power / sum));
    most[i] = (powers[0] ?? 0) / sum;
  }
  const category = Array.from({ length: 120 }, (_, i) => i % 4);
  const around = (/** @type {number} */ axis) =>
    category.map((c) => (centers[c]?.[axis] ?? 0) + (random() + random() - 1) * (c === 3 ? 0.4 : 0.75));
  const [x, y] = [around(0), around(1)];
  const [xLabel, yLabel] = ["x₁", "x₂"];
  const side = /** @type {[number, number]} */ ([-2, 2]);
  const look = { x: side, y: side, square: true, xLabel, yLabel, maxHeight: () => 520 };
  const view = plot($("[data-pattern=plot-boundary]"), look);
  /** @type {import("../../views/plot.js").Layer[]} */
  const layers = [
    { type: "heat", ramp: "classes", values, rows, columns },
    { type: "contour", values: most, rows, columns, level: 0.5 },
    { type: "points", x: x.slice(0, 80), y: y.slice(0, 80), category: category.slice(0, 80) },
    { type: "points", x: x.slice(80), y: y.slice(80), category: category.slice(80), role: "test" },
  ];
  drawn(() => view.update({ layers, summary: t("Four classes and the regions that a network gives them.") }));
}

function showSign() {
  const [rows, columns] = [48, 48];
  const raw = Float32Array.from({ length: rows * columns }, (_, i) => {
    const [px, py] = [
      ((i % columns) / (columns - 1)) * 4 - 2,
      (Math.floor(i / columns) / (rows - 1)) * 4 - 2,
    ];
    return Math.tanh(1.1 * px + 0.8 * py + 0.6 * Math.sin(2 * px));
  });
  const root = $("[data-pattern=plot-sign]");
  const view = plot(root, { x: [-2, 2], y: [-2, 2], square: true, maxHeight: () => 380 });
  /** @type {import("../../views/plot.js").Layer[]} */
  const layers = [
    { type: "heat", ramp: "sign", values: Uint8Array.from(raw, (v) => 128 + v * 127), rows, columns },
    { type: "contour", values: raw, rows, columns, level: 0 },
    { type: "arrow", from: [0, 0], to: [0.95, 0.75], label: "w" },
  ];
  drawn(() =>
    view.update({ layers, summary: t("Positive at the upper right, negative at the lower left.") }),
  );
}

function showBar() {
  const pace = paceOfPage({ speed: 5, fps: 30, run: "" });
  let [step, timer] = [0, 0];
  /** @type {number | null} */
  let share = null;
  const show = () =>
    bar.update({
      phase: timer ? "running" : step ? "paused" : "ready",
      error: null,
      line: null,
      runId: null,
      live: [],
      share,
      step,
      shownStep: share === null ? step : Math.round(share * step),
      frames: Math.max(1, step),
      stood: false,
      awaits: false,
      own: false,
      anew: [],
      framesPerSecond: timer ? pace.values.fps : 0,
    });
  const go = () => {
    step += pace.values.speed;
    show();
  };
  const pause = () => {
    clearInterval(timer);
    timer = 0;
    show();
  };
  const session = {
    play: () => {
      share = null;
      timer = window.setInterval(go, 1000 / pace.values.fps);
      show();
    },
    pause,
    step: go,
    reset: () => {
      step = 0;
      pause();
    },
    again: () => {},
    dice: () => {},
    scrub: (/** @type {number | null} */ to) => {
      share = to;
      pause();
    },
    ownAddress: () => "?",
  };
  const bar = runbar($("[data-run]"), { pace, session });
  drawn(show);
}

/** A page's state without an address. @param {Record<string, any>} values */
function paceOfPage(values) {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  return {
    values,
    set: (/** @type {Record<string, any>} */ changes) => {
      Object.assign(values, changes);
      for (const listener of listeners) listener();
    },
    subscribe: (/** @type {() => void} */ listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
