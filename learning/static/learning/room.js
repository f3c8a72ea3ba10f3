// The study room: camera check, then lesson after lesson, in one document. The server decides what counts; this page
// shows it and says why when it does not.
import { CameraRoom } from "../proctoring/camera.js";
import { Beats } from "./beats.js";
import { Board } from "./board.js";
import { Released } from "./loader.js";
import { Player } from "./player.js";
import { poster } from "./post.js";

const DRIFT_S = 5; // so far the picture may be from what is credited before it is put back
const NEARLY_MS = 2000; // missing this little at the end is the way of the messages
const WIDE_ENOUGH = matchMedia("(min-width: 64rem)");

class Room {
  constructor() {
    this.data = JSON.parse(document.getElementById("study-data").textContent);
    this.texts = JSON.parse(document.getElementById("texts").textContent);
    this.main = document.querySelector("[data-study-room]");
    this.post = poster();
    this.board = new Board(this.main, this.data, this.texts);
    this.player = new Player(this.main.querySelector(".player"), this.texts);
    this.camera = new CameraRoom(document.querySelector("[data-camera-room]"), { session: () => this.openCamera() });
    this.bind();
  }

  bind() {
    this.camera.addEventListener("verified", () => this.verified());
    this.camera.addEventListener("expired", ({ detail }) => this.expired(detail));
    this.camera.addEventListener("replaced", () => this.stopFor("taken_over"));
    this.player.addEventListener("playing", () => this.playing(true));
    this.player.addEventListener("halted", () => this.playing(false));
    this.player.addEventListener("ended", () => this.ended());
    this.player.addEventListener("failed", () => this.stopFor("failed"));
    this.player.addEventListener("needs-press", () => this.board.state("paused_not_playing"));
    this.board.addEventListener("act", ({ detail }) => this.act(detail));
    addEventListener("pagehide", () => this.leave());
  }

  async begin() {
    await this.camera.start();
  }

  async openCamera() {
    const response = await this.post(this.data.camera, {});
    const answer = await response.json();
    if (!response.ok) throw answer;
    this.cameraUuid = answer.uuid;
    return answer;
  }

  // The camera has seen the person: the lesson starts, or goes on.
  async verified() {
    this.camera.hide();
    this.main.hidden = false;
    await this.camera.preview(this.main.querySelector("[data-part=self]"));
    this.board.face(true);
    this.player.lock(false);
    if (!this.beats || this.beats.stopped || this.openedWith !== this.cameraUuid) await this.openLesson();
    else this.goOn();
  }

  expired(detail) {
    this.board.face(false);
    this.hold({ title: detail.title, help: detail.advice, act: detail.resumable ? "resume" : "check_again" });
  }

  async openLesson() {
    this.beats?.stop();
    this.openedWith = this.cameraUuid;
    const response = await this.post(this.data.session, { camera: this.cameraUuid }).catch(() => null);
    if (!response) return this.stopFor("failed");
    const answer = await response.json();
    if (!response.ok) return this.notOpened(answer);
    this.places = answer;
    this.finishing = false;
    this.released = null;
    this.board.lesson(answer.lesson);
    this.beats = new Beats(answer, this.post);
    this.listen(this.beats);
  }

  notOpened({ code }) {
    if (code === "study.all_complete") location.assign(this.data.here);
    else if (code === "camera.expired") this.stopFor("camera_expired", "check_again");
    else this.stopFor("failed");
  }

  listen(beats) {
    const when = (name, act) => beats.addEventListener(name, ({ detail }) => beats === this.beats && act(detail));
    when("hello", (hello) => this.hello(hello));
    when("ack", (ack) => this.ack(ack));
    when("complete", (detail) => this.complete(detail));
    when("refused", (detail) => this.refused(detail));
    when("offline", () => this.offline());
  }

  hello(hello) {
    this.board.online();
    this.board.credit(hello.credited_ms);
    if (this.released) {
      this.released.add(hello);
      this.putBack(hello.credited_ms);
    } else {
      this.released = new Released(hello);
      this.player.load(this.released, hello.credited_ms / 1000, this.places);
    }
    if (this.camera.verified) this.goOn();
  }

  goOn() {
    this.board.clear();
    this.player.lock(false);
    this.player.play();
  }

  ack(ack) {
    this.released.add(ack);
    this.board.credit(ack.credited_ms);
    this.board.saved(ack.at);
    if (ack.state === "counting") this.board.state("counting");
    else if (ack.state === "paused:daily_cap") this.stopFor("daily_cap", "");
    else if (ack.state === "paused:camera.expired") this.cameraIsOver();
    if (this.finishing) this.finish(this.released.durationMs - ack.credited_ms);
    else if (ack.state === "counting") this.putBack(ack.credited_ms);
  }

  // The camera's own message comes first as a rule; without it a new check is the way on.
  cameraIsOver() {
    if (this.board.held) return;
    this.board.face(false);
    this.stopFor("camera_expired", "check_again");
  }

  putBack(creditedMs) {
    if (Math.abs(this.player.reached - creditedMs / 1000) > DRIFT_S) this.player.moveTo(creditedMs / 1000);
  }

  playing(yes) {
    if (this.finishing) return;
    this.beats?.setPlaying(yes);
    if (yes) this.board.state("counting");
    else if (!this.board.held) this.board.state(this.player.pressedPause ? "paused_not_playing" : "paused_loading");
    if (yes) this.player.pressedPause = false;
  }

  ended() {
    this.finishing = true;
    this.beats.poke();
  }

  // The last beat of a lesson; what is missing is waited for on the last picture, or shown again if it is more.
  finish(missingMs) {
    if (missingMs <= 0) return;
    if (missingMs <= NEARLY_MS) {
      setTimeout(() => this.beats.poke(), missingMs + 100);
    } else {
      this.finishing = false;
      this.player.moveTo((this.released.durationMs - missingMs) / 1000);
      this.player.play();
    }
  }

  async complete({ all_complete: everything }) {
    this.board.lessonDone();
    if (everything) {
      this.places = null;
      this.camera.stop();
      location.assign(this.data.here);
      return;
    }
    this.board.state("next");
    await this.openLesson();
  }

  refused({ code }) {
    const reason = (code ?? "").replace("study.", "");
    this.places = null;
    if (reason === "complete") this.openLesson();
    else if (["taken_over", "cleared", "suspended"].includes(reason)) this.stopFor(reason, reason === "taken_over" ? "reload" : "");
    else this.stopFor("ended", "reload");
  }

  offline() {
    this.player.lock(true);
    this.board.offline();
  }

  stopFor(reason, act = "reload") {
    const { texts } = this;
    this.main.hidden = false;
    this.camera.hide();
    this.hold({ title: texts[`paused_${reason}`], help: texts[`paused_${reason}_help`], act });
  }

  hold(words) {
    this.player.lock(true);
    this.beats?.setPlaying(false);
    this.board.hold(words);
  }

  act(what) {
    if (what === "resume") this.camera.resume();
    if (what === "reload") location.reload();
    if (what === "check_again") {
      if (document.fullscreenElement) document.exitFullscreen();
      this.main.hidden = true;
      this.camera.check();
    }
  }

  leave() {
    if (this.places && !this.beats?.stopped) this.post(this.places.end, {}, { keepalive: true });
    this.camera.stop();
  }
}

// On a phone the page says what to do; there is no room to begin.
if (WIDE_ENOUGH.matches) new Room().begin();
else WIDE_ENOUGH.addEventListener("change", () => location.reload(), { once: true });
