/** The home page's thumbnails, drawn from the same data as the labs. */

import { postForFrame } from "../core/api.js";
import { $ } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { lastPhoto, rememberPhoto } from "../core/photo.js";
import { tilesOf } from "../core/pixels.js";
import { STYLES, warm } from "../views/picture.js";
import { token } from "../core/dom.js";
import { plane } from "../math/plane.js";
import { paintLayers } from "../views/plot_paint.js";
import { fitLayers } from "../labs/fitting/layers.js";
import { thumbnailLayers } from "../labs/batchnorm/layers.js";
import { mapLayers } from "../labs/mlp/layers.js";
import { resultAt } from "../labs/nms/result.js";
import { pathLayers } from "../labs/regularization/layers.js";

/** @param {string} slug */
const thumbnail = (slug) => {
  const figure = $(`[data-thumbnail=${slug}]`);
  const canvas = /** @type {HTMLCanvasElement} */ (figure.querySelector("canvas"));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  return { canvas, context, note: $("[data-thumbnail-note]", figure) };
};

/** Fill the canvas with the photo; returns what turns photo pixels into the canvas's. */
function cover(
  /** @type {CanvasRenderingContext2D} */ context,
  /** @type {import("../core/photo.js").Photo} */ photo,
) {
  const { width, height } = context.canvas;
  const scale = Math.max(width / photo.width, height / photo.height);
  const [x, y] = [(width - photo.width * scale) / 2, (height - photo.height * scale) / 2];
  context.drawImage(photo.image, x, y, photo.width * scale, photo.height * scale);
  return { scale, x, y };
}

let visit = new AbortController(); // what is asked for in it ends when the page is left

async function main() {
  const { signal } = visit;
  await Promise.all(
    [
      showPhotoLabs,
      showFitting,
      showMlp,
      showBatchnorm,
      showRegularization,
      showCrossEntropy,
      showContrastive,
    ].map((show) => show(signal)),
  );
  if (!signal.aborted) document.documentElement.dataset.ready = "";
}

// Nobody looks any more: the server need not train for it. A page that comes back as it was left asks again.
addEventListener("pagehide", () => visit.abort());
addEventListener("pageshow", (event) => {
  if (!event.persisted || "ready" in document.documentElement.dataset) return;
  visit = new AbortController();
  void main();
});

/** @param {AbortSignal} signal */
async function showPhotoLabs(signal) {
  try {
    const { photo, lost } = await lastPhoto(signal);
    if (!lost) rememberPhoto(photo); // a lab opens with it, too; that another one is gone a lab has to say
    const frame = await postForFrame("/api/rpn/proposals", { image_id: photo.id }, signal);
    drawRpn(photo, frame);
    drawNms(photo, frame);
  } catch (error) {
    for (const slug of ["rpn", "nms"]) complain(slug, error, signal);
  }
}

/** @param {string} slug @param {unknown} error @param {AbortSignal} signal */
function complain(slug, error, signal) {
  if (signal.aborted) return;
  thumbnail(slug).note.textContent = error instanceof Error ? error.message : "";
}

/**
 * A lab's run after so many steps, as a plot on the thumbnail.
 * @param {AbortSignal} signal
 * @param {string} slug
 * @param {number} steps
 * @param {{x: [number, number], y: [number, number]}} range
 * @param {(frame: any) => {layers: import("../views/plot.js").Layer[], note: string}} draw
 * @param {Record<string, any>} [config] other settings than the lab’s
 */
async function showRun(signal, slug, steps, range, draw, config = {}) {
  const { canvas, context, note } = thumbnail(slug);
  try {
    const frame = await postForFrame(`/api/labs/${slug}/run`, { config, steps }, signal);
    const drawn = draw(frame);
    const on = plane({
      ...range,
      width: canvas.width,
      maxHeight: canvas.height,
      aspect: canvas.width / canvas.height,
      square: false,
      margins: { left: 0, right: 0, top: 0, bottom: 0 },
    });
    paintLayers(context, on, drawn.layers);
    note.textContent = drawn.note;
  } catch (error) {
    complain(slug, error, signal);
  }
}

const showFitting = (/** @type {AbortSignal} */ signal) =>
  showRun(signal, "fitting", 500, { x: [-1.05, 1.05], y: [-1.7, 1.7] }, (frame) => ({
    layers: fitLayers(frame, { singles: true, selected: -1, drawing: true }),
    note: t("{count} networks after {step} steps, trained for this picture", {
      count: number(frame.shapes.curves[0], 0),
      step: number(frame.header.step, 0),
    }),
  }));
const showMlp = (/** @type {AbortSignal} */ signal) =>
  showRun(signal, "mlp", 400, { x: [-1.4, 1.4], y: [-0.95, 0.8] }, (frame) => ({
    layers: mapLayers(frame, { look: "shares", all: true }),
    note: t("The mean of all networks after {step} steps, trained for this picture", {
      step: number(frame.header.step, 0),
    }),
  }));

const showBatchnorm = (/** @type {AbortSignal} */ signal) =>
  showRun(
    signal,
    "batchnorm",
    200,
    { x: [0, 1], y: [-0.12, 0.75] },
    (frame) => ({
      layers: thumbnailLayers(frame),
      note: t(
        "Training loss over {step} steps without BatchNorm (dashed) and with it in two places, trained for this picture",
        { step: number(frame.header.step, 0) },
      ),
    }),
    { seeds: 2 },
  );
const showRegularization = (/** @type {AbortSignal} */ signal) =>
  showRun(signal, "regularization", 200, { x: [-2, 2.9], y: [-1.25, 1] }, (frame) => ({
    layers: pathLayers(frame),
    note: t("{count} weights over 40 values of λ after {step} steps, trained for this picture", {
      count: frame.shapes.paths[1],
      step: number(frame.header.step, 0),
    }),
  }));
const showCrossEntropy = (/** @type {AbortSignal} */ signal) =>
  showRun(signal, "cross-entropy", 100, { x: [-0.7, 9.7], y: [-0.3, 1.05] }, ({ header, arrays }) => {
    const q = arrays.probabilities.subarray(0, 10);
    return {
      layers: Array.from(
        q,
        (share, digit) =>
          /** @type {import("../views/plot.js").Layer} */ ({
            type: "line",
            xs: [digit, digit],
            ys: [0, share],
            width: 14,
            color: digit === arrays.labels[0] ? "--role-train" : "--role-test",
          }),
      ),
      note: t(
        "The worst of {tested} test digits is a {label}: its ten probabilities after {step} steps, trained for this picture",
        { tested: header.tested, label: arrays.labels[0], step: number(header.step, 0) },
      ),
    };
  });

/** Pairs of views of three pictures, as many as there is room for: nothing is trained for it. */
async function showContrastive(/** @type {AbortSignal} */ signal) {
  const { canvas, context, note } = thumbnail("contrastive");
  try {
    const [side, rows] = [32, 3];
    const frames = await Promise.all(
      Array.from({ length: rows }, (_, picture) =>
        postForFrame("/api/contrastive/views", { config: {}, picture: 3 * picture + 1, pairs: 2 }, signal),
      ),
    );
    const gap = canvas.height / 30;
    const size = (canvas.height - (rows + 1) * gap) / rows;
    const columns = 5; // the picture, then two pairs
    const left = (canvas.width - columns * size - (columns + 1) * gap) / 2;
    context.imageSmoothingEnabled = false;
    frames.forEach(({ arrays }, row) => {
      const views = tilesOf(arrays.views, side);
      const tiles = [...tilesOf(arrays.original, side), views[0], views[2], views[1], views[3]];
      tiles.forEach((tile, column) => {
        const [x, y] = [left + gap + column * (size + gap), gap + row * (size + gap)];
        if (tile) context.drawImage(tile, x, y, size, size);
        if (column === 0) {
          context.strokeStyle = token("--accent");
          context.lineWidth = 4;
          context.strokeRect(x, y, size, size);
        }
      });
    });
    note.textContent = t("Three pictures, framed, and two pairs of views of each, drawn for this page");
  } catch (error) {
    complain("contrastive", error, signal);
  }
}

/** @param {import("../core/photo.js").Photo} photo @param {any} frame */
function drawRpn(photo, { header, arrays }) {
  const { context, note } = thumbnail("rpn");
  const { scale, x, y } = cover(context, photo);
  const { width: columns, height: rows, anchors_per_location: k } = header.feature_maps[0];
  const [w, h] = [(photo.width * scale) / columns, (photo.height * scale) / rows];
  let top = 0;
  for (const score of arrays.objectness) top = Math.max(top, score);
  context.globalAlpha = 0.75;
  for (let cell = 0; cell < rows * columns; cell++) {
    let best = 0;
    for (let a = 0; a < k; a++) best = Math.max(best, arrays.objectness[cell * k + a]);
    const [r, g, b] = warm(best / top);
    context.fillStyle = `rgb(${r} ${g} ${b})`;
    context.fillRect(x + (cell % columns) * w, y + Math.floor(cell / columns) * h, w + 1, h + 1);
  }
  context.globalAlpha = 1;
  note.textContent = t("Objectness at {count} anchors, live from shipped weights", {
    count: number(header.anchors.total, 0),
  });
}

/** @param {import("../core/photo.js").Photo} photo @param {any} frame */
function drawNms(photo, { arrays }) {
  const { context, note } = thumbnail("nms");
  const { scale, x, y } = cover(context, photo);
  const order = Int32Array.from(arrays.scores, (/** @type {number} */ _, /** @type {number} */ i) => i);
  const { kept, suppressed } = resultAt(
    { order, suppressedBy: arrays.suppressed_by },
    0.3,
    Math.min(60, order.length),
  );
  for (const [style, indices] of /** @type {[string, number[]][]} */ ([
    ["suppressed", suppressed],
    ["kept", kept.slice(0, 12)],
  ])) {
    const look = STYLES[style];
    if (!look) continue;
    context.strokeStyle = token(look.color);
    context.lineWidth = style === "kept" ? 4 : 1.5;
    context.setLineDash(look.dash ?? []);
    for (const i of indices) {
      const [x1, y1, x2, y2] = arrays.boxes.subarray(i * 4, i * 4 + 4);
      context.strokeRect(x + x1 * scale, y + y1 * scale, (x2 - x1) * scale, (y2 - y1) * scale);
    }
  }
  note.textContent = t("The best {all} boxes of the same network: {kept} kept, {suppressed} suppressed", {
    all: kept.length + suppressed.length,
    kept: kept.length,
    suppressed: suppressed.length,
  });
}

main();
