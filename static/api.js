// Try an operation of the API on its page: send what the form contains with the token that was pasted, show the answer.
"use strict";

const SHOWN_HEADERS = ["age", "journeydesk-source", "journeydesk-stale", "x-ratelimit-remaining", "retry-after"];

function addressOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const { name, value, dataset } of form.elements) {
    if (dataset.place === "path") path = path.replace(`{${name}}`, encodeURIComponent(value.trim()));
    else if (dataset.place && value) query.set(name, value);
  }
  return query.size ? `${path}?${query}` : path;
}

async function tryOperation(form) {
  const [state, body] = [form.querySelector("[role=status]"), form.querySelector("pre")];
  state.textContent = "Waiting for the answer…";
  body.hidden = true;
  try {
    const token = document.getElementById("api-token").value.trim();
    // Without cookies, as a program would.
    const response = await fetch(addressOf(form), { credentials: "omit", headers: { Authorization: `Bearer ${token}` } });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    const headers = SHOWN_HEADERS.filter((name) => response.headers.has(name));
    state.textContent = [response.status, ...headers.map((name) => `${name}: ${response.headers.get(name)}`)].join(" · ");
    body.textContent = isJson ? JSON.stringify(JSON.parse(text), null, 2) : text;
    body.hidden = false;
  } catch {
    state.textContent = "The server could not be reached. Try again.";
  }
}

// Before the other listeners, for which the page is about to be left.
document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.dataset.path) return;
    event.preventDefault();
    tryOperation(event.target);
  },
  true,
);
