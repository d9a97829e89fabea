// Speaks the chat's JSON API: sessions, messages out, messages in. Knows nothing of the page.

const TIMEOUT_MS = 10_000;

/** The server refused or could not be reached. `status` is 0 where there was no answer. */
export class ChatError extends Error {
  constructor(status, message, field) {
    super(message);
    this.status = status;
    this.field = field;
  }

  /** Whether the same request may succeed a moment later. */
  get passing() {
    return this.status === 0 || this.status >= 500;
  }
}

export class ChatClient {
  #api;
  #token;

  constructor(api, token = null) {
    this.#api = api;
    this.#token = token;
  }

  async start(invite, language) {
    this.#token = null;
    const body = invite ? { invite, language } : { language };
    const session = await this.#call("POST", "/sessions", body);
    this.#token = session.token;
    return session;
  }

  send(id, text) {
    return this.#call("POST", "/messages", { id, text });
  }

  messagesAfter(id) {
    return this.#call("GET", `/messages?after=${id}`);
  }

  async #call(method, path, body) {
    const headers = { Accept: "application/json" };
    if (this.#token) headers["X-Chat-Token"] = this.#token;
    if (body) headers["Content-Type"] = "application/json";
    let response;
    let answer;
    try {
      response = await fetch(this.#api + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      answer = await response.json();
    } catch (error) {
      throw new ChatError(response && !response.ok ? response.status : 0, error.message);
    }
    if (!response.ok) throw new ChatError(response.status, answer.error, answer.field);
    return answer;
  }
}
