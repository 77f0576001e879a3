/** Ground truth that the visitor draws on a photo: boxes, each with a class that the detectors know. */

import { $, h } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { drawnBoxes } from "../../parts/photo_lab.js";
import { edited } from "../../views/box_editor.js";
import { page, state } from "./page.js";
import { className } from "./words.js";

/** @typedef {ReturnType<typeof import("../../views/picture.js").picture>} Picture */
/** @typedef {import("../../views/picture.js").Layer} Layer */

/** Nothing is drawn. */
export const none = () => ({
  boxes: /** @type {number[]} */ ([]),
  classes: /** @type {string[]} */ ([]),
  selected: -1,
});

/** Whether boxes are drawn now: on a scene all is known. */
export const isDrawing = () => state.values.tool === "truth" && page.photo !== null && !page.photo.passing;

/** The drawn boxes on the picture, the chosen one marked. @returns {Layer[]} */
export function layersOfOwn() {
  const { boxes, classes, selected } = page.own;
  if (!isDrawing()) return [];
  const label = (/** @type {number} */ i) => className(classes[i]);
  return [
    { boxes, indices: [...classes.keys()], style: "truth", label },
    { boxes, indices: selected >= 0 ? [selected] : [], style: "chosen" },
  ];
}

/**
 * @param {HTMLElement} root of the result
 * @param {Picture[]} pictures on which is drawn
 * @param {() => void} redraw
 */
export function ownTruth(root, pictures, redraw) {
  const choice = /** @type {HTMLSelectElement} */ ($("[data-own-class]", root));

  /** @param {number} index @param {number[] | null} box @param {number} selected */
  function edit(index, box, selected) {
    const { own } = page;
    const classes = [...own.classes];
    if (!box) classes.splice(index, 1);
    else if (index < 0) classes.push(choice.value);
    page.own = { boxes: edited(own.boxes, index, box), classes, selected };
    redraw();
  }
  for (const view of pictures) {
    drawnBoxes(view, {
      enabled: isDrawing,
      boxes: () => page.own.boxes,
      size: () => [page.photo?.width ?? 1, page.photo?.height ?? 1],
      selected: () => page.own.selected,
      onSelect: (index) => {
        page.own.selected = index;
        redraw();
      },
      under: () => page.photo && { ground: page.photo, layers: layersOfOwn() },
      onEdit: edit,
    });
    view.element.tabIndex = 0;
  }
  choice.addEventListener("change", () => {
    const { selected, classes } = page.own;
    if (selected >= 0) classes[selected] = choice.value;
    redraw();
  });
  $("[data-tool=truth]", root).addEventListener("click", () =>
    state.set({ tool: isDrawing() ? "look" : "truth" }),
  );
  $("[data-clear-truth]", root).addEventListener("click", () => {
    page.own = none();
    redraw();
  });

  /** The tools, for the picture of now. @param {string[]} classes that the detectors know */
  return (classes) => {
    const on = isDrawing();
    const tool = $("[data-tool=truth]", root);
    tool.hidden = page.photo === null || page.photo.passing === true;
    tool.setAttribute("aria-pressed", String(on));
    $("[data-own]", root).hidden = !on;
    const value = classes.includes(choice.value) ? choice.value : classes[0];
    choice.replaceChildren(...classes.map((name) => h("option", { value: name }, className(name))));
    choice.value = page.own.classes[page.own.selected] ?? value ?? "";
    choice.setAttribute("aria-label", t("Class of the box"));
  };
}
