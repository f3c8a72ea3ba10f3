// Small things this browser remembers; where it may not, they are simply not remembered.
export function remembered(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`zx-${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`zx-${name}`, JSON.stringify(value));
  } catch {
    // a private window without storage
  }
}
