/** The `nms` page's side of its worker that reads files. */

import { ApiError } from "../../core/api.js";
import { speech, t } from "../../core/i18n.js";
import { recording } from "../../core/recorded/recording.js";
import { refusal as noServer } from "../../core/recorded/socket.js";

/**
 * @typedef {{resolve: (answer: any) => void, reject: (error: unknown) => void, onProgress: (share: number)
 *   => void}} Waiting
 */

/** Start a worker, which reads one set of files and answers about it until it is ended. */
export function startReader() {
  if (recording) throw new ApiError("recorded", () => noServer().message);
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  /** @type {Map<number, Waiting>} */
  const waiting = new Map();
  let asked = 0;

  /** @param {unknown} error */
  function rejectAll(error) {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }
  worker.addEventListener("message", ({ data: { number, answer, refusal, share } }) => {
    const one = waiting.get(number);
    if (!one) return;
    if (share !== undefined) return one.onProgress(share);
    waiting.delete(number);
    if (refusal === undefined) one.resolve(answer);
    else
      one.reject(
        new ApiError("bad_file", refusal ?? (() => t("This file could not be read, by a fault of Vitrine."))),
      );
  });
  worker.addEventListener("error", () =>
    rejectAll(
      new ApiError("bad_file", () =>
        t("The reader of files has ended; the file may be too large for the browser's memory."),
      ),
    ),
  );

  /**
   * @param {Record<string, unknown>} question
   * @param {(share: number) => void} [onProgress]
   * @returns {Promise<any>}
   */
  const ask = (question, onProgress = () => {}) =>
    new Promise((resolve, reject) => {
      asked += 1;
      waiting.set(asked, { resolve, reject, onProgress });
      worker.postMessage({ number: asked, ...question });
    });

  return {
    /**
     * @param {Omit<import("./worker.js").OpenQuestion, "speech">} question
     * @param {(share: number) => void} onProgress in [0, 1]
     * @returns {Promise<{opened: import("./reading.js").Opened, files: File[]}>}
     */
    open: (question, onProgress) => ask({ open: { ...question, speech: speech() } }, onProgress),
    /**
     * @param {import("./worker.js").PictureQuestion} question
     * @returns {Promise<import("./reading.js").Shown>}
     */
    picture: (question) => ask({ picture: question }),
    end() {
      worker.terminate();
      rejectAll(new DOMException("no longer wanted", "AbortError"));
    },
  };
}

/** @typedef {ReturnType<typeof startReader>} Reader */
