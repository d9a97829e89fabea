// The demo's phone: shows what one number sent and received, and sends from it. Numbers travel in bodies, never in addresses.

const POLL_MS = 800;

const pick = document.getElementById("phone-pick");
const other = document.getElementById("phone-other");
const log = document.getElementById("phone-log");
const bubbles = document.getElementById("phone-bubbles");
const trouble = document.getElementById("phone-trouble");
const form = document.getElementById("phone-form");
const text = document.getElementById("phone-text");
const csrfToken = document.querySelector("meta[name=csrf-token]").content;

let shown = { number: null, ids: new Set() };

async function call(path, body) {
  const response = await fetch(`/dev/phone${path}`, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrfToken },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `The webhook answered ${answer.status}`);
  return answer;
}

function number() {
  return pick.elements.number.value || other.value.trim();
}

function show({ id, mine, sender, text: words, at }) {
  if (shown.ids.has(id)) return;
  shown.ids.add(id);
  const item = document.createElement("li");
  item.className = `phone__bubble phone__bubble--${mine ? "mine" : "theirs"}`;
  item.dataset.id = id;
  const said = document.createElement("p");
  said.textContent = words || "(empty message)";
  const when = document.createElement("p");
  when.className = "phone__when";
  const time = new Date(at).toLocaleTimeString("en", { hour: "numeric", minute: "2-digit" });
  when.textContent = `${mine ? "You" : sender === "nurse" ? "Nurse" : "Clinic"}, ${time}`;
  item.append(said, when);
  // An answer may leave the outbox after a later one: keep the order in which they were written.
  const next = [...bubbles.children].find((bubble) => Number(bubble.dataset.id) > id);
  bubbles.insertBefore(item, next ?? null);
  log.scrollTop = log.scrollHeight;
}

async function refresh() {
  const asked = number();
  if (asked !== shown.number) {
    shown = { number: asked, ids: new Set() };
    bubbles.replaceChildren();
  }
  if (!asked) return;
  const { messages } = await call("/messages", { number: asked });
  if (asked === number()) messages.forEach(show);
}

async function poll() {
  try {
    await refresh();
    if (trouble.dataset.of === "poll") trouble.textContent = "";
  } catch (error) {
    trouble.dataset.of = "poll";
    trouble.textContent = error.message;
  }
  setTimeout(poll, POLL_MS);
}

async function send() {
  const body = text.value;
  trouble.textContent = "";
  try {
    await call("/send", { number: number(), body });
    text.value = "";
    await refresh();
  } catch (error) {
    trouble.dataset.of = "send";
    trouble.textContent = `Not sent: ${error.message}`;
  }
  text.focus();
}

pick.addEventListener("change", () => {
  other.parentElement.hidden = pick.elements.number.value !== "";
  refresh().catch(() => {});
});
pick.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
// Until here a press of Send would have reloaded the page and lost what was typed.
for (const control of form.elements) control.disabled = false;
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
});

poll();
