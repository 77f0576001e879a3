/** What the server understood of a visitor's table: its first rows, notes, and what it asks back. */

import { $, h } from "../core/dom.js";
import { number, sentences, t } from "../core/i18n.js";

/** @typedef {import("./own_table.js").Reading} Reading */

/** @type {Record<string, () => string>} */
const KINDS = { number: () => t("numbers"), index: () => t("row numbers"), text: () => t("text") };

/** @param {HTMLElement} root @param {Reading} reading @param {boolean} guessed whether the encoding is */
export function showReading(root, reading, guessed) {
  /** @type {HTMLInputElement} */ ($("[data-own-header]", root)).checked = reading.header;
  const names = reading.columns.map(({ name, kind }) =>
    h("th", { scope: "col" }, name, h("small", {}, KINDS[kind]?.() ?? "")),
  );
  const rows = reading.head.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell || "–"))));
  const head = h("thead", {}, h("tr", {}, ...names));
  $("[data-own-head]", root).replaceChildren(head, h("tbody", {}, ...rows));
  $("[data-own-notes]", root).textContent = sentences(notesOn(reading, guessed));
}

/** @param {Reading} reading @param {boolean} guessed */
function notesOn({ rows, passed_over: passedOver, decimal, head, doubtful, header }, guessed) {
  const marked = head.some((row) => row.some((cell) => /\d\.\d/.test(cell)));
  return [
    t("{count} rows.", { count: number(rows, 0) }),
    passedOver.length
      ? t("Passed over as titles or comments: line {lines}.", { lines: passedOver.slice(0, 8).join(t(", ")) })
      : "",
    doubtful && header
      ? t("The first row is taken for names, though it holds numbers. Untick below if it is a row of data.")
      : "",
    marked && decimal === "," ? t("The comma begins the decimals; here they are written with a point.") : "",
    guessed ? t("The encoding is a guess: look at the names.") : "",
  ];
}

/**
 * Where two readings fit, both are shown, and somebody says which.
 * @param {HTMLElement} dialog
 * @param {Reading["undecided"]} undecided
 * @param {boolean} said whether somebody has said it
 */
export function showQuestion(dialog, undecided, said) {
  const root = $("[data-own-decimal]", dialog);
  root.hidden = !undecided && !said;
  if (!undecided) return;
  $("[data-own-decimal-said]", dialog).textContent = t("“{cell}” can be read in two ways:", {
    cell: undecided.cell,
  });
  const comma = undecided.cell.includes(",");
  const [point, inCommas] = [{ value: undecided.point }, { value: undecided.comma }];
  const words = comma
    ? [
        t("{value}: the comma separates thousands", point),
        t("{value}: the comma begins the decimals", inCommas),
      ]
    : [
        t("{value}: the point begins the decimals", point),
        t("{value}: the point separates thousands", inCommas),
      ];
  root.querySelectorAll("label").forEach((label, i) => {
    /** @type {HTMLInputElement} */ ($("input", label)).checked = false;
    $("span", label).textContent = words[i] ?? "";
  });
}
