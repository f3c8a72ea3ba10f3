// A short question on the lesson, over the paused picture. Which choice is right only the server knows.
import { later, never } from "./timers.js";

const ANOTHER_MS = 6_000; // the server wants a pause of `question_wait_s` (5 s) between two answers

export class Questions extends EventTarget {
  // `panel`: the section of _player.html. Says "right" when the lesson may go on, "gone" when nothing is asked any more.
  constructor(panel, texts, post) {
    super();
    Object.assign(this, { panel, texts, post, places: null, asked: null });
    this.form = panel.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.answer();
    });
  }

  get open() {
    return !this.panel.hidden;
  }

  part(name) {
    return this.panel.querySelector(`[data-part="${name}"]`);
  }

  // A question stands open in the sitting with these addresses; asking twice changes nothing.
  async ask(places) {
    if (this.open && this.places === places) return;
    this.places = places;
    this.panel.hidden = false;
    this.say("");
    await this.load();
  }

  close() {
    this.panel.hidden = true;
    this.asked = this.places = null;
    for (const timer of [this.again, this.tick]) never(timer);
  }

  async load() {
    const places = this.places;
    const response = await fetch(places.question, { headers: { Accept: "application/json" } }).catch(() => null);
    if (places !== this.places) return;
    if (response?.ok) this.show(await response.json());
    else if (response && response.status < 500) this.gone();
    else this.again = later(() => this.load(), ANOTHER_MS);
  }

  show(question) {
    this.asked = question.question;
    this.until = performance.now() + question.left_s * 1000;
    this.part("stem").textContent = question.stem;
    const template = this.panel.querySelector("template");
    const options = question.options.map((words, index) => {
      const line = template.content.cloneNode(true);
      line.querySelector("input").value = index;
      line.querySelector("span").textContent = words;
      return line;
    });
    this.part("options").replaceChildren(...options);
    this.enable(true);
    this.say("");
    this.count();
    this.part("options").querySelector("input").focus();
  }

  // The seconds that are left, as a number; when none are, what that means.
  count() {
    never(this.tick);
    const left = Math.max(0, Math.ceil((this.until - performance.now()) / 1000));
    this.part("left-s").textContent = left ? this.texts.question_left.replace("{seconds}", left) : this.texts.question_late;
    this.panel.classList.toggle("is-late", !left);
    if (left) this.tick = later(() => this.count(), 1000);
    else this.dispatchEvent(new Event("late"));
  }

  async answer() {
    const choice = new FormData(this.form).get("choice");
    if (choice === null) return this.say(this.texts.question_choose);
    const places = this.places;
    this.enable(false);
    const response = await this.post(places.answer, { question: this.asked, choice: Number(choice) }).catch(() => null);
    if (places !== this.places) return;
    const answer = await response?.json().catch(() => null);
    if (response?.ok) this.judged(answer.right);
    else if (response?.status === 429) this.tryAgain(answer.message);
    else if (response && response.status < 500) await this.load(); // another window may have answered
    else {
      this.say(this.texts.question_unsent);
      this.enable(true);
    }
  }

  judged(right) {
    if (right) {
      this.close();
      this.dispatchEvent(new Event("right"));
    } else {
      this.tryAgain(this.texts.question_wrong);
    }
  }

  tryAgain(words) {
    this.say(words);
    this.enable(false);
    this.again = later(() => this.load(), ANOTHER_MS);
  }

  gone() {
    this.close();
    this.dispatchEvent(new Event("gone"));
  }

  enable(yes) {
    for (const control of this.form.querySelectorAll("input, button")) control.disabled = !yes;
  }

  say(words) {
    this.part("said").textContent = words;
  }
}
