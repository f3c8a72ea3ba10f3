// Tells the server what the browser calls the camera. A claim: the hours review reads it as a hint, nothing depends on it.

/** `socket` is the camera session's socket address; failures are of no consequence to the person. */
export async function tellCamera(socket, stream) {
  const session = socket.match(/\/ws\/camera\/([0-9a-f-]{36})\//)?.[1];
  const track = stream?.getVideoTracks()[0];
  if (!session || !track) return;
  const { width = 0, height = 0, frameRate = 0 } = track.getSettings?.() ?? {};
  const told = { label: track.label.slice(0, 200), width, height, rate: frameRate, cameras: await count() };
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json", Accept: "application/json" };
  const body = JSON.stringify(told);
  await fetch(`/camera/session/${session}/camera/`, { method: "POST", headers, body }).catch(() => null);
}

async function count() {
  const devices = (await navigator.mediaDevices.enumerateDevices?.().catch(() => [])) ?? [];
  return devices.filter(({ kind }) => kind === "videoinput").length;
}
