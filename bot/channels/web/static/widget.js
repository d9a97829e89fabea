// Runs the chat: starts or resumes it, sends what the patient writes, shows what comes back, and says so when it cannot.

import { ChatClient } from "./client.js";
import { ChatStore, newId } from "./store.js";
import { ChatView } from "./view.js";

const QUICK_POLL_MS = 700;
const CALM_POLL_MS = 3_000;
const HIDDEN_POLL_MS = 15_000;
const QUICK_FOR_MS = 60_000;
const NO_ANSWER_MS = 15_000;
const RETRY_AFTER_MS = [1_000, 3_000];
const FAILED_POLLS_TO_TELL = 2;
// A message may be committed after one with a higher id: keep asking for the last moments' messages, and show each once.
const SETTLED_AFTER_MS = 20_000;

class Chat {
  #client;
  #failedPolls = 0;
  #invite;
  #language;
  #pollTimer;
  #quickUntil = 0;
  #seen = new Map();
  #sending = Promise.resolve();
  #store;
  #texts;
  #view;
  #waitingSince = null;

  constructor(root) {
    const { api, language, scope } = root.dataset;
    this.#invite = root.dataset.invite || new URLSearchParams(location.hash.slice(1)).get("invite");
    this.#language = language;
    this.#texts = JSON.parse(root.dataset.texts);
    this.#store = new ChatStore(scope || this.#invite || "");
    this.#client = new ChatClient(api, this.#store.token);
    this.#view = new ChatView(root, this.#texts, {
      send: (text) => this.#send(newId(), text),
      retry: (id) => this.#retry(id),
      restart: () => this.start(),
    });
    window.addEventListener("online", () => this.#store.unsent.forEach(({ id }) => this.#retry(id)));
    document.addEventListener("visibilitychange", () => document.hidden || this.#pollSoon(0));
  }

  async start() {
    this.#view.setTrouble(null);
    this.#view.setRestoring(true);
    try {
      if (this.#store.token) await this.#resume();
      else await this.#begin();
    } catch {
      this.#view.setTrouble(this.#texts.no_start, true);
      return;
    } finally {
      this.#view.setRestoring(false);
    }
    for (const { id, text } of this.#store.unsent) this.#send(id, text, true);
    this.#pollSoon(QUICK_POLL_MS);
  }

  async #resume() {
    try {
      await this.#read();
      if (this.#seen.size === 0) this.#view.addNotice(this.#texts.greeting);
    } catch (error) {
      if (error.status !== 401) throw error;
      await this.#begin();
    }
  }

  async #begin() {
    const session = await this.#newSession();
    this.#store.token = session.token;
    this.#view.addNotice(this.#texts.greeting);
  }

  async #newSession() {
    try {
      return await this.#client.start(this.#invite, this.#language);
    } catch (error) {
      // An invite that ran out must not keep a patient from writing: a nurse sees the message all the same.
      if (error.field !== "invite") throw error;
      return this.#client.start(null, this.#language);
    }
  }

  /** Messages go out one after the other, in the order in which they were written. */
  #send(id, text, again = false) {
    this.#view.addOwn(id, text, "sending");
    if (!again) this.#store.addUnsent({ id, text });
    this.#sending = this.#sending.then(() => this.#transmit(id, text));
  }

  async #transmit(id, text) {
    for (const pause of [...RETRY_AFTER_MS, null]) {
      try {
        await this.#deliver(id, text);
        this.#store.removeUnsent(id);
        this.#view.mark(id, "sent");
        this.#waitingSince = Date.now();
        this.#quickUntil = Date.now() + QUICK_FOR_MS;
        this.#pollSoon(0);
        return;
      } catch (error) {
        if (pause === null || !error.passing || !navigator.onLine) {
          this.#view.mark(id, "not_sent", error.status === 429 ? error.message : undefined);
          return;
        }
        await new Promise((resume) => setTimeout(resume, pause));
      }
    }
  }

  async #deliver(id, text) {
    try {
      await this.#client.send(id, text);
    } catch (error) {
      if (error.status !== 401) throw error;
      this.#store.token = (await this.#newSession()).token;
      await this.#client.send(id, text);
    }
  }

  #retry(id) {
    const message = this.#store.unsent.find((unsent) => unsent.id === id);
    if (message) this.#send(message.id, message.text, true);
  }

  #pollSoon(pause) {
    clearTimeout(this.#pollTimer);
    this.#pollTimer = setTimeout(() => this.#poll(), pause);
  }

  async #poll() {
    try {
      await this.#read();
      this.#failedPolls = 0;
      this.#view.setTrouble(this.#isLate() ? this.#texts.no_answer : null);
    } catch (error) {
      this.#failedPolls += 1;
      if (error.status === 401) await this.#begin().catch(() => {});
      else if (this.#failedPolls >= FAILED_POLLS_TO_TELL) this.#view.setTrouble(this.#texts.offline);
    }
    this.#pollSoon(this.#pause());
  }

  #pause() {
    if (document.hidden) return HIDDEN_POLL_MS;
    return Date.now() < this.#quickUntil && this.#failedPolls === 0 ? QUICK_POLL_MS : CALM_POLL_MS;
  }

  #isLate() {
    return this.#waitingSince !== null && Date.now() - this.#waitingSince > NO_ANSWER_MS;
  }

  async #read() {
    const { messages, waiting } = await this.#client.messagesAfter(this.#lastSettledId());
    for (const message of messages) {
      if (this.#seen.has(message.id)) continue;
      this.#seen.set(message.id, Date.now());
      if (message.client_id) this.#view.addOwn(message.client_id, message.text, "sent", message.at);
      else this.#view.addReply(message);
    }
    this.#view.setWaiting(waiting);
    if (waiting) this.#waitingSince ??= Date.now();
    else this.#waitingSince = null;
  }

  #lastSettledId() {
    let last = 0;
    for (const [id, since] of this.#seen) if (Date.now() - since > SETTLED_AFTER_MS) last = Math.max(last, id);
    return last;
  }
}

for (const root of document.querySelectorAll(".recovery-chat")) new Chat(root).start();
