// From the portal to an institution's site: the ticket leaves at once, once. Coming back with the browser's button shows
// the page as it was, so nothing leaves a second time.
const form = document.querySelector("[data-go]");
const [navigation] = performance.getEntriesByType("navigation");
if (navigation?.type !== "back_forward") form.requestSubmit();
