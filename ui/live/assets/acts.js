// What somebody does: a form is sent once and answered where it was pressed; forms are opened.
import { listed } from "./channel.js";
import { forget, held, hold, holds, isField, make, mark } from "./fields.js";
import { close, complete, recorded } from "./lines.js";
import { children, parsed } from "./pieces.js";
import { ask, backoff } from "./stream.js";
import { reveal } from "./tabs.js";

const ANSWER_LATE_MS = 5000, SAME_PRESS_MS = 120, RENEW_MS = 400;
// crypto.randomUUID is there on https and localhost alone; drills run in local networks, too.
const newKey = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

export async function submit(live, event) {
  event.preventDefault();
  const { target: form, submitter: button } = event, { act, pending } = form.dataset;
  if (pending !== undefined || act === undefined) return;
  const fields = holds(form, button), line = form.querySelector("[data-complete]");
  close(live, line);
  // An unanswered press is remembered by what it says: after a reload it is still the same press.
  const pressed = live.name(`press:${JSON.stringify([act, fields])}`);
  const key = held(sessionStorage, pressed) ?? newKey();
  if (live.last?.pressed === pressed && performance.now() - live.last.at < SAME_PRESS_MS) return;
  live.last = { pressed, at: performance.now() };
  hold(sessionStorage, pressed, key);
  form.dataset.pending = "";
  const buttons = form.querySelectorAll("button");
  mark(buttons, "aria-disabled", () => true);   // not `disabled`: that would drop the focus
  say(form, { text: "" });
  const text = JSON.stringify({ key, act, fields });
  const answer = await post(live, form, new Blob([text], { type: "application/json" }));
  hold(sessionStorage, pressed, null);
  say(form, answer);
  let isWhole = answer.ok;
  if (answer.ok) {
    const now = holds(form, button);
    for (const field of form.elements) {
      if (field.hasAttribute("data-history")) recorded(live, field, fields[field.name]);
      const sent = JSON.stringify(now[field.name]) === JSON.stringify(fields[field.name]);
      isWhole &&= sent;   // else they typed on since the press
      if (isField(field) && sent) forget(live, field);
    }
    form.querySelector("[data-card]")?.replaceChildren();
  }
  delete form.dataset.pending;
  buttons.forEach((one) => one.removeAttribute("aria-disabled"));
  if (answer.open) open(live, answer.open, answer.about ?? "", true);
  else if (answer.pick) complete(live, line, true);
  else if (isWhole && form.closest("[data-back]")) putAway(live, form);
}

// Post until there is an answer; the key makes sure that it counts once.
async function post(live, form, body) {
  for (let tries = 0; ; tries++) {
    try {
      const signal = AbortSignal.timeout(ANSWER_LATE_MS);
      const response = await fetch(live.urls.act, { method: "POST", body, signal });
      if (response.status >= 500) throw new Error(response.statusText);
      return await response.json();
    } catch {
      say(form, { ok: false, text: "Not through yet, trying again. It counts once." });
      await Promise.race([new Promise((on) => setTimeout(on, backoff(tries))),
        new Promise((on) => live.root.addEventListener("live", on, { once: true }))]);
    }
  }
}

function say(form, { ok, text, fields = {}, use = "", until = "" }) {
  const output = form.querySelector("output"), data = { ok: ok ?? "", until };
  if (output) Object.assign(Object.assign(output, { textContent: text }).dataset, data);
  if (use) output.append(" Did you mean ", make("button", { type: "button", textContent: use }));
  for (const note of form.querySelectorAll("[data-wrong]")) {
    note.textContent = fields[note.dataset.wrong] ?? "";
    form.elements[note.dataset.wrong]?.toggleAttribute?.("aria-invalid", note.textContent !== "");
    if (note.textContent) note.closest("details")?.setAttribute("open", "");
  }
  if (Object.keys(fields).length) form.querySelector("[aria-invalid]")?.focus();
}

export function use(live, button) {
  const form = button.closest("form"), field = form.querySelector("[data-history]");
  Object.assign(field, { value: button.textContent }).focus();
  say(form, { text: "" });
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Which form is open is said by what opened it.
const tell = (live) => mark(live.all("#forms [data-open]"), "aria-pressed",
  ({ dataset }) => dataset.open === live.opened.form?.[0]);

// A record as a document takes the place of the board, until it is put away.
const PLACES = { document: "paper", reply: "reply" };
export async function open(live, kind, about, pressed) {
  const at = PLACES[kind] ?? "form", place = live.get(at);
  if (!place) return;
  const isSame = () => live.opened[at]?.join() === [kind, about].join();
  const comes = pressed || !isSame();
  if (at !== "paper" && !isSame()) place.replaceChildren();
  hold(sessionStorage, live.name(at), JSON.stringify(live.opened[at] = [kind, about]));
  tell(live);
  if (pressed) reveal(live, place);
  const found = await ask(live.urls.form, { kind, about });
  if (!isSame()) return;
  if (!found) return void (pressed && (place.textContent = "Not to be had just now: try again."));
  children(live, place, parsed(found.html));
  listed(live);
  if (at === "form" && comes) live.get("all-forms")?.removeAttribute("open");
  if (!pressed) return;
  place.querySelector("input:not([type=hidden]), select, textarea, #paper [data-close]")?.focus();
}

export function putAway(live, node) {
  const place = node.closest("[data-back]"), { id, dataset: { back } } = place;
  delete live.opened[id];
  hold(sessionStorage, live.name(id), null);
  tell(live);
  if (id === "form") live.get("all-forms")?.setAttribute("open", "");
  if (place.contains(live.active)) live.root.querySelector(back)?.focus();
  const said = id === "form" && place.querySelector('[data-ok="true"]:not(:empty)');
  if (said) said.prepend(`${place.querySelector("h3").textContent} · `);
  place.replaceChildren(...said ? [said] : []);   // an answer stays where it was read
}

// Offer what is on record by now; what is filled in stays, what says whom to wait for goes.
export function renew(live) {
  const came = ({ dataset: { until } }) => until && live.get("stamp").textContent.includes(until);
  for (const { form } of live.all("output").filter(came)) {
    say(form, { text: "" });
    form.querySelector("[data-complete]")?.dispatchEvent(new Event("input", { bubbles: true }));
  }
  clearTimeout(live.renewing);
  live.renewing = setTimeout(() => live.opened.form && open(live, ...live.opened.form), RENEW_MS);
}

export function refill(live) {
  live.all("#form *").filter(isField).forEach((field) => forget(live, field));
  open(live, ...live.opened.form, true);
}
