// A button beside what people copy: numbers, digests, addresses.
const said = document.getElementById("said");

async function copy(text) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea"); // an intranet without HTTPS has no clipboard of its own
  field.value = text;
  field.className = "vh";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("not copied");
}

for (const what of document.querySelectorAll("main [data-copy]")) {
  const text = what.dataset.copy || what.textContent.trim();
  const button = document.createElement("button"), word = document.createElement("span"), of = document.createElement("span");
  button.type = "button";
  button.className = "copy no-print";
  word.textContent = said.dataset.copy;
  of.className = "vh";
  of.textContent = ` ${text}`;
  button.append(word, of);
  let back = 0;
  button.addEventListener("click", async () => {
    try { await copy(text); } catch {
      getSelection().selectAllChildren(what);
      return;
    }
    button.focus({ preventScroll: true });
    word.textContent = said.textContent = said.dataset.copied;
    clearTimeout(back);
    back = setTimeout(() => { word.textContent = said.dataset.copy; said.textContent = ""; }, 2500);
  });
  what.after(button);
}
