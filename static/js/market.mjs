// How the market answers the posting, anew with each figure that is typed; without script it is as of the last saving.
import { fields } from "./typed.mjs";

const box = document.querySelector("[data-market]");
const form = document.querySelector("form[data-autosave]");
const WAIT = 250;

if (box && form && form.querySelector("[name^='rows-'][name$='-level']")) {
  const answer = box.querySelector("[aria-live]"), brief = document.querySelector(".market-bar [data-said]");
  let timer = 0, asked = null;
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const told = await fetch(box.dataset.market, { method: "POST", body: new FormData(form), signal: asked.signal });
      if (!told.ok || told.redirected) return;
      answer.innerHTML = keep(answer, await told.text());
      const sum = answer.querySelector("[data-sum]");
      if (brief && sum) brief.textContent = sum.textContent;
      if (brief) brief.parentElement.hidden = !sum;
    } catch { /* a newer question, or no line: what stands there stays */ }
  };
  // Folds that the reader opened stay open.
  const keep = (before, text) => {
    const made = Object.assign(document.createElement("div"), { innerHTML: text });
    const open = [...before.querySelectorAll("details")].map(fold => fold.open);
    made.querySelectorAll("details").forEach((fold, turn) => { fold.open = Boolean(open[turn]); });
    return made.innerHTML;
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
  // What was typed before this script had come.
  if (fields(form).some(([field]) => "defaultValue" in field && field.value !== field.defaultValue)) ask();
}
