/** Claims about what a run measures on request: when its buttons can be pressed. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { AsksInParts } from "../../static/js/parts/asks_in_parts.js";

function measuring() {
  const button = { disabled: false, addEventListener: () => undefined };
  const data = { answers: true };
  const asks = new AsksInParts([/** @type {any} */ (button)], {
    session: { act: () => undefined, watched: false, pending: false },
    kindOf: () => "tune",
    works: [["tune", "tuned_parts"]],
    untrained: () => true,
    possible: () => data.answers,
    onBegin: () => undefined,
  });
  return { button, data, asks };
}
const FRAME = { header: { step: 3, labeled: true, tuned_parts: [4, 4] } };

test("what the data have no answer to cannot be asked, and can again once they have", () => {
  const { button, data, asks } = measuring();
  asks.goOn(FRAME, true);
  assert.equal(button.disabled, false);
  data.answers = false;
  asks.refresh();
  assert.equal(button.disabled, true);
  data.answers = true;
  asks.refresh();
  assert.equal(button.disabled, false);
});

test("another setting wakes no button of a run that is over, or that was asked already", () => {
  const { button, asks } = measuring();
  asks.goOn(FRAME, true);
  asks.begin("tune");
  asks.refresh();
  assert.equal(button.disabled, true);
  asks.goOn(FRAME, true);
  assert.equal(button.disabled, false);
  asks.end();
  asks.refresh();
  assert.equal(button.disabled, true);
});
