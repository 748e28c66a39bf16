// A list's facets, order, pages and words without a reload: the same address is asked for, and only what differs changes.
const form = document.querySelector("form[data-live]");
const said = document.getElementById("said");
const PAUSE = 400;
const regions = page => [...page.querySelectorAll("[data-region]")];
const here = () => location.pathname + location.search;

// Which node of the old page a node of the new one is: a facet's value by its box, a card by where it leads.
function key(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const box = node.matches("li, details") && node.querySelector("input");
  if (box) return node.tagName + box.name + (node.matches("li") ? `=${box.value}` : "");
  const link = node.matches("li, article, tr") && node.querySelector("a[href]");
  return link ? node.tagName + link.getAttribute("href") : node.id;
}

function adopt(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value && name !== "open") old.setAttribute(name, value);
  if (old.matches("input[type=checkbox]")) old.checked = fresh.hasAttribute("checked");
  if (old.matches("option")) old.selected = fresh.hasAttribute("selected");
}

function change(old, fresh) {
  const known = new Map();
  for (const child of old.childNodes) if (key(child)) known.set(key(child), child);
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const name = key(wanted);
    let match = name ? known.get(name) : at && !key(at) ? at : null;
    if (match && match.nodeName !== wanted.nodeName) match = null;
    known.delete(name);
    if (!match) { old.insertBefore(document.importNode(wanted, true), at); continue; }
    if (match === at) at = at.nextSibling; else old.insertBefore(match, at);
    if (match.nodeType !== Node.ELEMENT_NODE) { if (match.data !== wanted.data) match.data = wanted.data; continue; }
    adopt(match, wanted);
    change(match, wanted);
  }
  while (at) { const next = at.nextSibling; at.remove(); at = next; }
}

if (form) {
  const box = form.elements.q, heading = document.getElementById("r"), results = heading.closest("[data-region]");
  let going = null, typing = 0, shown = here();
  heading.tabIndex = -1;

  function address(asker) {
    const asked = new URLSearchParams(), ordered = asker?.name === "sort" || new URLSearchParams(location.search).has("sort");
    for (const [name, value] of new FormData(form)) if (value && (name !== "sort" || ordered)) asked.append(name, value);
    return location.pathname + (asked.size ? `?${asked}` : "");
  }

  // how.move: "push", "replace" or nothing where the address is there already; how.top: begin to read at the heading.
  async function show(url, how) {
    clearTimeout(typing);
    going?.abort();
    const mine = going = new AbortController();
    results.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { headers: { Accept: "text/html" }, signal: mine.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const old = regions(document), fresh = regions(page);
      if (!answer.ok || !fresh.length || fresh.length !== old.length) throw new Error(`${answer.status} ${url}`);
      if (mine !== going) return;
      draw(page, old, fresh, url, how);
    } catch (problem) {
      if (problem.name === "AbortError" || mine !== going) return;
      if (url === here()) location.reload(); else location.assign(url); // as the plain form would
    }
  }

  function draw(page, old, fresh, url, how) {
    const focused = document.activeElement;
    if (how.move) {
      history.replaceState({ ...history.state, y: scrollY }, "");
      history[`${how.move}State`]({ typed: how.typed }, "", url);
    }
    shown = here();
    old.forEach((region, number) => change(region, fresh[number]));
    results.removeAttribute("aria-busy");
    document.title = page.title;
    for (const [what, name] of [["[data-language]", "href"], ["input[name=next]", "value"]]) {
      const others = page.querySelectorAll(what);
      document.querySelectorAll(what).forEach((one, number) => { if (others[number]) one.setAttribute(name, others[number].getAttribute(name)); });
    }
    if (!how.typed) box.value = page.querySelector("[name=q]").value;
    if (how.top || !focused.isConnected) heading.focus({ preventScroll: true });
    else if (focused !== document.activeElement) focused.focus({ preventScroll: true });
    if (how.top) heading.scrollIntoView();
    if (how.y !== undefined) scrollTo(0, how.y);
    said.textContent = "";
    setTimeout(() => { said.textContent = heading.textContent; }, 60);
  }

  form.addEventListener("change", event => { if (event.target !== box) show(address(event.target), { move: "push" }); });
  form.addEventListener("submit", event => { event.preventDefault(); show(address(), { move: "push" }); });
  function type() {
    clearTimeout(typing);
    typing = setTimeout(() => {
      const url = address();
      if (url !== shown) show(url, { move: history.state?.typed ? "replace" : "push", typed: true });
    }, PAUSE);
  }
  box.addEventListener("input", event => { if (!event.isComposing) type(); });
  box.addEventListener("compositionend", type);
  form.addEventListener("click", event => {
    const link = event.target.closest("[data-region] a[href]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || link.target) return;
    if (link.origin !== location.origin || link.pathname !== location.pathname) return;
    event.preventDefault();
    show(link.pathname + link.search, { move: "push", top: ["next", "prev"].includes(link.rel) });
  });

  // Back and forward: the list, the boxes and the place on the page as they were.
  addEventListener("popstate", () => { if (here() !== shown) show(here(), { y: history.state?.y || 0 }); });
  history.scrollRestoration = "manual";
  if (history.state?.y) scrollTo(0, history.state.y);
  let resting = 0;
  addEventListener("scroll", () => {
    clearTimeout(resting);
    resting = setTimeout(() => { if (here() === shown) history.replaceState({ ...history.state, y: scrollY }, ""); }, 200);
  }, { passive: true });
}
