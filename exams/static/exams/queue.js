// Answers on their way to the server. Each waits in localStorage until the server has acknowledged it, so a reload,
// a crash or a cut line loses none; a repeat changes nothing, because each item counts its answers (seq).

const TIMEOUT_MS = 8000;
const BACKOFF_MS = [1000, 2000, 4000, 8000, 15000];
const GONE = new Set(["exam.closed", "exam.too_late", "exam.withdrawn"]);

export class AnswerQueue extends EventTarget {
  /** `seqs`: Map of item number → seq that the server holds. Events: saved, elsewhere, refused, state, clock, gone. */
  constructor({ url, csrf, attempt, seqs, store = safeStorage() }) {
    super();
    Object.assign(this, { url, csrf, seqs, store, prefix: `zx-exam:${attempt}:` });
    this.pending = new Map(this.#stored());
    this.state = "online"; // online | offline | signed_out
    this.failures = 0;
    this.busy = false;
    this.timer = 0;
    addEventListener("online", () => this.flush());
    addEventListener("offline", () => this.#fail("offline"));
  }

  /** Keep an answer and send it. */
  put(number, choice) {
    const seq = Math.max(this.seqs.get(number) ?? 0, this.pending.get(number)?.seq ?? 0) + 1;
    this.pending.set(number, { choice, seq });
    this.store.set(this.prefix + number, JSON.stringify({ choice, seq }));
    return this.flush();
  }

  /** Send everything that waits. With `ask`, ask the server for the time even when nothing waits. */
  async flush({ ask = false } = {}) {
    if (this.busy || (!ask && this.pending.size === 0 && this.state === "online")) return;
    this.busy = true;
    clearTimeout(this.timer);
    try {
      await this.#send([...this.pending].map(([number, { choice, seq }]) => ({ number, choice, seq })));
    } finally {
      this.busy = false;
    }
    // What was chosen while the request was under way.
    if (this.state === "online" && this.pending.size) await this.flush();
  }

  /** Forget everything about this attempt on this computer. */
  clear() {
    for (const number of [...this.pending.keys()]) this.#drop(number);
  }

  async #send(answers) {
    let response;
    let body;
    try {
      response = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.csrf },
        body: JSON.stringify({ answers }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      body = await response.json();
    } catch {
      return this.#fail(response?.status === 403 ? "signed_out" : "offline");
    }
    if (response.ok) return this.#accept(answers, body);
    // 404: somebody else has signed in here; what waits belongs to the first person and stays.
    if (response.status === 401 || response.status === 404) return this.#fail("signed_out");
    if (GONE.has(body.code)) return this.#emit("gone", { code: body.code });
    if (body.code === "exam.bad_answer") return this.#refuse(answers);
    return this.#fail("offline");
  }

  #accept(sent, body) {
    this.failures = 0;
    this.#become("online");
    const asked = new Map(sent.map((answer) => [answer.number, answer]));
    for (const saved of body.answers) {
      this.seqs.set(saved.number, saved.seq);
      const waiting = this.pending.get(saved.number);
      if (waiting && waiting.seq <= saved.seq) this.#drop(saved.number);
      const mine = asked.get(saved.number);
      this.#emit(mine.seq === saved.seq && mine.choice === saved.choice ? "saved" : "elsewhere", saved);
    }
    this.#emit("clock", { remainingMs: body.remaining_ms });
  }

  /** One answer of the batch does not fit its question: find it by sending each alone, and let the others through. */
  async #refuse(answers) {
    this.#become("online");
    if (answers.length > 1) {
      for (const answer of answers) await this.#send([answer]);
      return;
    }
    for (const { number } of answers) {
      this.#drop(number);
      this.#emit("refused", { number });
    }
  }

  #fail(state) {
    this.#become(state);
    clearTimeout(this.timer);
    const wait = BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length - 1)];
    this.failures += 1;
    this.timer = setTimeout(() => this.flush({ ask: true }), wait * (0.75 + Math.random() / 2));
  }

  #become(state) {
    this.state = state;
    this.#emit("state", { state });
  }

  #drop(number) {
    this.pending.delete(number);
    this.store.remove(this.prefix + number);
  }

  *#stored() {
    for (const key of this.store.keys()) {
      if (!key.startsWith(this.prefix)) continue;
      const number = Number(key.slice(this.prefix.length));
      if (!Number.isInteger(number) || !this.seqs.has(number)) continue;
      try {
        const { choice, seq } = JSON.parse(this.store.get(key));
        yield [number, { choice, seq }];
      } catch {
        this.store.remove(key);
      }
    }
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** localStorage, or memory where the browser forbids it. */
export function safeStorage() {
  const memory = new Map();
  let disk = null;
  try {
    disk = window.localStorage;
    disk.setItem("zx-exam:probe", "1");
    disk.removeItem("zx-exam:probe");
  } catch {
    disk = null;
  }
  return {
    get: (key) => memory.get(key) ?? disk?.getItem(key) ?? null,
    set(key, value) {
      memory.set(key, value);
      try {
        disk?.setItem(key, value);
      } catch {
        // full: memory still holds it until the page closes
      }
    },
    remove(key) {
      memory.delete(key);
      disk?.removeItem(key);
    },
    keys: () => [...new Set([...memory.keys(), ...(disk ? Object.keys(disk) : [])])],
  };
}
