"use strict";

// What the pages do beyond plain HTML and htmx: copying, keys, waiting, and saying what went wrong.
// Everything hangs on the document, so that what htmx swaps in needs no setting up.

// ---- Saying ---------------------------------------------------------------------------------------------------------

// For people who hear the page. The same words twice are news only when there was nothing in between.
function say(words) {
  const said = document.getElementById("said");
  said.textContent = "";
  setTimeout(() => (said.textContent = words), 50);
}

// ---- Copying --------------------------------------------------------------------------------------------------------

// The clipboard interface exists over HTTPS and on this machine only; inside a plain network the old command still works.
// `text` is a promise: a browser that wants copying to follow a click at once waits for it.
async function copy(text) {
  if (navigator.clipboard) {
    const blob = text.then((words) => new Blob([words], { type: "text/plain" }));
    return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  }
  const field = document.createElement("textarea");
  field.value = await text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (!copied) throw new Error("not copied");
}

async function fetched(address) {
  const answer = await fetch(address);
  // Signed out meanwhile: what came is the sign-in page.
  if (!answer.ok || answer.redirected) throw new Error("not fetched");
  return answer.text();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const { copy: text, copyFrom: address } = button.dataset;
  try {
    await copy(address ? fetched(address) : Promise.resolve(text));
  } catch {
    say("It could not be copied.");
    return;
  }
  button.classList.add("is-done");
  say("Copied.");
  setTimeout(() => button.classList.remove("is-done"), 2000);
});

// ---- Keys and the list of them --------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});

// From visit to visit; Enter opens and closes the one that has the focus, as browsers do.
function step(by) {
  const visits = [...document.querySelectorAll("#ledger > .visit")];
  const at = visits.indexOf(document.activeElement.closest(".visit"));
  const next = visits[Math.max(0, at + by)];
  next?.querySelector("summary").focus();
  // Beyond the last one, what loads the next ones comes into view.
  (next ?? document.getElementById("more"))?.scrollIntoView({ block: "nearest" });
}

const keys = {
  "/": () => document.querySelector("#find, #pasted")?.select(),
  c: () => document.getElementById("copy-summary")?.click(),
  j: () => step(1),
  k: () => step(-1),
  r: () => document.getElementById("refresh")?.requestSubmit(),
  "?": () => document.getElementById("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const act = Object.hasOwn(keys, event.key) && keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// Enter sends what was pasted; Shift+Enter is a line break, and Enter inside an input method chooses a word.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "pasted" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// An open menu closes on Escape and on a click elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details.menu[open]");
  closeMenus();
  menu?.querySelector("summary").focus();
});

// ---- The reader's own time zone -------------------------------------------------------------------------------------

const ownZone = document.getElementById("own-zone");
const zoneOfBrowser = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (ownZone && zoneOfBrowser && zoneOfBrowser !== "UTC") {
  ownZone.value = zoneOfBrowser;
  ownZone.querySelector(".quiet").textContent = zoneOfBrowser.replaceAll("_", " ");
  ownZone.hidden = false;
}

// ---- Waiting --------------------------------------------------------------------------------------------------------

// A look-up may take seconds: the page that is being left shows that it works (the style sheet waits 150 ms first).
document.addEventListener("submit", (event) => {
  const isOurs = !event.defaultPrevented && event.target.method !== "dialog" && !event.target.hasAttribute("hx-post");
  if (isOurs) document.body.classList.add("is-waiting");
});
window.addEventListener("pageshow", () => document.body.classList.remove("is-waiting"));

// Where DataFast says when it may be asked again, the seconds run down and the page then asks.
for (const place of document.querySelectorAll("[data-seconds]")) {
  const until = Date.now() + place.dataset.seconds * 1000;
  const timer = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left > 0) {
      place.textContent = left === 1 ? "1 second" : `${left} seconds`;
      return;
    }
    clearInterval(timer);
    document.body.classList.add("is-waiting");
    location.reload();
  }, 500);
}

// ---- Requests of htmx -----------------------------------------------------------------------------------------------

// A button that waits keeps the focus, so it is not disabled but says so; htmx drops what is pressed meanwhile.
function markBusy(event, busy) {
  const button = event.detail.elt.querySelector?.("#refresh-button");
  if (busy) button?.setAttribute("aria-disabled", "true");
  else button?.removeAttribute("aria-disabled");
}
document.addEventListener("htmx:beforeRequest", (event) => markBusy(event, true));
document.addEventListener("htmx:afterRequest", (event) => markBusy(event, false));

// What failed says so beside what stands there, and can be tried again.
function failed(words) {
  return (event) => {
    const { elt, requestConfig } = event.detail;
    const notice = document.getElementById("failed").content.cloneNode(true);
    notice.querySelector("p").textContent = words;
    notice.querySelector("button").addEventListener("click", () => {
      document.getElementById("notice").replaceChildren();
      const source = elt.isConnected ? elt : document.body;
      htmx.ajax(requestConfig.verb, requestConfig.path, { source, values: requestConfig.parameters });
    });
    document.getElementById("notice").replaceChildren(notice);
  };
}
document.addEventListener("htmx:sendError", failed("Journeydesk could not be reached. What you see has not changed."));
document.addEventListener("htmx:timeout", failed("Journeydesk took too long to answer. What you see has not changed."));
document.addEventListener("htmx:responseError", failed("That did not work: something broke on our side. What you see has not changed."));
