"""Animate one still: eyelids and mouth by a mesh, turning and nodding by a smooth depth map. Own work."""

import cv2
import dlib
import numpy as np

from proctoring.engine.dlib_engine import face_recognition_models as models

W, H = 640, 480
EYELIDS = (((37, 38), (41, 40), range(17, 22)), ((43, 44), (47, 46), range(22, 27)))
LOWER_LIP = ((65, 0.8), (66, 0.92), (67, 0.8))
MOUTH_OUTER = ((55, 0.55), (56, 0.85), (57, 0.95), (58, 0.85), (59, 0.55))
CHIN = ((5, 0.28), (6, 0.48), (7, 0.6), (8, 0.64), (9, 0.6), (10, 0.48), (11, 0.28))

_hog = dlib.get_frontal_face_detector()
_shape = dlib.shape_predictor(models.pose_predictor_model_location())


def load(path, face_width=170):
    """The still as a 640×480 frame with a face of the given width."""
    image = cv2.imread(str(path))
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    k = 800 / max(grey.shape)
    found = _hog(cv2.resize(grey, None, fx=k, fy=k, interpolation=cv2.INTER_AREA), 0)
    box = max(found, key=lambda r: r.area())
    s = face_width / (box.width() / k)
    image = cv2.resize(image, None, fx=s, fy=s, interpolation=cv2.INTER_AREA if s < 1 else cv2.INTER_CUBIC)
    cx, cy = (int((a + b) / 2 / k * s) for a, b in ((box.left(), box.right()), (box.top(), box.bottom())))
    pad = 800
    border = cv2.BORDER_REFLECT_101 if min(image.shape[:2]) > pad else cv2.BORDER_REPLICATE
    image = cv2.copyMakeBorder(image, pad, pad, pad, pad, border)
    return np.ascontiguousarray(image[cy - 225 + pad : cy - 225 + pad + H, cx - 320 + pad : cx - 320 + pad + W])


def landmarks(image):
    """(68, 2) points of the largest face."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    box = max(_hog(grey, 0), key=lambda r: r.area())
    shape = _shape(grey, box)
    return np.array([[shape.part(i).x, shape.part(i).y] for i in range(68)], np.float32)


def warp_triangles(image, source, target, triangles):
    """Move each triangle of the mesh."""
    out = image.copy()
    for t in triangles:
        a, b = source[t], target[t]
        x0, y0 = np.maximum(np.floor(b.min(0)).astype(int), 0)
        x1, y1 = np.minimum(np.ceil(b.max(0)).astype(int) + 1, (W, H))
        if x1 <= x0 or y1 <= y0:
            continue
        matrix = cv2.getAffineTransform(a.astype(np.float32), (b - [x0, y0]).astype(np.float32))
        piece = cv2.warpAffine(image, matrix, (x1 - x0, y1 - y0), borderMode=cv2.BORDER_REPLICATE)
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillConvexPoly(mask, np.round((b - [x0, y0]) * 16).astype(np.int32), 255, shift=4)
        out[y0:y1, x0:x1][mask > 0] = piece[mask > 0]
    return out


class Face:
    """A still ready to be rendered in any pose."""

    def __init__(self, image):
        self.image, self.points = image, landmarks(image)
        p = self.points
        self.apart = np.linalg.norm(p[36:42].mean(0) - p[42:48].mean(0))
        self._mesh()
        self._depth()

    def _mesh(self):
        """Landmarks plus a fixed ring, so that the background does not move with eyes and mouth."""
        p = self.points
        c, a = p[27] * 0.5 + p[33] * 0.5, np.linalg.norm(p[16] - p[0]) / 2 * 1.02
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        ring = np.stack([c[0] + a * 1.5 * np.cos(angles), c[1] + a * 1.75 * np.sin(angles)], 1)
        edge = [[0, 0], [W - 1, 0], [0, H - 1], [W - 1, H - 1], [W / 2, 0], [W / 2, H - 1], [0, H / 2], [W - 1, H / 2]]
        self.extra = np.vstack([ring, edge]).clip([0, 0], [W - 1, H - 1]).astype(np.float32)
        self.source = np.vstack([p, self.extra])
        division = cv2.Subdiv2D((-5, -5, W + 10, H + 10))
        for q in self.source:
            division.insert((float(q[0]), float(q[1])))
        self.triangles = []
        for corners in division.getTriangleList().reshape(-1, 3, 2):
            i = [int(np.argmin(((self.source - v) ** 2).sum(1))) for v in corners]
            near = all(np.linalg.norm(self.source[j] - v) < 1 for j, v in zip(i, corners))
            if len(set(i)) == 3 and near:
                self.triangles.append(np.array(i))
        self.centre, self.half = c, a

    def _depth(self):
        """Half an ellipsoid for the head, a bump for the nose, in pixels; and where the head ends."""
        p, a, c = self.points, self.half, self.centre
        self.yy, self.xx = np.mgrid[0:H, 0:W].astype(np.float32)
        cy, ry = (p[27][1] + p[8][1]) / 2, (p[8][1] - p[27][1]) * 1.15
        e = 1 - ((self.xx - c[0]) / (a * 1.12)) ** 2 - ((self.yy - cy) / ry) ** 2
        z = a * 0.95 * np.sqrt(np.clip(e, 0, 1))
        nose = p[30]
        z += a * 0.38 * np.exp(-(((self.xx - nose[0]) / (a * 0.20)) ** 2 + ((self.yy - nose[1]) / (a * 0.24)) ** 2))
        self.z = (cv2.GaussianBlur(z, (0, 0), 4) - float(a) * 0.35).astype(np.float32)
        self.pivot = np.array([c[0], cy], np.float32)
        far = np.sqrt(((self.xx - c[0]) / (a * 1.9)) ** 2 + ((self.yy - (cy - 0.15 * ry)) / (ry * 1.75)) ** 2)
        self.mask = cv2.GaussianBlur(np.clip((1.0 - far) / 0.38, 0, 1).astype(np.float32), (0, 0), 6)

    def render(self, blink=0.0, mouth=0.0, yaw=0.0, pitch=0.0, seed=0):
        """One BGR frame; `yaw` and `pitch` in degrees (own left and down positive), the others 0..1."""
        image = self.image
        if blink > 0 or mouth > 0:
            image = self._expression(blink, mouth)
        if yaw or pitch:
            image = self._turned(image, yaw, pitch)
        noise = np.random.default_rng(seed).normal(0, 2, (*image.shape[:2], 1)).astype(np.int16)
        return np.clip(image.astype(np.int16) + noise, 0, 255).astype(np.uint8)

    def _expression(self, blink, mouth):
        p, d = self.points, self.points.copy()
        for upper, lower, brow in EYELIDS:
            for u, low in zip(upper, lower):
                d[u] = p[u] * (1 - blink) + (p[low] - (p[low] - p[u]) * 0.06) * blink
            for b in brow:
                d[b] = p[b] + [0, blink * 0.03 * self.apart]
        open_px = mouth * 0.62 * self.apart
        for i, k in (*LOWER_LIP, *MOUTH_OUTER, *CHIN):
            d[i] = d[i] + [0, open_px * k]
        for i in (61, 62, 63):
            d[i] = d[i] - [0, open_px * 0.06]
        image = warp_triangles(self.image, self.source, np.vstack([d, self.extra]), self.triangles)
        return self._mouth_inside(image, d, mouth) if mouth > 0.03 else image

    def _mouth_inside(self, image, d, mouth):
        mask = np.zeros((H, W), np.float32)
        cv2.fillPoly(mask, [np.round(d[60:68] * 16).astype(np.int32)], 1.0, shift=4)
        mask = cv2.GaussianBlur(mask, (0, 0), 1.1)[..., None] * min(1, mouth * 4)
        inside = np.full_like(image, 0)
        inside[:] = (38, 28, 62)
        top, teeth = int(d[62][1]), max(1, int(0.10 * self.apart * min(1, mouth * 2)))
        inside[top - 1 : top + teeth] = (196, 206, 212)
        return (image * (1 - mask) + cv2.GaussianBlur(inside, (0, 0), 1.5) * mask).astype(np.uint8)

    def _turned(self, image, yaw, pitch):
        """Look the pixel up that the rotated head shows here (fixed point of the forward map)."""
        ca, sa, cb, sb = (float(f(np.radians(v))) for v in (yaw, pitch) for f in (np.cos, np.sin))
        sx, sy = self.xx.copy(), self.yy.copy()
        for _ in range(12):
            z = cv2.remap(self.z, sx, sy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            m = cv2.remap(self.mask, sx, sy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            x, y = sx - self.pivot[0], sy - self.pivot[1]
            dx, z1 = (x * ca + z * sa) - x, -x * sa + z * ca
            dy = (y * cb + z1 * sb) - y
            sx = (0.5 * sx + 0.5 * (self.xx - dx * m)).astype(np.float32)
            sy = (0.5 * sy + 0.5 * (self.yy - dy * m)).astype(np.float32)
        return cv2.remap(image, sx, sy, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
