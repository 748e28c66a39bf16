// Switching the language keeps what was typed: it waits in this tab, and is put back into the other language's form.
import { fields, find, put, same, value } from "./typed.mjs";

const forms = [...document.querySelectorAll("main form[method=post]")];
if (forms.length) {
  const place = "typed:" + location.pathname.replace(/^\/(zh|en)\//, "/") + location.search;
  const refused = Boolean(document.querySelector(".errs")); // then what stands there is typed, not stored
  const first = new Map();
  for (const form of forms) for (const [field] of fields(form)) first.set(field, value(field));

  try {
    const waiting = JSON.parse(sessionStorage.getItem(place) || "null");
    sessionStorage.removeItem(place);
    for (const [number, name, turn, wanted] of waiting || []) {
      const field = forms[number] && find(forms[number], name, turn);
      if (field) put(field, wanted);
    }
  } catch { /* no storage here: the language changes, the form begins anew */ }

  for (const link of document.querySelectorAll("[data-language]")) link.addEventListener("click", () => {
    const changed = [];
    forms.forEach((form, number) => {
      for (const [field, name, turn] of fields(form))
        if (refused || !same(value(field), first.get(field))) changed.push([number, name, turn, value(field)]);
    });
    if (changed.length) sessionStorage.setItem(place, JSON.stringify(changed));
  });
}
