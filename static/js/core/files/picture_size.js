/** What a picture's first bytes say: its format and its size, before anything is decoded. */

/** @typedef {{kind: string, width: number, height: number}} Size */

export const HEAD = 256 * 1024; // bytes in which a phone's JPEG tells its size

/** @param {Uint8Array} bytes @param {number} at */
const two = (bytes, at) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
/** @param {Uint8Array} bytes @param {number} at */
const four = (bytes, at) => two(bytes, at) * 65536 + two(bytes, at + 2);
/** @param {Uint8Array} bytes @param {number} at */
const littleTwo = (bytes, at) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
/** @param {Uint8Array} bytes @param {number} at @param {number} end */
const text = (bytes, at, end) => String.fromCharCode(...bytes.subarray(at, end));

/**
 * The format of a picture, "" for any other file, and its size as it is stored, 0 where the first
 * bytes do not tell it.
 * @param {Uint8Array} head the first bytes of a file
 * @returns {Size}
 */
export function sizeOf(head) {
  const start = text(head, 0, 4);
  if (start.startsWith("\xff\xd8\xff")) return { kind: "jpeg", ...jpegSize(head) };
  if (start === "\x89PNG") return { kind: "png", width: four(head, 16), height: four(head, 20) };
  if (start === "GIF8") return { kind: "gif", width: littleTwo(head, 6), height: littleTwo(head, 8) };
  if (start === "RIFF" && text(head, 8, 12) === "WEBP") return { kind: "webp", width: 0, height: 0 };
  if (start === "PK\x03\x04" || start === "PK\x05\x06") return { kind: "zip", width: 0, height: 0 };
  return { kind: boxKind(head), width: 0, height: 0 };
}

/** AVIF and HEIC name themselves in their first box. @param {Uint8Array} head */
function boxKind(head) {
  if (text(head, 4, 8) !== "ftyp") return "";
  const brands = text(head, 8, Math.min(four(head, 0), 256));
  if (/avi[fs]/.test(brands)) return "avif";
  return /hei[cxms]|hev[cx]|mif1|msf1/.test(brands) ? "heic" : "";
}

/** The size in a JPEG's frame header, behind however many segments. @param {Uint8Array} head */
function jpegSize(head) {
  let at = 2;
  while (at + 9 < head.length) {
    if (head[at] !== 0xff) break;
    const marker = head[at + 1] ?? 0;
    if (marker === 0xff)
      at += 1; // a fill byte
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: two(head, at + 5), width: two(head, at + 7) };
    } else at += 2 + two(head, at + 2);
  }
  return { width: 0, height: 0 };
}

/**
 * Whether a file ends as its format says. A browser shows what there is of one that breaks off, and
 * would hand it on as whole.
 * @param {string} kind
 * @param {Uint8Array} tail the last bytes
 */
export function endsWell(kind, tail) {
  if (kind === "jpeg") return tail.some((byte, i) => byte === 0xff && tail[i + 1] === 0xd9);
  if (kind === "png") return text(tail, Math.max(0, tail.length - 64), tail.length).includes("IEND");
  return kind === "avif" || kind === "heic"; // which no browser decodes in part
}
