// The live part of the console: HTML over the wire. The server renders pieces and streams those
// that changed; this script puts each in its place without touching what a person is doing, and
// sends what a person presses, once. It knows no act, role or rule. What it finds in the HTML:
//
//   <form data-act=NAME>       is sent as {key, act, fields}; its <output> shows the answer
//   <… data-type=number|boolean|list>, <input data-complete data-history>
//   <… data-keep>              a new rendering leaves it alone; data-stick: it follows its end
//   <… data-alarm=WORDS>       flashes the title and sounds once, when it is new
//   <button data-open=KIND data-about=ID>   opens a form; data-copy=ID copies a text
//   <button data-view=NAME>, <input data-filter=ID>   narrow a list down: by kind, by words
//   <button data-pin>, data-mute, data-refill, data-close, data-unread; data-key=LETTER: Alt
//   <button role=tab>, <div class=figure id=…> drawn by plotly from {id, figure, alt}
// Here is what all parts share of one console, and which part each event goes to.
import { open, putAway, refill, renew, submit, use } from "./acts.js";
import { calm, filter, isMuted, mute, pin, read, toEnd, view } from "./channel.js";
import { isField, keep } from "./fields.js";
import { draw, purge } from "./figures.js";
import * as lines from "./lines.js";
import { hangUp, listen, lost } from "./stream.js";
import { remember, shortcut, show, stepped } from "./tabs.js";

// What a press does, by what was pressed; a double click is one: its end may meet what came since.
const PRESSED = {
  "[role=option]": (live, option) => lines.take(live, live.completing.field, option),
  "[role=tab]": (live, tab) => show(live, tab),
  "[data-open]": (live, { dataset }) => open(live, dataset.open, dataset.about ?? "", true),
  "[data-refill]": refill,
  "output button": use,
  "[data-view]": view,
  "[data-pin]": (live, button) => pin(live, button.closest("[role=log] > *")),
  "[data-mute]": (live) => mute(live, !isMuted()),
  "[data-close]": putAway,
  "[data-copy]": copy,
  "[data-unread]": (live, { dataset }) => toEnd(live.get(dataset.unread)),
  "form[data-act] button": () => {},
};

export default ({ parentElement: root, data }) => (root.live ??= new Live(root)).mount(data);

class Live {
  figures = new Map(); opened = {};
  desk = this.mark = ""; tries = this.mounts = this.unread = 0;
  constructor(root) {
    this.root = root;
    const look = () => { if (!document.hidden) { calm(this); read(this); } };
    // A list that is read at its end stays there, whatever takes some of its height.
    const resized = (t) => t.matches(".figure") ? draw(this, t.id, true) : t.left || toEnd(t);
    this.sized = new ResizeObserver((all) => all.forEach(({ target }) => resized(target)));
    const on = (does) => (event) => does(this, event);
    this.listeners = [
      [root, "submit", on(submit)], [root, "click", on(click)], [root, "input", on(input)],
      [root, "keydown", on(keydown)], [root, "focusout", (event) => lines.left(this, event.target)],
      [root, "scroll", on(read), true], [document, "keydown", on(shortcut), true],
      [document, "visibilitychange", look], [window, "focus", look],
      [window, "online", on(listen)], [window, "offline", on(lost)],
    ];
  }

  // Streamlit runs the default export again for each new theme or data, and may undo an overtaken
  // run after the next one began: mounting twice is harmless, and only the newest undo counts.
  mount(data) {
    const number = ++this.mounts;
    this.urls = data;
    if (!this.mounted) {
      this.mounted = true;
      for (const [where, ...what] of this.listeners) where.addEventListener(...what);
      listen(this);
    }
    this.figures.forEach((_, id) => draw(this, id));
    return () => { if (number === this.mounts) this.unmount(); };
  }

  unmount() {
    this.mounted = false;
    hangUp(this);
    calm(this);
    for (const [where, ...what] of this.listeners) where.removeEventListener(...what);
    purge(this);
  }

  get(id) { return id ? this.root.querySelector(`#${CSS.escape(id)}`) : null; }
  all(what) { return [...this.root.querySelectorAll(what)]; }
  get active() { return this.root.activeElement ?? document.activeElement; }
  // What pieces that come in call for stands above them.
  renew() { renew(this); }
  remember() { remember(this).forEach((what) => open(this, ...what, false)); }
  name(what) { return `${what}:${this.desk}`; }   // what is kept is kept for a seat
}

function click(live, event) {
  calm(live);
  for (const [what, does] of Object.entries(PRESSED)) {
    const node = event.target.closest?.(what);
    if (node) return event.detail > 1 ? event.preventDefault() : does(live, node);
  }
}

function input(live, { target: field }) {
  if (!isField(field)) return;
  if (field.dataset.filter) return filter(live, field);
  const same = field.type === "radio" ? [...field.form?.elements ?? []] : [field];
  same.filter(({ name }) => name === field.name).forEach((one) => keep(live, one));
  field.form?.querySelector(`[data-wrong="${CSS.escape(field.name)}"]`)?.replaceChildren();
  field.removeAttribute("aria-invalid");
  if (field.hasAttribute("data-complete")) lines.complete(live, field);
}

function keydown(live, event) {
  event.stopPropagation();   // r and c are Streamlit's keys (rerun, clear caches)
  if (stepped(live, event)) return;
  const { form } = event.target, isEnter = event.key === "Enter";
  if (isEnter && event.repeat) return event.preventDefault();
  if (isEnter && (event.ctrlKey || event.metaKey) && form?.dataset.act) return form.requestSubmit();
  lines.keydown(live, event);
}

async function copy(live, button) {
  const from = live.get(button.dataset.copy), before = button.textContent;
  try {
    await navigator.clipboard.writeText(from.textContent);
    button.textContent = "Copied";
  } catch {   // without https there is no clipboard: mark it, and Ctrl+C does the rest
    getSelection().selectAllChildren(from);
    button.textContent = "Marked: press Ctrl+C";
  }
  setTimeout(() => { button.textContent = before; }, 2000);
}
