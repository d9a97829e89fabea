// What survives a reload of this tab: the chat's token, and messages that were not sent yet. Gone when the tab closes.

const PREFIX = "recovery-chat:";

export class ChatStore {
  #key;
  #kept;

  constructor(scope) {
    this.#key = PREFIX + scope;
    this.#kept = this.#read();
  }

  get token() {
    return this.#kept.token ?? null;
  }

  set token(token) {
    this.#kept.token = token;
    this.#write();
  }

  /** Messages without an acknowledgement, oldest first: [{id, text}]. */
  get unsent() {
    return [...(this.#kept.unsent ?? [])];
  }

  addUnsent(message) {
    this.#kept.unsent = [...this.unsent, message];
    this.#write();
  }

  removeUnsent(id) {
    this.#kept.unsent = this.unsent.filter((message) => message.id !== id);
    this.#write();
  }

  #read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.#key)) ?? {};
    } catch {
      return {};
    }
  }

  #write() {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(this.#kept));
    } catch {
      // Storage is off or full: the chat works, it only cannot be resumed after a reload.
    }
  }
}

/** 128 random bits in hex; `crypto.randomUUID` is missing on plain http. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
