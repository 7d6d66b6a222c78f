// Lines that are typed: what they can become is offered, and what was sent comes back by arrows.
import { hold, keep, mark, stored } from "./fields.js";
import { children, parsed } from "./pieces.js";
import { ask } from "./stream.js";

const DEBOUNCE_MS = 80, LEFT_MS = 150, REMEMBERED = 50;
const listOf = (live, field) => live.get(field.getAttribute("aria-controls"));
const past = (live, field) => stored(sessionStorage, live.name(`past:${field.id}`)) ?? [];

export function keydown(live, event) {
  const field = event.target, { key } = event;
  const list = field.hasAttribute?.("data-complete") && listOf(live, field);
  if (event.isComposing || !list) return;
  const options = [...list.children], at = options.findIndex((o) => o.ariaSelected === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[key], shown = !list.hidden;
  if (step && shown) {
    const from = at < 0 && step < 0 ? options.length : at;
    select(live, field, options[(from + step + options.length) % options.length]);
  } else if (step && field.hasAttribute("data-history")) recall(live, field, step);
  else if (key === "Tab" && shown && !event.shiftKey) take(live, field, options[Math.max(at, 0)]);
  else if (key === "Enter" && shown && at >= 0) take(live, field, options[at]);
  else if (key === "Escape" && shown) close(live, field);
  else return;
  event.preventDefault();
}

export async function complete(live, field, picks) {
  if (picks) field.focus();   // what was refused is picked from the list, a sole hit is chosen
  live.asking?.abort();
  const { signal } = live.asking = new AbortController();
  await new Promise((done) => setTimeout(done, DEBOUNCE_MS));
  const what = { text: field.value, at: field.selectionStart, where: field.dataset.complete };
  const found = await ask(live.urls.complete, what, signal);
  if (!found || signal.aborted) return;
  const list = listOf(live, field), card = field.form.querySelector("[data-card]");
  list.replaceChildren(parsed(found.offers));
  live.completing = { field, from: found.from, upTo: found.to };
  list.hidden = !list.children.length || live.active !== field;
  field.setAttribute("aria-expanded", !list.hidden);
  select(live, field, picks && list.children.length === 1 ? list.firstChild : null);
  if (card) children(live, card, parsed(found.card ?? ""));
}

function select(live, field, option) {
  mark([...listOf(live, field).children], "aria-selected", (one) => one === option);
  option?.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option?.id ?? "");
}

export function take(live, field, option) {
  field.setRangeText(option.dataset.text, live.completing.from, live.completing.upTo, "end");
  close(live, field);
  field.focus();
  keep(live, field);
  complete(live, field).then(() => close(live, field));
}

export function close(live, field) {
  if (!field) return;
  live.asking?.abort();
  listOf(live, field).hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

export function left(live, field) {
  if (!field.hasAttribute?.("data-complete")) return;
  setTimeout(() => live.active === field || close(live, field), LEFT_MS);
}

export function recorded(live, field, text) {
  const lines = [...past(live, field).filter((line) => line !== text), text].slice(-REMEMBERED);
  hold(sessionStorage, live.name(`past:${field.id}`), JSON.stringify(lines));
  live.recalled = undefined;
}

function recall(live, field, step) {
  const lines = past(live, field), at = live.recalled ?? lines.length;
  if (at === lines.length) live.half = field.value;
  live.recalled = Math.max(0, Math.min(lines.length, at + step));
  field.value = lines[live.recalled] ?? live.half ?? "";   // the caret goes to its end
  keep(live, field);
}
