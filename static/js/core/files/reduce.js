/**
 * A large photo made smaller before it is sent: 12 MB over the Wi-Fi of a full room become half a
 * megabyte. Where this browser cannot do it truly, the file goes as it is, and the server reduces it.
 */

import { endsWell, HEAD, sizeOf } from "./picture_size.js";

/** @typedef {import("./picture_size.js").Size} Size */

const LARGE = 2 * 2 ** 20; // bytes
const MUCH_LONGER = 1.25; // times what is wanted
const MOST_PIXELS = 60e6; // that a phone's browser decodes: four bytes each
const TAIL = 4096; // bytes in which a file's end lies
const QUALITY = 0.92;
const PATTERN = 16; // pixels, of the picture by which a canvas is tried
// 2 x 1 pixels, and a tag that says: turn by 90°.
const TURNED =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAIBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z";

/** Pixels of the longer side that the server keeps, as its page says. */
const sideKept = () =>
  Number(/** @type {HTMLElement} */ (document.querySelector("[data-side]")).dataset.side);

/**
 * The photo upright and at most `side` long; or the file itself where it is small, breaks off, or
 * cannot be reduced here.
 * @param {Blob} file
 * @param {number} [side]
 * @returns {Promise<Blob>}
 */
export async function reduced(file, side = sideKept()) {
  const size = sizeOf(await bytesOf(file.slice(0, HEAD)));
  if (!isLarge(file, size, side) || !(await isWhole(file, size.kind)) || !(await canReduce())) return file;
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!bitmap) return file; // of a format that this browser cannot read: the server says what it is
  try {
    const small = await encoded(drawn(bitmap, side), size.kind);
    return small && (small.size < file.size || size.kind === "heic") ? small : file;
  } finally {
    bitmap.close();
  }
}

/** @param {Blob} part */
const bytesOf = async (part) => new Uint8Array(await part.arrayBuffer());

/** @param {Blob} file @param {Size} size @param {number} side */
function isLarge(file, { kind, width, height }, side) {
  if (kind === "heic") return true; // which many servers cannot read, and Safari can
  if (kind === "" || kind === "zip" || width * height > MOST_PIXELS) return false;
  return file.size > LARGE || Math.max(width, height) > MUCH_LONGER * side;
}

/** @param {Blob} file @param {string} kind */
async function isWhole(file, kind) {
  if (kind === "webp") {
    const head = await file.slice(4, 8).arrayBuffer();
    return new DataView(head).getUint32(0, true) + 8 <= file.size;
  }
  if (kind === "gif") return (await bytesOf(file.slice(-1)))[0] === 0x3b;
  return endsWell(kind, await bytesOf(file.slice(-TAIL)));
}

/** The bitmap on a canvas, in two steps where it is much larger: each averages well up to a half.
 * @param {ImageBitmap} bitmap @param {number} side */
function drawn(bitmap, side) {
  const share = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((length) =>
    Math.max(1, Math.round(length * share)),
  );
  if (!width || !height) return null;
  const twice = share < 0.5 ? canvasOf(bitmap, 2 * width, 2 * height) : null;
  return canvasOf(twice ?? bitmap, width, height);
}

/** @param {CanvasImageSource} source @param {number} width @param {number} height */
function canvasOf(source, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

/**
 * As PNG where nothing may be lost; else as JPEG, over white as the server shows it.
 * @param {HTMLCanvasElement | null} canvas @param {string} kind @returns {Promise<Blob | null>}
 */
function encoded(canvas, kind) {
  if (!canvas) return Promise.resolve(null);
  const lossless = kind === "png" || kind === "gif";
  const context = canvas.getContext("2d");
  if (context && !lossless) {
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  return new Promise((resolve) => canvas.toBlob(resolve, lossless ? "image/png" : "image/jpeg", QUALITY));
}

/** @type {Promise<boolean> | undefined} */
let tried;
/** Whether this browser turns photos as their tags say, and gives back what is drawn. */
const canReduce = () => (tried ??= turns().then((true_) => true_ && canvasIsTrue()));

/** An old browser leaves photos lying on their side. */
async function turns() {
  const file = new Blob([Uint8Array.from(atob(TURNED), (c) => c.charCodeAt(0))], { type: "image/jpeg" });
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const upright = bitmap.width === 1 && bitmap.height === 2;
    bitmap.close();
    return upright;
  } catch {
    return false;
  }
}

/** Browsers that guard against recognition change what is read from a canvas, a little or all of it. */
function canvasIsTrue() {
  const canvas = Object.assign(document.createElement("canvas"), { width: PATTERN, height: PATTERN });
  const context = canvas.getContext("2d");
  if (!context) return false;
  const known = new ImageData(PATTERN, PATTERN);
  known.data.forEach((_, i) => (known.data[i] = i % 4 === 3 ? 255 : (i * 37) % 256));
  context.putImageData(known, 0, 0);
  const read = context.getImageData(0, 0, PATTERN, PATTERN).data;
  return read.every((value, i) => value === known.data[i]);
}
