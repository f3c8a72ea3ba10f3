// Wagtail's editor of rich text has no name of its own: it takes the label of its field, or of its part of a page.
const EDITORS = ".public-DraftEditor-content:not([aria-label])";

function nameAll() {
  for (const editor of document.querySelectorAll(EDITORS)) {
    const field = editor.closest("[data-contentpath], .w-field, section");
    const label = field?.querySelector("label, .w-panel__heading, h2");
    editor.setAttribute("aria-label", label?.textContent.replace("*", "").trim() || document.title);
  }
}

if (document.querySelector("form[data-edit-form], #page-edit-form, [data-draftail-input]")) {
  new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
  nameAll();
}
