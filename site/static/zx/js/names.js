// Names that Wagtail leaves out. Its editor of rich text takes the label of its field, or of its part of a page; a search in
// the head of a page takes the title of that page; the house at the head of the sidebar says what is written on it before
// what it leads to.
const EDITORS = ".public-DraftEditor-content:not([aria-label])";
const SEARCH = ".w-slim-header__search-form:not([aria-label])"; // beside that of the sidebar
const HOUSE = ".sidebar-custom-branding:not([data-zx-named])";

function nameAll() {
  for (const editor of document.querySelectorAll(EDITORS)) {
    const label =
      editor.closest(".w-field__wrapper")?.parentElement.querySelector(":scope > label") ??
      editor.closest(".w-panel")?.querySelector(":scope > .w-panel__header .w-panel__heading");
    editor.setAttribute("aria-label", label?.textContent.split("*")[0].trim() || document.title);
  }
  for (const form of document.querySelectorAll(SEARCH)) form.setAttribute("aria-label", document.title);
  const house = document.querySelector(HOUSE);
  if (house) {
    const words = [...house.querySelectorAll(".logo-letter, .zx-house__words > *, .zx-house__support")].map((one) => one.textContent.trim());
    house.setAttribute("aria-label", [...words, house.getAttribute("aria-label")].join(" "));
    house.dataset.zxNamed = "";
  }
}

new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
nameAll();
