/** A photo from the visitor: picker, camera, drop, paste, samples. Says what it got by callback. */

import { h } from "../core/dom.js";
import { pictureAt } from "../core/recorded/noted.js";
import { viewLife } from "./life.js";

/** @typedef {{name: string, title: string, thumbnail: string}} Sample */
/** @typedef {import("./life.js").Life} Life */
/** @typedef {(file: Blob) => void} Taken */

/**
 * @param {HTMLElement} root the element of _photo_source.html
 * @param {{
 *   drop: HTMLElement,
 *   onFile: Taken,
 *   onSample: (name: string) => void,
 * }} options `drop` is where a photo may be dropped
 */
export function uploader(root, { drop, onFile, onSample }) {
  const progress = /** @type {HTMLProgressElement} */ (root.querySelector("[data-progress]"));
  const row = /** @type {HTMLElement} */ (root.querySelector("[data-samples]"));
  const life = viewLife();
  takePicked(life, root, onFile);
  takeDropped(life, drop, onFile);
  takePasted(life, onFile);

  return {
    /** @param {{samples: Sample[], chosen: string}} data */
    update({ samples, chosen }) {
      row.replaceChildren(...samples.map((one) => sampleButton(one, one.name === chosen, onSample)));
    },
    /** How far an upload is, in [0, 1]; null: there is none. @param {number | null} share */
    progress(share) {
      progress.hidden = share === null;
      progress.value = share ?? 0;
    },
    destroy() {
      life.end();
      row.replaceChildren();
    },
  };
}

/** @param {Life} life @param {HTMLElement} root @param {Taken} onFile */
function takePicked(life, root, onFile) {
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("[data-file]"))) {
    life.on(input, "change", () => {
      const file = input.files?.[0];
      if (file) onFile(file);
      input.value = ""; // the same file may be chosen again
    });
  }
}

/** @param {Life} life @param {HTMLElement} drop @param {Taken} onFile */
function takeDropped(life, drop, onFile) {
  for (const name of /** @type {const} */ (["dragenter", "dragover"])) {
    life.on(drop, name, (event) => {
      event.preventDefault();
      drop.classList.add("dropping");
    });
  }
  for (const name of /** @type {const} */ (["dragleave", "drop"])) {
    life.on(drop, name, () => drop.classList.remove("dropping"));
  }
  life.on(drop, "drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) onFile(file);
  });
}

/** @param {Life} life @param {Taken} onFile */
function takePasted(life, onFile) {
  life.on(globalThis, "paste", (event) => {
    const item = [...(event.clipboardData?.items ?? [])].find((i) => i.kind === "file");
    const file = item?.getAsFile();
    if (file) onFile(file);
  });
}

/** @param {Sample} sample @param {boolean} chosen @param {(name: string) => void} onSample */
const sampleButton = ({ name, title, thumbnail }, chosen, onSample) =>
  h(
    "button",
    { type: "button", "aria-pressed": String(chosen), onclick: () => onSample(name) },
    h("img", { src: pictureAt(thumbnail), alt: "", loading: "lazy", width: 76, height: 52 }),
    title,
  );
