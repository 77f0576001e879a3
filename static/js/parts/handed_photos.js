/** Photos that guests let the room see, with what was found on them; shown when the presenter says so. */

import { $, h } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { at } from "../core/place.js";

/**
 * @typedef {object} RoomPhoto as app/rooms/photos.py tells it to a presenter
 * @property {string} id
 * @property {number} width
 * @property {number} height
 * @property {number[][]} boxes
 * @property {number[]} ranks which proposal finds each box first; 0: none
 */

/** @param {HTMLElement} panel */
export function handedPhotos(panel) {
  const place = $("[data-handed-photos]", panel);
  const button = $("[data-handed-look]", panel);
  /** @type {RoomPhoto[]} */
  let photos = [];
  let drawn = "";
  let on = false;

  function draw() {
    button.hidden = photos.length === 0;
    button.textContent = photos.length ? t("Photos ({count})", { count: number(photos.length, 0) }) : "";
    button.setAttribute("aria-pressed", String(on));
    place.hidden = !on || photos.length === 0;
    const text = JSON.stringify(photos);
    if (place.hidden || text === drawn) return;
    drawn = text;
    place.replaceChildren(...photos.map(figureOf));
  }
  button.addEventListener("click", () => {
    on = !on;
    draw();
  });

  return {
    /** @param {RoomPhoto[]} next */
    update(next) {
      photos = next;
      if (!photos.length) on = false;
      draw();
    },
  };
}

/** @param {RoomPhoto} photo */
function figureOf({ id, width, height, boxes, ranks }) {
  const found = ranks.filter((rank) => rank > 0).length;
  const said = t("{found} of {objects} found", {
    found: number(found, 0),
    objects: number(boxes.length, 0),
  });
  const image = h("img", { src: at(`/api/images/${encodeURIComponent(id)}`), alt: said, loading: "lazy" });
  const figure = h("figure", {}, image, marks(width, height, boxes, ranks), h("figcaption", {}, said));
  image.addEventListener("error", () => figure.remove()); // its guest has deleted it
  return figure;
}

/** @param {number} width @param {number} height @param {number[][]} boxes @param {number[]} ranks */
function marks(width, height, boxes, ranks) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-hidden", "true");
  for (const [i, [x1 = 0, y1 = 0, x2 = 0, y2 = 0]] of boxes.entries()) {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const place = { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
    for (const [name, value] of Object.entries(place)) rect.setAttribute(name, String(value));
    rect.classList.toggle("missed", !ranks[i]);
    svg.append(rect);
  }
  return svg;
}
