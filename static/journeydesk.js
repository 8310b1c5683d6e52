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
    // Both: what could not be fetched was not copied, whatever the clipboard says of it.
    return Promise.all([text, navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })])]);
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

const SLOW = 150; // milliseconds; what comes sooner needs no sign that it is awaited

// A look-up may take seconds: the page that is being left shows that it works, and the shape of what will come.
let awaiting = 0;
let left = null; // what to restore: the focus and the place on the page

function showAwaited() {
  const main = document.getElementById("main");
  left = { focused: document.activeElement, top: scrollY };
  main.append(document.getElementById("awaited").content.cloneNode(true));
  main.classList.add("is-awaiting");
  main.setAttribute("aria-busy", "true");
  scrollTo(0, 0);
  say("Fetching the journey.");
}

function leaveFor(isJourney) {
  document.body.classList.add("is-waiting");
  clearTimeout(awaiting);
  if (isJourney && document.getElementById("awaited")) awaiting = setTimeout(showAwaited, SLOW);
}

// The page stays after all, or is kept for Back: it stands as it was.
function stay() {
  clearTimeout(awaiting);
  document.body.classList.remove("is-waiting");
  if (!left) return;
  const main = document.getElementById("main");
  main.querySelector(".awaited").remove();
  main.classList.remove("is-awaiting");
  main.removeAttribute("aria-busy");
  left.focused.focus({ preventScroll: true });
  scrollTo(0, left.top);
  left = null;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.hasAttribute("hx-post")) return;
  leaveFor(Boolean(form.elements.pasted));
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || isElsewhere || event.defaultPrevented || link.hasAttribute("hx-get") || link.target) return;
  const isThisPage = link.hash && link.pathname + link.search === location.pathname + location.search;
  if (!isThisPage && /^\/[^/]+\/visitors\/[^/]+\/$/.test(link.pathname)) leaveFor(true);
});
window.addEventListener("pagehide", stay);
window.addEventListener("pageshow", stay);
// Escape and the browser's own button stop a page from being left.
document.addEventListener("keydown", (event) => event.key === "Escape" && stay());
window.navigation?.addEventListener("navigateerror", stay);

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

// What will be replaced in the timeline says that it is busy, and becomes a skeleton when that takes its time.
const awaited = new WeakMap(); // by request: the part that awaits it, and the timer

document.addEventListener("htmx:beforeSend", ({ detail: { xhr, target } }) => {
  if (!target.matches("#timeline, #timeline .more")) return;
  target.setAttribute("aria-busy", "true");
  const showSlow = () => {
    target.classList.add("is-slow");
    say("Loading.");
  };
  awaited.set(xhr, { part: target, timer: setTimeout(showSlow, SLOW) });
});
document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  const waiting = awaited.get(xhr);
  if (!waiting) return;
  clearTimeout(waiting.timer);
  waiting.part.classList.remove("is-slow");
  waiting.part.removeAttribute("aria-busy");
});

// Where the focus was on something that is replaced by nothing of the same id, it goes to what came in its place.
let replaced = ""; // what had it: "timeline", "part" of it, or nothing
const jumpedTo = () => document.getElementById(location.hash.slice(1));
document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  if (!target.matches("#timeline, #timeline .more") || !target.contains(document.activeElement)) return;
  replaced = target.id === "timeline" ? "timeline" : "part";
});
document.addEventListener("htmx:afterSettle", ({ detail: { elt } }) => {
  const isWhole = elt.id === "timeline";
  if (replaced !== (isWhole ? "timeline" : "part")) return;
  const place = isWhole ? jumpedTo() ?? document.getElementById("h-timeline") : elt.closest(".visit");
  if (!place) return; // a row between visits; the next one comes with an event of its own
  replaced = "";
  if (document.activeElement !== document.body) return;
  (place.querySelector("summary") ?? place).focus({ preventScroll: true });
});

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
