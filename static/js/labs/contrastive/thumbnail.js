/** The `contrastive` lab on the home page: pairs of views of three pictures. Nothing is trained for it. */

import { postForFrame } from "../../core/api.js";
import { token } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { tilesOf } from "../../core/pixels.js";
import { SIDE } from "../../parts/small_picture.js";
import { contextOf } from "../../parts/thumbnail.js";

const ROWS = 3; // pictures
const COLUMNS = 5; // the picture, then two pairs

/** @type {import("../../parts/thumbnail.js").Thumbnail} */
export async function thumbnail(canvas, signal) {
  const frames = await Promise.all(
    Array.from({ length: ROWS }, (_, row) =>
      postForFrame("/api/contrastive/views", { config: {}, picture: 3 * row + 1, pairs: 2 }, signal),
    ),
  );
  const context = contextOf(canvas);
  const gap = canvas.height / 30;
  const size = (canvas.height - (ROWS + 1) * gap) / ROWS;
  const left = (canvas.width - COLUMNS * size - (COLUMNS + 1) * gap) / 2;
  context.imageSmoothingEnabled = false;
  frames.forEach(({ arrays }, row) => {
    const views = tilesOf(arrays.views, SIDE);
    const tiles = [...tilesOf(arrays.original, SIDE), views[0], views[2], views[1], views[3]];
    tiles.forEach((tile, column) => {
      const [x, y] = [left + gap + column * (size + gap), gap + row * (size + gap)];
      if (tile) context.drawImage(tile, x, y, size, size);
      if (column > 0) return;
      context.strokeStyle = token("--accent");
      context.lineWidth = 4;
      context.strokeRect(x, y, size, size);
    });
  });
  return () => t("Three pictures, framed, and two pairs of views of each, drawn for this page");
}
