/** Talking to the server: one error shape in, one kind of Error out. Addresses are the server's paths. */

import { awaitAnswers } from "./asking.js";
import { t } from "./i18n.js";
import { at } from "./place.js";
import { noteAnswer } from "./recorded/noted.js";
import { answerOf, recording } from "./recorded/recording.js";
import { refusal } from "./recorded/socket.js";
import { decode } from "./wire.js";

/** An error whose message is written for the visitor, in the language of now. */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string | (() => string)} message the server's own words, or how this page says it
   * @param {string | null} [field]
   */
  constructor(code, message, field = null) {
    super();
    this.code = code;
    this.field = field;
    const get = typeof message === "string" ? () => message : message;
    Object.defineProperty(this, "message", { get, configurable: true });
  }
}

/** @param {Response | {status: number}} response @param {any} body */
function errorOf(response, body) {
  const told = body?.error;
  if (told) return new ApiError(told.code, told.message, told.field);
  return new ApiError("http_error", () =>
    t("The server answered {status} and gave no reason.", { status: response.status }),
  );
}

/** @param {string} url @param {RequestInit} init */
async function request(url, init) {
  if (recording) return recordedAnswer(url, init);
  awaitAnswers(1);
  try {
    const response = await fetch(at(url), init);
    noteAnswer(url, init, response);
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("offline", () => t("The server cannot be reached. Is it still running?"));
  } finally {
    awaitAnswers(-1);
  }
}

/** @param {string} url @param {RequestInit} init */
function recordedAnswer(url, init) {
  const answer = answerOf(url, init);
  if (!answer) throw new ApiError("recorded", () => refusal().message);
  return answer;
}

/**
 * Whether the server still has what stands at an address. Asked of the server itself: what the
 * browser remembers may be gone there.
 * @param {string} url
 * @param {AbortSignal} signal
 */
export async function isThere(url, signal) {
  const response = await request(url, { method: "HEAD", cache: "no-store", signal });
  if (response.ok) return true;
  if (response.status === 404) return false;
  throw errorOf(response, null);
}

/**
 * @param {string} url
 * @param {RequestInit} [init]
 * @returns {Promise<any>}
 */
export async function json(url, init = {}) {
  const response = await request(url, init);
  const body = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw errorOf(response, body);
  return body;
}

/**
 * @param {string} url
 * @param {unknown} body
 * @param {AbortSignal} [signal]
 */
export function post(url, body, signal) {
  return json(url, { ...asJson(body), signal: signal ?? null });
}

/**
 * The same as `post`, answered as one binary frame.
 * @param {string} url
 * @param {unknown} body
 * @param {AbortSignal} [signal]
 */
export async function postForFrame(url, body, signal) {
  const init = asJson(body);
  const headers = { ...init.headers, Accept: "application/octet-stream" };
  const response = await request(url, { ...init, headers, signal: signal ?? null });
  if (!response.ok) throw errorOf(response, await response.json().catch(() => null));
  return decode(await response.arrayBuffer());
}

/**
 * The same as `post`, answered as text.
 * @param {string} url
 * @param {unknown} body
 * @param {AbortSignal} [signal]
 */
export async function postForText(url, body, signal) {
  const response = await request(url, { ...asJson(body), signal: signal ?? null });
  if (!response.ok) throw errorOf(response, await response.json().catch(() => null));
  return response.text();
}

/** @param {unknown} body */
const asJson = (body) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

/**
 * Upload files as fields `file`. XMLHttpRequest, because fetch cannot tell how far an upload is.
 * @param {string} url
 * @param {Blob[]} files
 * @param {(share: number) => void} onProgress share in [0, 1]
 * @param {AbortSignal} signal
 * @param {string[]} [names] where they tell something; else nobody learns them
 * @returns {Promise<any>}
 */
export function uploadFiles(url, files, onProgress, signal, names = []) {
  if (recording) return Promise.reject(new ApiError("recorded", () => refusal().message));
  return new Promise((resolve, reject) => {
    const form = new FormData();
    files.forEach((file, i) => form.append("file", file, names[i] ?? "file"));
    const call = new XMLHttpRequest();
    call.open("POST", at(url));
    call.responseType = "json";
    call.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    call.addEventListener("load", () =>
      call.status === 201 ? resolve(call.response) : reject(errorOf(call, call.response)),
    );
    call.addEventListener("error", () =>
      reject(new ApiError("offline", () => t("The upload broke off. Is the server still reachable?"))),
    );
    call.addEventListener("abort", () => reject(signal.reason));
    signal.addEventListener("abort", () => call.abort());
    signal.throwIfAborted();
    call.addEventListener("loadend", () => awaitAnswers(-1));
    awaitAnswers(1);
    call.send(form);
  });
}
