/**
 * A page's photo and what a network finds on it. What is chosen now is one thing: an answer about
 * any other photo, or with other settings, is aborted and never shown.
 */

import { note } from "../core/controls.js";
import { onLanguage, t } from "../core/i18n.js";
import { newest } from "../core/newest.js";
import { tell } from "../core/said.js";
import { notePhoto, shown } from "../core/shown.js";
import { lastPhoto, listSamples, rememberPhoto, samplePhoto, uploadPhoto } from "../core/photo.js";

/** @typedef {import("../core/photo.js").Photo} Photo */
/** @typedef {import("../core/photo.js").Sample} Sample */
/** @typedef {{photo: Photo, lost: boolean}} Got */

/** What a page says while a photo, or other settings, wait for their boxes. */
export const computing = () => t("The boxes on this photo are being computed …");

/**
 * @template S, A
 * @param {object} options
 * @param {() => S} options.settings with which is searched
 * @param {(photo: Photo, settings: S, signal: AbortSignal) => Promise<A>} options.find
 * @param {(photo: Photo) => void} options.onPhoto another photo is there; nothing is found on it yet
 * @param {(photo: Photo, answer: A, settings: S) => void} options.onFound
 * @param {(error: unknown, photo: Photo | null) => void} options.onError with the photo on which
 *   nothing could be found, or null if a photo could not be had: then all stays as it was
 * @param {(samples: Sample[], chosen: string) => void} options.onSamples
 * @param {(share: number | null) => void} options.onProgress of an upload, in [0, 1]; null is none
 * @param {(sample: string) => void} options.onChoice the visitor chose a sample, or "" for an upload
 */
export function photoSession(options) {
  const { settings, onPhoto, onError, onSamples, onProgress, onChoice } = options;
  /** @type {Photo | null} */
  let photo = null;
  /** @type {Sample[]} */
  let samples = [];
  const search = searchOn(options);
  const choice = newest({
    ask: async (/** @type {(signal: AbortSignal) => Promise<Got>} */ get, signal) => {
      if (!samples.length) samples = await listSamples(signal);
      return get(signal);
    },
    show: (got) => {
      onProgress(null);
      photo = got.photo;
      keep(photo);
      onSamples(samples, photo.name ?? "");
      sayOf(got);
      onPhoto(photo);
      search.want({ photo, settings: settings() });
    },
    fail: (error) => {
      onProgress(null);
      onError(error, null);
    },
    act: true,
  });
  onSamplesRenamed((named) => {
    if (samples.length) onSamples((samples = named), photo?.name ?? ""); // they come with the first photo
  });
  const open = (sample = "") => choice.want((signal) => firstPhoto(sample, samples, signal));
  onRoomPhoto(() => photo && open());
  /** @param {string} sample its name, or "" @param {(signal: AbortSignal) => Promise<Photo>} get */
  function choose(sample, get) {
    onChoice(sample);
    onProgress(null);
    choice.want(async (signal) => ({ photo: await get(signal), lost: false }));
  }

  return {
    open,
    /** @param {Blob} file */
    upload: (file) =>
      choose("", (signal) => {
        onProgress(0);
        return uploadPhoto(file, (share) => !signal.aborted && onProgress(share), signal);
      }),
    /** @param {string} name */
    sample: (name) => choose(name, (signal) => samplePhoto(name, signal)),
    /** A picture from elsewhere. @param {(signal: AbortSignal) => Promise<Photo>} get */
    take: (get) => choice.want(async (signal) => ({ photo: await get(signal), lost: false })),
    /** The settings have changed. @param {number} [rest] milliseconds that they must stay */
    again(rest) {
      if (photo) search.want({ photo, settings: settings() }, rest);
    },
    /** No photo is chosen any more. */
    leave() {
      for (const one of [choice, search]) one.drop();
      onProgress(null);
      sayIncomplete((photo = null));
    },
    get photo() {
      return photo;
    },
    /** Whether an answer about the photo on show is still to come. */
    get searching() {
      return search.busy;
    },
  };
}

/** The next page opens with it, and a room may be shown it. @param {Photo} photo */
function keep(photo) {
  if (!photo.passing) rememberPhoto(photo);
  notePhoto(photo.passing ? null : photo);
  shown.picture = photo;
}

/** The room that this page follows is shown another photo. @param {() => void} open */
const onRoomPhoto = (open) => addEventListener("roomphoto", open);

/**
 * That sample, if there is one of that name; else the photo of the last page, or the first sample, with a
 * word about a name that none has.
 * @param {string} sample
 * @param {Sample[]} samples
 * @param {AbortSignal} signal
 * @returns {Promise<{photo: Photo, lost: boolean}>}
 */
async function firstPhoto(sample, samples, signal) {
  if (samples.some(({ name }) => name === sample))
    return { photo: await samplePhoto(sample, signal), lost: false };
  if (sample) note("[data-refused]", () => t("There is no sample picture “{name}” here.", { name: sample }));
  return lastPhoto(signal, samples);
}

/**
 * What a network finds on a photo, with the settings of now.
 * @template S, A
 * @param {Pick<Parameters<typeof photoSession<S, A>>[0], "find" | "onFound" | "onError">} options
 */
const searchOn = ({ find, onFound, onError }) =>
  newest({
    ask: (/** @type {{photo: Photo, settings: S}} */ of, signal) => find(of.photo, of.settings, signal),
    show: (answer, of) => onFound(of.photo, answer, of.settings),
    fail: (error, of) => onError(error, of.photo),
    same: (a, b) => a.photo === b.photo && JSON.stringify(a.settings) === JSON.stringify(b.settings),
  });

/** The server names its samples, in the language of now. @param {(samples: Sample[]) => void} take */
const onSamplesRenamed = (take) =>
  onLanguage(() => {
    // The old names may stay where the server cannot be reached.
    listSamples(new AbortController().signal).then(take, () => {});
  });

/**
 * A sample has taken the place of the remembered photo: nobody should take it for theirs.
 * @param {boolean} lost
 */
function sayLost(lost) {
  note("[data-lost]", () =>
    lost
      ? t(
          "Your photo is no longer on this server, so a sample is shown instead. Upload your photo again to go on with it.",
        )
      : "",
  );
}

/** What a visitor should know of a picture that has come. @param {Got} got */
function sayOf({ photo, lost }) {
  sayLost(lost);
  sayIncomplete(photo);
}

const incomplete = () =>
  t("This JPEG is incomplete: the file breaks off, and what is missing is shown gray.");

/** The gray part of a photo is no part of it. @param {Photo | null} photo */
function sayIncomplete(photo) {
  const place = document.querySelector("[data-incomplete]");
  if (place instanceof HTMLElement) tell(place, () => (photo?.incomplete ? incomplete() : ""));
}
