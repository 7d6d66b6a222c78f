// The live part of the console: HTML over the wire. The server renders pieces and streams those
// that changed; this script puts each in its place without touching what a person is doing, and
// sends what a person presses, once. It knows no act, role or rule. What it finds in the HTML:
//
//   <form data-act=NAME>       is sent as {key, act, fields}; its <output> shows the answer
//   <… data-type=number|boolean|list>, <input data-complete data-history>
//   <… data-keep>              a new rendering leaves it alone; data-stick: it follows its end
//   <… data-alarm=WORDS>       flashes the title and sounds once, when it is new
//   <button data-open=KIND data-about=ID>   opens the form of an act; data-copy=ID copies a text
//   <button data-view=NAME>, <input data-filter=ID>   narrow a list down: by kind, by words
//   <button data-pin>, data-mute, data-refill, data-close, data-shut, data-unread; data-key: Alt
//   <button role=tab>, <div class=figure id=…> drawn by plotly from {id, figure, alt}

const BEAT_LATE_MS = 2500, SEAT_MS = 4000, ANSWER_LATE_MS = 5000;
const SAME_PRESS_MS = 120, DEBOUNCE_MS = 80;
const FLASH_MS = 1000, NEAR_END = 24, REMEMBERED = 50, RENEW_MS = 400, SPOKEN = 200;
// What this script says of an element; a new rendering does not take it away.
const OWN = new Set(["aria-disabled", "aria-invalid", "aria-expanded", "aria-activedescendant",
  "aria-selected", "aria-pressed", "data-pending", "data-gone", "data-shown", "data-muted",
  "open", "hidden", "tabindex"]);
const STEPS = [
  { within: "[role=tablist]", what: "[role=tab]", keys: { ArrowRight: 1, ArrowLeft: -1 } },
  { within: "[role=log]", what: "[data-pin]", keys: { ArrowDown: 1, ArrowUp: -1 } },
];
const consoles = new WeakMap();
let plotly;

export default function ({ parentElement, data }) {
  if (!consoles.has(parentElement)) consoles.set(parentElement, new Live(parentElement));
  return consoles.get(parentElement).mount(data);
}

const backoff = (tries) => Math.min(400 * 2 ** tries, 4000) * (0.75 + Math.random() / 2);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
// crypto.randomUUID is there on https and localhost alone; drills run in local networks, too.
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)),
  (byte) => byte.toString(16).padStart(2, "0")).join("");
const isField = (node) => node.matches?.("input:not([type=hidden]), select, textarea");
const ticks = (field) => field.type === "checkbox" || field.type === "radio";
const firstChoice = ({ options }) => Math.max(0, [...options].findIndex((o) => o.defaultSelected));
const isDirty = (field) => {
  if (ticks(field)) return field.checked !== field.defaultChecked;
  if (field.options) return field.selectedIndex !== firstChoice(field);
  return field.value !== field.defaultValue;
};
const clean = (field) => {
  if (ticks(field)) field.checked = field.defaultChecked;
  else if (field.options) field.selectedIndex = firstChoice(field);
  else field.value = field.defaultValue;
};
// Whether one may become the other: never a form that does something else.
const alike = (one, other) => one?.nodeName === other.nodeName
  && (one.id ?? "") === (other.id ?? "") && one.dataset?.act === other.dataset?.act;
const mark = (nodes, name, is) => [...nodes].forEach((one) => one.setAttribute(name, is(one)));
const parsed = (innerHTML) =>
  Object.assign(document.createElement("template"), { innerHTML }).content;
const stored = (store, name) => JSON.parse(held(store, name) ?? "null");
const held = (store, name) => { try { return store.getItem(name); } catch { return null; } };
const hold = (store, name, value) => {
  try { value === null ? store.removeItem(name) : store.setItem(name, value); }
  catch { /* a full or forbidden store: what is typed is still in its field */ }
};

// What a form holds, by name, as it is sent.
function holds(form, button) {
  const fields = {};
  for (const field of form.elements) {
    if (!field.name || field.matches("button, output, fieldset")) continue;
    const { type } = field.dataset;
    if (type === "list") {
      fields[field.name] ??= [];
      if (!ticks(field) || field.checked) fields[field.name].push(field.value);
    } else if (type === "boolean") {
      fields[field.name] = ticks(field) ? field.checked : field.value === "true";
    } else if (field.type === "radio") {
      if (field.checked) fields[field.name] = field.value;
    } else {
      const number = type === "number" && field.value !== "";
      fields[field.name] = number ? Number(field.value) : field.value;
    }
  }
  if (button?.name) fields[button.name] = button.value;
  return fields;
}

// What a press does, by what was pressed.
const PRESSED = {
  "[role=option]": (live, option) => live.take(live.completing, option),
  "[role=tab]": (live, tab) => live.show(tab),
  "[data-open]": (live, { dataset }) => live.openForm(dataset.open, dataset.about ?? "", true),
  "[data-refill]": (live) => live.refill(),
  "[data-use]": (live, button) => live.use(button),
  "[data-view]": (live, button) => live.view(button),
  "[data-pin]": (live, button) => live.pin(button.closest("[role=log] > *")),
  "[data-mute]": (live) => live.mute(held(localStorage, "muted") !== "yes"),
  "[data-close]": (live) => live.closeForm(),
  "[data-shut]": (live) => {
    live.get("paper").replaceChildren();
    live.get("tab-board-tab").focus();
  },
  "[data-copy]": (live, button) => live.copy(button),
  "[data-unread]": (live, { dataset }) => toEnd(live.get(dataset.unread)),
  "form[data-act] button": (live, button, event) => {   // the second half of a double click
    if (event.detail > 1) event.preventDefault();
  },
};

class Live {
  constructor(root) {
    this.root = root;
    this.mark = "";
    this.desk = "";
    this.tries = this.mounts = this.unread = 0;
    this.figures = new Map();
    const net = (event) => event.type === "offline" ? this.lost() : this.open();
    const look = () => { if (!document.hidden) { this.calm(); this.read(); } };
    this.listeners = [
      ...["submit", "click", "keydown", "input", "focusout"].map((on) => [root, on, this[on]]),
      [root, "scroll", this.read, true], [window, "online", net], [window, "offline", net],
      [window, "focus", look], [document, "visibilitychange", look],
      [document, "keydown", this.shortcut, true],
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
      this.open();
    }
    for (const id of this.figures.keys()) this.draw(id);
    return () => { if (number === this.mounts) this.unmount(); };
  }

  unmount() {
    this.mounted = false;
    this.stream?.abort();
    for (const timer of [this.watch, this.retry]) clearTimeout(timer);
    this.calm();
    for (const [where, ...what] of this.listeners) where.removeEventListener(...what);
    for (const id of this.figures.keys()) {
      if (this.get(id)) window.Plotly?.purge(this.get(id));
    }
  }

  // A button is pressed, anything else has the focus, also from behind another tab.
  // In a field, Alt and a letter that write another one (å with Option on a Mac) are that letter.
  shortcut = (event) => {
    if (!event.altKey || event.ctrlKey || !event.code) return;
    const key = event.code.slice(3).toLowerCase();
    const [node] = this.all(`[data-key="${CSS.escape(key)}"]`);
    if (!node || (isField(this.active) && event.key.toLowerCase() !== key)) return;
    event.preventDefault();
    if (node.matches("button")) return node.click();
    this.reveal(node);
    node.focus();
  };

  get(id) { return id ? this.root.querySelector(`#${CSS.escape(id)}`) : null; }
  all(what) { return [...this.root.querySelectorAll(what)]; }
  get active() { return this.root.activeElement ?? document.activeElement; }

  // Not an EventSource: that gives up on an answer that is no stream, says nothing of why, and
  // never notices a line that went silent.
  async open() {
    if (!this.mounted) return;
    this.stream?.abort();
    clearTimeout(this.retry);
    const mine = this.stream = new AbortController();
    this.expect();
    try {
      const answer = await fetch(`${this.urls.stream}&since=${encodeURIComponent(this.mark)}`,
        { signal: mine.signal, cache: "no-store" });
      if (answer.status === 403) return this.turnedAway((await answer.json()).text);
      if (!answer.ok) throw new Error(answer.statusText);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ;) {
        const { value, done } = await reader.read();
        if (done || mine !== this.stream) break;
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        for (const event of events) this.event(event);
      }
    } catch { /* said below, whatever it was */ }
    if (mine === this.stream && this.mounted) this.lost();
  }

  event(text) {
    const [, kind] = /^event: (.*)$/m.exec(text) ?? [], [, id] = /^id: (.*)$/m.exec(text) ?? [];
    const [, data] = /^data: (.*)$/m.exec(text) ?? [];
    this.tries = this.away = 0;
    this.expect();
    this.line("live", "");
    if (kind === "again") return void (this.retry = setTimeout(() => this.open(), 200));
    if (kind === "all" || kind === "pieces") {
      this.apply(JSON.parse(data), kind === "all");
      this.mark = id;
    }
  }

  expect() {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.lost(), BEAT_LATE_MS);
  }

  lost() {
    this.stream?.abort();
    for (const timer of [this.watch, this.retry]) clearTimeout(timer);
    if (!this.mounted) return;
    this.retry = setTimeout(() => this.open(), this.away ? SEAT_MS : backoff(this.tries++));
    if (this.away) return;
    this.line("offline",
      "Offline: what you see is old. Trying again… What you typed is kept, and counts once.");
  }

  turnedAway(text) {
    clearTimeout(this.watch);
    this.retry = setTimeout(() => this.open(), SEAT_MS);   // a host may give them another seat
    if (this.away) return;
    this.away = true;
    this.line("away", text);
    this.get("line-state").append(" ", parsed('<a href="./" target="_self">To the lobby</a>'));
    this.settle([]);   // what they were shown is not for them any more
    this.mark = "";
  }

  line(state, text) {
    const node = this.get("line-state");
    if (!node || node.dataset.line === state) return;
    node.dataset.line = state;
    node.textContent = text;
    this.root.dispatchEvent(new Event(state));
  }

  apply(pieces, all) {
    const ends = this.all("[data-stick]").filter(atEnd), news = [];
    if (all) this.settle(pieces);
    for (const node of this.all("[data-gone]")) this.drop(node);
    for (const piece of pieces) this.place(piece, all, news);
    ends.forEach(toEnd);
    if (all) {
      this.remember();
      this.all("[data-stick]").forEach(toEnd);
    } else this.tell(news);
  }

  // Begin from a whole screen: what is not part of it goes, and where it is another desk's, all.
  settle(pieces) {
    const desk = /data-desk="([^"]*)"/.exec(pieces.find(({ id }) => id === "frame")?.html)?.[1];
    if (desk !== this.desk) {
      this.get("frame").replaceChildren();
      this.figures.clear();
      this.desk = desk;
    }
    const ids = new Set(pieces.map((piece) => piece.id));
    for (const into of new Set(pieces.map((piece) => piece.into).filter(Boolean))) {
      for (const child of [...this.get(into)?.children ?? []]) {
        if (!ids.has(child.id)) this.drop(child);
      }
    }
  }

  place({ id, html, into, figure, alt }, all, news) {
    let node = this.get(id);
    if (figure) {
      this.figures.set(id, figure);
      if (node && alt) node.setAttribute("aria-label", alt);
      return this.draw(id);
    }
    if (html === undefined) return node && this.drop(node);
    const parent = into && this.get(into), isNew = !node;
    if (isNew && parent) {
      node = document.createElement(parent.matches("ol, ul") ? "li" : "div");
      node.id = id;
      parent.append(node);
    }
    if (!node) return;
    delete node.dataset.gone;
    this.children(node, parsed(html));
    if (id === "stamp" && !all) this.renew();
    if (!isNew || !parent) return;
    if (parent.getAttribute("role") === "log") this.listed(node, parent);
    if (!all && parent.getAttribute("role") === "log") news.push(node);
    const alarm = !all && node.querySelector("[data-alarm]");
    if (alarm) this.alarm(alarm.dataset.alarm);
  }

  // Make `old` look like `fresh` with the nodes it has, so that focus, scroll positions and a
  // press half-way through survive.
  children(old, fresh) {
    let at = old.firstChild;
    for (const node of [...fresh.childNodes]) {
      const twin = node.id ? [...old.children].find((child) => child.id === node.id) : at;
      if (alike(twin, node)) {
        if (twin === at) at = at.nextSibling;
        else old.insertBefore(twin, at);
        this.become(twin, node);
      } else {
        old.insertBefore(node, at);
        this.restore(node);
      }
    }
    for (let next; at; at = next) {
      next = at.nextSibling;
      this.drop(at);
    }
  }

  become(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    if (old.hasAttribute("data-keep")) return;
    const field = isField(old);
    if (field && (old === this.active || isDirty(old))) return;
    for (const { name, value } of [...fresh.attributes]) {
      if (!OWN.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (!OWN.has(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    this.children(old, fresh);
    if (field) clean(old);
  }

  drop(node) {
    const inside = [node, ...node.querySelectorAll?.("*") ?? []];
    const busy = inside.some((one) => isField(one) && (one === this.active || isDirty(one)));
    if (busy) return void (node.dataset.gone = "");
    const list = inside.includes(this.active) && node.parentElement;
    node.remove();
    // Not to the next button: whoever presses once more would press what they have not read.
    if (list) list.closest("[tabindex]")?.focus();
  }

  tell(news) {
    if (!news.length) return;
    const spoken = news.filter((node) => node.querySelector("[data-spoken]")).slice(-3);
    if (spoken.length) {
      const words = spoken.map((node) => node.textContent.slice(0, SPOKEN));
      this.get("news").textContent = words.join(". ");
    }
    const list = news[0].parentElement;
    if (!document.hidden && atEnd(list)) return;
    if (!this.unread) news[0].dataset.firstNew = "";
    this.unread += news.length;
    this.count(list);
  }

  count(list) {
    for (const node of this.all("[data-unread]")) {
      node.hidden = !this.unread;
      node.textContent = `${this.unread} new ↓`;
      node.dataset.unread = list.id;
    }
  }

  read = () => {
    const list = this.get(this.all("[data-unread]")[0]?.dataset.unread);
    if (!this.unread || !list || document.hidden || !atEnd(list)) return;
    this.unread = 0;
    this.count(list);
  };

  get pins() { return stored(localStorage, this.name("pins")) ?? []; }

  listed(node, list) {
    if (this.pins.includes(node.id)) node.dataset.pinned = "";
    this.filter(this.all(`[data-filter="${CSS.escape(list.id)}"]`)[0], [node]);
  }

  pin(row) {
    const { pins } = this, without = pins.filter((id) => id !== row.id);
    if (without.length === pins.length) without.push(row.id);
    hold(localStorage, this.name("pins"), JSON.stringify(without.slice(-200)));
    row.toggleAttribute("data-pinned", without.includes(row.id));
  }

  filter(field, rows) {
    if (!field) return;
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows ?? this.get(field.dataset.filter)?.children ?? []) {
      const text = row.textContent.toLowerCase();
      row.hidden = words.some((word) => !text.includes(word)) && !row.querySelector(":checked");
    }
  }

  alarm(words) {
    this.get("news").textContent = words;
    if (held(localStorage, "muted") !== "yes") beep();
    if (document.hasFocus()) return;
    this.title ??= document.title;
    clearInterval(this.flashing);
    this.flashing = setInterval(() => {
      document.title = document.title === this.title ? `● ${words}` : this.title;
    }, FLASH_MS);
  }

  calm() {
    clearInterval(this.flashing);
    if (this.title) document.title = this.title;
    this.title = undefined;
  }

  name(what) { return `${what}:${this.desk}`; }

  draft(field) {
    const { form } = field, about = form?.elements.amends?.value ?? "";
    const at = form?.id || `${form?.dataset.act}@${form?.closest("[id]")?.id}`;
    const one = ticks(field) ? `=${field.value}` : "";
    return this.name(`draft:${at}:${about}:${field.name || field.id}${one}`);
  }

  keep(field) {
    const value = ticks(field) ? String(field.checked) : field.value;
    hold(sessionStorage, this.draft(field), isDirty(field) ? value : null);
    retell(field);
  }

  restore(node) {
    for (const field of [node, ...node.querySelectorAll?.("*") ?? []].filter(isField)) {
      const draft = held(sessionStorage, this.draft(field));
      if (draft === null) continue;
      if (ticks(field)) field.checked = draft === "true";
      else field.value = draft;
      retell(field);
    }
  }

  forget(field) {
    clean(field);
    hold(sessionStorage, this.draft(field), null);
    retell(field);
  }

  input = ({ target: field }) => {
    if (!isField(field)) return;
    if (field.dataset.filter) return this.filter(field);
    const same = field.type === "radio" ? [...field.form?.elements ?? []] : [field];
    same.filter(({ name }) => name === field.name).forEach((one) => this.keep(one));
    field.removeAttribute("aria-invalid");
    if (field.hasAttribute("data-complete")) this.complete(field);
  };

  click = (event) => {
    this.calm();
    for (const [what, does] of Object.entries(PRESSED)) {
      const node = event.target.closest?.(what);
      if (node) return does(this, node, event);
    }
  };

  async copy(button) {
    const from = this.get(button.dataset.copy), before = button.textContent;
    try {
      await navigator.clipboard.writeText(from.textContent);
      button.textContent = "Copied";
    } catch {   // without https there is no clipboard: mark it, and Ctrl+C does the rest
      getSelection().selectAllChildren(from);
      button.textContent = "Marked: press Ctrl+C";
    }
    setTimeout(() => { button.textContent = before; }, 2000);
  }

  view(button) {
    const list = this.get(button.closest("[data-views]").dataset.views);
    list.dataset.shown = button.dataset.view;
    mark(button.parentElement.children, "aria-pressed", (one) => one === button);
    toEnd(list);
  }

  mute(muted) {
    hold(localStorage, "muted", muted ? "yes" : "no");
    mark(this.all("[data-mute]"), "aria-pressed", () => muted);
  }

  // Show what a tab controls; `quietly` where nobody pressed it.
  show(tab, quietly) {
    const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
    for (const one of tabs) {
      one.setAttribute("aria-selected", one === tab);
      one.tabIndex = one === tab ? 0 : -1;
      this.get(one.getAttribute("aria-controls"))?.toggleAttribute("data-shown", one === tab);
    }
    if (!quietly) hold(sessionStorage, this.name(`tab:${tab.parentElement.id}`), tab.id);
    for (const id of this.figures.keys()) this.draw(id);
  }

  // What somebody had open before a reload, in this seat: tabs, the form, and whether it is quiet.
  remember() {
    for (const list of this.all("[role=tablist]")) {
      const chosen = this.get(held(sessionStorage, this.name(`tab:${list.id}`)));
      this.show(chosen ?? list.querySelector("[aria-selected=true]"), true);
    }
    this.mute(held(localStorage, "muted") === "yes");
    const opened = stored(sessionStorage, this.name("form"));
    if (opened && this.get("form")) this.openForm(...opened, false);
  }

  submit = (event) => {
    event.preventDefault();
    const form = event.target;
    if (form.dataset.pending !== undefined || form.dataset.act === undefined) return;
    this.close(form.querySelector("[data-complete]"));
    this.send(form, event.submitter);
  };

  async send(form, button) {
    const fields = holds(form, button), act = form.dataset.act;
    // An unanswered press is remembered by what it says: after a reload it is still the same press.
    const pressed = this.name(`press:${JSON.stringify([act, fields])}`);
    const key = held(sessionStorage, pressed) ?? newKey();
    if (this.last?.pressed === pressed && performance.now() - this.last.at < SAME_PRESS_MS) return;
    this.last = { pressed, at: performance.now() };
    hold(sessionStorage, pressed, key);
    form.dataset.pending = "";
    const buttons = form.querySelectorAll("button");   // not `disabled`: that would drop the focus
    buttons.forEach((one) => one.setAttribute("aria-disabled", "true"));
    this.answer(form, { text: "" });
    const answer = await this.post(form, JSON.stringify({ key, act, fields }));
    hold(sessionStorage, pressed, null);
    this.answer(form, answer);
    if (answer.ok) {
      const now = holds(form, button);
      for (const field of form.elements) {
        if (field.hasAttribute("data-history")) this.recorded(field, fields[field.name]);
        const sent = JSON.stringify(now[field.name]) === JSON.stringify(fields[field.name]);
        if (isField(field) && sent) this.forget(field);   // else they typed on since the press
      }
      form.querySelector("[data-card]")?.replaceChildren();
    }
    delete form.dataset.pending;
    buttons.forEach((one) => one.removeAttribute("aria-disabled"));
    if (answer.open) this.openForm(answer.open, answer.about ?? "", true);
    else if (answer.ok && this.get("form")?.contains(form)) this.renew();
  }

  // Post until there is an answer; the key makes sure that it counts once.
  async post(form, body) {
    for (let tries = 0; ; tries++) {
      try {
        const response = await fetch(this.urls.act, {
          method: "POST", headers: { "Content-Type": "application/json" }, body,
          signal: AbortSignal.timeout(ANSWER_LATE_MS),
        });
        if (response.status >= 500) throw new Error(response.statusText);
        return await response.json();
      } catch {
        this.answer(form, { ok: false, text: "Not through yet, trying again. It counts once." });
        const back = new Promise((on) => this.root.addEventListener("live", on, { once: true }));
        await Promise.race([wait(backoff(tries)), back]);
      }
    }
  }

  answer(form, { ok, text, fields = {}, use = "" }) {
    const output = form.querySelector("output");
    if (output) {
      output.dataset.ok = ok ?? "";
      output.textContent = text;
      if (use) {
        const button = Object.assign(document.createElement("button"), { type: "button" });
        button.dataset.use = button.textContent = use;
        output.append(" Did you mean ", button);
      }
    }
    for (const note of form.querySelectorAll("[data-wrong]")) {
      note.textContent = fields[note.dataset.wrong] ?? "";
      const field = form.elements[note.dataset.wrong];
      if (field?.setAttribute) field.toggleAttribute("aria-invalid", Boolean(note.textContent));
      if (note.textContent) note.closest("details")?.setAttribute("open", "");
    }
    if (Object.keys(fields).length) form.querySelector("[aria-invalid]")?.focus();
  }

  use(button) {
    const form = button.closest("form"), field = form.querySelector("[data-history]");
    field.value = button.dataset.use;
    field.focus();
    this.answer(form, { text: "" });
    this.input({ target: field });
  }

  // A record as a document takes the place of the board, until it is put away.
  async openForm(kind, about, pressed) {
    const isForm = kind !== "document", place = this.get(isForm ? "form" : "paper");
    if (!place) return;
    if (isForm && this.opened?.join() !== [kind, about].join()) place.replaceChildren();
    if (isForm) this.opened = [kind, about];
    hold(sessionStorage, this.name("form"), JSON.stringify(this.opened ?? null));
    const isOpen = ({ dataset }) => dataset.open === this.opened?.[0];
    mark(this.all("#forms [data-open]"), "aria-pressed", isOpen);
    if (pressed) this.reveal(place);
    const found = await this.ask(this.urls.form, { kind, about });
    if (isForm && this.opened?.join() !== [kind, about].join()) return;
    if (!found) return void (pressed && (place.textContent = "Not to be had just now: try again."));
    this.children(place, parsed(found.html));
    if (!pressed) return;
    if (isForm && this.get("all-forms")) this.get("all-forms").open = false;
    place.querySelector("input:not([type=hidden]), select, textarea, [data-shut]")?.focus();
  }

  closeForm() {
    this.opened = undefined;
    hold(sessionStorage, this.name("form"), null);
    this.get("form").replaceChildren();
    this.get("all-forms")?.setAttribute("open", "");
    this.get("all-forms")?.querySelector("summary").focus();
  }

  reveal(node) {
    for (let panel = node; panel && panel !== this.root; panel = panel.parentElement) {
      const tab = panel.id && this.all(`[role=tab][aria-controls="${CSS.escape(panel.id)}"]`)[0];
      if (tab) this.show(tab);
    }
  }

  // Offer what is on record by now; what somebody has filled in stays.
  renew() {
    clearTimeout(this.renewing);
    if (this.opened) this.renewing = setTimeout(() => this.openForm(...this.opened), RENEW_MS);
  }

  refill() {
    [...this.get("form").querySelectorAll("*")].filter(isField).forEach((one) => this.forget(one));
    this.openForm(...this.opened, true);
  }

  async ask(url, what, signal) {
    const answer = await fetch(`${url}&${new URLSearchParams(what)}`, { signal }).catch(() => null);
    return answer?.ok ? answer.json().catch(() => null) : null;
  }

  keydown = (event) => {
    event.stopPropagation();   // r and c are Streamlit's keys (rerun, clear caches)
    const field = event.target, { key } = event;
    const steps = STEPS.find(({ within }) => field.closest?.(within) && !isField(field));
    if (steps?.keys[key]) return this.step(event, steps);
    const list = field.hasAttribute?.("data-complete")
      && this.get(field.getAttribute("aria-controls"));
    if (key === "Enter" && event.repeat) return event.preventDefault();
    if (key === "Enter" && (event.ctrlKey || event.metaKey) && field.form?.dataset.act) {
      return field.form.requestSubmit();
    }
    if (event.isComposing || !list) return;
    const options = [...list.children];
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[key], shown = !list.hidden;
    if (step && shown) {
      const from = at < 0 && step < 0 ? options.length : at;
      this.select(field, options[(from + step + options.length) % options.length]);
    } else if (step && field.hasAttribute("data-history")) this.recall(field, step);
    else if (key === "Tab" && shown && !event.shiftKey) this.take(field, options[Math.max(at, 0)]);
    else if (key === "Enter" && shown && at >= 0) this.take(field, options[at]);
    else if (key === "Escape" && shown) this.close(field);
    else return;
    event.preventDefault();
  };

  // Arrows go from one to the next: along tabs, and in the channel from line to line.
  step(event, { within, what, keys }) {
    const found = [...event.target.closest(within).querySelectorAll(what)];
    const all = found.filter((one) => one.offsetParent), by = keys[event.key];
    const at = all.indexOf(event.target);
    const next = all.at(at < 0 ? -1 : (at + by + all.length) % all.length);
    if (!next) return;
    if (next.matches("[role=tab]")) this.show(next);
    next.focus();
    event.preventDefault();
  }

  async complete(field) {
    clearTimeout(this.debounce);
    this.asking?.abort();
    const { signal } = this.asking = new AbortController();
    await new Promise((done) => { this.debounce = setTimeout(done, DEBOUNCE_MS); });
    const what = { text: field.value, at: field.selectionStart, where: field.dataset.complete };
    const found = await this.ask(this.urls.complete, what, signal);
    if (!found || signal.aborted) return;
    const list = this.get(field.getAttribute("aria-controls"));
    list.replaceChildren(...found.items.map(({ text, hint }, number) => {
      const option = document.createElement("li");
      Object.assign(option, { id: `${list.id}-${number}`, role: "option" });
      option.append(Object.assign(document.createElement("b"), { textContent: text }),
        Object.assign(document.createElement("i"), { textContent: hint }));
      option.dataset.text = text;
      return option;
    }));
    Object.assign(this, { completing: field, from: found.from, upTo: found.to });
    list.hidden = !found.items.length || this.active !== field;
    field.setAttribute("aria-expanded", !list.hidden);
    this.select(field, null);
    const card = field.form.querySelector("[data-card]");
    if (card) this.children(card, parsed(found.card ?? ""));
  }

  select(field, option) {
    const offers = this.get(field.getAttribute("aria-controls")).children;
    mark(offers, "aria-selected", (one) => one === option);
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  }

  take(field, option) {
    field.setRangeText(option.dataset.text, this.from, this.upTo, "end");
    this.close(field);
    field.focus();
    this.keep(field);
    this.complete(field).then(() => this.close(field));
  }

  close(field) {
    if (!field) return;
    clearTimeout(this.debounce);
    this.asking?.abort();
    this.get(field.getAttribute("aria-controls")).hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  focusout = ({ target }) => {
    if (!target.hasAttribute?.("data-complete")) return;
    setTimeout(() => this.active === target || this.close(target), 150);
  };

  past(field) { return stored(sessionStorage, this.name(`past:${field.id}`)) ?? []; }

  recorded(field, text) {
    const past = [...this.past(field).filter((line) => line !== text), text].slice(-REMEMBERED);
    hold(sessionStorage, this.name(`past:${field.id}`), JSON.stringify(past));
    this.recalled = undefined;
  }

  recall(field, step) {
    const past = this.past(field), at = this.recalled ?? past.length;
    if (at === past.length) this.half = field.value;
    this.recalled = Math.max(0, Math.min(past.length, at + step));
    field.value = past[this.recalled] ?? this.half ?? "";
    field.setSelectionRange(field.value.length, field.value.length);
    this.keep(field);
  }

  async draw(id) {
    plotly ??= new Promise((done, fail) => {
      document.head.append(Object.assign(document.createElement("script"),
        { src: this.urls.plotly, onload: () => done(window.Plotly), onerror: fail }));
    }).catch(() => { plotly = undefined; });
    const Plotly = await plotly, node = this.get(id), found = this.figures.get(id);
    if (!Plotly || !node || !found || !this.mounted || !node.offsetWidth) return;
    const style = getComputedStyle(node), theme = (name) => style.getPropertyValue(name).trim();
    const key = `${node.offsetWidth} ${theme("--st-text-color")}`;
    if (node.drawn === found && node.drawnFor === key) return;
    Object.assign(node, { drawn: found, drawnFor: key });
    const lines = theme("--st-border-color"), ink = theme("--st-text-color");
    const axis = { gridcolor: lines, linecolor: lines, color: ink }, { data, layout } = found;
    const font = { color: ink, family: theme("--st-font"), size: 11 };
    Plotly.react(node, data, {
      ...layout, font, xaxis: { ...axis, ...layout.xaxis }, yaxis: { ...axis, ...layout.yaxis },
      hoverlabel: { bgcolor: theme("--st-background-color"), bordercolor: lines, font },
    }, { displayModeBar: false, responsive: true, doubleClick: "reset" });
  }
}

// What a form says the drill says is not said of a field that somebody changed.
function retell({ form, name }) {
  const told = name && form?.querySelector(`[data-told="${CSS.escape(name)}"]`);
  if (told) told.hidden = [...form.elements].some((one) => one.name === name && isDirty(one));
}

const toEnd = (node) => { node.scrollTop = node.scrollHeight; };
const atEnd = (node) => node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_END;

// Two short tones; browsers keep them until somebody has pressed anything on the page.
function beep() {
  try {
    const audio = new AudioContext(), tone = audio.createOscillator(), gain = audio.createGain();
    gain.gain.value = 0.08;
    tone.frequency.value = 880;
    tone.frequency.setValueAtTime(1175, audio.currentTime + 0.18);
    tone.connect(gain).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.3);
    tone.onended = () => audio.close();
  } catch { /* a browser without sound still flashes */ }
}
