import assert from "node:assert/strict";
import { test } from "node:test";
import { saySmall } from "../../static/js/labs/detectors/words.js";

/**
 * @param {number} width of the picture
 * @param {number} height
 * @param {number} input_width as the network sees it
 * @param {number} input_height
 * @param {object} [joined]
 */
const said = (width, height, input_width, input_height, joined) =>
  saySmall(
    /** @type {any} */ ({
      photo: { width, height },
      output: {
        header: { transform: { input_width, input_height }, anchor_shapes: { scales: [20, 56, 150] } },
        joined,
      },
    }),
  );

test("an ordinary picture has no such sentence", () => {
  assert.equal(said(640, 480, 544, 408), "");
  assert.equal(said(192, 192, 192, 192), "");
});

test("a panorama says that objects are smaller than the anchors", () => {
  assert(
    /^For the network the picture is 544 × 61 px and its smallest anchor 20/.test(said(1600, 180, 544, 61)),
  );
  assert(/smaller than the anchors/.test(said(180, 1600, 61, 544)));
  assert(/64 × 48/.test(said(640, 480, 64, 48)));
});

test("a picture of few pixels says so", () => {
  assert(/^The picture has 30 × 20 px only and is stretched to 544 × 363 px/.test(said(30, 20, 544, 363)));
});

test("where two other networks go the roads nothing is said of ours", () => {
  assert.equal(said(1600, 180, 544, 61, { one: {}, two: {} }), "");
  assert.notEqual(said(1600, 180, 544, 61, { one: {} }), "");
});
