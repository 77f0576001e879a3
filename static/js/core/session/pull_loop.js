/**
 * The pull loop: one frame is asked for at a time, after the last one is painted, and not faster than
 * somebody wants to see them. So the pace follows the viewer.
 */

/**
 * Where the loop is: nothing is to be asked, an ask waits for the paint, or an answer is under way.
 * @typedef {"rest" | "planned" | "asked"} Turn
 */
/**
 * @typedef {object} Browser
 * @property {(draw: () => void) => void} afterPaint
 * @property {(act: () => void, ms: number) => number} later
 * @property {() => number} now milliseconds
 * @property {() => boolean} hidden whether nothing is painted, because another tab or nothing is on show
 */
/** @typedef {ReturnType<typeof pullLoop>} PullLoop */

const EARLY = 4; // milliseconds that a timer is set before its time: a paint follows
const LAG = 20; // milliseconds that a late frame may make up for
const GLANCE = 3000; // milliseconds of a hidden page that nobody needs to be told of

/**
 * @param {object} options
 * @param {Browser} options.browser
 * @param {() => boolean} options.wanted whether there is anything to ask for, and anybody to ask
 * @param {() => boolean} options.paced whether frames wait for their time
 * @param {() => void} options.ask
 * @param {() => void} options.onStood frames that were to follow each other have waited for a hidden page
 */
export function pullLoop({ browser, wanted, paced, ask, onStood }) {
  /** @type {Turn} */
  let turn = "rest";
  let plans = 0; // so that a plan of a run before does nothing
  let together = true; // whether those in lockstep have come as far
  let soonest = 0; // milliseconds, when the next frame may be asked for

  /** @param {() => void} act */
  function afterPaint(act) {
    const [since, hidden] = [browser.now(), browser.hidden()];
    browser.afterPaint(() => {
      if (hidden && paced() && browser.now() - since > GLANCE) onStood();
      act();
    });
  }

  /** Ask for what is wanted, once the last frame is on the screen and its time has come. */
  function plan() {
    if (turn !== "rest" || !together || !wanted()) return;
    turn = "planned";
    const own = (plans += 1);
    const act = () => {
      if (turn !== "planned" || own !== plans) return;
      turn = "rest";
      if (together && wanted()) ask();
    };
    afterPaint(() => {
      const wait = paced() ? soonest - browser.now() : 0;
      // After the wait one more paint: a hidden tab paints nothing, and so asks for nothing.
      if (wait > EARLY) browser.later(() => afterPaint(act), wait - EARLY);
      else act();
    });
  }

  return {
    plan,
    /** A run begins, and its first frame is asked for at once. */
    begin() {
      turn = "asked";
      soonest = 0;
    },
    /** A frame was asked for; the next has its time. @param {number} fps */
    asked(fps) {
      turn = "asked";
      soonest = Math.max(soonest, browser.now() - LAG) + 1000 / fps;
    },
    /** The answer is here, or none is to come. */
    answered() {
      turn = "rest";
    },
    /** Ask no more until the others are there. @param {Promise<unknown>} others */
    waitFor(others) {
      together = false;
      void others.then(() => {
        together = true;
        plan();
      });
    },
  };
}
