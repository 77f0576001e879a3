/**
 * The dialog for a visitor's own table: pasted or opened, shown as the server understands it before
 * anything is done with it. Ties templates/_own_table.html.
 */

import { ApiError, json, post } from "../core/api.js";
import { $, h } from "../core/dom.js";
import { number, onLanguage, sentences, t } from "../core/i18n.js";
import { newest } from "../core/newest.js";
import { showQuestion, showReading } from "./table_reading.js";

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

/** @typedef {{decimal: string | null, header: boolean | null}} Told what was said about a text */
/**
 * @typedef {object} OwnTableOptions
 * @property {string} url takes {text, decimal, header} and what the choice adds
 * @property {(reading: Reading, onChange: () => void) => Choice} choice which columns are used for what
 * @property {(answer: any) => void} onPoints
 */

const REST = 300; // milliseconds after the last key

/** @returns {Told} */
const nothingTold = () => ({ decimal: null, header: null });

class OwnTable {
  #options;
  #dialog = /** @type {HTMLDialogElement} */ ($("[data-own-dialog]"));
  #area = /** @type {HTMLTextAreaElement} */ ($("[data-own-text]", this.#dialog));
  #warning = $("[data-own-warning]", this.#dialog);
  #understood = $("[data-own-understood]", this.#dialog);
  /** @type {Opened | null} */
  #opened = null;
  #told = nothingTold();
  /** Of the text that is there now. @type {Reading | null} */
  #reading = null;
  /** @type {Choice | null} */
  #chosen = null;
  /** Whether it is to be used as soon as it is read. */
  #using = false;
  /** Whether the columns that were chosen are of the same text. */
  #kept = false;
  #readings;
  #uses;
  #texts;

  /** @param {OwnTableOptions} options */
  constructor(options) {
    this.#options = options;
    const fail = (/** @type {unknown} */ error) => this.#refused(error);
    this.#readings = newest({
      ask: (/** @type {Record<string, unknown>} */ table, signal) => post("/api/tables", table, signal),
      show: (/** @type {Reading} */ answer) => this.#understand(answer),
      fail,
    });
    this.#uses = newest({
      ask: (/** @type {Record<string, unknown>} */ table, signal) => post(options.url, table, signal),
      show: (answer) => {
        options.onPoints(answer);
        this.#dialog.close();
      },
      fail,
      act: true,
    });
    const opened = (/** @type {any} */ answer, /** @type {Picked} */ of) => this.#open(answer, of);
    this.#texts = newest({ ask: textOf, show: opened, fail, act: true });
    this.#wireText();
    this.#wireFile();
    this.#wireSaid();
    this.#dialog.addEventListener("close", () => {
      this.#using = false; // whoever closes it wants no points of it
      for (const one of [this.#uses, this.#readings, this.#texts]) one.drop();
    });
    onLanguage(() => {
      if (this.#reading) this.#understand(this.#reading);
    });
    $("[data-own-use]", this.#dialog).addEventListener("click", () => this.#use());
  }

  // --- What the visitor does ---------------------------------------------------------------------

  #wireText() {
    $("[data-own]").addEventListener("click", () => {
      this.#dialog.showModal();
      if (!this.#reading) this.#read();
    });
    this.#area.addEventListener("input", () => {
      this.#texts.drop(); // of a file that is still under way
      this.#forget();
      this.#read(REST);
    });
  }

  #wireFile() {
    const file = /** @type {HTMLInputElement} */ ($("[data-own-file]", this.#dialog));
    file.addEventListener("change", () => {
      const [picked] = file.files ?? [];
      this.#warning.textContent = "";
      if (picked) this.#texts.want({ file: picked, name: picked.name, encoding: "" });
      file.value = "";
    });
    $("[data-own-encoding]", this.#dialog).addEventListener("change", (event) => {
      const { value } = /** @type {HTMLSelectElement} */ (event.target);
      if (!this.#opened) return;
      const { bytes, name } = this.#opened;
      this.#texts.want({ file: bytes, name, encoding: value });
    });
    $("[data-own-file-forget]", this.#dialog).addEventListener("click", () => {
      this.#opened = null;
      this.#forget();
      this.#showFile();
      this.#read();
      this.#area.focus();
    });
  }

  /** What is said about the text: where its decimals begin, whether it has a header. */
  #wireSaid() {
    $("[data-own-decimal]", this.#dialog).addEventListener("change", (event) => {
      this.#told.decimal = /** @type {HTMLInputElement} */ (event.target).value;
      this.#read();
    });
    const header = /** @type {HTMLInputElement} */ ($("[data-own-header]", this.#dialog));
    header.addEventListener("change", () => {
      this.#told.header = header.checked;
      this.#read();
    });
  }

  // --- What is asked -----------------------------------------------------------------------------

  get #asked() {
    return { text: this.#opened ? this.#opened.text : this.#area.value, ...this.#told };
  }

  /** Another text: nothing is known of it yet. */
  #forget() {
    this.#told = nothingTold();
    this.#kept = false;
  }

  /** Read what is there now. @param {number} [rest] */
  #read(rest = 0) {
    this.#reading = null;
    this.#warning.textContent = "";
    this.#understood.setAttribute("aria-busy", "true"); // what is there is of an earlier text
    const table = this.#asked;
    if (table.text.trim()) this.#readings.want(table, rest);
    else {
      this.#readings.drop();
      this.#understood.hidden = true;
    }
  }

  #use() {
    this.#warning.textContent = "";
    this.#using = !this.#reading;
    if (this.#reading && this.#chosen) this.#uses.want({ ...this.#asked, ...this.#chosen.values() });
    else this.#read();
  }

  // --- What is answered --------------------------------------------------------------------------

  /** @param {Reading} answer */
  #understand(answer) {
    this.#reading = answer;
    const before = this.#kept ? (this.#chosen?.selects.map(({ value }) => value) ?? []) : [];
    const chosen = this.#options.choice(answer, () => this.#markColumns());
    this.#chosen = chosen;
    chosen.selects.forEach((select, i) => choose(select, before[i]));
    this.#kept = true;
    this.#understood.hidden = false;
    this.#understood.removeAttribute("aria-busy");
    showReading(this.#dialog, answer, this.#opened !== null && !this.#opened.sure);
    $("[data-own-columns]", this.#dialog).replaceChildren(...chosen.element);
    showQuestion(this.#dialog, answer.undecided, this.#told.decimal !== null);
    this.#markColumns();
    if (this.#using) this.#use();
  }

  /** @param {Omit<Opened, "name" | "bytes">} answer @param {Picked} of */
  #open(answer, { file, name }) {
    this.#opened = { ...answer, name, bytes: file };
    this.#forget();
    this.#showFile();
    this.#read();
  }

  /** @param {unknown} error */
  #refused(error) {
    this.#using = false;
    if (!(error instanceof ApiError)) throw error;
    this.#warning.textContent = error.message;
    this.#warning.scrollIntoView({ block: "nearest" });
    if (error.field === "decimal")
      /** @type {HTMLElement} */ (this.#dialog.querySelector("[name=own-decimal]"))?.focus();
  }

  #showFile() {
    const opened = this.#opened;
    this.#area.hidden = opened !== null;
    $("[data-own-file-said]", this.#dialog).hidden = opened === null;
    if (!opened) return;
    $("[data-own-file-name]", this.#dialog).textContent = opened.name;
    $("[data-own-encoding-row]", this.#dialog).hidden = opened.sure;
    const encodings = [opened.encoding, ...opened.others];
    const select = $("[data-own-encoding]", this.#dialog);
    select.replaceChildren(...encodings.map((name) => h("option", { value: name }, name)));
  }

  /** The columns that are used stand out in the first rows. */
  #markColumns() {
    const used = new Set(this.#chosen?.columns());
    for (const row of this.#dialog.querySelectorAll("[data-own-head] tr"))
      [...row.children].forEach((cell, i) => cell.classList.toggle("used", used.has(i)));
  }
}

/** @param {OwnTableOptions} options */
export function ownTable(options) {
  new OwnTable(options);
}

/** @typedef {{file: File | Blob, name: string, encoding: string}} Picked a file, and in what to read it */

/** What a file says, as text. @param {Picked} picked @param {AbortSignal} signal */
const textOf = ({ file, encoding }, signal) =>
  json(`/api/tables/text${encoding && `?encoding=${encoding}`}`, {
    method: "POST",
    body: file,
    headers: { "Content-Type": "application/octet-stream" },
    signal,
  });

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
  const named = names.map((name, i) => (name === String(i + 1) ? "" : name));
  return [...shortNames(named), ...units.flat()].join("|").slice(0, 200);
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
  const gaps = /rows with gaps, left out: (\d+)/.exec(text);
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
export const labelsText = (names) => shortNames(names).join("|");

const LETTERS = 40; // of a name in an address

/**
 * Names as an address holds them: short, without what parts them, and still apart.
 * @param {string[]} names
 */
function shortNames(names) {
  const taken = new Set([""]);
  return names.map((name) => {
    const letters = [...name.replaceAll("|", " ")];
    let short = letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join("")}…` : letters.join("");
    for (let again = 2; name && taken.has(short); again++)
      short = `${letters.slice(0, LETTERS - 5).join("")} (${again})`;
    taken.add(short);
    return short;
  });
}
