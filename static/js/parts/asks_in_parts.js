/**
 * What a run measures on request, part by part: each frame that arrives is followed by the ask for the
 * next part.
 */

/** @typedef {{header: any}} Frame */
/**
 * @typedef {object} Running what is used of a session
 * @property {(action: Record<string, any>) => void} act
 * @property {boolean} watched
 * @property {boolean} pending
 */

export class AsksInParts {
  /** @type {Frame | null} */
  shown = null;
  /** @type {Frame | null} the frame that was followed by an ask */
  answered = null;
  /** @type {string | null} what is to be asked of the run next */
  waiting = null;
  begun = 0; // at this step: a new run forgets what waits
  able = [false, false]; // the buttons are on; the network is trained, and there are classes

  /**
   * @param {HTMLButtonElement[]} buttons
   * @param {object} options
   * @param {Running} options.session
   * @param {(button: HTMLButtonElement) => string} options.kindOf what a button asks for
   * @param {[kind: string, parts: string][]} options.works what goes on in parts, and where a frame's header
   *   says how many are done and all
   * @param {(kind: string) => boolean} options.untrained what may be asked of an untrained network, too
   * @param {(kind: string) => void} options.onBegin
   * @param {(kind: string) => Record<string, any>} [options.more] what is told with an ask
   * @param {(kind: string) => boolean} [options.possible] what the run's data have an answer to
   */
  constructor(buttons, options) {
    const { session, kindOf, works, untrained, onBegin, more = () => ({}), possible = () => true } = options;
    this.buttons = buttons;
    this.session = session;
    this.kindOf = kindOf;
    this.works = works;
    this.untrained = untrained;
    this.more = more;
    this.possible = possible;
    for (const button of buttons)
      button.addEventListener("click", () => {
        const kind = kindOf(button);
        onBegin(kind);
        this.begin(kind);
      });
  }

  /** @param {string} kind */
  begin(kind) {
    this.waiting = kind;
    this.begun = this.shown?.header.step ?? 0;
    this.next();
    this.enable(false); // until a frame says what is under way
  }

  next() {
    const kind = this.waiting;
    this.waiting = null;
    if (kind) this.session.act({ do: kind, ...this.more(kind) });
  }

  /** @param {boolean} on @param {boolean} [trained] and there are classes */
  enable(on, trained = false) {
    this.able = [on, trained];
    this.refresh();
  }

  /** Another setting may have no answer in the run's data. */
  refresh() {
    const [on, trained] = this.able;
    for (const button of this.buttons) {
      const kind = this.kindOf(button);
      const useful = this.possible(kind) && (trained || this.untrained(kind));
      button.disabled = !on || this.session.watched || !useful;
    }
  }

  /**
   * What is under way, and how many of its parts are done.
   * @param {Frame | null} frame
   * @returns {{kind: string, done: number, all: number} | null}
   */
  underway(frame) {
    for (const [kind, parts] of frame ? this.works : []) {
      const [done, all] = frame?.header[parts] ?? [0, 0];
      if (done < all) return { kind, done, all };
    }
    return null;
  }

  /** A frame is to be shown: a new run forgets what waits. @param {Frame} frame @param {boolean} fresh */
  take(frame, fresh) {
    if (fresh && frame.header.step < this.begun) {
      this.waiting = null;
      this.begun = 0;
    }
    this.shown = frame;
  }

  /**
   * A frame is shown: what comes next may be asked for.
   * @param {Frame} frame
   * @param {boolean} fresh it has just arrived
   */
  goOn(frame, fresh) {
    const going = this.underway(frame);
    this.enable(
      !(this.waiting || going || this.session.pending),
      frame.header.labeled && frame.header.step > 0,
    );
    // after a look at the past the newest frame comes again
    if (!fresh || frame === this.answered || this.session.pending) return;
    this.answered = frame;
    if (!this.waiting && going) this.waiting = going.kind;
    this.next();
  }

  /** The run is over: nothing is under way any more. */
  end() {
    this.waiting = null;
    this.enable(false);
  }
}
