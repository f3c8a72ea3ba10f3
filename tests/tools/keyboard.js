// What a keyboard reaches on a page: `keyboard.focus()` is where it stands now, `keyboard.stops()` how many places there are.
window.keyboard = {
  met: new Set(),
  focus() {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const again = this.met.has(one);
    this.met.add(one);
    const label = one.labels && one.labels[0];
    const parts = label ? [one, label] : [one];
    return {
      again,
      name: (one.innerText || one.getAttribute("aria-label") || one.name || one.id || one.tagName).slice(0, 40),
      html: one.outerHTML.slice(0, 120),
      seen: parts.some((part) => {
        const box = part.getBoundingClientRect();
        return box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight;
      }),
      ring: parts.some((part) => {
        const style = getComputedStyle(part);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
      }),
    };
  },
  stops() {
    const able = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const groups = new Set();
    return [...document.querySelectorAll(able)].filter((one) => {
      if (one.disabled || one.type === "hidden" || one.tabIndex < 0) return false;
      if (!one.checkVisibility({ visibilityProperty: true })) return false;
      if (one.type !== "radio") return true;
      if (groups.has(one.name)) return false; // one stop for all of a group; arrows move within
      groups.add(one.name);
      return true;
    }).length;
  },
};
