// Keeps an open page honest: brings news to the queue, says when a conversation has moved on, counts the minutes.
// Nothing here is needed to read a page or to act on it.

const EVERY = 5000; // milliseconds between two looks
const STALE = 20000; // without an answer for so long, the page says that it is old

const page = document.querySelector("[data-queue], [data-thread]");
const alarm = document.querySelector("[data-alarm]");
const baseTitle = document.title.replace(/^\(\d+\) /, "");

let touched = false; // whether the nurse did anything since the last look; the server ends idle sessions by it
let answered = Date.now();
const clockAhead = page ? Date.now() - Date.parse(page.dataset.now) : 0; // of this machine, before the server's, in ms
let signedOut = false;
for (const kind of ["pointerdown", "pointermove", "keydown", "scroll", "wheel"]) {
  addEventListener(kind, () => { touched = true; }, { passive: true, capture: true });
}

function span(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60000));
  if (minutes < 1) return "under 1 min";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function countMinutes() {
  const now = Date.now() - clockAhead;
  for (const time of document.querySelectorAll("time[data-age], time[data-left]")) {
    const moment = Date.parse(time.dateTime);
    const text = span("age" in time.dataset ? now - moment : moment - now);
    if (time.textContent !== text) time.textContent = text;
  }
}

async function look(address, version) {
  const headers = { Accept: "application/json" };
  if (version) headers["If-None-Match"] = `"${version}"`;
  if (touched) headers["X-Recovery-Active"] = "1";
  touched = false;
  const response = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(EVERY * 2) });
  if (response.status === 401 || response.status === 403 || response.redirected) {
    signedOut = true;
    sayAlarm("You are signed out, and this page no longer shows news. ", "/login", "Sign in");
    return null;
  }
  if (response.status !== 304 && !response.ok) throw new Error(`the server answered ${response.status}`);
  answered = Date.now();
  return response;
}

function sayAlarm(text, address, linkText) {
  const link = Object.assign(document.createElement("a"), { href: address, textContent: linkText });
  alarm.replaceChildren(text, link);
  alarm.hidden = false;
}

function showWaiting(count) {
  document.querySelector("[data-waiting]").textContent = count;
  document.title = (count ? `(${count}) ` : "") + baseTitle;
}

// Puts the new rows in place of the old. A row that did not change stays the very same element, so that focus, a selection
// and the reader's place are kept.
function replaceRows(body, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const old = new Map([...body.rows].map((row) => [row.id, row]));
  const focused = document.activeElement?.id;
  const wanted = [...template.content.children].map((row) => {
    const before = old.get(row.id);
    if (!before) row.classList.add("new-row");
    return before && sameRow(before, row) ? before : row;
  });
  for (const row of [...body.rows]) if (!wanted.includes(row)) row.remove();
  wanted.forEach((row, place) => { if (body.rows[place] !== row) body.insertBefore(row, body.rows[place] ?? null); });
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function sameRow(one, other) {
  const bare = (row) => {
    const copy = row.cloneNode(true);
    copy.classList.remove("new-row");
    for (const time of copy.querySelectorAll("time[data-age], time[data-left]")) time.textContent = "";
    return copy.outerHTML;
  };
  return bare(one) === bare(other);
}

function freshness() {
  const line = document.querySelector("[data-freshness]");
  if (!line || signedOut) return;
  const stale = Date.now() - answered > STALE;
  const time = new Date(answered).toLocaleTimeString("en-GB");
  line.classList.toggle("stale", stale);
  line.textContent = (stale ? line.dataset.stale : line.dataset.said).replace("{time}", time);
  if (stale && alarm.hidden) sayAlarm("This page is not getting news. Check your connection. ", location.href, "Reload");
  if (!stale && alarm.dataset.stale) alarm.hidden = true;
  alarm.dataset.stale = stale ? "1" : "";
}

async function lookAtQueue(known) {
  const response = await look(page.dataset.queue, page.dataset.version);
  if (!response || response.status === 304) return;
  const news = await response.json();
  page.dataset.version = (response.headers.get("ETag") ?? "").replace(/^W\//, "").replaceAll('"', "");
  const body = document.querySelector("[data-rows]");
  replaceRows(body, news.rows);
  document.querySelector("[data-summary]").innerHTML = news.summary;
  body.closest("table").hidden = body.rows.length === 0;
  document.querySelector("[data-empty]").hidden = body.rows.length > 0;
  showWaiting(news.waiting);
  const fresh = Object.entries(news.alarms).filter(([key]) => !known.has(key));
  for (const [key] of fresh) known.add(key);
  if (fresh.length) document.querySelector("[data-announce]").textContent = fresh.map(([, text]) => text).join(" ");
}

async function lookAtThread(known) {
  const response = await look(page.dataset.thread);
  if (!response) return;
  const news = await response.json();
  showWaiting(news.waiting);
  document.querySelector("[data-news]").hidden = news.newest === Number(page.dataset.newest);
  const fresh = news.alarms.filter((key) => !known.has(key));
  for (const key of fresh) known.add(key);
  if (fresh.length) sayAlarm("A new emergency is in the queue. ", "/console/", "Open the queue");
}

if (page) {
  const known = new Set(JSON.parse(page.dataset.alarms));
  const step = async () => {
    if (!signedOut) {
      try {
        await ("queue" in page.dataset ? lookAtQueue(known) : lookAtThread(known));
      } catch {
        // The next look may succeed; until then `freshness` says how old the page is.
      }
      freshness();
      countMinutes();
      setTimeout(step, EVERY);
    }
  };
  freshness();
  setTimeout(step, EVERY);
}
