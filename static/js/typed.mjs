// What a person typed into a form: which fields count, what they hold, and putting it back. Never files or passwords.
const NEVER = ["password", "file", "submit", "button", "image", "reset", "hidden"];
const isOn = field => field.type === "checkbox" || field.type === "radio";

export const value = field => isOn(field) ? field.checked : field.multiple ? [...field.selectedOptions].map(o => o.value) : field.value;
export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
export const find = (form, name, turn) => [...form.elements].filter(f => f.name === name)[turn];

// Every such field with its name and which of that name it is.
export function fields(form) {
  const turns = {}, found = [];
  for (const field of form.elements) {
    const turn = turns[field.name] = (turns[field.name] ?? -1) + 1;
    if (field.name && field.name !== "csrf_token" && !NEVER.includes(field.type)) found.push([field, field.name, turn]);
  }
  return found;
}

export function put(field, wanted) {
  if (isOn(field)) field.checked = wanted;
  else if (field.multiple) for (const option of field.options) option.selected = wanted.includes(option.value);
  else field.value = wanted;
  field.closest("details")?.setAttribute("open", "");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// As a reader sees it: the option's words, the box's label, never a key.
export function shown(field, wanted, words) {
  if (isOn(field)) return wanted ? words.on : words.off;
  if (field.options) return [...field.options].filter(o => [].concat(wanted).includes(o.value)).map(o => o.text).join(", ") || words.empty;
  return wanted || words.empty;
}

export function label(field) {
  const own = field.getAttribute("aria-label") || field.labels?.[0]?.textContent || field.name;
  const group = isOn(field) && field.closest("fieldset")?.querySelector("legend")?.textContent;
  return (group ? `${group} ${own}` : own).replace(/\s+/g, " ").trim();
}
