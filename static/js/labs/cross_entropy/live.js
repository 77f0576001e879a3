/** The two trainings: curves, reliability, and the worst digits with their probabilities. */

import { $, context2d, h, token } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { csvOf, median } from "../../math/series.js";
import { chart } from "../../views/chart.js";

/** @typedef {{header: any, arrays: Record<string, any>}} Live */
const MEASURES = 7; // rows of the history of one loss, see models/replicas/loss_comparison.py
const BINS = 10;
const SIDE = 8;
const LOOKS = [
  { name: t("cross-entropy"), color: "--role-train" },
  { name: t("squared error"), color: "--role-test", dash: [6, 4] },
];

/** Each loss with its band. @param {number} digits */
const banded = (digits) => ({
  lines: LOOKS.flatMap((look) => [
    { ...look, name: `${look.name} 10 %`, quiet: true },
    { ...look, digits },
    { ...look, name: `${look.name} 90 %`, quiet: true },
  ]),
  bands: LOOKS.map((look, i) => ({
    between: /** @type {[number, number]} */ ([3 * i, 3 * i + 2]),
    color: look.color,
  })),
});

/** @param {import("../../core/state.js").State} state */
export function livePart(state) {
  /** @type {Live | null} */
  let shown = null;
  const steps = t("training steps");
  const accuracies = chart($("[data-accuracies]"), {
    x: steps,
    y: t("accuracy"),
    height: 220,
    yRange: [0, 1.02],
    ...banded(3),
  });
  const losses = chart($("[data-losses]"), {
    x: steps,
    y: t("nats"),
    height: 220,
    yScale: "log",
    ...banded(3),
  });
  const norms = chart($("[data-norms]"), {
    x: steps,
    y: t("length"),
    height: 220,
    yScale: "log",
    lines: LOOKS.map((look) => ({ ...look, digits: 5 })),
  });
  const reliability = chart($("[data-reliability]"), {
    x: t("how sure"),
    y: t("how often right"),
    height: 220,
    xRange: [0, 1],
    yRange: [0, 1.02],
    lines: [
      {
        ...LOOKS[0],
        name: t("cross-entropy"),
        color: "--role-train",
        digits: 3,
        shape: "circle",
        spanGaps: true,
      },
      {
        ...LOOKS[1],
        name: t("squared error"),
        color: "--role-test",
        digits: 3,
        shape: "square",
        spanGaps: true,
      },
      { name: t("as sure as right"), color: "--gray-2", dash: [2, 4], digits: 2, width: 1 },
    ],
  });

  /** Row `measure` of both losses. @param {number} measure @returns {Float32Array[]} */
  const rowsOf = (measure) => {
    const { history, steps: moments } = /** @type {Live} */ (shown).arrays;
    const long = moments.length;
    return [0, 1].map((k) =>
      history.subarray((k * MEASURES + measure) * long, (k * MEASURES + measure + 1) * long),
    );
  };
  /** @param {number} first of low, middle and high */
  const bandOf = (first) => {
    const [low, middle, high] = [rowsOf(first), rowsOf(first + 1), rowsOf(first + 2)];
    return [/** @type {Live} */ (shown).arrays.steps, ...[0, 1].flatMap((k) => [low[k], middle[k], high[k]])];
  };
  /** Of the file: each measure of both losses, with its tenth and ninetieth percentile. */
  const columnNames = () => {
    const lengths = t("length of the gradient"); // the extractor reads no t() in a template literal
    return [
      ...[t("test accuracy"), t("cross-entropy on test digits, nats")].flatMap((measure) =>
        LOOKS.flatMap((look) =>
          ["10 %", "", "90 %"].map((part) => `${measure}, ${look.name}${part && `, ${part}`}`),
        ),
      ),
      ...LOOKS.map((look) => `${lengths}, ${look.name}`),
    ];
  };
  /** Median over the starts. @param {number} loss 0 or 1 @param {number} measure */
  const score = (loss, measure) => {
    const { scores } = /** @type {Live} */ (shown).arrays;
    const starts = scores.length / 6;
    return median(scores.subarray((loss * 3 + measure) * starts, (loss * 3 + measure + 1) * starts));
  };
  /** @param {number} loss */
  const slope = (loss) => {
    const { slopes } = /** @type {Live} */ (shown).arrays;
    return median([...slopes.subarray((loss * slopes.length) / 2, ((loss + 1) * slopes.length) / 2)]);
  };

  function sentence() {
    const { header } = /** @type {Live} */ (shown);
    const percent = (/** @type {number} */ v) => `${number(100 * v, 1)} %`;
    const words = [
      t(
        "After {step} steps, of {tested} test digits networks recognize {first} with cross-entropy and {second} with squared error.",
        {
          step: number(header.step, 0),
          tested: header.tested,
          first: percent(score(0, 0)),
          second: percent(score(1, 0)),
        },
      ),
    ];
    if (header.step > 0)
      words.push(
        t("Their last gradients have lengths {first} and {second}.", {
          first: number(slope(0), 4),
          second: number(slope(1), 4),
        }),
      );
    words.push(
      t("How sure and how right they are differ by {first} and {second} on average.", {
        first: percent(header.calibration[0]),
        second: percent(header.calibration[1]),
      }),
    );
    return sentences(words);
  }

  function drawReliability(/** @type {string} */ summary) {
    const { confidence, right, counts } = /** @type {Live} */ (shown).arrays;
    /** @type {[number, number | null, number | null, number][]} */
    const points = [
      [0, null, null, 0],
      [1, null, null, 1],
    ];
    for (let k = 0; k < 2; k++) {
      for (let b = k * BINS; b < (k + 1) * BINS; b++) {
        if (counts[b] > 0)
          points.push([confidence[b], k === 0 ? right[b] : null, k === 1 ? right[b] : null, confidence[b]]);
      }
    }
    points.sort((a, b) => a[0] - b[0]);
    reliability.update({
      columns: [0, 1, 2, 3].map((i) => points.map((point) => point[i] ?? null)),
      summary,
    });
    const told = LOOKS.map(
      (look, k) =>
        `${look.name} ${[...counts.subarray(k * BINS, (k + 1) * BINS)].map((n) => number(n, 0)).join(" · ")}`,
    );
    $("[data-counts]").textContent = t("Predictions in each tenth of being sure: {counts}", {
      counts: told.join("; "),
    });
  }

  function drawWorst() {
    const { pictures, labels, probabilities, losses: costs, entropies } = /** @type {Live} */ (shown).arrays;
    const count = labels.length / 2;
    const first = state.values.look === "squared" ? count : 0;
    const root = $("[data-worst]");
    const items = Array.from({ length: count }, (_, i) => {
      const at = first + i;
      const q = [...probabilities.subarray(10 * at, 10 * at + 10)];
      const guess = q.indexOf(Math.max(...q));
      const canvas = h("canvas", {
        role: "img",
        "aria-label": t("a picture of a {digit}", { digit: labels[at] }),
      });
      paint(canvas, pictures.subarray(64 * at, 64 * at + 64));
      const bars = h(
        "div",
        { class: "shares", "aria-hidden": "true" },
        ...q.map((value, digit) => {
          const bar = h("i", { class: digit === labels[at] ? "true" : null });
          bar.style.height = `${100 * value}%`;
          return bar;
        }),
      );
      const ticks = h(
        "div",
        { class: "ticks", "aria-hidden": "true" },
        ...q.map((_, digit) => h("span", { class: digit === labels[at] ? "true" : null }, digit)),
      );
      return h(
        "li",
        {},
        canvas,
        bars,
        ticks,
        h(
          "p",
          {},
          t("is {label}, taken for {guess} ({share})", {
            label: labels[at],
            guess,
            share: number(q[guess] ?? 0, 3),
          }),
        ),
        h(
          "p",
          {},
          t("loss {loss} nats, H(q) {entropy}", {
            loss: number(costs[at], 2),
            entropy: number(entropies[at], 2),
          }),
        ),
      );
    });
    root.replaceChildren(...items);
    const mean = [...costs.subarray(first, first + count)].reduce((a, b) => a + b, 0) / count;
    $("[data-worst-said]").textContent = t(
      "The cross-entropy of these ten is {mean} nats on average; of all {tested} test digits it is {all}.",
      {
        mean: number(mean, 2),
        tested: /** @type {Live} */ (shown).header.tested,
        all: number(firstLoss(), 3),
      },
    );
    for (const button of document.querySelectorAll("button[data-look]"))
      button.setAttribute("aria-pressed", String(button.getAttribute("data-look") === state.values.look));
  }
  /** Of the network whose digits are shown. */
  const firstLoss = () => {
    const { scores } = /** @type {Live} */ (shown).arrays;
    const starts = scores.length / 6;
    return scores[((state.values.look === "squared" ? 1 : 0) * 3 + 1) * starts];
  };

  /** @param {HTMLCanvasElement} canvas @param {Uint8Array} pixels 0 to 16 */
  function paint(canvas, pixels) {
    const context = context2d(canvas, 72, 72);
    context.fillStyle = token("--case");
    context.fillRect(0, 0, 72, 72);
    context.fillStyle = token("--ink");
    pixels.forEach((value, i) => {
      context.globalAlpha = value / 16;
      context.fillRect((i % SIDE) * 9, Math.floor(i / SIDE) * 9, 9, 9);
    });
  }

  function draw() {
    if (!shown) return;
    const summary = sentence();
    accuracies.update({ columns: bandOf(0), summary, marker });
    losses.update({ columns: bandOf(3), summary, marker });
    norms.update({ columns: [shown.arrays.steps, ...rowsOf(6)], summary, marker });
    drawReliability(summary);
    drawWorst();
    $("[data-live-said]").textContent = summary;
    /** @type {[string, string][]} */
    const figures = [0, 1].flatMap((k) => [
      [t("accuracy, {loss}", { loss: LOOKS[k]?.name ?? "" }), `${number(100 * score(k, 0), 1)} %`],
      [t("calibration error"), number(shown?.header.calibration[k], 3)],
    ]);
    figures.push([t("parameters"), number(shown.header.parameters, 0)]);
    $("[data-figures]").replaceChildren(
      ...figures.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    );
  }
  /** @type {number | null} */
  let marker = null;
  addEventListener("themechange", draw);

  return {
    /** @param {any} frame @param {boolean} past */
    show(frame, past) {
      shown = frame;
      marker = past ? frame.header.step : null;
      draw();
    },
    draw,
    header: () => shown?.header ?? null,
    toPng: () => accuracies.toPng(),
    toCsv: () =>
      shown ? csvOf([steps, ...columnNames()], [...bandOf(0), ...bandOf(3).slice(1), ...rowsOf(6)]) : "",
  };
}
