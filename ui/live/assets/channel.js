// The list of the channel and what calls somebody to it: unread lines, pins, search, views, alarms.
import { held, hold, mark, stored } from "./fields.js";

const FLASH_MS = 1000, NEAR_END = 24, SPOKEN = 200;
export const toEnd = (node) => { node.scrollTop = node.scrollHeight; };
export const atEnd = (node) => node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_END;
export const isMuted = () => held(localStorage, "muted") === "yes";
const pins = (live) => stored(localStorage, live.name("pins")) ?? [];

export function tell(live, news) {
  if (!news.length) return;
  const spoken = news.filter((node) => node.querySelector("[data-spoken]")).slice(-3);
  const words = spoken.map((node) => node.textContent.slice(0, SPOKEN)).join(". ");
  if (words) live.get("news").textContent = words;
  const list = news[0].parentElement;
  if (!document.hidden && atEnd(list)) return;
  if (!live.unread) news[0].dataset.firstNew = "";
  count(live, list, live.unread + news.length);
}

function count(live, list, unread) {
  const [button] = live.all("[data-unread]");
  live.unread = unread;
  Object.assign(button, { hidden: !unread, textContent: `${unread} new ↓` });
  button.dataset.unread = list.id;
}

export function read(live) {
  for (const one of live.all("[data-stick]")) one.left = !atEnd(one);
  const list = live.get(live.all("[data-unread]")[0]?.dataset.unread);
  if (live.unread && list && !document.hidden && atEnd(list)) count(live, list, 0);
}

export function pin(live, row) {
  const others = pins(live).filter((id) => id !== row.id);
  if (row.toggleAttribute("data-pinned")) others.push(row.id);
  hold(localStorage, live.name("pins"), JSON.stringify(others.slice(-200)));
}

export function filter(live, field) {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of live.get(field.dataset.filter)?.children ?? []) {
    const text = `${row.textContent} ${row.title}`.toLowerCase();
    row.hidden = words.some((word) => !text.includes(word)) && !row.querySelector(":checked");
  }
}

// What somebody pinned or looks for is so in what came since, too.
export function listed(live) {
  for (const id of pins(live)) live.get(id)?.setAttribute("data-pinned", "");
  for (const field of live.all("[data-filter]")) if (field.value) filter(live, field);
}

export function view(live, button) {
  const list = live.get(button.closest("[data-views]").dataset.views);
  list.dataset.shown = button.dataset.view;
  mark([...button.parentElement.children], "aria-pressed", (one) => one === button);
  toEnd(list);
}

export function mute(live, muted) {
  hold(localStorage, "muted", muted ? "yes" : "no");
  mark(live.all("[data-mute]"), "aria-pressed", () => muted);
}

export function alarm(live, words) {
  live.get("news").textContent = words;
  if (!isMuted()) beep();
  if (document.hasFocus()) return;
  live.title ??= document.title;
  clearInterval(live.flashing);
  const turned = () => document.title === live.title ? `● ${words}` : live.title;
  live.flashing = setInterval(() => { document.title = turned(); }, FLASH_MS);
}

export function calm(live) {
  clearInterval(live.flashing);
  if (live.title) document.title = live.title;
  live.title = undefined;
}

// Two short tones; browsers keep them until somebody has pressed anything on the page.
function beep() {
  try {
    const audio = new AudioContext(), tone = new OscillatorNode(audio, { frequency: 880 });
    tone.frequency.setValueAtTime(1175, audio.currentTime + 0.18);
    tone.connect(new GainNode(audio, { gain: 0.08 })).connect(audio.destination);
    tone.onended = () => audio.close();
    tone.start(); tone.stop(audio.currentTime + 0.3);
  } catch { /* a browser without sound still flashes */ }
}
