// Saves a form as one types and says so. What could not be saved waits on this device (a bid's in this tab only)
// until it is, and is offered at the next visit; a conflict or an expired session keeps everything.
import { fields, find, label, put, same, shown, value } from "./typed.mjs";

const box = document.getElementById("saved");
const form = document.querySelector("form[data-autosave]");
const NOT_SENT = ["add", "prefill"]; // they add rows, they are not content
const LONGEST = 7 * 24 * 36e5, FIRST_WAIT = 2e3, LONGEST_WAIT = 6e4;

if (box) start(box.dataset);

function start(texts) {
  const kept = storage(texts);
  kept.settle();
  if (form) watch(texts, kept);
}

// What waits on this device for this person and this page.
function storage(texts) {
  const key = `draft:${texts.user}:${location.pathname.replace(/^\/(zh|en)\//, "/")}`;
  const store = attempt(() => texts.sealed ? sessionStorage : localStorage);
  const read = name => attempt(() => JSON.parse(store.getItem(name) || "null"));
  return {
    read: () => read(key),
    write: found => attempt(() => found ? store.setItem(key, JSON.stringify(found)) : store.removeItem(key)),
    sending: () => attempt(() => sessionStorage.setItem("sent", key)),
    // A form that was sent, led on and made a new revision is saved: nothing of it waits any more. The old is forgotten.
    settle() {
      const sent = attempt(() => sessionStorage.getItem("sent"));
      const led = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
      const waiting = sent && read(sent);
      if (waiting && led && (revision() === null || Number(revision().value) > waiting.revision)) attempt(() => store.removeItem(sent));
      attempt(() => sessionStorage.removeItem("sent"));
      for (const name of attempt(() => Object.keys(store)) || [])
        if (name.startsWith("draft:") && !(Date.now() - read(name)?.at < LONGEST)) attempt(() => store.removeItem(name));
    },
  };
}

function attempt(act) {
  try { return act(); } catch { return null; } // storage may be full or forbidden; the page works without it
}

function revision(within = form || document) {
  return within.querySelector("[name=revision], [name=draft_number]");
}

function watch(texts, kept) {
  const word = box.querySelector("[role=status]"), acts = box.querySelector(".saved-do");
  const refused = Boolean(document.querySelector(".errs")); // what stands there is typed, not stored
  const stored = new Map();
  let timer = 0, running = false, wait = FIRST_WAIT, edits = refused ? 1 : 0, saved = 0, stopped = false, leaving = false;
  let offered = [], pressed = null;
  let unanswered = []; // what was sent since the last answer: the site may have it or not

  const mine = () => fields(form).filter(([, name]) => !NOT_SENT.includes(name));
  const remember = () => { for (const [field] of mine()) stored.set(field, value(field)); };
  if (!refused) remember();

  function keep() {
    const changed = mine().filter(([field]) => !stored.has(field) || !same(value(field), stored.get(field)))
      .map(([field, name, turn]) => [name, turn, value(field), label(field)]);
    const open = offered.filter(([name, turn]) => !changed.some(c => c[0] === name && c[1] === turn));
    const all = [...open, ...changed];
    kept.write(all.length ? { at: Date.now(), revision: Number(revision()?.value), typed: all } : null);
  }

  function tell(state, text = texts[state]) {
    box.classList.toggle("off", !["saving", "saved"].includes(state));
    box.dataset.state = state;
    if (word.textContent !== text) word.textContent = text;
    acts.replaceChildren();
  }

  function act(tag, text, given) {
    const made = Object.assign(document.createElement(tag), { textContent: text, className: "btn btn-quiet btn-sm" }, given);
    acts.append(made);
    return made;
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
    wait = Math.min(2 * wait, LONGEST_WAIT);
  }

  function lost() { tell("lost"); later(); }

  async function save() {
    clearTimeout(timer);
    if (stopped || leaving) return;
    if (running) { timer = setTimeout(save, 500); return; }
    running = true;
    const at = edits;
    const data = new FormData(form);
    for (const [name, sent] of [...data]) if (sent instanceof File || NOT_SENT.includes(name)) data.delete(name);
    data.set("stay", "1");
    const values = new Map(mine().map(([field]) => [field, value(field)]));
    if (box.dataset.state !== "lost") tell("saving");
    const earlier = unanswered;
    unanswered = [...earlier, values];
    try {
      const answer = await fetch(form.getAttribute("action") || location.href, {
        method: "POST", body: data, signal: AbortSignal.timeout(2e4),
        headers: { "X-Autosave": "1", "X-Script": "1", Accept: "application/json" },
      });
      const told = await answer.json();
      const wasOurs = answer.status === 409 && await ours(earlier);
      unanswered = [];
      if (wasOurs) later(); else await understand(answer, told, at, values);
    } catch {
      lost();
    }
    running = false;
    if (pressed) form.requestSubmit(pressed.by);
  }

  async function understand(answer, told, at, values) {
    if (told.to) return led(told.to);
    if (answer.ok && told.saved || told.partly) {
      if (revision() && told.revision) revision().value = told.revision;
      for (const [field, sent] of values) stored.set(field, sent);
      wait = FIRST_WAIT;
      if (answer.ok) { saved = at; tell("saved", told.saved); } else tell("refused", told.message);
      keep();
    } else if (answer.status === 409) conflict(told.message);
    else if (answer.status === 422) tell("refused", told.problems?.[0]?.message || told.message);
    else if (answer.status >= 500 || answer.status === 429) { tell("lost", told.message || texts.lost); later(); }
    else tell("refused", told.message || texts.lost);
  }

  // Whether what is stored now is what was sent earlier, word for word: then an answer was lost, and nobody else saved.
  async function ours(sent) {
    if (!sent.length) return false;
    const [, page] = await anew();
    const theirs = page.querySelector("form[data-autosave]");
    const isStored = values => mine().every(([field, name, turn]) => {
      const other = find(theirs, name, turn);
      return other && values.has(field) && same(value(other), values.get(field));
    });
    const found = theirs && revision(theirs) && sent.find(isStored);
    if (!found) return false;
    revision().value = revision(theirs).value;
    for (const [field, kept] of found) stored.set(field, kept);
    wait = FIRST_WAIT;
    return true;
  }

  // Somebody else saved: nothing is sent any more until the person has seen both.
  function conflict(message) {
    stopped = true;
    tell("conflict", message || texts.conflict);
    const both = act("button", texts.both, { type: "submit", name: "stay", value: "1" });
    form.id ||= "autosaved";
    both.setAttribute("form", form.id);
    act("a", texts.theirs, { href: location.href, target: "_blank" });
  }

  // The site would lead elsewhere: to sign-in, to this page because its token is old, or away because it is closed.
  async function led(to) {
    const path = new URL(to, location.href).pathname;
    if (path.endsWith("/sign-in")) {
      tell("expired");
      act("a", texts.signIn, { href: to, target: "_blank" });
    } else if (path === location.pathname && await renewed()) later();
    else { stopped = true; tell("moved"); act("a", texts.look, { href: to }); }
  }

  async function anew() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    return [answer.url, new DOMParser().parseFromString(await answer.text(), "text/html")];
  }

  async function renewed() {
    const [address, page] = await anew();
    if (new URL(address).pathname !== location.pathname) return led(address), true;
    const token = page.querySelector("main [name=csrf_token]")?.value;
    const old = document.querySelector("main [name=csrf_token]")?.value;
    if (!token || token === old) return false;
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
    return true;
  }

  // What an earlier visit could not save, beside what is stored now.
  function offer() {
    const found = kept.read();
    const differs = ([name, turn, wanted]) => !same(wanted, find(form, name, turn) ? value(find(form, name, turn)) : null);
    offered = (found?.typed || []).filter(differs);
    if (!offered.length) return refused ? keep() : kept.write(null);
    const part = document.getElementById("kept").content.cloneNode(true).firstElementChild;
    const list = part.querySelector("ul"), sample = list.firstElementChild, when = part.querySelector("time");
    when.dateTime = new Date(found.at).toISOString();
    when.textContent = new Date(found.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" });
    part.querySelector("[data-newer]").hidden = !(Number(revision()?.value) > found.revision);
    list.replaceChildren(...offered.map(([name, turn, wanted, called]) => {
      const line = sample.cloneNode(true), field = find(form, name, turn);
      line.querySelector("b").textContent = called;
      line.querySelector("del").textContent = field ? shown(field, value(field), texts) : texts.gone;
      line.querySelector("ins").textContent = field ? shown(field, wanted, texts) : String(wanted);
      return line;
    }));
    part.addEventListener("click", event => {
      const does = event.target.closest("[data-restore], [data-drop]");
      if (!does) return;
      const waiting = offered;
      offered = [];
      part.remove();
      if ("restore" in does.dataset) {
        for (const [name, turn, wanted] of waiting) if (find(form, name, turn)) put(find(form, name, turn), wanted);
      } else keep();
      mine()[0]?.[0].focus({ preventScroll: true });
    });
    form.before(part);
    document.getElementById("said").textContent = part.querySelector("h2").textContent;
  }

  form.addEventListener("input", event => {
    if (event.target.type === "file" || NOT_SENT.includes(event.target.name)) return;
    edits++;
    keep();
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(save, 1200);
  });
  form.addEventListener("submit", event => {
    clearTimeout(timer);
    // A saving is on its way: the form goes with the revision that it brings, else its own saving would be somebody else's.
    pressed = running ? { by: event.submitter } : null;
    if (running) { event.preventDefault(); return; }
    leaving = true;
    keep();
    kept.sending();
  });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("online", () => { if (edits > saved) save(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && edits > saved && box.classList.contains("off")) save(); });
  document.addEventListener("click", event => { if (event.target.closest("[data-language]")) leaving = true; }); // what was typed comes along
  addEventListener("beforeunload", event => {
    if (leaving || edits === saved) return;
    event.preventDefault();
    save();
  });
  offer();
}
