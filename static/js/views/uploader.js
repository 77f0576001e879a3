/** A photo from the visitor: picker, camera, drop, paste, samples. Says what it got by callback. */

import { h } from "../core/dom.js";

/** @typedef {{name: string, title: string, thumbnail: string}} Sample */

/**
 * @param {HTMLElement} root the element of _photo_source.html
 * @param {{
 *   drop: HTMLElement,
 *   onFile: (file: Blob, onProgress: (share: number) => void) => Promise<void>,
 *   onSample: (name: string) => Promise<void>,
 * }} options `drop` is where a photo may be dropped
 */
export function uploader(root, options) {
  const progress = /** @type {HTMLProgressElement} */ (root.querySelector("[data-progress]"));
  const row = /** @type {HTMLElement} */ (root.querySelector("[data-samples]"));

  /** @param {Blob} file */
  const take = async (file) => {
    progress.hidden = false;
    progress.value = 0;
    await options.onFile(file, (share) => (progress.value = share));
    progress.hidden = true;
  };
  for (const input of root.querySelectorAll("[data-file]")) {
    input.addEventListener("change", async () => {
      const field = /** @type {HTMLInputElement} */ (input);
      const file = field.files?.[0];
      if (file) await take(file);
      field.value = ""; // the same file may be chosen again
    });
  }
  const { drop } = options;
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("dropping");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("dropping"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  });
  /** @param {ClipboardEvent} event */
  const paste = (event) => {
    const item = [...(event.clipboardData?.items ?? [])].find((i) => i.kind === "file");
    const file = item?.getAsFile();
    if (file) take(file);
  };
  addEventListener("paste", paste);

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
              onclick: () => options.onSample(sample.name),
            },
            h("img", { src: sample.thumbnail, alt: "", loading: "lazy", width: 76, height: 52 }),
            sample.title,
          ),
        ),
      );
    },
    destroy() {
      removeEventListener("paste", paste);
      row.replaceChildren();
    },
  };
}
