import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "../../static/js/core/wire.js";

const TYPES = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
];

test("every type of array comes back as it went, at every length of header", () => {
  for (let letters = 0; letters < 40; letters++) {
    const arrays = Object.fromEntries(
      TYPES.map((Type, i) => [
        `a${i}`,
        { values: new Type([0, 1, 2, 3, 4].slice(0, i % 6)), shape: [i % 6] },
      ]),
    );
    const note = "é".repeat(letters);
    const back = decode(encode({ note }, /** @type {any} */ (arrays)));
    assert.deepEqual(back.header, { note });
    for (const [name, { values, shape }] of Object.entries(arrays)) {
      assert.deepEqual(back.arrays[name], values);
      assert.deepEqual(back.shapes[name], shape);
    }
  }
});

test("arrays begin on 8 bytes, so that they are views and not copies", () => {
  const frame = encode(
    { x: 1 },
    {
      a: { values: new Uint8Array(3), shape: [3] },
      b: { values: new Float64Array([Math.PI, 2]), shape: [1, 2] },
    },
  );
  const { arrays } = decode(frame);
  assert.equal(arrays.b.byteOffset % 8, 0);
  assert.equal(arrays.b.buffer, frame);
  assert.equal(arrays.b[0], Math.PI);
});

test("no arrays at all is a frame, too", () => {
  assert.deepEqual(decode(encode({ empty: true }, {})), {
    header: { empty: true },
    arrays: {},
    shapes: {},
    rows: {},
  });
});
