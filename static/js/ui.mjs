// Display settings, countdowns, folds. Everything works without this file.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const remember = (name, value) => { document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`; };

function apply(theme) {
  root.dataset.theme = theme;
  root.dataset.bsTheme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
}
apply(root.dataset.theme || "auto");
dark.addEventListener("change", () => apply(root.dataset.theme));

document.addEventListener("click", event => {
  const set = event.target.closest("[data-set]");
  if (set) {
    event.preventDefault();
    const [name, value] = set.dataset.set.split(":");
    remember(name, value);
    if (name === "theme") apply(value); else root.dataset.text = value;
    for (const other of set.parentElement.children) other.setAttribute("aria-pressed", String(other === set));
  }
  const fold = event.target.closest("[data-toggle]");
  if (fold) fold.setAttribute("aria-expanded", String(document.getElementById(fold.dataset.toggle).classList.toggle("show")));
  for (const open of document.querySelectorAll("details.drop[open]")) if (!open.contains(event.target)) open.open = false;
});
document.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.drop[open]")) { open.open = false; open.querySelector("summary").focus(); }
});

// A form is sent once: a second click while the first is on its way does nothing.
document.addEventListener("submit", event => {
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "1";
  setTimeout(() => delete event.target.dataset.sent, 4000);
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

// Countdown: the server prints the words; this keeps them true. Whole minutes only, never seconds.
const zh = root.lang.startsWith("zh");
function words(ms) {
  if (ms <= 0) return zh ? "已截止" : "closed";
  const minutes = Math.floor(ms / 6e4), days = Math.floor(minutes / 1440), hours = Math.floor(minutes % 1440 / 60), rest = minutes % 60;
  if (zh) return days ? `${days} 天 ${hours} 小时后截止` : hours ? `${hours} 小时 ${rest} 分后截止` : `${rest} 分后截止`;
  return days ? `closes in ${days} d ${hours} h` : hours ? `closes in ${hours} h ${rest} min` : `closes in ${rest} min`;
}
const skew = root.dataset.now ? new Date(root.dataset.now) - Date.now() : 0;
setInterval(() => {
  for (const mark of document.querySelectorAll("[data-until]")) mark.textContent = words(new Date(mark.dataset.until) - Date.now() - skew);
}, 3e4);

// In a strip that scrolls sideways, bring the current item into view without moving the page.
for (const current of document.querySelectorAll(".tabs [aria-current], .steps [aria-current]"))
  current.parentElement.scrollLeft = Math.max(0, current.offsetLeft - current.parentElement.offsetLeft - 24);

// The summary of errors gets the focus, so that everybody meets it first.
document.querySelector(".errs")?.focus();
// Facets apply at once where script runs; the button stays for everybody else.
for (const form of document.querySelectorAll("form[data-live]")) form.addEventListener("change", () => form.requestSubmit());
// A page that is worth printing has a button for it.
for (const button of document.querySelectorAll("[data-print]")) { button.hidden = false; button.addEventListener("click", () => print()); }
