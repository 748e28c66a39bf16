// Switching the language keeps what was typed: it waits in this tab, and is put back into the other language's form.
const place = "typed:" + location.pathname.replace(/^\/(zh|en)\//, "/") + location.search;
const forms = [...document.querySelectorAll("main form[method=post]")];
const kept = field => field.name && field.name !== "csrf_token" && !["password", "file", "submit", "button", "hidden"].includes(field.type);
const isOn = field => field.type === "checkbox" || field.type === "radio";
const value = field => isOn(field) ? field.checked : field.multiple ? [...field.selectedOptions].map(o => o.value) : field.value;
const refused = Boolean(document.querySelector(".errs")); // then what stands there is typed, not stored
const first = new Map();
for (const form of forms) for (const field of form.elements) if (kept(field)) first.set(field, JSON.stringify(value(field)));

function put(field, wanted) {
  if (isOn(field)) field.checked = wanted;
  else if (field.multiple) for (const option of field.options) option.selected = wanted.includes(option.value);
  else field.value = wanted;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

try {
  const waiting = JSON.parse(sessionStorage.getItem(place) || "null");
  sessionStorage.removeItem(place);
  for (const [number, name, turn, wanted] of waiting || []) {
    const field = [...(forms[number]?.elements || [])].filter(f => f.name === name)[turn];
    if (field && kept(field)) put(field, wanted);
  }
} catch { /* no storage here: the language changes, the form begins anew */ }

for (const link of document.querySelectorAll("[data-language]")) link.addEventListener("click", () => {
  const changed = [];
  forms.forEach((form, number) => {
    const turns = {};
    for (const field of form.elements) {
      const turn = turns[field.name] = (turns[field.name] ?? -1) + 1;
      if (kept(field) && (refused || JSON.stringify(value(field)) !== first.get(field))) changed.push([number, field.name, turn, value(field)]);
    }
  });
  if (changed.length) sessionStorage.setItem(place, JSON.stringify(changed));
});
