/**
 * What a presenter hands out: each phone its own value of a setting, or a photo to take. The results, which
 * are the server's, land on one chart.
 */

import { configOf } from "../core/controls.js";
import { $, download, token } from "../core/dom.js";
import { number, sentences, t } from "../core/i18n.js";
import { inWords } from "../core/room/guest_question.js";
import { onPresenting } from "../core/room/room.js";
import { csvOf } from "../math/series.js";
import { chart } from "../views/chart.js";
import { VARIANTS } from "../views/marks.js";
import { handedPhotos } from "./handed_photos.js";
import { pngOf } from "./png.js";

/** @typedef {Record<string, string>} Wording by language */
/**
 * @typedef {object} Handed as app/rooms/handed.py and app/rooms/photos.py tell it to a presenter
 * @property {number} number
 * @property {string} lab
 * @property {Wording} field
 * @property {{title: Wording, digits: number}[]} measures
 * @property {number} [steps] of a training
 * @property {"photos"} [kind]
 * @property {number} [objects] that are marked, of photos
 * @property {number} [failed] photos that nothing came of
 * @property {import("./handed_photos.js").RoomPhoto[]} [photos] that the room may see
 * @property {boolean} log
 * @property {[number, number[] | Wording | null, number][]} points value, result, phones
 * @property {number} phones
 * @property {number} done
 */

const SHAPES = /** @type {const} */ (["circle", "square", "triangle", "diamond"]);

/** @param {{slug: string, state: import("../core/state.js").State, configOf?: (values: any) => any}} tools */
export function wireHandOut(tools) {
  const panel = $("[data-handed]");
  const gallery = handedPhotos(panel);
  /** @type {import("../core/room/presenter.js").PresenterPage | null} */
  let page = null;
  /** @type {Handed | null} */
  let handed = null;
  /** @type {{number: number, view: ReturnType<typeof chart>} | null} */
  let drawn = null;

  onPresenting((presents, stand) => {
    page = presents;
    handed = stand?.handed ?? null;
    panel.hidden = !handed;
    if (drawn && drawn.number !== handed?.number) {
      drawn.view.destroy();
      $("[data-handed-chart]", panel).replaceChildren();
      drawn = null;
    }
    gallery.update(handed?.photos ?? []);
    if (handed) show(handed);
  });

  /** @param {Handed} now */
  function show(now) {
    $("[data-handed-title]", panel).textContent = titleOf(now);
    $("[data-handed-said]", panel).textContent = saidOf(now);
    drawn ??= {
      number: now.number,
      view: chart($("[data-handed-chart]", panel), () => optionsOf(handed ?? now)),
    };
    drawn.view.update({ columns: columnsOf(now), summary: saidOf(now) });
  }

  const form = document.querySelector("[data-hand-out]");
  if (form instanceof HTMLFormElement) wireForm(form, tools, (message) => page?.say(message));
  const photos = document.querySelector("[data-ask-photos]");
  photos?.addEventListener("click", () => {
    page?.say({ type: "ask_photos", lab: tools.slug, config: configOf(tools.state.values) });
    photos.closest("dialog")?.close();
  });
  $("[data-handed-end]", panel).addEventListener("click", () => page?.say({ type: "take_back" }));
  $("[data-handed-csv]", panel).addEventListener("click", () => {
    if (handed) download("vitrine-room.csv", new Blob([toCsv(handed)], { type: "text/csv" }));
  });
  $("[data-handed-png]", panel).addEventListener("click", async () => {
    const canvas = panel.querySelector("canvas");
    if (canvas && handed) download("vitrine-room.png", await pngOf(onPaper(canvas, handed)));
  });
}

/** @param {Handed} handed */
const titleOf = ({ kind, field, measures }) =>
  kind === "photos"
    ? t("Recall on the room’s photos")
    : t("{names} against {field}", {
        names: measures.map(({ title }) => inWords(title)).join(t(", ")),
        field: inWords(field),
      });

/** @param {Handed} handed */
function saidOf({ kind, points, done, phones, steps = 0, objects = 0, failed: none = 0 }) {
  if (kind === "photos") {
    const seen = t("{done} of {phones} photos looked at, {objects} marked objects.", {
      done: number(done, 0),
      phones: number(phones, 0),
      objects: number(objects, 0),
    });
    return sentences([seen, none ? t("{count} gave no number.", { count: none }) : ""]);
  }
  const failed = points.filter(([, result]) => result !== null && !Array.isArray(result)).length;
  const said = t("{done} of {count} values trained for {steps} steps, {phones} phones.", {
    done: number(done, 0),
    count: number(points.length, 0),
    steps: number(steps, 0),
    phones: number(phones, 0),
  });
  return sentences([said, failed ? t("{count} gave no number.", { count: failed }) : ""]);
}

/** @param {Handed} handed @returns {import("../views/chart.js").ChartOptions} */
function optionsOf({ kind, field, measures, log }) {
  const [first] = measures;
  const measured = measures.length === 1 && first ? inWords(first.title) : t("measured");
  return {
    x: inWords(field),
    y: kind === "photos" ? t("recall") : measured,
    ...(kind === "photos" && { yRange: [0, 1.02] }),
    height: 300,
    xScale: log ? "log" : "linear",
    lines: measures.map(({ title, digits }, i) => ({
      name: inWords(title),
      color: VARIANTS[i % VARIANTS.length] ?? "",
      shape: SHAPES[i % SHAPES.length] ?? "circle",
      digits,
      width: 1,
      spanGaps: true,
    })),
  };
}

/** @param {Handed} handed */
const columnsOf = ({ points, measures }) => [
  points.map(([value]) => value),
  ...measures.map((_, i) => points.map(([, result]) => (Array.isArray(result) ? (result[i] ?? null) : null))),
];

/** @param {Handed} handed */
function toCsv(handed) {
  const names = [inWords(handed.field), ...handed.measures.map(({ title }) => inWords(title)), t("phones")];
  return csvOf(names, [...columnsOf(handed), handed.points.map(([, , phones]) => phones)]);
}

/**
 * The chart as a file: on the color of its page, below what it shows and the names of its lines.
 * @param {HTMLCanvasElement} canvas
 * @param {Handed} handed
 */
function onPaper(canvas, handed) {
  const paper = document.createElement("canvas");
  const line = Math.round(canvas.width / 26);
  [paper.width, paper.height] = [canvas.width, canvas.height + 3 * line];
  const context = paper.getContext("2d");
  if (!context) throw new Error("this browser draws no canvas");
  const { backgroundColor, color, fontFamily } = getComputedStyle(document.body);
  context.fillStyle = backgroundColor;
  context.fillRect(0, 0, paper.width, paper.height);
  context.drawImage(canvas, 0, 3 * line);
  context.font = `${0.7 * line}px ${fontFamily}`;
  context.fillStyle = color;
  context.fillText(titleOf(handed), line, 1.1 * line);
  let x = line;
  for (const [i, { title }] of handed.measures.entries()) {
    const name = `— ${inWords(title)}`; // in the color of its line
    context.fillStyle = token(VARIANTS[i % VARIANTS.length] ?? "");
    context.fillText(name, x, 2.2 * line);
    x += context.measureText(name).width + line;
  }
  return paper;
}

/**
 * @param {HTMLFormElement} form
 * @param {{slug: string, state: import("../core/state.js").State, configOf?: (values: any) => any}} tools
 * @param {(message: Record<string, any>) => void} say
 */
function wireForm(form, { slug, state, configOf: own }, say) {
  const field = (/** @type {string} */ name) =>
    /** @type {HTMLInputElement | HTMLSelectElement} */ (form.elements.namedItem(name));
  const fill = () => {
    const chosen = /** @type {HTMLSelectElement} */ (field("field")).selectedOptions[0];
    const { low = "", high = "", step = "any", usual = "[]" } = chosen?.dataset ?? {};
    const [from, to] = JSON.parse(usual);
    for (const [name, value] of /** @type {const} */ ([
      ["low", from],
      ["high", to],
    ]))
      Object.assign(field(name), { min: low, max: high, step, value });
  };
  field("field").addEventListener("change", fill);
  fill();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say({
      type: "hand_out",
      lab: slug,
      config: (own ?? configOf)(state.values),
      field: field("field").value,
      ...Object.fromEntries(["low", "high", "steps"].map((name) => [name, Number(field(name).value)])),
    });
    form.closest("dialog")?.close();
  });
}
