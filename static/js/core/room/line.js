/** A page's line to its room. Messages are those of app/rooms/messages.py; each has a number. */

import { openLine, connectHere, surroundings } from "../session/line.js";
import { errorOf, Pending } from "../session/messages.js";

/** @typedef {import("../api.js").ApiError} ApiError */
/**
 * @typedef {object} Heard
 * @property {(shown: any) => void} [shown]
 * @property {(question: any) => void} [question]
 * @property {(handed: any) => void} [handed]
 * @property {(counts: {there: number, following: number, own: Record<string, number>}) => void} [guests]
 * @property {(told: any) => void} entered the room has let this page in
 * @property {(error: ApiError) => void} refused what was asked; the line goes on
 * @property {(error: ApiError) => void} ended
 * @property {(why: ApiError | null) => void} lost there is no line now; null: there is one again
 */

const STILL_THERE = 15_000; // milliseconds between two questions whether the line still carries

/** What the room tells unasked. @param {Heard} heard @param {any} told */
function hearNews(heard, told) {
  if (told.type === "shown") heard.shown?.(told.shown);
  else if (told.type === "question") heard.question?.(told.question);
  else if (told.type === "handed") heard.handed?.(told.handed);
  else if (told.type === "guests") heard.guests?.(told);
}

/**
 * @param {string} code
 * @param {() => Record<string, any>} enter the first message of each line, without its number
 * @param {Heard} heard
 */
export function roomLine(code, enter, heard, connect = connectHere, around = surroundings) {
  let over = false;
  let entering = 0;
  const pending = new Pending(() => line.check(), around);
  /** Of each kind the newest message is enough. @type {Map<string, number>} */
  const newest = new Map();

  /** @param {any} told */
  function onText(told) {
    const { id, type, error } = told;
    if (id !== null) pending.settle(id);
    pending.watchOver();
    if (type === "ended" || (error && id === entering)) {
      finish();
      heard.ended(errorOf(told));
    } else if (error) heard.refused(errorOf(told));
    else if (id === entering) heard.entered(told);
    else hearNews(heard, told);
  }

  function finish() {
    over = true;
    pending.clear();
    pending.watchOver();
    around.cancel(beat);
    forgetLeaving();
    line.close();
  }

  const line = openLine(
    `/api/rooms/${encodeURIComponent(code)}/line`,
    connect,
    {
      greet: () => {
        entering = pending.next();
        return [{ id: entering, ...enter() }, ...pending.all];
      },
      onText,
      onBytes: () => {},
      wanted: () => !over,
      onLost: (why) => heard.lost(why),
    },
    around,
  );
  const forgetLeaving = around.onLeave(() => line.close());
  let beat = 0;
  const listen = () => {
    line.check();
    beat = around.later(listen, STILL_THERE);
  };
  beat = around.later(listen, STILL_THERE);
  line.say({ type: "here", id: pending.next() }); // opens it; the greeting says the rest

  return {
    /** @param {Record<string, any>} message @param {boolean} [only] the newest of its type is enough */
    say(message, only = false) {
      if (over) return;
      if (only) pending.settle(newest.get(message.type) ?? 0);
      const numbered = pending.add(message);
      newest.set(message.type, numbered.id);
      line.say(numbered);
      pending.watchOver();
    },
    close: finish,
  };
}
