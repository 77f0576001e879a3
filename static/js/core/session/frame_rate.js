/** How many frames come in a second, smoothed. */

const KEPT = 0.85; // of the rate so far, at each frame

/** @param {() => number} now milliseconds */
export function frameRate(now) {
  let rate = 0;
  let arrived = 0; // when the last one came; 0: none yet
  return {
    get value() {
      return rate;
    },
    count() {
      const at = now();
      const seconds = Math.max(at - arrived, 1) / 1000;
      rate = arrived ? rate * KEPT + (rate ? 1 - KEPT : 1) * (1 / seconds) : 0;
      arrived = at;
    },
    /** What comes next says nothing about what came before. */
    forget() {
      rate = arrived = 0;
    },
  };
}
