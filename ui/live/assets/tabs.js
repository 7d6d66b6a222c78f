// Tabs and what is behind them; keys that lead to a place, and arrows that go from one to the next.
import { isMuted, mute } from "./channel.js";
import { held, hold, isField, stored } from "./fields.js";

const STEPS = [
  { within: "[role=tablist]", what: "[role=tab]", keys: { ArrowRight: 1, ArrowLeft: -1 } },
  { within: "[role=log]", what: ".pin", keys: { ArrowDown: 1, ArrowUp: -1 } },
  { within: ".row:has(> button:focus)", what: "button", keys: { ArrowRight: 1, ArrowLeft: -1 } },
];

// Show what a tab controls; `quietly` where nobody pressed it.
export function show(live, tab, quietly) {
  for (const one of tab.closest("[role=tablist]").querySelectorAll("[role=tab]")) {
    one.setAttribute("aria-selected", one === tab);
    one.tabIndex = one === tab ? 0 : -1;
    live.get(one.getAttribute("aria-controls"))?.toggleAttribute("data-shown", one === tab);
  }
  if (!quietly) hold(sessionStorage, live.name(`tab:${tab.parentElement.id}`), tab.id);
}

export function reveal(live, node) {
  for (let panel = node; panel && panel !== live.root; panel = panel.parentElement) {
    const tab = panel.id && live.all(`[role=tab][aria-controls="${CSS.escape(panel.id)}"]`)[0];
    if (tab) show(live, tab);
  }
}

// Bring back what was so before a reload, in this seat: tabs, and whether it is quiet. Returns what
// is to be opened again.
export function remember(live) {
  for (const list of live.all("[role=tablist]")) {
    const chosen = live.get(held(sessionStorage, live.name(`tab:${list.id}`)));
    show(live, chosen ?? list.querySelector("[aria-selected=true]"), true);
  }
  mute(live, isMuted());
  return ["form", "reply"].map((at) => stored(sessionStorage, live.name(at))).filter(Boolean);
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

// Arrows go along tabs, and in the channel from line to line and along what one presses in a line:
// only from there, as what else has the focus in a line is scrolled by them. Tells if this was one.
export function stepped(live, event) {
  const { target, key } = event;
  const is = ({ within, keys }) => keys[key] && target.closest?.(within);
  const { within, what, keys } = STEPS.find(is) ?? {};
  if (!within || isField(target)) return false;
  const from = target.closest(what) ?? target.closest(".row")?.querySelector(what);
  const found = [...target.closest(within).querySelectorAll(what)];
  const all = found.filter((one) => one.offsetParent), at = all.indexOf(from);
  const next = all.at(at < 0 ? -1 : (at + keys[key] + all.length) % all.length);
  if (next?.matches("[role=tab]")) show(live, next);
  next?.focus();
  if (next) event.preventDefault();
  return true;
}
