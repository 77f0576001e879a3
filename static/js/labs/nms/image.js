/** A visitor's picture to lie under the boxes of a file: it never leaves the browser. */

import { ApiError } from "../../core/api.js";
import { h, token } from "../../core/dom.js";
import { t } from "../../core/i18n.js";

const MOST_SIDE = 2000; // pixels; more than any stage shows, and a phone's photo fits into memory

/** The dark ground of a picture that is not here: boxes stand out on it as on a photo. */
export function plainGround() {
  const canvas = h("canvas", { width: 2, height: 2 });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = token("--plain-ground");
  context.fillRect(0, 0, 2, 2);
  return canvas;
}

/**
 * Its pixels, turned as its camera says, and its own width and height.
 * @param {File} file
 * @returns {Promise<{canvas: HTMLCanvasElement, width: number, height: number}>}
 */
export async function decodedImage(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new ApiError("bad_picture", () =>
      t("“{file}” is no picture that this browser can show.", { file: file.name }),
    );
  }
  const { width, height } = bitmap;
  const share = Math.min(1, MOST_SIDE / Math.max(width, height));
  const canvas = h("canvas", {
    width: Math.max(1, Math.round(width * share)),
    height: Math.max(1, Math.round(height * share)),
  });
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(
    bitmap,
    0,
    0,
    canvas.width,
    canvas.height,
  );
  bitmap.close();
  return { canvas, width, height };
}
