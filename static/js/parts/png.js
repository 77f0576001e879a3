/** A canvas as a file. */

import { t } from "../core/i18n.js";

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
export const pngOf = (canvas) =>
  new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(t("This picture cannot be saved."))))),
  );
