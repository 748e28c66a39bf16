// The reader's colours and text size: the server draws them, this changes them without a new page.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function apply(theme) {
  root.dataset.theme = theme;
  root.dataset.bsTheme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
}
apply(root.dataset.theme || "auto");
dark.addEventListener("change", () => apply(root.dataset.theme));

document.addEventListener("click", event => {
  const chosen = event.target.closest("[data-set]");
  if (!chosen) return;
  event.preventDefault();
  const [name, value] = chosen.dataset.set.split(":");
  document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`;
  if (name === "theme") apply(value); else root.dataset.text = value;
  for (const other of chosen.parentElement.children) other.setAttribute("aria-pressed", String(other === chosen));
});
