/** The `pretext` lab on the home page: three pictures, and each turned as the network gets it. */

import { postForFrame } from "../../core/api.js";
import { token } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { contextOf } from "../../parts/thumbnail.js";
import { puzzlesOf } from "./puzzles.js";

const ROWS = 3;
const COLUMNS = 4; // two pictures with their inputs

/** @type {import("../../parts/thumbnail.js").Thumbnail} */
export async function thumbnail(canvas, signal) {
  const answer = await postForFrame("/api/pretext/puzzles", { config: {} }, signal);
  const { inputs, originals } = puzzlesOf(answer, "");
  const context = contextOf(canvas);
  const gap = canvas.height / 30;
  const size = (canvas.height - (ROWS + 1) * gap) / ROWS;
  const left = (canvas.width - COLUMNS * size - (COLUMNS + 1) * gap) / 2;
  context.imageSmoothingEnabled = false;
  for (let i = 0; i < ROWS * 2; i++) {
    const [row, column] = [i >> 1, 2 * (i % 2)];
    [inputs[i]?.[0], originals[i]].forEach((tile, k) => {
      const [x, y] = [left + gap + (column + k) * (size + gap), gap + row * (size + gap)];
      if (tile) context.drawImage(tile, x, y, size, size);
      if (k === 0) return;
      context.strokeStyle = token("--accent");
      context.lineWidth = 4;
      context.strokeRect(x, y, size, size);
    });
  }
  return () => t("Six pictures as the network gets them, turned, and framed beside them upright");
}
