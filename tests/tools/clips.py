"""Clips of an honest person and of a waved print, made from one public-domain still; cached by the hash of the maker.

    clips_of(Path("site/demo/faces/obama.jpg"), cache)  → .actions {name: [jpeg…]} at 15 fps, .portrait, .id_card
    python -m tests.tools.clips site/demo/faces/obama.jpg /tmp/clips     writes them for looking at

The reference pictures are other renderings than the clips (turned a little, mouth ajar), as two photos are in life.
"""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from proctoring.motion import measure
from tests.tools import warp

FPS = 15
SIZE = (warp.W, warp.H)
JPEG_END = b"\xff\xd9"


def ease(t):
    return 0.5 - 0.5 * np.cos(np.pi * np.clip(t, 0, 1))


def bump(t, start, up, hold, down):
    """0 → 1 → 0 at an even pace, in seconds."""
    return ease((t - start) / up) * (1 - ease((t - start - up - hold) / down))


# seconds, and the pose at a time; slow enough for the even-speed rule, short enough for 3 seconds with a late start
ACTIONS = {
    "neutral": (2.0, lambda t: {}),
    "blink": (1.6, lambda t: {"blink": bump(t, 0.5, 0.15, 0.15, 0.2)}),
    "mouth": (2.4, lambda t: {"mouth": bump(t, 0.3, 0.8, 0.3, 0.6)}),
    "left": (2.6, lambda t: {"yaw": 27 * bump(t, 0.3, 0.9, 0.3, 0.9)}),
    "right": (2.6, lambda t: {"yaw": -27 * bump(t, 0.3, 0.9, 0.3, 0.9)}),
    "nod": (2.4, lambda t: {"pitch": 20 * bump(t, 0.3, 0.8, 0.2, 0.7)}),
}
ATTACK = "photo_attack"
ATTACK_S = 10.0


@dataclass(frozen=True)
class Clips:
    """JPEG frames by action (and `photo_attack`), and two reference pictures of the same person."""

    actions: dict[str, list[bytes]]
    portrait: bytes
    id_card: bytes


def clips_of(still: Path, cache: Path) -> Clips:
    """Made once for this still and this code (about 20 s), then read from `cache`."""
    folder = cache / f"clips-{still.stem}-{_version(still)}"
    if not (folder / "done").exists():
        _make(still, folder)
    names = [*ACTIONS, ATTACK]
    actions = {name: split((folder / f"{name}.mjpeg").read_bytes()) for name in names}
    return Clips(actions, (folder / "portrait.jpg").read_bytes(), (folder / "id_card.jpg").read_bytes())


def split(stream: bytes) -> list[bytes]:
    """The JPEGs of an MJPEG file (encoded by OpenCV: no thumbnails inside, so the end marker is unique)."""
    return [part + JPEG_END for part in stream.split(JPEG_END) if part]


def _version(still: Path) -> str:
    parts = [still, Path(__file__), Path(warp.__file__)]
    return hashlib.sha256(b"".join(hashlib.sha256(p.read_bytes()).digest() for p in parts)).hexdigest()[:12]


def _make(still: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    face = warp.Face(warp.load(still))
    for name in ACTIONS:
        (folder / f"{name}.mjpeg").write_bytes(b"".join(jpeg(frame) for frame in honest_frames(face, name)))
    (folder / f"{ATTACK}.mjpeg").write_bytes(b"".join(jpeg(frame) for frame in attack_frames(face.image)))
    # Several times the size of the video, as a photo is; blown up first, so that it is no re-encoding of the clip.
    side = -1 if measure(face.points).turn > 0 else 1  # towards the camera, if the still looks past it
    pose = face.render(yaw=9 * side, pitch=4, mouth=0.06, seed=7001)
    (folder / "portrait.jpg").write_bytes(jpeg(brighter(cv2.resize(pose[20:480, 130:510], None, fx=2, fy=2)), 92))
    (folder / "id_card.jpg").write_bytes(jpeg(id_card(face.render(yaw=4 * side, pitch=-5, blink=0.12, seed=7002)), 92))
    (folder / "done").touch()


def jpeg(frame, quality=80) -> bytes:
    """Encoded; small enough for a socket message."""
    return cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def brighter(image):
    """As another camera in another room would take it."""
    return np.clip(image.astype(np.float32) * (1.06, 1.1, 1.16) + 6, 0, 255).astype(np.uint8)


def honest_frames(face, name):
    """The frames of one action; the head sways a little all the time."""
    seconds, pose_at = ACTIONS[name]
    for i in range(int(seconds * FPS)):
        t = i / FPS
        pose = dict(pose_at(t))
        sway = 0.7 * np.sin(2 * np.pi * t / seconds)
        yield face.render(seed=i, **{**pose, "yaw": pose.get("yaw", 0) + sway})


def id_card(pose):
    """A card in the manner of an ID card's front: lines at the left, the picture at the right. No real data."""
    card = np.full((540, 856, 3), (238, 236, 228), np.uint8)
    for y, width in ((90, 210), (160, 290), (230, 240), (300, 380), (350, 280)):
        cv2.line(card, (60, y), (60 + width, y), (120, 110, 100), 14)
    for x in range(60, 640, 34):
        cv2.line(card, (x, 470), (x + 12, 470), (80, 70, 62), 22)
    photo = cv2.resize(pose[40:440, 160:480], (256, 320), interpolation=cv2.INTER_AREA)
    card[70:390, 560:816] = photo
    table = cv2.copyMakeBorder(card, 90, 90, 90, 90, cv2.BORDER_CONSTANT, value=(96, 112, 128))
    return cv2.GaussianBlur(table, (0, 0), 0.6)


def attack_frames(image):
    """A print of the still, waved, tilted and bent by a hand in front of the camera."""
    sheet = cv2.copyMakeBorder(image[10:470, 140:500], 14, 14, 14, 14, cv2.BORDER_CONSTANT, value=(245, 245, 245))
    room = cv2.GaussianBlur(cv2.flip(image, 1), (0, 0), 25)
    for i in range(int(ATTACK_S * FPS)):
        t = i / FPS
        waved = {
            "yaw": 38 * np.sin(2 * np.pi * t / 2.6), "pitch": 26 * np.sin(2 * np.pi * t / 3.4 + 1),
            "roll": 5 * np.sin(2 * np.pi * t / 4.1), "x": 38 * np.sin(2 * np.pi * t / 2.1),
            "y": 14 * np.sin(2 * np.pi * t / 1.7), "bend": 0.55 * np.sin(2 * np.pi * t / 5.0),
        }  # fmt: skip
        frame = held_print(sheet, room, **waved)
        noise = np.random.default_rng(i).normal(0, 2, (*frame.shape[:2], 1))
        yield np.clip(frame + noise, 0, 255).astype(np.uint8)


def held_print(sheet, room, *, yaw, pitch, roll, x, y, bend):
    """A sheet of paper, bent around its upright axis, in perspective before a room."""
    h, w = sheet.shape[:2]
    if abs(bend) > 0.02:  # a cylinder: what is far from the axis is foreshortened
        texture_y, texture_x = np.mgrid[0:h, 0:w].astype(np.float32)
        inverse = np.arcsin(np.clip(2 * np.sin(bend) * (texture_x - w / 2) / w, -1, 1)) / (2 * bend)
        sheet = cv2.remap(sheet, (inverse * w + w / 2).astype(np.float32), texture_y, cv2.INTER_LINEAR)
    corners = np.array([[-w / 2, -h / 2, 0], [w / 2, -h / 2, 0], [w / 2, h / 2, 0], [-w / 2, h / 2, 0]])
    a, b, c = np.radians([yaw, pitch, roll])
    ry = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    rx = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    rz = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    spot = corners @ (rz @ rx @ ry).T + [0, 0, 900]
    shown = spot[:, :2] / spot[:, 2:] * 900 * 0.92 + [SIZE[0] / 2 + x, SIZE[1] / 2 + y]
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, shown.astype(np.float32))
    mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), matrix, SIZE)[..., None] / 255
    return room * (1 - mask) + cv2.warpPerspective(sheet, matrix, SIZE) * mask


if __name__ == "__main__":
    clips = clips_of(Path(sys.argv[1]), Path(sys.argv[2]))
    print({name: len(frames) for name, frames in clips.actions.items()})
