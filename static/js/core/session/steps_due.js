/**
 * How many training steps a session asks for next. A frame is bounded by time, so it may have taken
 * fewer than were asked for; whoever was promised a number of steps gets them all.
 */

/** @typedef {import("./run.js").Frame} Frame */
/** @typedef {{steps: number, anew: boolean, resolve: (frame: Frame | null) => void}} Promised */

export function stepsDue() {
  /** @type {Promised[]} */
  const promised = [];
  /** @type {Promised | null} whom the ask under way is for */
  let answering = null;
  let asked = 0; // steps of the ask under way
  let rest = 0; // of the last one, where the others in lockstep wait for its end
  return {
    /** Whether steps were promised that are not taken yet. */
    get any() {
      return rest > 0 || promised.length > 0;
    },
    /**
     * What to ask for now: what is missing first, then what was promised, else `otherwise`.
     * @param {number} otherwise
     * @returns {{steps: number, anew: boolean}} `anew`: not the rest of an earlier ask
     */
    next(otherwise) {
      answering = rest ? null : (promised.shift() ?? null);
      asked = rest || (answering?.steps ?? otherwise);
      return { steps: asked, anew: !rest && (answering?.anew ?? true) };
    },
    /**
     * @param {Frame} frame
     * @param {number} taken 0: the run has no more to do
     * @param {boolean} whole whether all that was asked for is to be taken, whoever asked
     */
    settle(frame, taken, whole) {
      const missing = taken > 0 ? asked - taken : 0;
      if (answering && missing > 0) promised.unshift({ ...answering, steps: missing, anew: false });
      else answering?.resolve(frame);
      rest = whole && !answering ? missing : 0;
      answering = null;
      asked = 0;
    },
    /**
     * @param {number} steps
     * @returns {Promise<Frame | null>} the frame after them; null if they are not to be
     */
    promise: (steps) => new Promise((resolve) => promised.push({ steps, anew: true, resolve })),
    /** Whoever waits for a frame of the run that is over gets none. */
    giveUp() {
      for (const { resolve } of [...(answering ? [answering] : []), ...promised.splice(0)]) resolve(null);
      answering = null;
      asked = rest = 0;
    },
  };
}
