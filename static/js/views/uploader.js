/** A photo from the visitor: picker, camera, drop, paste, samples. Says what it got by callback. */

import { h } from "../core/dom.js";
import { at } from "../core/place.js";

/** @typedef {{name: string, title: string, thumbnail: string}} Sample */

/**
 * @param {HTMLElement} root the element of _photo_source.html
 * @param {{
 *   drop: HTMLElement,
 *   onFile: (file: Blob) => void,
 *   onSample: (name: string) => void,
 * }} options `drop` is where a photo may be dropped
 */
export function uploader(root, { drop, onFile, onSample }) {
  const progress = /** @type {HTMLProgressElement} */ (root.querySelector("[data-progress]"));
  const row = /** @type {HTMLElement} */ (root.querySelector("[data-samples]"));
  const life = new AbortController();
  const { signal } = life;

  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("[data-file]"))) {
    input.addEventListener(
      "change",
      () => {
        const file = input.files?.[0];
        if (file) onFile(file);
        input.value = ""; // the same file may be chosen again
      },
      { signal },
    );
  }
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(
      name,
      (event) => {
        event.preventDefault();
        drop.classList.add("dropping");
      },
      { signal },
    );
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("dropping"), { signal });
  }
  drop.addEventListener(
    "drop",
    (event) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) onFile(file);
    },
    { signal },
  );
  addEventListener(
    "paste",
    (event) => {
      const item = [...(event.clipboardData?.items ?? [])].find((i) => i.kind === "file");
      const file = item?.getAsFile();
      if (file) onFile(file);
    },
    { signal },
  );

  return {
    /** @param {{samples: Sample[], chosen: string}} data */
    update({ samples, chosen }) {
      row.replaceChildren(
        ...samples.map((sample) =>
          h(
            "button",
            {
              type: "button",
              "aria-pressed": String(sample.name === chosen),
              onclick: () => onSample(sample.name),
            },
            h("img", { src: at(sample.thumbnail), alt: "", loading: "lazy", width: 76, height: 52 }),
            sample.title,
          ),
        ),
      );
    },
    /** How far an upload is, in [0, 1]; null: there is none. @param {number | null} share */
    progress(share) {
      progress.hidden = share === null;
      progress.value = share ?? 0;
    },
    destroy() {
      life.abort();
      row.replaceChildren();
    },
  };
}
