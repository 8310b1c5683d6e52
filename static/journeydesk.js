"use strict";

// What the pages do beyond plain HTML and htmx: copying, keys, waiting, and saying what went wrong.
// Everything hangs on the document, so that what htmx swaps in needs no setting up, and this script runs before the page
// is parsed: what is pasted meanwhile is not lost.

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
const COPY_TIMEOUT = 20_000; // milliseconds

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

async function fetchText(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(COPY_TIMEOUT) });
  // Signed out meanwhile: what came is the sign-in page.
  if (!answer.ok || answer.redirected) throw new Error("not fetched");
  return answer.text();
}

// Shows the outcome on the button: "Copied" for a moment, "Not copied" until the next attempt.
function showOutcome(button, outcome, label) {
  const text = [...button.childNodes].findLast((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  button.dataset.label ??= text?.data ?? "";
  button.style.minWidth = text && `${button.offsetWidth}px`; // nothing beside it moves
  button.classList.remove("is-done", "is-failed");
  if (outcome) button.classList.add(outcome);
  if (text) text.data = label ?? button.dataset.label;
}

// The summary of a page with the time of a ticket is the summary of that time. Filters may have changed the page's address.
function summaryAddress(address) {
  const url = new URL(address, location);
  const at = new URLSearchParams(location.search).get("at");
  if (at) url.searchParams.set("at", at);
  else url.searchParams.delete("at");
  return url.href;
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-summary]");
  if (link) link.href = summaryAddress(link.href);
}, true);

const COPY_FAILED = "Copy failed. Your clipboard still has what was in it before.";

async function copyOf(button) {
  const { copy: text, copyFrom: address } = button.dataset;
  try {
    await copy(address ? fetchText(summaryAddress(address)) : Promise.resolve(text));
  } catch {
    showOutcome(button, "is-failed", "Not copied");
    showFailure(COPY_FAILED, () => copyOf(button), button);
    return;
  }
  clearFailure(({ dataset }) => "copy" in dataset || "copyFrom" in dataset);
  showOutcome(button, "is-done", "Copied");
  say("Copied");
  setTimeout(() => button.classList.contains("is-done") && showOutcome(button, ""), 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (button) copyOf(button);
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

// Returns the key that was meant: a letter in lower case, whatever Caps Lock does. Layouts of other scripts have no Latin
// letters, so there it is the key in that place.
function meantKey({ key, code, shiftKey }) {
  if (!/^\p{L}$/u.test(key)) return key;
  if (shiftKey) return "";
  return /^[a-z]$/i.test(key) ? key.toLowerCase() : /^Key([A-Z])$/.exec(code)?.[1].toLowerCase() ?? "";
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]") || event.isComposing;
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey || event.getModifierState("AltGraph");
  if (isTyping || hasModifier || !areKeysOn() || document.querySelector("dialog[open]")) return;
  const key = meantKey(event);
  if (!Object.hasOwn(keys, key)) return;
  event.preventDefault();
  keys[key]();
});

// Dictation software types letters, so the shortcuts can be turned off. A browser that stores nothing keeps them on.
const KEYS_OFF = "journeydesk-shortcuts-off";

function areKeysOn() {
  return !document.documentElement.classList.contains("has-no-keys");
}

function showKeysSetting() {
  let isOff = false;
  try {
    isOff = localStorage.getItem(KEYS_OFF) !== null;
  } catch {} // storage is blocked
  document.documentElement.classList.toggle("has-no-keys", isOff);
  document.getElementById("keys-on").checked = !isOff;
}

document.addEventListener("change", ({ target }) => {
  if (target.id !== "keys-on") return;
  document.documentElement.classList.toggle("has-no-keys", !target.checked);
  try {
    if (target.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "1");
  } catch {} // it applies to this page only
});
window.addEventListener("storage", ({ key }) => key === KEYS_OFF && showKeysSetting()); // changed in another tab

// ---- Looking up -----------------------------------------------------------------------------------------------------

let pasted = ""; // with its line breaks, which the header's field drops

function whenParsed(act) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", act, { once: true });
  else act();
}

// What is pasted outside of all fields is looked up at once.
document.addEventListener("paste", (event) => {
  const field = event.target.closest?.("input, textarea, select, [contenteditable]");
  const text = event.clipboardData.getData("text/plain");
  if (field?.name === "pasted") pasted = text;
  if (field || !text.trim() || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  whenParsed(() => {
    const find = document.querySelector("#pasted, #find");
    if (!find) return;
    pasted = text;
    find.value = text;
    find.form.requestSubmit();
  });
});
document.addEventListener("formdata", ({ formData }) => {
  const squeeze = (text) => text.replace(/\s/g, "");
  if (pasted && squeeze(pasted) === squeeze(formData.get("pasted") ?? "")) formData.set("pasted", pasted);
});

// A page that answers a form is loaded again by Back as any other page, without the form.
whenParsed(() => {
  if (document.getElementById("pasted-problem")) history.replaceState(history.state, "", location.href);
});

// Enter sends what was pasted; Shift+Enter is a line break, and Enter inside an input method chooses a word.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "pasted" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

whenParsed(showKeysSetting);

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

// Browsers know zones that the server does not, and make up "Etc/Unknown", so the server is asked when the menu opens.
document.addEventListener("toggle", async ({ target: menu }) => {
  const button = menu.open && menu.querySelector("#own-zone");
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!button?.hidden || !name || name === "UTC") return;
  const answer = await fetch(`${button.form.action}?${new URLSearchParams({ zone: name })}`).catch(() => null);
  if (answer?.status !== 204) return;
  button.value = name;
  button.querySelector(".quiet").textContent = name.replaceAll("_", " ");
  button.hidden = false;
}, true);

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
  document.body?.classList.remove("is-waiting"); // none yet where the page is left early
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
function countDown(place) {
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
whenParsed(() => document.querySelectorAll("[data-seconds]").forEach(countDown));

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

// What failed says so, and can be tried again.
let failure = null; // its notice, the element that failed, and the id of what its answer would have replaced

function showFailure(text, retry, source, target = "") {
  const notice = document.getElementById("failed").content.firstElementChild.cloneNode(true);
  notice.querySelector("p").textContent = text;
  notice.querySelector("button").addEventListener("click", () => {
    notice.remove();
    retry();
  });
  document.getElementById("notice").replaceChildren(notice);
  failure = { notice, source, target };
}

function clearFailure(isIt) {
  if (!failure || !isIt(failure.source, failure.target)) return;
  failure.notice.remove();
  failure = null;
}

function showFailedRequest(text) {
  return ({ detail: { elt, target, requestConfig: { verb, path, parameters } } }) => {
    // The element brings its own target and swap. Where it was replaced meanwhile there is nothing to put the answer into.
    const retry = () => (elt.isConnected ? htmx.ajax(verb, path, { source: elt, values: parameters }) : location.reload());
    showFailure(text, retry, elt, target?.id);
  };
}
document.addEventListener("htmx:sendError", showFailedRequest("Journeydesk could not be reached. What you see has not changed."));
document.addEventListener("htmx:timeout", showFailedRequest("Journeydesk took too long to answer. What you see has not changed."));
document.addEventListener("htmx:responseError", showFailedRequest("That did not work: something broke on our side. What you see has not changed."));

// A later answer for the same part of the page makes the notice pointless.
document.addEventListener("htmx:afterRequest", ({ detail: { successful, elt, target } }) => {
  if (successful) clearFailure((source, id) => source === elt || (id && id === target?.id));
});
