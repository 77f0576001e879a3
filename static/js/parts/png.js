/** A canvas as a file. */

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
export const pngOf = (canvas) =>
  new Promise((resolve) => canvas.toBlob((blob) => resolve(/** @type {Blob} */ (blob))));
