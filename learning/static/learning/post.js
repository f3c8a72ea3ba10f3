// POST of JSON with the page's CSRF token.
export function poster() {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
  return (address, body, options = {}) => fetch(address, { method: "POST", headers, body: JSON.stringify(body), ...options });
}
