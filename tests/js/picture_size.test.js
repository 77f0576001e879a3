import assert from "node:assert/strict";
import { test } from "node:test";

import { endsWell, sizeOf } from "../../static/js/core/files/picture_size.js";

const bytes = (/** @type {(string | number[])[]} */ ...parts) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : part)),
  );

const frame = [0xff, 0xc0, 0, 11, 8, 0x10, 0xbc, 0x16, 0x50, 1]; // 4284 high, 5712 wide
const thumbnail = [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 120, 0, 160, 1, 1];
const exif = [0xff, 0xe1, 0, thumbnail.length + 2, ...thumbnail];

test("a JPEG tells its size behind its metadata, fill bytes and tables, whose thumbnail is not met", () => {
  const tables = [0xff, 0xc4, 0, 4, 1, 2];
  const head = bytes([0xff, 0xd8], exif, [0xff, 0xff, 0xff], tables, frame, [0, 0, 0]);
  assert.deepEqual(sizeOf(head), { kind: "jpeg", width: 5712, height: 4284 });
});

test("a JPEG whose header is longer than what is looked at has no size yet", () => {
  assert.deepEqual(sizeOf(bytes([0xff, 0xd8, 0xff, 0xe1, 0x7f, 0xff, 0, 0, 0, 0, 0, 0])), {
    kind: "jpeg",
    width: 0,
    height: 0,
  });
});

test("the other formats are known by their first bytes", () => {
  const png = bytes("\x89PNG\r\n\x1a\n", [0, 0, 0, 13], "IHDR", [0, 1, 0, 0, 0, 0, 2, 0]);
  assert.deepEqual(sizeOf(png), { kind: "png", width: 65536, height: 512 });
  assert.deepEqual(sizeOf(bytes("GIF89a", [1, 2, 3, 0])), { kind: "gif", width: 513, height: 3 });
  for (const [head, kind] of /** @type {[Uint8Array, string][]} */ ([
    [bytes("RIFF", [0, 0, 0, 0], "WEBPVP8 "), "webp"],
    [bytes("RIFF", [0, 0, 0, 0], "WAVEfmt "), ""],
    [bytes([0, 0, 0, 24], "ftypavif", [0, 0, 0, 0], "mif1miaf"), "avif"],
    [bytes([0, 0, 0, 24], "ftypmif1", [0, 0, 0, 0], "mif1avif"), "avif"],
    [bytes([0, 0, 0, 24], "ftypheic", [0, 0, 0, 0], "mif1heic"), "heic"],
    [bytes([0, 0, 0, 24], "ftypisom", [0, 0, 0, 0], "mp41mp42"), ""],
    [bytes("PK\x03\x04", [0, 0]), "zip"],
    [bytes("words"), ""],
    [bytes(), ""],
  ]))
    assert.equal(sizeOf(head).kind, kind);
});

test("a file that breaks off does not end well", () => {
  assert.equal(endsWell("jpeg", bytes([1, 2, 0xff, 0xd9])), true);
  assert.equal(endsWell("jpeg", bytes([1, 0xff, 0xd9], [0, 0, 0])), true); // with something behind it
  assert.equal(endsWell("jpeg", bytes([1, 2, 0xff])), false);
  assert.equal(endsWell("png", bytes([0, 0, 0, 0], "IEND", [1, 2, 3, 4])), true);
  assert.equal(endsWell("png", bytes("IDAT", [1, 2, 3])), false);
});
