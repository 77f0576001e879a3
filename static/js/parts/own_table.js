/**
 * The dialog for a visitor's own table: pasted or opened, shown as the server understands it before
 * anything is done with it. Ties templates/_own_table.html.
 */

import { ApiError, json, post } from "../core/api.js";
import { $, h } from "../core/dom.js";
import { number, sentences, t } from "../core/i18n.js";
import { newest } from "../core/newest.js";

/** @typedef {{name: string, kind: "number" | "index" | "text", distinct: number}} Column */
/**
 * @typedef {object} Reading
 * @property {Column[]} columns
 * @property {string[][]} head
 * @property {number} rows
 * @property {"." | ","} decimal
 * @property {boolean} header
 * @property {boolean} doubtful
 * @property {{cell: string, point: number, comma: number} | null} undecided
 * @property {number[]} passed_over
 * @property {number | null} label the likeliest
 */
/**
 * @typedef {{name: string, bytes: Blob, text: string, encoding: string, sure: boolean, others: string[]}}
 *   Opened
 */
/**
 * @typedef {{element: HTMLElement[], selects: HTMLSelectElement[], values: () => Record<string, unknown>,
 *   columns: () => number[]}} Choice
 */

const REST = 300; // milliseconds after the last key
/** @type {Record<string, string>} */
const KINDS = { number: t("numbers"), index: t("row numbers"), text: t("text") };

/**
 * @param {object} options
 * @param {string} options.url takes {text, decimal, header} and what the choice adds
 * @param {(reading: Reading, onChange: () => void) => Choice} options.choice which columns are used for what
 * @param {(answer: any) => void} options.onPoints
 */
export function ownTable({ url, choice, onPoints }) {
  const dialog = /** @type {HTMLDialogElement} */ ($("[data-own-dialog]"));
  const area = /** @type {HTMLTextAreaElement} */ ($("[data-own-text]", dialog));
  const header = /** @type {HTMLInputElement} */ ($("[data-own-header]", dialog));
  const warning = $("[data-own-warning]", dialog);
  const understood = $("[data-own-understood]", dialog);
  /** @type {Opened | null} */
  let opened = null;
  /** @type {{decimal: string | null, header: boolean | null}} what was said about this text */
  let told = { decimal: null, header: null };
  /** @type {Reading | null} of the text that is there now */
  let reading = null;
  /** @type {Choice | null} */
  let chosen = null;
  let using = false; // as soon as the table is read
  let kept = false; // the columns that were chosen: they are of the same text

  const asked = () => ({ text: opened ? opened.text : area.value, ...told });

  const readings = newest({
    ask: (/** @type {ReturnType<typeof asked>} */ table, signal) => post("/api/tables", table, signal),
    show: (/** @type {Reading} */ answer) => {
      reading = answer;
      const before = kept ? (chosen?.selects.map(({ value }) => value) ?? []) : [];
      chosen = choice(answer, () => markColumns());
      chosen.selects.forEach((select, i) => choose(select, before[i]));
      kept = true;
      showReading(answer);
      if (using) use();
    },
    fail: refused,
  });
  const uses = newest({
    ask: (/** @type {Record<string, unknown>} */ table, signal) => post(url, table, signal),
    show: (answer) => {
      onPoints(answer);
      dialog.close();
    },
    fail: refused,
    same: () => false,
  });
  const texts = newest({
    ask: (/** @type {{file: File | Blob, name: string, encoding: string}} */ { file, encoding }, signal) =>
      json(`/api/tables/text${encoding && `?encoding=${encoding}`}`, {
        method: "POST",
        body: file,
        headers: { "Content-Type": "application/octet-stream" },
        signal,
      }),
    show: (answer, { file, name }) => {
      opened = { ...answer, name, bytes: file };
      forget();
      showFile();
      read();
    },
    fail: refused,
    same: () => false,
  });

  /** @param {unknown} error */
  function refused(error) {
    using = false;
    if (!(error instanceof ApiError)) throw error;
    warning.textContent = error.message;
    warning.scrollIntoView({ block: "nearest" });
    if (error.field === "decimal")
      /** @type {HTMLElement} */ (dialog.querySelector("[name=own-decimal]"))?.focus();
  }

  /** Another text: nothing is known of it yet. */
  function forget() {
    told = { decimal: null, header: null };
    kept = false;
  }

  /** Read what is there now. @param {number} [rest] */
  function read(rest = 0) {
    reading = null;
    warning.textContent = "";
    understood.setAttribute("aria-busy", "true"); // what is there is of an earlier text
    const table = asked();
    if (table.text.trim()) readings.want(table, rest);
    else {
      readings.drop();
      understood.hidden = true;
    }
  }

  function use() {
    warning.textContent = "";
    using = !reading;
    if (reading && chosen) uses.want({ ...asked(), ...chosen.values() });
    else read();
  }

  function showFile() {
    area.hidden = opened !== null;
    $("[data-own-file-said]", dialog).hidden = opened === null;
    if (!opened) return;
    $("[data-own-file-name]", dialog).textContent = opened.name;
    $("[data-own-encoding-row]", dialog).hidden = opened.sure;
    const select = $("[data-own-encoding]", dialog);
    select.replaceChildren(
      ...[opened.encoding, ...opened.others].map((name) => h("option", { value: name }, name)),
    );
  }

  /** @param {Reading} answer */
  function showReading(answer) {
    understood.hidden = false;
    understood.removeAttribute("aria-busy");
    header.checked = answer.header;
    $("[data-own-head]", dialog).replaceChildren(
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...answer.columns.map(({ name, kind }) =>
            h("th", { scope: "col" }, name, h("small", {}, KINDS[kind] ?? "")),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        ...answer.head.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell || "–")))),
      ),
    );
    $("[data-own-notes]", dialog).textContent = sentences(notesOn(answer));
    $("[data-own-columns]", dialog).replaceChildren(...(chosen?.element ?? []));
    showQuestion(answer);
    markColumns();
  }

  /** @param {Reading} answer */
  function notesOn({ rows, passed_over, decimal, head, doubtful, header: named }) {
    const marked = head.some((row) => row.some((cell) => /\d\.\d/.test(cell)));
    return [
      t("{count} rows.", { count: number(rows, 0) }),
      passed_over.length
        ? t("Passed over as titles or comments: line {lines}.", { lines: passed_over.slice(0, 8).join(", ") })
        : "",
      doubtful && named
        ? t("The first row is taken for names, though it holds numbers. Untick below if it is a row of data.")
        : "",
      marked && decimal === ","
        ? t("The comma begins the decimals; here they are written with a point.")
        : "",
      opened && !opened.sure ? t("The encoding is a guess: look at the names.") : "",
    ];
  }

  /** Where two readings fit, both are shown, and somebody says which. @param {Reading} answer */
  function showQuestion({ undecided }) {
    const root = $("[data-own-decimal]", dialog);
    root.hidden = !undecided && told.decimal === null;
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

  /** The columns that are used stand out in the first rows. */
  function markColumns() {
    const used = new Set(chosen?.columns());
    for (const row of dialog.querySelectorAll("[data-own-head] tr")) {
      [...row.children].forEach((cell, i) => cell.classList.toggle("used", used.has(i)));
    }
  }

  $("[data-own]").addEventListener("click", () => {
    dialog.showModal();
    if (!reading) read();
  });
  area.addEventListener("input", () => {
    texts.drop(); // of a file that is still under way
    forget();
    read(REST);
  });
  const file = /** @type {HTMLInputElement} */ ($("[data-own-file]", dialog));
  file.addEventListener("change", () => {
    const [picked] = file.files ?? [];
    warning.textContent = "";
    if (picked) texts.want({ file: picked, name: picked.name, encoding: "" });
    file.value = "";
  });
  $("[data-own-encoding]", dialog).addEventListener("change", (event) => {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    if (opened) texts.want({ file: opened.bytes, name: opened.name, encoding: value });
  });
  $("[data-own-file-forget]", dialog).addEventListener("click", () => {
    opened = null;
    forget();
    showFile();
    read();
    area.focus();
  });
  $("[data-own-decimal]", dialog).addEventListener("change", (event) => {
    told = { ...told, decimal: /** @type {HTMLInputElement} */ (event.target).value };
    read();
  });
  header.addEventListener("change", () => {
    told = { ...told, header: header.checked };
    read();
  });
  dialog.addEventListener("close", () => {
    using = false; // whoever closes it wants no points of it
    for (const one of [uses, readings, texts]) one.drop();
  });
  $("[data-own-use]", dialog).addEventListener("click", use);
}

/** @param {HTMLSelectElement} select @param {string | undefined} value if there is such an option */
function choose(select, value) {
  if (![...select.options].some((option) => option.value === value)) return;
  select.value = value ?? "";
  select.dispatchEvent(new Event("change"));
}

/**
 * A chooser of one column.
 * @param {string} label
 * @param {{value: number | string, name: string}[]} options
 * @param {number | string} value
 * @param {() => void} onChange
 */
export function columnChooser(label, options, value, onChange) {
  const select = h(
    "select",
    { class: "field short" },
    ...options.map((one) => h("option", { value: one.value, selected: one.value === value }, one.name)),
  );
  select.addEventListener("change", onChange);
  return { element: h("label", {}, `${label} `, select), select };
}

/**
 * Names and units of two axes as text for the address.
 * @param {string[]} names
 * @param {number[][]} units offset and scale of each
 */
export function axesText(names, units) {
  const short = names.map((name, i) =>
    name === String(i + 1) ? "" : name.replaceAll("|", " ").slice(0, 40),
  );
  return [...short, ...units.flat()].join("|").slice(0, 200);
}

/**
 * The reverse; null for what is none.
 * @param {string} text
 * @param {[string, string]} plain what axes without a name are called
 * @returns {[import("../core/axis.js").Unit, import("../core/axis.js").Unit] | null}
 */
export function unitsOf(text, plain) {
  const parts = text.split("|");
  const [x0 = 0, x1 = 1, y0 = 0, y1 = 1] = parts.slice(2).map(Number);
  if (
    !text ||
    ![2, 6].includes(parts.length) ||
    ![x0, x1, y0, y1].every(Number.isFinite) ||
    !(x1 > 0 && y1 > 0)
  )
    return null;
  return [
    { name: parts[0] || plain[0], offset: x0, scale: x1 },
    { name: parts[1] || plain[1], offset: y0, scale: y1 },
  ];
}

/**
 * What was left out of the visitor's table, in words; from the setting that links carry.
 * @param {HTMLElement} root
 * @param {Record<string, any>} values
 */
export function sayReading(root, { data, reading }) {
  const text = data === "own" ? String(reading) : "";
  const gaps = /(\d+) rows with gaps/.exec(text);
  const sample = /sample of (\d+) of (\d+) rows/.exec(text);
  root.textContent = sentences([
    gaps ? t("Rows with gaps, left out of your table: {count}.", { count: number(Number(gaps[1]), 0) }) : "",
    sample
      ? t("Of the {all} rows without gaps a random sample of {count} is used.", {
          all: number(Number(sample[2]), 0),
          count: number(Number(sample[1]), 0),
        })
      : "",
  ]);
  root.hidden = root.textContent === "";
}

/** @param {string[]} names of classes, as text for the address */
export const labelsText = (names) => names.map((name) => name.replaceAll("|", " ").slice(0, 40)).join("|");
