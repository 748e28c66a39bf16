// Deadlines: the server prints the words, this keeps them true, in whole minutes; what may no longer be sent is closed.
const said = document.getElementById("said");
const now = document.documentElement.dataset.now;
const skew = now ? new Date(now) - Date.now() : 0; // the site's clock decides, not the device's
const left = until => new Date(until) - Date.now() - skew;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

function words(ms) {
  if (ms <= 0) return said.dataset.closed;
  const minutes = Math.floor(ms / 6e4);
  const values = { days: Math.floor(minutes / 1440), hours: Math.floor(minutes % 1440 / 60), minutes: minutes % 60 };
  return fill(values.days ? (values.hours ? said.dataset.days : said.dataset.wholeDays) : values.hours ? said.dataset.hours : said.dataset.minutes, values);
}

// The area keeps its heading and says that time is up; a form or button in it would only be refused.
function close(area) {
  const note = document.createElement("p");
  note.className = "note due mb-0";
  note.textContent = said.dataset.over;
  const heading = area.querySelector("h2, h3");
  if (heading) heading.textContent = said.dataset.closed;
  area.replaceChildren(...heading ? [heading] : [], note);
  area.removeAttribute("data-closes");
  said.textContent = said.dataset.over;
}

function tick() {
  let next = 3e4;
  const soon = ms => { if (ms > 0) next = Math.min(next, ms + 20); };
  for (const mark of document.querySelectorAll("[data-until]")) {
    const ms = left(mark.dataset.until), text = words(ms);
    if (mark.textContent !== text) mark.textContent = text;
    soon(ms);
  }
  for (const area of document.querySelectorAll("[data-closes]")) {
    const ms = left(area.dataset.closes);
    if (ms <= 0) close(area); else soon(ms);
  }
  setTimeout(tick, next);
}
tick();
