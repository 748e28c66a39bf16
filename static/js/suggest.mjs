// Suggestions under a search box: a combobox with a list, driven by keys or pointer; the box alone works as before.
const said = document.getElementById("said");
const PAUSE = 120, MOST_KEPT = 50;

function make(tag, className, text, given = {}) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
  return made;
}

function line(item, id) {
  const option = make("a", "sug-o", "", { role: "option", id, href: item.url, tabindex: "-1", "aria-selected": "false" });
  const text = make("span", "", "", item.lang ? { lang: item.lang } : {});
  for (const [piece, on] of item.pieces) text.append(on ? make("mark", "", piece) : piece);
  const note = make("small", "");
  item.note.forEach(([word, lang], number) => note.append(number ? " · " : "", make("span", "", word, lang ? { lang } : {})));
  option.append(text, " ", note);
  return option;
}

function combobox(box, number) {
  const list = make("div", "sug", "", { role: "listbox", id: `sug-${number}`, "aria-label": box.labels[0].textContent });
  const known = new Map();
  let timer = 0, going = null, active = null, composing = false;
  list.hidden = true;
  box.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off" }))
    box.setAttribute(name, value);

  const options = () => [...list.querySelectorAll("[role=option]")];

  function choose(option) {
    active?.setAttribute("aria-selected", "false");
    active = option;
    if (!option) { box.removeAttribute("aria-activedescendant"); return; }
    option.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function close() {
    clearTimeout(timer);
    going?.abort();
    choose(null);
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
  }

  function show(found) {
    choose(null);
    list.replaceChildren(...found.groups.map((group, at) => {
      const part = make("div", "", "", { role: "group", "aria-labelledby": `${list.id}-${at}` });
      part.append(make("div", "sug-h", group.title, { id: `${list.id}-${at}` }), ...group.items.map((item, n) => line(item, `${list.id}-${at}-${n}`)));
      return part;
    }));
    list.hidden = !found.groups.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    said.textContent = found.said;
  }

  async function ask() {
    const typed = box.value.trim();
    if (!typed || document.activeElement !== box) return close();
    going?.abort();
    const mine = going = new AbortController();
    try {
      if (!known.has(typed)) {
        const url = new URL(box.dataset.suggest, location.href);
        url.searchParams.set("q", typed);
        const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: mine.signal });
        if (!answer.ok) throw new Error(String(answer.status));
        known.set(typed, await answer.json());
        if (known.size > MOST_KEPT) known.delete(known.keys().next().value);
      }
      if (mine === going && !composing) show(known.get(typed));
    } catch (problem) {
      if (problem.name !== "AbortError") close(); // the box and its button do without
    }
  }

  function soon() { clearTimeout(timer); timer = setTimeout(ask, PAUSE); }

  // While Chinese is being composed the keys belong to the input method, and half a syllable is no question.
  box.addEventListener("compositionstart", () => { composing = true; clearTimeout(timer); });
  box.addEventListener("compositionend", () => { composing = false; soon(); });
  box.addEventListener("input", event => { if (!composing && !event.isComposing) soon(); });
  box.addEventListener("keydown", event => {
    if (composing || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = options(), at = all.indexOf(active), open = !list.hidden;
    const move = option => { event.preventDefault(); choose(option); };
    if (event.key === "ArrowDown") { if (open) move(all[at + 1] || all[0]); else { event.preventDefault(); ask(); } }
    else if (event.key === "ArrowUp" && open) move(at === 0 ? null : at < 0 ? all.at(-1) : all[at - 1]);
    else if (event.key === "Home" && active) move(all[0]);
    else if (event.key === "End" && active) move(all.at(-1));
    else if (event.key === "Escape" && open) { event.preventDefault(); close(); }
    else if (event.key === "Enter" && active) { event.preventDefault(); location.assign(active.href); }
    else if (event.key === "Enter" || event.key === "Tab") close();
  });
  list.addEventListener("mousedown", event => event.preventDefault()); // the focus stays in the box
  box.addEventListener("blur", close);
}

document.querySelectorAll("input[data-suggest]").forEach(combobox);
