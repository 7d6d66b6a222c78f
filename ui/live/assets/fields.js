// Fields of forms: what they hold, whether somebody changed them, and what is half written in them.
// A full or forbidden store of the browser is none: what is typed is still in its field.
export const held = (store, name) => { try { return store.getItem(name); } catch { return null; } };
export const stored = (store, name) => JSON.parse(held(store, name) ?? "null");
export const hold = (store, name, value) => {
  try { value === null ? store.removeItem(name) : store.setItem(name, value); } catch { /* none */ }
};
export const make = (tag, what) => Object.assign(document.createElement(tag), what);
export const isField = (node) => node.matches?.("input:not([type=hidden]), select, textarea");
const ticks = (field) => field.type === "checkbox" || field.type === "radio";
const firstChoice = ({ options }) => Math.max(0, [...options].findIndex((o) => o.defaultSelected));
export const mark = (nodes, name, is) => nodes.forEach((one) => one.setAttribute(name, is(one)));

export const isDirty = (field) => ticks(field) ? field.checked !== field.defaultChecked
  : field.options ? field.selectedIndex !== firstChoice(field)
    : field.value !== field.defaultValue;

export function clean(field) {
  if (ticks(field)) field.checked = field.defaultChecked;
  else if (field.options) field.selectedIndex = firstChoice(field);
  else field.value = field.defaultValue;
}

// What a form holds, by name, as it is sent.
export function holds(form, button) {
  const fields = {};
  for (const field of form.elements) {
    const { name, value, checked, dataset: { type } } = field;
    if (!name || field.matches("button, output, fieldset")) continue;
    if (type === "list") {
      fields[name] ??= [];
      if (!ticks(field) || checked) fields[name].push(value);
    } else if (type === "boolean") fields[name] = ticks(field) ? checked : value === "true";
    else if (field.type !== "radio") {
      fields[name] = type === "number" && value !== "" ? Number(value) : value;
    } else if (checked) fields[name] = value;
  }
  if (button?.name) fields[button.name] = button.value;
  return fields;
}

function draft(live, field) {
  const { form } = field, about = form?.elements.amends?.value ?? "";
  const at = form?.id || `${form?.dataset.act}@${form?.closest("[id]")?.id}`;
  const one = ticks(field) ? `=${field.value}` : "";
  return live.name(`draft:${at}:${about}:${field.name || field.id}${one}`);
}

export function keep(live, field) {
  const value = ticks(field) ? String(field.checked) : field.value;
  hold(sessionStorage, draft(live, field), isDirty(field) ? value : null);
  retell(field);
}

export function restore(live, node) {
  for (const field of [node, ...node.querySelectorAll?.("*") ?? []].filter(isField)) {
    const others = [...field.form?.elements ?? []].filter((one) => !node.contains(one));
    // A box that comes late to a list in which somebody ticked is not ticked for them.
    const late = ticks(field) && others.some((one) => one.name === field.name && isDirty(one));
    const value = held(sessionStorage, draft(live, field)) ?? (late ? "false" : null);
    if (value === null) continue;
    if (ticks(field)) field.checked = value === "true";
    else field.value = value;
    keep(live, field);
  }
}

export const forget = (live, field) => { clean(field); keep(live, field); };

// What a form says the drill says is not said of a field that somebody changed.
function retell({ form, name }) {
  const told = name && form?.querySelector(`[data-told="${CSS.escape(name)}"]`);
  if (told) told.hidden = [...form.elements].some((one) => one.name === name && isDirty(one));
}
