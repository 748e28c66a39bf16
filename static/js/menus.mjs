// Menus that close by themselves, folds of a phone, strips that show where one is.
document.addEventListener("click", event => {
  const fold = event.target.closest("[data-toggle]");
  if (fold) fold.setAttribute("aria-expanded", String(document.getElementById(fold.dataset.toggle).classList.toggle("show")));
  for (const open of document.querySelectorAll("details.drop[open]")) if (!open.contains(event.target)) open.open = false;
});
document.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.drop[open]")) { open.open = false; open.querySelector("summary").focus(); }
});

// In a strip that scrolls sideways, bring the current item into view without moving the page.
for (const current of document.querySelectorAll(".tabs [aria-current], .steps [aria-current]"))
  current.parentElement.scrollLeft = Math.max(0, current.offsetLeft - current.parentElement.offsetLeft - 24);
