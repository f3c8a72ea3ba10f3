// The camera as a device: asking for it, saying in one code why it is not there, taking JPEGs from it.

export const WIDTH = 640;
export const HEIGHT = 480;
const MAX_BYTES = 65536 - 16;
const QUALITIES = [0.8, 0.65, 0.5, 0.35];

export class CameraRefused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const CODES = {
  NotAllowedError: "camera.denied",
  SecurityError: "camera.denied",
  NotFoundError: "camera.missing",
  OverconstrainedError: "camera.missing",
  NotReadableError: "camera.in_use",
  AbortError: "camera.in_use",
};

/** Video only: no microphone is ever asked for. Rejects with CameraRefused. */
export async function openCamera() {
  if (!window.isSecureContext) throw new CameraRefused("camera.insecure");
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraRefused("camera.unsupported");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { width: { ideal: WIDTH }, height: { ideal: HEIGHT }, facingMode: "user" },
    });
  } catch (error) {
    throw new CameraRefused(CODES[error.name] ?? "camera.in_use");
  }
}

/** Shows a stream in a <video>; resolves once there is a picture. */
export async function show(stream, video) {
  video.srcObject = stream;
  video.muted = true;
  await video.play();
}

export function closeCamera(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Takes 640×480 JPEGs (never mirrored) small enough for one message. */
export class Shutter {
  #canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  #context = this.#canvas.getContext("2d");

  /** One frame of the video as a JPEG Blob; null while there is no picture or the encoder is busy. */
  async take(video) {
    if (this.busy || video.readyState < 2 || !video.videoWidth) return null;
    this.busy = true;
    try {
      this.#cover(video, WIDTH, HEIGHT);
      for (const quality of QUALITIES) {
        const blob = await this.#encode(quality);
        if (blob && blob.size <= MAX_BYTES) return blob;
      }
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** A reference photo: as large as the camera gives it. */
  async takeLarge(video) {
    const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  }

  #cover(video, width, height) {
    const scale = Math.max(width / video.videoWidth, height / video.videoHeight);
    const w = video.videoWidth * scale;
    const h = video.videoHeight * scale;
    this.#context.drawImage(video, (width - w) / 2, (height - h) / 2, w, h);
  }

  #encode(quality) {
    return new Promise((done) => this.#canvas.toBlob(done, "image/jpeg", quality));
  }
}
