// Puts pieces in place with the nodes there are: focus, scrolling, typing and presses survive it.
import { alarm, atEnd, listed, tell, toEnd } from "./channel.js";
import { clean, isDirty, isField, make, restore } from "./fields.js";
import { draw } from "./figures.js";

// What these scripts say of an element; a new rendering does not take it away.
const OWN = new Set(`aria-disabled aria-invalid aria-expanded aria-activedescendant aria-selected
  aria-pressed data-pending data-gone data-shown open hidden tabindex`.split(/\s+/));
export const parsed = (innerHTML) => make("template", { innerHTML }).content;
// What a node is, wherever it stands: no form or button becomes one that does something else.
const key = ({ id, dataset: { act, open, about } = {} }) => [id, act, open, about].join(" ").trim();
const alike = (one, other) => one?.nodeName === other.nodeName && key(one) === key(other);

export function apply(live, pieces, all) {
  const ends = live.all("[data-stick]").filter(atEnd), news = [];
  if (all) settle(live, pieces);
  for (const node of live.all("[data-gone]")) drop(live, node);
  for (const piece of pieces) place(live, piece, all, news);
  listed(live);
  ends.forEach(toEnd);
  if (!all) return tell(live, news);
  live.remember();
  live.all("[data-stick]").forEach((one) => { toEnd(one); live.sized.observe(one); });
}

// Begin from a whole screen: what is not part of it goes, and where it is another desk's, all.
export function settle(live, pieces) {
  const desk = /data-desk="([^"]*)"/.exec(pieces.find(({ id }) => id === "frame")?.html)?.[1];
  if (desk !== live.desk) {
    live.get("frame").replaceChildren();
    live.figures.clear();
    Object.assign(live, { desk, opened: {} });
  }
  const ids = new Set(pieces.map((piece) => piece.id));
  for (const into of new Set(pieces.map((piece) => piece.into)))
    [...live.get(into)?.children ?? []].forEach((one) => ids.has(one.id) || drop(live, one));
}

function place(live, { id, html, into, figure, alt }, all, news) {
  let node = live.get(id);
  if (figure) {
    live.figures.set(id, figure);
    if (node && alt) node.setAttribute("aria-label", alt);
    return draw(live, id);
  }
  if (html === undefined) return node && drop(live, node);
  const parent = into && live.get(into), isNew = !node;
  if (isNew && parent) parent.append(node = make(parent.matches("ol, ul") ? "li" : "div", { id }));
  if (!node) return;
  delete node.dataset.gone;
  children(live, node, parsed(html));
  if (id === "stamp" && !all) live.renew();
  if (!isNew || !parent) return;
  if (!all && parent.getAttribute("role") === "log") news.push(node);
  const loud = !all && node.querySelector("[data-alarm]");
  if (loud) alarm(live, loud.dataset.alarm);
}

export function children(live, old, fresh) {
  const kept = new Set([...fresh.childNodes].map(key));
  for (const one of [...old.childNodes]) if (!kept.has(key(one))) drop(live, one);
  let at = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    let twin = at;
    while (twin && key(node) && !alike(twin, node)) twin = twin.nextSibling;
    if (alike(twin, node)) {
      if (twin === at) at = at.nextSibling;
      else old.insertBefore(twin, at);
      become(live, twin, node);
    } else {
      old.insertBefore(node, at);
      restore(live, node);
    }
  }
  for (let next; at; at = next) { next = at.nextSibling; drop(live, at); }
}

function become(live, old, fresh) {
  if (old.data !== fresh.data) old.data = fresh.data;
  if (old.nodeType !== Node.ELEMENT_NODE || old.hasAttribute("data-keep")) return;
  const field = isField(old);
  if (field && (old === live.active || isDirty(old))) return;
  for (const { name, value } of [...fresh.attributes])
    if (!OWN.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes])
    if (!OWN.has(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  children(live, old, fresh);
  if (field) clean(old);
}

function drop(live, node) {
  const { active } = live, inside = [node, ...node.querySelectorAll?.("*") ?? []];
  const busy = inside.some((one) => isField(one) && (one === active || isDirty(one)));
  if (busy) return void (node.dataset.gone = "");
  const list = inside.includes(active) && node.parentElement;
  node.remove();
  // Not to the next button: whoever presses once more would press what they have not read.
  if (list) list.closest("[tabindex]")?.focus();
}
