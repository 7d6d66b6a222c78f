// Tabs and what is behind them; keys that lead to a place, and arrows that go from one to the next.
import { open } from "./acts.js";
import { isMuted, mute } from "./channel.js";
import { held, hold, isField, stored } from "./fields.js";
import { drawAll } from "./figures.js";

const STEPS = [
  { within: "[role=tablist]", what: "[role=tab]", keys: { ArrowRight: 1, ArrowLeft: -1 } },
  { within: "[role=log]", what: "[data-pin]", keys: { ArrowDown: 1, ArrowUp: -1 } },
  { within: ".row", what: "[data-pin], .reply > summary", keys: { ArrowRight: 1, ArrowLeft: -1 } },
];

// Show what a tab controls; `quietly` where nobody pressed it.
export function show(live, tab, quietly) {
  for (const one of tab.closest("[role=tablist]").querySelectorAll("[role=tab]")) {
    one.setAttribute("aria-selected", one === tab);
    one.tabIndex = one === tab ? 0 : -1;
    live.get(one.getAttribute("aria-controls"))?.toggleAttribute("data-shown", one === tab);
  }
  if (!quietly) hold(sessionStorage, live.name(`tab:${tab.parentElement.id}`), tab.id);
  drawAll(live);
}

export function reveal(live, node) {
  for (let panel = node; panel && panel !== live.root; panel = panel.parentElement) {
    const tab = panel.id && live.all(`[role=tab][aria-controls="${CSS.escape(panel.id)}"]`)[0];
    if (tab) show(live, tab);
  }
}

// What somebody had open before a reload, in this seat: tabs, the form, and whether it is quiet.
export function remember(live) {
  for (const list of live.all("[role=tablist]")) {
    const chosen = live.get(held(sessionStorage, live.name(`tab:${list.id}`)));
    show(live, chosen ?? list.querySelector("[aria-selected=true]"), true);
  }
  mute(live, isMuted());
  const opened = stored(sessionStorage, live.name("form"));
  if (opened && live.get("form")) open(live, ...opened, false);
}

// A button is pressed, anything else has the focus, also from behind another tab.
// In a field, Alt and a letter that write another one (å with Option on a Mac) are that letter.
export function shortcut(live, event) {
  if (!event.altKey || event.ctrlKey || !event.code) return;
  const key = event.code.slice(3).toLowerCase();
  const [node] = live.all(`[data-key="${CSS.escape(key)}"]`);
  if (!node || (isField(live.active) && event.key.toLowerCase() !== key)) return;
  event.preventDefault();
  if (node.matches("button")) return node.click();
  reveal(live, node);
  node.focus();
}

// Arrows go along tabs, and in the channel from line to line; tells whether this was one.
export function stepped(live, event) {
  const from = event.target, { key } = event;
  const steps = STEPS.find(({ within, keys }) => keys[key] && from.closest?.(within));
  if (!steps || isField(from)) return false;
  const found = [...from.closest(steps.within).querySelectorAll(steps.what)];
  const all = found.filter((one) => one.offsetParent), at = all.indexOf(from);
  const next = all.at(at < 0 ? -1 : (at + steps.keys[key] + all.length) % all.length);
  if (next?.matches("[role=tab]")) show(live, next);
  next?.focus();
  if (next) event.preventDefault();
  return true;
}
