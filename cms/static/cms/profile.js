// The profile after a photo was saved: its badge changes; when both show the same person the page says what comes next.

document.addEventListener("photo-saved", ({ target, detail: { missing, code } }) => {
  const section = target.closest("[data-capture]");
  if (code === "photo.ok") {
    const saved = section.querySelector("template[data-saved]");
    section.querySelector("[data-badge]").replaceWith(saved.content.cloneNode(true));
  }
  if (!missing.some((step) => step !== "confirmation")) location.reload();
});
