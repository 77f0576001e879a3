/** Where the picture of the `detectors` page comes from: a drawn scene, a sample, the visitor. */

import { json } from "../../core/api.js";
import { $ } from "../../core/dom.js";
import { onLanguage, t } from "../../core/i18n.js";
import { withPixels } from "../../core/photo.js";
import { photoSource } from "../../parts/photo_lab.js";
import { page, state } from "./page.js";

/** @typedef {import("../../core/photo.js").Photo} Photo */
/** @typedef {Photo & {scene?: number}} Picture */

const LAST = state.rules.scene?.high ?? 0;

/** @param {number} number @param {AbortSignal} signal @returns {Promise<Picture>} */
async function scenePhoto(number, signal) {
  const told = await json(`/api/detectors/scenes/${number}`, { method: "POST", signal });
  return { ...(await withPixels(told, signal)), passing: true, scene: number };
}

/**
 * @template S, A
 * @param {Parameters<typeof photoSource<S, A>>[0]["session"]} session
 */
export function pictureSource(session) {
  const photos = photoSource({
    state,
    roots: { uploader: $("[data-uploader]"), drop: $(".stage") },
    session: { ...session, onPhoto: take },
  });

  /** @param {Photo} photo */
  function take(photo) {
    session.onPhoto(photo);
    state.set({ source: photo.passing ? "scene" : "photo" });
    showScene();
  }

  /** Open what the address names. */
  function open() {
    const { source, scene, sample } = state.values;
    if (source === "scene") photos.take((signal) => scenePhoto(scene, signal));
    else photos.open(sample);
  }

  /** @param {number} by */
  const move = (by) => {
    const { source, scene } = state.values;
    const next = source === "scene" ? (scene + by + LAST + 1) % (LAST + 1) : scene;
    if (source === "scene" && page.photo?.passing) state.go({ scene: next });
    else state.go({ source: "scene" });
  };
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-scene]")))
    button.addEventListener("click", () => move(Number(button.dataset.scene)));

  state.subscribe((changed) => {
    const { source, scene } = state.values;
    const shown = /** @type {Picture | null} */ (page.photo);
    if (changed.has("scene") || changed.has("source")) {
      const fits = source === "scene" ? shown?.scene === scene : shown !== null && !shown.passing;
      if (!fits) open();
    }
    showScene();
  });

  onLanguage(showScene);

  return { photos, open };
}

/** Which scene it is, and whether it is one. */
export function showScene() {
  const { source, scene } = state.values;
  $("[data-scene='0']").setAttribute("aria-pressed", String(source === "scene"));
  $("[data-scene='0']").textContent = t("Scene {number}", { number: scene });
}
