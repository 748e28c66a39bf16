// Forms: sent once, errors met first, nothing typed left on the device after signing out.
// A second click while the first is on its way does nothing.
document.addEventListener("submit", event => {
  if (event.defaultPrevented) return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "1";
  setTimeout(() => delete event.target.dataset.sent, 4000);
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

document.querySelector(".errs")?.focus();

document.addEventListener("submit", event => {
  if (!event.target.action.endsWith("/sign-out")) return;
  try {
    for (const store of [localStorage, sessionStorage])
      for (const key of Object.keys(store)) if (/^(draft|typed):/.test(key)) store.removeItem(key);
  } catch { /* no storage here, nothing kept */ }
});

// A page that is worth printing has a button for it.
for (const button of document.querySelectorAll("[data-print]")) { button.hidden = false; button.addEventListener("click", () => print()); }
