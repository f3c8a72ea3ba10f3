// What the page says around the video: state line, hours, list of lessons, the words over a held lesson.
import { clock } from "./player.js";

const shownTime = new Intl.DateTimeFormat("zh-CN", { timeStyle: "medium", hourCycle: "h23", timeZone: "Asia/Shanghai" });

export class Board extends EventTarget {
  constructor(root, data, texts) {
    super();
    this.root = root;
    this.texts = texts;
    this.required = data.hours_required;
    this.lessons = new Map(data.lessons.map((lesson) => [lesson.id, lesson]));
    this.held = false;
    const button = this.part("act");
    button?.addEventListener("click", () => this.dispatchEvent(new CustomEvent("act", { detail: button.dataset.act })));
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  // Which lesson is on; its line is marked and scrolled to.
  lesson(id) {
    this.current = this.lessons.get(id);
    const { order, title } = this.current;
    const words = this.texts.lesson_title.replace("{order}", order).replace("{title}", title);
    document.querySelector("[data-part=heading]").textContent = words;
    for (const line of this.root.querySelectorAll("[data-lesson]")) {
      const on = Number(line.dataset.lesson) === id;
      line.classList.toggle("is-current", on);
      if (on) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
      if (on) line.scrollIntoView({ block: "nearest" });
    }
  }

  credit(ms) {
    this.current.credited_ms = ms;
    if (this.held) this.part("pause-kept").textContent = this.kept();
    this.drawHours();
  }

  drawHours() {
    let hours = 0;
    let left = 0;
    for (const lesson of this.lessons.values()) {
      hours += (lesson.hours * lesson.credited_ms) / (lesson.duration_ms || 1);
      left += lesson.done ? 0 : 1;
    }
    const tenths = Math.floor(Math.min(hours, this.required) * 10 + 1e-6) / 10;
    const percent = left ? Math.min(99, Math.floor((100 * hours) / this.required)) : 100;
    this.root.querySelector(".ring-label strong").textContent = tenths.toFixed(1);
    this.root.querySelector(".ring-value").setAttribute("stroke-dasharray", `${percent} 100`);
    const done = this.texts.lessons_done.replace("{done}", this.lessons.size - left).replace("{all}", this.lessons.size);
    this.part("done").textContent = done;
  }

  lessonDone() {
    this.current.done = true;
    this.current.credited_ms = this.current.duration_ms;
    const line = this.root.querySelector(`[data-lesson="${this.current.id}"]`);
    line.classList.add("is-done");
    line.querySelector(".lesson-mark").replaceChildren(this.root.querySelector("template").content.cloneNode(true));
    this.drawHours();
  }

  // `name`: a key of the texts. The line is announced, so it changes only when the state does.
  state(name) {
    const words = this.texts[name];
    const line = this.part("state");
    line.closest(".state-line").classList.toggle("is-paused", name !== "counting");
    line.dataset.state = name;
    if (line.querySelector("strong").textContent !== words) line.querySelector("strong").textContent = words;
  }

  saved(at) {
    const line = this.part("saved");
    line.hidden = false;
    line.querySelector("span").textContent = this.texts.saved.replace("{time}", shownTime.format(new Date(at)));
  }

  face(seen) {
    const view = this.part("self").closest(".self-view");
    view.classList.toggle("is-lost", !seen);
    view.querySelector("span").textContent = seen ? this.texts.in_view : this.texts.not_in_view;
    const use = view.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, seen ? "#i-circle-check" : "#i-alert-circle"));
  }

  // Over the picture: what happened, what is safe, what to do. `act`: "" when there is nothing to press.
  hold({ title, help, act }) {
    this.held = true;
    this.part("pause-title").textContent = title;
    this.part("pause-help").textContent = help ?? "";
    this.part("pause-kept").textContent = this.kept();
    const button = this.part("act");
    button.hidden = !act;
    button.dataset.act = act;
    button.querySelector("span").textContent = this.texts[act] ?? "";
    this.part("pause").hidden = false;
    const line = this.part("state");
    line.closest(".state-line").classList.add("is-paused");
    line.dataset.state = "held";
    line.querySelector("strong").textContent = title;
    if (act) button.focus();
  }

  kept() {
    if (!this.current?.credited_ms) return "";
    const [minutes, seconds] = clock(this.current.credited_ms / 1000).split(":");
    if (!Number(minutes)) return this.texts.kept_seconds.replace("{seconds}", Number(seconds));
    return this.texts.kept.replace("{minutes}", Number(minutes)).replace("{seconds}", Number(seconds));
  }

  clear() {
    this.held = false;
    this.part("pause").hidden = true;
    this.state("paused_loading");
  }

  offline() {
    this.part("offline").hidden = false;
    if (!this.held) this.state("paused_offline");
  }

  online() {
    this.part("offline").hidden = true;
  }
}
