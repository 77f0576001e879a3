/**
 * Questions to the server whose state changes faster than answers come: a slider, a choice. At most
 * one request is under way; the newest state is asked next, and its answer is what stays on show.
 */

import { awaitAnswers } from "./asking.js";
import { onLanguage } from "./i18n.js";

/** @param {unknown} a @param {unknown} b */
const alike = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * @template S, A
 * @param {object} options
 * @param {(state: S, signal: AbortSignal) => Promise<A>} options.ask ends soon when it is aborted
 * @param {(answer: A, state: S) => void} options.show with the state that was asked about, which need not
 *   be the page's
 * @param {(error: unknown, state: S) => void} options.fail
 * @param {boolean} [options.follow] a newer state waits for the answer under way, and that is shown:
 *   quick answers follow the finger. Without it the request under way is aborted, its answer never shown
 * @param {(a: S, b: S) => boolean} [options.same] whether two states have one answer
 * @param {boolean} [options.act] what is asked for is done, not looked up: asked each time that it is wanted,
 *   and then only
 */
export function newest({ ask, show, fail, follow = false, same = alike, act = false }) {
  /** @type {{state: S} | null} what was wanted last, and has not failed */
  let wanted = null;
  /** @type {{state: S} | null} the same, while it is still to be asked */
  let next = null;
  /** @type {{state: S} | null} what was refused, until something else is wanted */
  let refused = null;
  /** @type {AbortController | null} */
  let call = null;
  const rest = waitingRest(() => void go());

  async function go() {
    const asked = next;
    if (!asked || call) return; // the end of the call under way comes back here
    next = null;
    const mine = new AbortController();
    call = mine;
    awaitAnswers(1);
    try {
      const answer = await ask(asked.state, mine.signal);
      if (!mine.signal.aborted) show(answer, asked.state);
    } catch (error) {
      if (wanted === asked) wanted = null; // so that it can be asked again
      if (!mine.signal.aborted && !next) {
        refused = asked;
        fail(error, asked.state);
      }
    } finally {
      call = null;
      awaitAnswers(-1);
      if (!rest.lasts) void go();
    }
  }

  const found = {
    /**
     * @param {S} state
     * @param {number} [quiet] milliseconds that it must stay the newest before it is asked
     */
    want(state, quiet = 0) {
      if (!act && wanted && same(wanted.state, state)) return;
      wanted = next = { state };
      refused = null;
      if (!follow) call?.abort();
      rest.end();
      if (quiet) rest.begin(quiet);
      else void go();
    },
    /** Nothing is wanted any more: what is under way is aborted and never shown. */
    drop() {
      wanted = next = refused = null;
      rest.end();
      call?.abort();
    },
    /** Whether an answer is still to come. */
    get busy() {
      return next !== null || (call !== null && !call.signal.aborted);
    },
  };
  // The server says in the reader's language why it refuses.
  if (!act) onLanguage(() => refused && found.want(refused.state));
  return found;
}

/** A pause before something is asked: its answer is waited for already. @param {() => void} then */
function waitingRest(then) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const rest = {
    get lasts() {
      return timer !== undefined;
    },
    /** @param {number} ms */
    begin(ms) {
      awaitAnswers(1);
      timer = setTimeout(() => {
        rest.end();
        then();
      }, ms);
    },
    end() {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      awaitAnswers(-1);
    },
  };
  return rest;
}
