// Saves a form as one types, tells so, and keeps what was typed when the connection is lost.
const form = document.querySelector("form[data-autosave]");
const said = document.getElementById("saved");
let timer = 0, running = false, again = false;

function tell(text, lost) {
  said.querySelector("span").textContent = text;
  said.classList.toggle("off", Boolean(lost));
}

async function save() {
  if (running) { again = true; return; }
  running = true;
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File || name === "add" || name === "prefill") data.delete(name);
  data.set("stay", "1");
  try {
    const answer = await fetch(form.action || location.href, { method: "POST", body: data, headers: { "X-Autosave": "1", Accept: "application/json" } });
    const told = await answer.json();
    if (answer.ok && told.saved) {
      tell(told.saved, false);
      const revision = form.querySelector("[name=revision], [name=draft_number]");
      if (revision && told.revision) revision.value = told.revision;
    } else {
      tell(told.message || (told.problems && told.problems[0] ? told.problems[0].message : form.dataset.lost), true);
    }
  } catch {
    tell(form.dataset.lost, true);
    timer = setTimeout(save, 8000);
  }
  running = false;
  if (again) { again = false; save(); }
}

if (form && said) {
  form.addEventListener("input", event => {
    if (event.target.type === "file" || event.target.name === "add") return;
    clearTimeout(timer);
    timer = setTimeout(save, 1200);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}
