/**
 * A run's past in constant memory: at most `limit` frames, evenly spaced. When it is full every
 * other frame goes, and from then on half as many are kept. The first and the last always stay.
 */

/** @typedef {{header: Record<string, any>}} Dated */

/**
 * @template {Dated} F
 * @param {number} [limit]
 */
export function createHistory(limit = 240) {
  /** @type {{index: number, frame: F}[]} */
  let kept = [];
  let count = 0;
  let stride = 1;

  return {
    /** @param {F} frame the same step again replaces the last frame */
    push(frame) {
      const tail = kept.at(-1);
      if (tail && tail.frame.header.step === frame.header.step) {
        tail.frame = frame;
        return;
      }
      // The last one was only kept because it was the last.
      if (tail && tail.index % stride !== 0) kept.pop();
      kept.push({ index: count, frame });
      count += 1;
      while (kept.length > Math.max(limit, 2)) {
        stride *= 2;
        const last = kept.at(-1);
        kept = kept.filter((entry) => entry.index % stride === 0 || entry === last);
      }
    },
    /**
     * @param {number} share 0 the first frame, 1 the last
     * @returns {F | undefined}
     */
    at(share) {
      const place = Math.round(Math.min(Math.max(share, 0), 1) * (kept.length - 1));
      return kept[place]?.frame;
    },
    clear() {
      kept = [];
      count = 0;
      stride = 1;
    },
    get length() {
      return kept.length;
    },
    /** @returns {F | undefined} */
    get last() {
      return kept.at(-1)?.frame;
    },
    /** First to last. @returns {F[]} */
    get all() {
      return kept.map(({ frame }) => frame);
    },
    /** @returns {number[]} */
    get steps() {
      return kept.map(({ frame }) => frame.header.step);
    },
  };
}
