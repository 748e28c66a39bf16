// Rows that are ticked to be done together: how many they are, and one box for all of them.
const form = document.querySelector("[data-picked]");
const boxes = form ? [...form.querySelectorAll("tbody [type=checkbox]")] : [];
if (boxes.length) {
  const said = form.querySelector("[role=status]"), all = document.createElement("input");
  Object.assign(all, { type: "checkbox", className: "form-check-input", ariaLabel: form.dataset.all });
  form.querySelector("thead th").replaceChildren(all);
  const count = () => {
    const picked = boxes.filter(box => box.checked).length;
    said.textContent = picked ? form.dataset.picked.replace("0", picked) : "";
    all.checked = picked === boxes.length;
    all.indeterminate = picked > 0 && !all.checked;
  };
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; count(); });
  form.addEventListener("change", count);
  addEventListener("pageshow", count);
}
