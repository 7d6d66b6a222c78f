// What a console hears: an answer, or its stream: what changed, a beat a second, where it stops.
import { apply, parsed, settle } from "./pieces.js";

const BEAT_LATE_MS = 2500, SEAT_MS = 4000;
export const backoff = (tries) => Math.min(400 * 2 ** tries, 4000) * (0.75 + Math.random() / 2);

export async function ask(url, what, signal) {
  const answer = await fetch(`${url}&${new URLSearchParams(what)}`, { signal }).catch(() => null);
  return answer?.ok ? answer.json().catch(() => null) : null;
}

// Not an EventSource: that gives up on an answer that is no stream, and hears no line go silent.
export async function listen(live) {
  if (!live.mounted) return;
  hangUp(live);
  const mine = live.stream = new AbortController();
  expect(live);
  try {
    const answer = await fetch(`${live.urls.stream}&since=${encodeURIComponent(live.mark)}`,
      { signal: mine.signal, cache: "no-store" });
    if (answer.status === 403) return turnedAway(live, (await answer.json()).text);
    if (!answer.ok) throw new Error(answer.statusText);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ;) {
      const { value, done } = await reader.read();
      if (done || mine !== live.stream) break;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) heard(live, event);
    }
  } catch { /* said below, whatever it was */ }
  if (mine === live.stream && live.mounted) lost(live);
}

export function hangUp(live) {
  live.stream?.abort();
  for (const timer of [live.watch, live.retry]) clearTimeout(timer);
}

function heard(live, text) {
  const part = (name) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1], kind = part("event");
  live.tries = live.away = 0;
  expect(live);
  say(live, "live", "");
  if (kind === "again") live.retry = setTimeout(() => listen(live), 200);
  if (kind !== "all" && kind !== "pieces") return;
  apply(live, JSON.parse(part("data")), kind === "all");
  live.mark = part("id");
}

function expect(live) {
  clearTimeout(live.watch);
  live.watch = setTimeout(() => lost(live), BEAT_LATE_MS);
}

export function lost(live) {
  hangUp(live);
  if (!live.mounted) return;
  live.retry = setTimeout(() => listen(live), live.away ? SEAT_MS : backoff(live.tries++));
  if (!live.away) say(live, "offline",
    "Offline: what you see is old. Trying again… What you typed is kept, and counts once.");
}

function turnedAway(live, text) {
  clearTimeout(live.watch);
  live.retry = setTimeout(() => listen(live), SEAT_MS);   // a host may give them another seat
  if (live.away) return;
  Object.assign(live, { away: true, mark: "" });
  say(live, "away", text);
  live.get("line-state").append(" ", parsed('<a href="./" target="_self">To the lobby</a>'));
  settle(live, []);   // what they were shown is not for them any more
}

function say(live, state, text) {
  const node = live.get("line-state");
  if (!node || node.dataset.line === state) return;
  Object.assign(node, { textContent: text }).dataset.line = state;
  live.root.dispatchEvent(new Event(state));
}
