/** Sessions that go in lockstep with another: they begin together, and none goes on before the others. */

/** @typedef {import("./run.js").Frame} Frame */
/**
 * @typedef {object} Follower a training session, as far as its leader knows it
 * @property {Record<string, any>} config its settings as they are now
 * @property {(then: Record<string, any>) => boolean} outgrown
 * @property {() => void} reset
 * @property {(action: Record<string, any>) => void} act
 * @property {(place: number | null) => void} scrub
 * @property {(steps: number) => Promise<Frame | null>} advance
 */
/** @typedef {ReturnType<typeof lockstep>} Lockstep */

/** @param {Follower[]} followers the list may grow and shrink */
export function lockstep(followers) {
  /** Those in lockstep, as they began. @type {{other: Follower, config: Record<string, any>}[]} */
  let begun = [];
  return {
    get any() {
      return followers.length > 0;
    },
    /** The run begins with the followers as they are now. */
    begin() {
      begun = followers.map((other) => ({ other, config: other.config }));
    },
    /** Whether others follow now, or one of them takes another run than it began with. */
    get outgrown() {
      return begun.length !== followers.length || begun.some(({ other, config }) => other.outgrown(config));
    },
    reset: () => followers.forEach((other) => other.reset()),
    /** @param {Record<string, any>} action */
    act: (action) => followers.forEach((other) => other.act(action)),
    /** @param {number | null} place */
    scrub: (place) => followers.forEach((other) => other.scrub(place)),
    /** Resolves when all have gone so far. @param {number} steps */
    advance: (steps) => Promise.all(followers.map((other) => other.advance(steps))),
  };
}
