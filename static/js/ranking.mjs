// Put a list in order by dragging; the numbers beside the entries follow, and are what is sent.
for (const list of document.querySelectorAll("[data-ranking]")) {
  if (list.querySelector("input:disabled")) continue;
  let held = null;
  for (const item of list.children) item.draggable = true;
  list.addEventListener("dragstart", event => { held = event.target.closest("[data-ranking] > li"); event.dataTransfer.effectAllowed = "move"; });
  list.addEventListener("dragover", event => {
    const over = event.target.closest("[data-ranking] > li");
    if (!held || !over || over === held) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    over[event.clientY < box.top + box.height / 2 ? "before" : "after"](held);
  });
  list.addEventListener("drop", event => event.preventDefault());
  list.addEventListener("dragend", () => {
    held = null;
    [...list.children].forEach((item, place) => { item.querySelector("input").value = place + 1; });
  });
}
