// Put a list in order by dragging or with two buttons; the numbers beside the entries follow, and are what is sent.
const said = document.getElementById("said");
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

for (const list of document.querySelectorAll("[data-ranking]")) {
  if (list.querySelector("input:disabled")) continue;
  const items = () => [...list.children];
  const name = item => item.querySelector("span").textContent.trim();
  let held = null;

  function settle(item) {
    items().forEach((other, place) => {
      other.querySelector("input").value = place + 1;
      const [up, down] = other.querySelectorAll("button");
      up.disabled = place === 0;
      down.disabled = place === list.children.length - 1;
    });
    if (item) said.textContent = fill(list.dataset.moved, { name: name(item), place: items().indexOf(item) + 1, total: list.children.length });
  }

  for (const item of items()) {
    item.draggable = true;
    const buttons = [[list.dataset.up, "↑", -1], [list.dataset.down, "↓", 1]].map(([label, sign, step]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-quiet btn-sm";
      button.textContent = sign;
      button.setAttribute("aria-label", fill(label, { name: name(item) }));
      button.addEventListener("click", () => {
        const place = items().indexOf(item), other = items()[place + step];
        if (!other) return;
        step < 0 ? other.before(item) : other.after(item);
        settle(item);
        (button.disabled ? buttons.find(b => !b.disabled) : button)?.focus();
      });
      return button;
    });
    const group = document.createElement("span");
    group.className = "moves";
    group.append(...buttons);
    item.querySelector("input").after(group);
  }
  settle();

  list.addEventListener("dragstart", event => { held = event.target.closest("[data-ranking] > li"); event.dataTransfer.effectAllowed = "move"; });
  list.addEventListener("dragover", event => {
    const over = event.target.closest("[data-ranking] > li");
    if (!held || !over) return;
    event.preventDefault();
    if (over === held) return;
    const box = over.getBoundingClientRect();
    over[event.clientY < box.top + box.height / 2 ? "before" : "after"](held);
  });
  list.addEventListener("drop", event => event.preventDefault());
  list.addEventListener("dragend", () => { if (held) settle(held); held = null; });
}
