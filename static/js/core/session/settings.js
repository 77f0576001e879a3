/** The page's settings, and what of them the run was told. */

/** @typedef {Record<string, any>} Config */

/**
 * The settings as text to compare, whatever order they are said in.
 * @param {Config} config
 * @param {(name: string) => boolean} [counts]
 */
const textOf = (config, counts = () => true) =>
  JSON.stringify(
    Object.entries(config)
      .filter(([name]) => counts(name))
      .sort(byName),
  );

/** @param {[string, any]} a @param {[string, any]} b */
const byName = ([a], [b]) => (a < b ? -1 : 1);

export class Settings {
  #of;
  #liveNames;
  /** As text. */
  #told = "";
  /** What the run began with. @type {Config} */
  begun = {};
  /** What changes this run while it runs: of its mode, once the server has said so. @type {string[]} */
  live;

  /**
   * @param {() => Config} of the run's configuration, as the page says it now
   * @param {string[]} liveNames what may change a running run
   */
  constructor(of, liveNames) {
    this.#of = of;
    this.#liveNames = liveNames;
    this.live = liveNames;
  }

  get now() {
    return this.#of();
  }

  /** Whether the run was told them as they are now. */
  get current() {
    return textOf(this.now) === this.#told;
  }

  /** What is told to a running run. @returns {Config} */
  get livePart() {
    const { now } = this;
    return Object.fromEntries(this.live.filter((name) => name in now).map((name) => [name, now[name]]));
  }

  /** Names of those that the run did not begin with, and cannot follow. @returns {string[]} */
  get fixedChanges() {
    const { now, begun, live } = this;
    return Object.keys(now).filter(
      (name) => !live.includes(name) && name in begun && begun[name] !== now[name],
    );
  }

  /** A run begins with them. @returns {Config} */
  begin() {
    this.begun = this.now;
    this.live = this.#liveNames;
    this.tell();
    return this.begun;
  }

  /** They are told with an ask. @returns {boolean} whether one of them was turned since */
  tell() {
    const turned = !this.current;
    this.#told = textOf(this.now);
    return turned;
  }

  /** The server says what it follows. @param {string[]} names */
  follow(names) {
    this.live = this.#liveNames.filter((name) => names.includes(name));
  }

  // Settings are compared, never what was once made of them: what is live is known when the server says it.
  /**
   * @param {Config} then
   * @returns {boolean} whether they take another run than began with those
   */
  outgrown(then) {
    const fixed = (/** @type {Config} */ config) => textOf(config, (name) => !this.live.includes(name));
    return fixed(this.now) !== fixed(then);
  }
}
