// The widget's page: bubbles, quick replies, notices. Text is always set as text, never as HTML.

const RED_FLAGS = new Set(["emergency", "urgent"]);

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export class ChatView {
  #root;
  #texts;
  #own = new Map();

  /** `on` holds what the patient may do: send(text), retry(id), restart(). */
  constructor(root, texts, on) {
    this.#root = root;
    this.#texts = texts;
    this.on = on;
    const form = this.#part("form");
    const text = this.#part("text");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submit();
      }
    });
    // Until here a press of Send would have reloaded the page and lost what was typed.
    text.disabled = false;
    this.#part("send").disabled = false;
  }

  /** A message of the other side. */
  addReply({ sender, kind, level, text, at, quick_replies: quickReplies }) {
    const item = element("li", `recovery-chat__message recovery-chat__message--${sender === "nurse" ? "nurse" : "bot"}`);
    const who = this.#texts[sender === "nurse" ? "nurse" : "bot"];
    item.append(this.#byline(who, at));
    const bubble = element("div", "recovery-chat__bubble");
    if (kind === "advice") {
      bubble.classList.add("recovery-chat__bubble--advice");
      if (RED_FLAGS.has(level)) bubble.classList.add("recovery-chat__bubble--red-flag");
      bubble.append(element("strong", "recovery-chat__advice", this.#texts.advice));
    }
    bubble.append(element("p", "recovery-chat__words", text));
    item.append(bubble);
    this.#append(item);
    this.#offer(quickReplies ?? []);
  }

  /** A message of the patient, known by the id that this widget gave it. */
  addOwn(id, text, state, at = new Date().toISOString()) {
    if (this.#own.has(id)) {
      this.mark(id, state);
      return;
    }
    const item = element("li", "recovery-chat__message recovery-chat__message--own");
    item.append(this.#byline(this.#texts.you, at));
    const bubble = element("div", "recovery-chat__bubble");
    bubble.append(element("p", "recovery-chat__words", text));
    const status = element("div", "recovery-chat__status");
    item.append(bubble, status);
    this.#own.set(id, { item, status });
    this.#append(item);
    this.#offer([]);
    this.mark(id, state);
  }

  /** `state` is sending, sent or not_sent; `reason` replaces the usual words for not_sent. */
  mark(id, state, reason) {
    const own = this.#own.get(id);
    if (!own || own.item.dataset.state === state) return;
    own.item.dataset.state = state;
    own.status.replaceChildren();
    if (state === "not_sent") {
      const retry = element("button", "recovery-chat__retry", this.#texts.retry);
      retry.type = "button";
      retry.addEventListener("click", () => {
        this.focusText();
        this.on.retry(id);
      });
      own.status.append(element("p", "recovery-chat__trouble-text", reason ?? this.#texts.not_sent), retry);
      this.#toEnd();
    } else {
      own.status.append(element("p", "recovery-chat__state", this.#texts[state]));
    }
  }

  /** A message that nobody sent, such as the greeting. */
  addNotice(text) {
    this.addReply({ sender: "bot", kind: "notice", text });
  }

  /** Whether an answer is on its way. */
  setWaiting(waiting) {
    const line = this.#part("waiting");
    if (line.hidden !== waiting) return;
    line.hidden = !waiting;
    line.textContent = waiting ? this.#texts.waiting : "";
    if (waiting) this.#toEnd();
  }

  /** A trouble that lasts, or null when it is over. `retry` adds a button. */
  setTrouble(text, retry = false) {
    const box = this.#part("trouble");
    if ((box.textContent ? box.firstChild.textContent : null) === text) return;
    box.replaceChildren();
    if (!text) return;
    box.append(element("p", "recovery-chat__trouble-text", text));
    if (retry) {
      const button = element("button", "recovery-chat__retry", this.#texts.start_again);
      button.type = "button";
      button.addEventListener("click", () => this.on.restart());
      box.append(button);
    }
  }

  /** Tell screen readers to be quiet while old messages are put back. */
  setRestoring(restoring) {
    this.#part("log").setAttribute("aria-live", restoring ? "off" : "polite");
  }

  focusText() {
    this.#part("text").focus();
  }

  #submit() {
    const text = this.#part("text");
    const words = text.value.trim();
    if (!words) return;
    text.value = "";
    this.focusText();
    this.on.send(words);
  }

  #offer(quickReplies) {
    const group = this.#part("quick-replies");
    const held = group.contains(document.activeElement);
    group.replaceChildren(
      ...quickReplies.map(({ title }) => {
        const button = element("button", "recovery-chat__quick-reply", title);
        button.type = "button";
        button.addEventListener("click", () => {
          this.focusText();
          this.on.send(title);
        });
        return button;
      }),
    );
    group.hidden = quickReplies.length === 0;
    if (held) this.focusText();
  }

  #byline(who, at) {
    const line = element("p", "recovery-chat__byline");
    line.append(element("span", "recovery-chat__who", who));
    if (at) {
      const moment = new Date(at);
      const time = element("time", "recovery-chat__time");
      time.dateTime = at;
      time.textContent = moment.toLocaleTimeString(this.#root.lang, { hour: "numeric", minute: "2-digit" });
      line.append(" ", time);
    }
    return line;
  }

  #append(item) {
    this.#part("messages").append(item);
    this.#toEnd();
  }

  #toEnd() {
    const log = this.#part("log");
    log.scrollTop = log.scrollHeight;
  }

  #part(name) {
    return this.#root.querySelector(`.recovery-chat__${name}`);
  }
}
