/** The last step of the wizard: opens, and shows which part the server is at. Without this file the form opens too. */
const POLL_MS = 150;

const form = document.getElementById("open");
const list = document.getElementById("opening");
const status = document.getElementById("status");
const problem = document.getElementById("problem");

if (form) {
  const texts = JSON.parse(document.getElementById("texts").textContent);
  const parts = [...list.querySelectorAll("[data-part]")];

  /** Everything before `current` is done; the server says what is under way. */
  const show = (current) => {
    const at = parts.findIndex((part) => part.dataset.part === current);
    parts.forEach((part, index) => {
      const state = index < at ? "done" : index === at ? "chg" : "wait";
      part.firstElementChild.className = `zx-state zx-state--${state}`;
      part.toggleAttribute("aria-current", index === at);
    });
  };

  const poll = async (ticket, running) => {
    while (running()) {
      const answer = await fetch(`${list.dataset.progress}?ticket=${ticket}`).then((it) => it.json()).catch(() => ({}));
      if (running() && answer.part) show(answer.part);
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
  };

  const fail = (message) => {
    parts.forEach((part) => (part.firstElementChild.className = "zx-state zx-state--wait"));
    problem.textContent = message;
    problem.hidden = false;
    status.textContent = "";
    form.querySelector("button").disabled = false;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let running = true;
    const ticket = crypto.randomUUID().replaceAll("-", "");
    form.elements.ticket.value = ticket;
    form.querySelector("button").disabled = true;
    problem.hidden = true;
    status.textContent = texts.working;
    poll(ticket, () => running);
    try {
      const answer = await fetch(location.href, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      const said = await answer.json();
      running = false;
      if (!answer.ok) return fail(said.message ?? texts.failed);
      parts.forEach((part) => (part.firstElementChild.className = "zx-state zx-state--done"));
      location.assign(said.location);
    } catch {
      running = false;
      fail(texts.failed);
    }
  });
}
