// Files with their progress: checked before they are sent, one after the other, each may be cancelled. The plain form
// does the same without any of it, and the server checks everything again.
const said = document.getElementById("said");
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
const size = bytes => bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

for (const form of document.querySelectorAll("form[data-upload]")) {
  const field = form.querySelector("input[type=file]"), texts = form.dataset;
  const kinds = texts.kinds.split(" "), most = Number(texts.most);
  if (texts.upload === "many") field.multiple = true;
  field.accept = kinds.map(kind => `.${kind}`).join(",");
  let sending = null;

  function complain(messages) {
    form.querySelector(".up-err")?.remove();
    field.toggleAttribute("aria-invalid", messages.length > 0);
    if (!messages.length) return;
    field.setAttribute("aria-invalid", "true");
    const list = document.createElement("ul");
    list.className = "plain up-err";
    list.id = `${field.id}-up-err`;
    for (const message of messages) {
      const line = document.createElement("li");
      line.className = "err";
      line.textContent = message;
      list.append(line);
    }
    field.before(list);
    field.setAttribute("aria-describedby", [field.dataset.described, list.id].filter(Boolean).join(" "));
    said.textContent = messages.join(" ");
    field.focus();
  }
  field.dataset.described = field.getAttribute("aria-describedby") || "";

  // Why a file would be refused; empty where it would not.
  function refusal(file) {
    if (!kinds.includes(file.name.split(".").pop().toLowerCase())) return fill(texts.wrongKind, { name: file.name, kinds: kinds.join(", ") });
    if (file.size > most) return fill(texts.tooBig, { name: file.name, size: size(file.size), most: size(most) });
    return file.size ? "" : fill(texts.nothing, { name: file.name });
  }

  // Answers where the site leads after the file; throws the reason when it was refused, null when it was cancelled.
  function send(file, submitter, bar, line) {
    return new Promise((done, failed) => {
      const data = new FormData(form, submitter), request = sending = new XMLHttpRequest();
      data.delete(field.name);
      data.set(field.name, file);
      request.upload.addEventListener("progress", event => {
        if (!event.lengthComputable) return;
        bar.value = event.loaded / event.total;
        line.textContent = fill(texts.progress, { name: file.name, percent: Math.floor(100 * bar.value), done: size(event.loaded), all: size(event.total) });
      });
      request.addEventListener("load", () => {
        if ((request.getResponseHeader("Content-Type") || "").includes("json")) {
          const to = attempt(request.responseText)?.to;
          return to ? done(to) : failed(texts.failed);
        }
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        const found = [...page.querySelectorAll(".errs li, .errs p")].map(e => e.textContent.trim());
        failed(found.join(" ") || page.querySelector("main p")?.textContent.trim() || texts.failed);
      });
      request.addEventListener("error", () => failed(texts.failed));
      request.addEventListener("abort", () => failed(null));
      request.open("POST", form.getAttribute("action") || location.href);
      request.setRequestHeader("X-Script", "1");
      request.setRequestHeader("Accept", "text/html");
      request.send(data);
    });
  }

  function attempt(text) {
    try { return JSON.parse(text); } catch { return null; }
  }

  async function sendAll(files, submitter) {
    const part = document.createElement("div"), line = document.createElement("p"), bar = document.createElement("progress"), stop = document.createElement("button");
    part.className = "up";
    line.id = `${field.id}-up`;
    bar.max = 1;
    bar.setAttribute("aria-labelledby", line.id);
    Object.assign(stop, { type: "button", className: "btn btn-quiet btn-sm", textContent: texts.cancel });
    part.append(line, bar, stop);
    submitter.before(part);
    submitter.disabled = true;
    form.setAttribute("aria-busy", "true");
    let cancelled = false, to = "";
    const wrong = [];
    stop.addEventListener("click", () => { cancelled = true; sending?.abort(); });
    stop.focus();
    for (const file of files) {
      if (cancelled) break;
      bar.value = 0;
      line.textContent = said.textContent = fill(texts.begun, { name: file.name });
      try { to = await send(file, submitter, bar, line); } catch (reason) {
        if (reason !== null) wrong.push(files.length > 1 ? fill(texts.one, { name: file.name, reason }) : reason);
      }
    }
    sending = null;
    part.remove();
    submitter.disabled = false;
    form.removeAttribute("aria-busy");
    if (to && !wrong.length && !cancelled) return location.assign(to);
    if (cancelled) { said.textContent = texts.cancelled; submitter.focus(); }
    complain(wrong);
    if (to && !form.querySelector(".up-see")) submitter.after(Object.assign(document.createElement("a"), { className: "up-see", href: to, textContent: texts.see }));
  }

  form.addEventListener("submit", event => {
    const files = [...field.files];
    if (!files.length || sending || event.defaultPrevented) return;
    event.preventDefault();
    const wrong = files.map(refusal).filter(Boolean);
    complain(wrong);
    if (!wrong.length) sendAll(files, event.submitter || form.querySelector("button"));
  });
  addEventListener("beforeunload", event => { if (sending) event.preventDefault(); });
}
