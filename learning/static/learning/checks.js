// What the device test looks at; each check answers [outcome, key of the texts, values]. Outcomes: ok, warn, bad.
import { openCamera, show } from "../proctoring/device.js";
import { canDecode } from "./codecs.js";

const SOCKET_WITHIN_MS = 8_000;
const SPEED_WITHIN_MS = 20_000;
const ROOM = 1.5; // so much more than the video needs, for it to play without stops
const MUCH = 100; // Mbit/s: a larger number would say nothing
const CLOCK_MIN = 2;
const [TOO_DARK, TOO_BRIGHT] = [55, 215]; // mean of the picture, 0–255
const [WIDTH, HEIGHT] = [480, 360]; // a camera with less makes recognition hard

export async function browser() {
  const video = document.createElement("video");
  const hls = window.MediaSource || window.ManagedMediaSource || video.canPlayType("application/vnd.apple.mpegurl");
  const fine = hls && window.WebSocket && window.Worker && window.isSecureContext !== undefined;
  if (!fine) return ["bad", "browser_bad"];
  return canDecode() ? ["ok", "browser_ok"] : ["bad", "browser_codec"];
}

// Opens the camera into `video` and looks at the light.
export async function camera(video) {
  try {
    const stream = await openCamera();
    await show(stream, video);
  } catch (error) {
    return ["bad", (error.code ?? "camera.in_use").replace(".", "_")];
  }
  const light = await brightness(video);
  if (light < TOO_DARK) return ["warn", "camera_dark"];
  if (light > TOO_BRIGHT) return ["warn", "camera_bright"];
  if (video.videoWidth < WIDTH || video.videoHeight < HEIGHT) return ["warn", "camera_small"];
  return ["ok", "camera_ok"];
}

// Mean brightness once the camera has settled on its exposure.
async function brightness(video) {
  await new Promise((done) => setTimeout(done, 800));
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0, 64, 48);
  const { data } = context.getImageData(0, 0, 64, 48);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += 0.3 * data[at] + 0.59 * data[at + 1] + 0.11 * data[at + 2];
  return sum / (data.length / 4);
}

// A socket that is refused in words has come through.
export function socket(path) {
  return new Promise((done) => {
    const url = new URL(path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const probe = new WebSocket(url);
    const end = (answer) => {
      clearTimeout(timer);
      probe.close();
      done(answer);
    };
    const timer = setTimeout(() => end(["warn", "socket_warn"]), SOCKET_WITHIN_MS);
    probe.onmessage = () => end(["ok", "socket_ok"]);
    probe.onclose = () => end(["warn", "socket_warn"]);
  });
}

// How long an answer takes, and how much comes through; needs bits a second of the smallest and of the best picture.
export async function speed(address, { smallest_bit_s: smallest, best_bit_s: best }) {
  try {
    const ms = Math.min(await timed(`${address}?short`), await timed(`${address}?short`));
    const began = performance.now();
    const bytes = (await (await get(address)).arrayBuffer()).byteLength;
    const bits = (bytes * 8000) / (performance.now() - began);
    const mbit = bits / 1e6;
    const said = { mbit: mbit > MUCH ? `> ${MUCH}` : mbit.toFixed(1), ms: Math.round(ms) };
    if (bits >= best * ROOM) return ["ok", "speed_ok", said];
    return bits >= smallest * ROOM ? ["warn", "speed_warn", said] : ["warn", "speed_slow", said];
  } catch {
    return ["bad", "speed_bad"];
  }
}

async function timed(address) {
  const began = performance.now();
  await (await get(address)).arrayBuffer();
  return performance.now() - began;
}

async function get(address) {
  const response = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout?.(SPEED_WITHIN_MS) });
  if (!response.ok) throw new Error(response.status);
  return response;
}

export async function clock(address) {
  try {
    const response = await get(`${address}?short`);
    const minutes = Math.round(Math.abs(Date.now() - Date.parse(response.headers.get("Date"))) / 60_000);
    return minutes >= CLOCK_MIN ? ["warn", "clock_warn", { minutes }] : ["ok", "clock_ok"];
  } catch {
    return ["bad", "speed_bad"];
  }
}

// Three tones, for whoever pressed the button. Resolves when they are over.
export async function tones() {
  const context = new AudioContext();
  await context.resume();
  [440, 554, 659].forEach((pitch, index) => {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const start = context.currentTime + index * 0.45;
    volume.gain.setValueAtTime(0.2, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.4);
    tone.frequency.value = pitch;
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.42);
  });
  await new Promise((done) => setTimeout(done, 1500));
  await context.close();
}
