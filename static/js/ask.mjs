// An act that asks once is a fold without script; here it becomes a dialog, with the safe choice in focus.
document.documentElement.classList.add("js");
for (const fold of document.querySelectorAll("details.ask")) {
  const inside = fold.querySelector(".ask-in");
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", inside.getAttribute("aria-labelledby"));
  inside.removeAttribute("role");
  inside.removeAttribute("aria-labelledby");
  fold.after(dialog);
  dialog.append(inside);
  fold.querySelector("summary").addEventListener("click", event => {
    event.preventDefault();
    dialog.showModal();
    dialog.querySelector("[data-close]").focus();
  });
  dialog.addEventListener("click", event => { if (event.target === dialog || event.target.closest("[data-close]")) dialog.close(); });
  dialog.addEventListener("close", () => fold.querySelector("summary").focus());
}
