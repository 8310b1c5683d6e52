"use strict";

// The pages' behavior beyond HTML and htmx: copying, shortcuts, looking up, waiting, and error messages.
// All listeners are on the document: content from htmx needs no set-up, and this script can run before the page is parsed,
// so that an early paste is not lost.

// ---- Announcing -----------------------------------------------------------------------------------------------------

// Announce a text to screen readers. A repeated text is announced again only after the region was empty.
function announce(words) {
  const said = document.getElementById("said");
  said.textContent = "";
  setTimeout(() => (said.textContent = words), 50);
}

// ---- Copying --------------------------------------------------------------------------------------------------------

// Browsers offer the clipboard interface over HTTPS and on loopback only; elsewhere the old command still works.
// `text` is a promise, because some browsers copy only directly after a click and can wait for a promise.
const COPY_TIMEOUT = 20_000; // milliseconds

// `html` is a promise of the same as rich text, for editors that take it.
async function copy(text, html) {
  if (navigator.clipboard) {
    const blob = (content, type) => content.then((words) => new Blob([words], { type }));
    const item = { "text/plain": blob(text, "text/plain"), ...(html && { "text/html": blob(html, "text/html") }) };
    // Wait for all: some clipboards report success although the text could not be fetched.
    return Promise.all([...Object.values(item), navigator.clipboard.write([new ClipboardItem(item)])]);
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
  // After signing out, the response is a redirect to the sign-in page.
  if (!answer.ok || answer.redirected) throw new Error("not fetched");
  return answer.text();
}

// Show the outcome on the button: "Copied" for two seconds, "Not copied" until the next attempt.
function showOutcome(button, outcome, label) {
  const text = [...button.childNodes].findLast((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  button.dataset.label ??= text?.data ?? "";
  button.style.minWidth = text && `${button.offsetWidth}px`; // its neighbors must not move
  button.classList.remove("is-done", "is-failed");
  if (outcome) button.classList.add(outcome);
  if (text) text.data = label ?? button.dataset.label;
}

// With a ticket's time in the page's address, which filters may have changed, the summary is of that time. Its content
// and format are those that are chosen in the copy menu.
function summaryAddress(address, format, isPreview = false) {
  const url = new URL(address, location);
  const chosen = new FormData(document.getElementById("copy-options"));
  url.searchParams.set("content", chosen.get("summary_content"));
  url.searchParams.set("format", format ?? chosen.get("summary_format"));
  if (isPreview) url.searchParams.set("preview", "1");
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

async function copyFor(button) {
  const { copy: text, copyFrom: address } = button.dataset;
  const isRich = address && document.getElementById("summary_format-html").checked;
  try {
    if (isRich) await copy(fetchText(summaryAddress(address, "text", true)), fetchText(summaryAddress(address, "html")));
    else await copy(address ? fetchText(summaryAddress(address)) : Promise.resolve(text));
  } catch {
    showOutcome(button, "is-failed", "Not copied");
    showFailure(COPY_FAILED, () => copyFor(button), button);
    return;
  }
  clearFailure(({ dataset }) => "copy" in dataset || "copyFrom" in dataset);
  showOutcome(button, "is-done", "Copied");
  announce("Copied");
  setTimeout(() => button.classList.contains("is-done") && showOutcome(button, ""), 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (button) copyFor(button);
});

// The preview shows what "Copy summary" would copy; rich text as it was written, without its tags.
async function showPreview() {
  const preview = document.getElementById("summary-preview");
  const isRich = document.getElementById("summary_format-html").checked;
  try {
    preview.textContent = await fetchText(summaryAddress(preview.dataset.from, isRich ? "text" : undefined, true));
  } catch {
    preview.textContent = "The preview could not be loaded.";
  }
}
document.addEventListener("toggle", ({ target }) => target.id === "copy-menu" && target.open && showPreview(), true);
document.addEventListener("change", ({ target }) => target.form?.id === "copy-options" && showPreview());

// ---- Keys and the list of them --------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});

// Move the focus from visit to visit. Enter opens and closes the focused one, as browsers do.
function focusVisit(by) {
  const visits = [...document.querySelectorAll("#ledger > .visit")];
  const at = visits.indexOf(document.activeElement.closest(".visit"));
  const next = visits[Math.max(0, at + by)];
  next?.querySelector("summary").focus();
  // After the last one, scroll to the link that loads more.
  (next ?? document.getElementById("more"))?.scrollIntoView({ block: "nearest" });
}

const keys = {
  "/": () => document.querySelector("#find, #pasted")?.select(),
  c: () => document.getElementById("copy-summary")?.click(),
  j: () => focusVisit(1),
  k: () => focusVisit(-1),
  r: () => document.getElementById("refresh")?.requestSubmit(),
  "?": () => document.getElementById("keys").showModal(),
};

// Return the intended key: a letter in lower case, with or without Caps Lock. Keyboards for other scripts have no Latin
// letters, but other letters, marks or several characters; there it is the key at the same place.
function meantKey({ key, code, shiftKey }) {
  if (/^[؟՞]$/.test(key)) return "?"; // Arabic and Armenian
  const isOther = /^[^\x00-\x7f]{1,3}$/.test(key);
  if (!isOther && !/^[a-z]$/i.test(key)) return key;
  if (shiftKey) return "";
  return isOther ? /^Key([A-Z])$/.exec(code)?.[1].toLowerCase() ?? "" : key.toLowerCase();
}

// Where the user types. A check box takes no text, so shortcuts and pastes work while it has the focus.
const TYPED = 'input:not([type="checkbox"], [type="radio"]), textarea, [contenteditable]';

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest(`${TYPED}, select`) || event.isComposing; // a letter selects an option
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey || event.getModifierState("AltGraph");
  if (isTyping || hasModifier || !areKeysOn() || document.querySelector("dialog[open]")) return;
  const key = meantKey(event);
  if (!Object.hasOwn(keys, key)) return;
  event.preventDefault();
  keys[key]();
});

// Dictation software types letters, so the shortcuts can be turned off: a preference of the user.
function areKeysOn() {
  return document.documentElement.dataset.shortcuts !== "off";
}

document.addEventListener("change", ({ target }) => {
  if (target.id === "keys-on") document.documentElement.dataset.shortcuts = target.checked ? "on" : "off";
});

// ---- Looking up -----------------------------------------------------------------------------------------------------

let pasted = ""; // with its line breaks, which the header's field drops

function whenParsed(act) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", act, { once: true });
  else act();
}

// A paste outside of all fields is looked up at once.
document.addEventListener("paste", (event) => {
  const field = event.target.closest?.(TYPED);
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

// A browser cannot go back to the answer to a form. So after a problem with the form, or with a link that is shown once,
// Back and a reload load the page without that.
whenParsed(() => {
  const once = document.querySelector("[data-address]");
  if (!once && !document.querySelector('[aria-invalid="true"]')) return;
  history.replaceState(history.state, "", once ? once.dataset.address : location.href);
});

// Enter sends the form, Shift+Enter inserts a line break, and Enter in an input method selects a word.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "pasted" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// Results while typing. A pasted message is long, and is not searched for before it is sent.
const MAX_QUERY = 100; // characters, as in visitors.lookup.people.search
const isFinder = (element) => element.matches?.("#pasted, #find");

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  if (!isFinder(elt) || elt.value.length <= MAX_QUERY) return;
  event.preventDefault();
  document.getElementById("suggestions").replaceChildren();
});
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  const said = target.id === "suggestions" && target.querySelector("[data-said]");
  if (said) announce(said.textContent);
});

// The arrow keys move the focus from the field to the results and back, and Escape closes them.
document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.(".finder")?.querySelector("#pasted, #find");
  const results = document.getElementById("suggestions");
  if (!field || event.isComposing || !results.childElementCount) return;
  const stops = [field, ...results.querySelectorAll("a")];
  const next = stops[stops.indexOf(event.target) + { ArrowDown: 1, ArrowUp: -1 }[event.key]];
  if (event.key === "Escape") {
    results.replaceChildren();
    field.focus();
  } else if (next) {
    event.preventDefault();
    next.focus();
  }
});

// What polls stops in a hidden tab, and is brought up to date when the tab is shown again.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-polls]")) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.querySelectorAll("[data-polls]").forEach((part) => htmx.trigger(part, "again"));
});

// Close an open menu on Escape and on a click elsewhere.
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

// Browsers know zones that the server does not know, such as "Etc/Unknown", so the server is asked when the menu opens.
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

// A new website's zone is most often the user's. Zones that the server does not know are not among the choices.
whenParsed(() => {
  const field = document.querySelector("[data-own-zone] [name=time_zone]");
  if (field?.value !== "UTC") return;
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...field.list.options].some(({ value }) => value === name)) field.value = name;
});

// ---- Waiting --------------------------------------------------------------------------------------------------------

const SLOW = 150; // milliseconds; a quicker response needs no sign of waiting

// A look-up can take seconds. While the next page is awaited, this one shows the shape of a journey.
let skeletonTimer = 0;
let left = null; // the focus and the scroll position, to be restored

// A double click would send a form twice, and the response to the second one replaces that with a link or a secret.
const DOUBLE_CLICK = 1000; // milliseconds
let sent = null; // the form that was sent last, and when

function showSkeleton() {
  const main = document.getElementById("main");
  left = { focused: document.activeElement, top: scrollY };
  main.append(document.getElementById("awaited").content.cloneNode(true));
  main.classList.add("is-awaiting");
  main.setAttribute("aria-busy", "true");
  scrollTo(0, 0);
  announce("Fetching the journey.");
}

function showLeaving(isJourney) {
  document.body.classList.add("is-waiting");
  clearTimeout(skeletonTimer);
  if (isJourney && document.getElementById("awaited")) skeletonTimer = setTimeout(showSkeleton, SLOW);
}

// Restore the page if it is not left after all, or before the browser stores it for Back.
function restorePage() {
  clearTimeout(skeletonTimer);
  sent = null;
  document.body?.classList.remove("is-waiting"); // there is no body if the page is left early
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
  if (sent?.form === form && event.timeStamp - sent.at < DOUBLE_CLICK) {
    event.preventDefault();
    return;
  }
  sent = { form, at: event.timeStamp };
  showLeaving(Boolean(form.elements.pasted));
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || isElsewhere || event.defaultPrevented || link.hasAttribute("hx-get") || link.target) return;
  const isThisPage = link.hash && link.pathname + link.search === location.pathname + location.search;
  if (!isThisPage && /^\/[^/]+\/visitors\/[^/]+\/$/.test(link.pathname)) showLeaving(true);
});
window.addEventListener("pagehide", restorePage);
window.addEventListener("pageshow", restorePage);
// Escape and the browser's stop button end the navigation.
document.addEventListener("keydown", (event) => event.key === "Escape" && restorePage());
window.navigation?.addEventListener("navigateerror", restorePage);

// Count the seconds down to the end of a rate limit, and then reload the page.
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

// A waiting button must keep the focus, so it gets aria-disabled; htmx ignores further clicks.
function markBusy(event, busy) {
  const button = event.detail.elt.querySelector?.("#refresh-button");
  if (busy) button?.setAttribute("aria-disabled", "true");
  else button?.removeAttribute("aria-disabled");
}
document.addEventListener("htmx:beforeRequest", (event) => markBusy(event, true));
document.addEventListener("htmx:afterRequest", (event) => markBusy(event, false));

// The part of the timeline that waits for a response is busy, and becomes a skeleton if the response is slow.
const awaited = new WeakMap(); // request → the waiting part and the timer

document.addEventListener("htmx:beforeSend", ({ detail: { xhr, target } }) => {
  if (!target.matches("#timeline, #timeline .more")) return;
  target.setAttribute("aria-busy", "true");
  const showSlow = () => {
    target.classList.add("is-slow");
    announce("Loading.");
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

// A swap that removes the focused element moves the focus to the new content.
let replaced = ""; // what contained the focus: "timeline", a "part" of it, or nothing
const jumpedTo = () => document.getElementById(location.hash.slice(1));
document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  if (!target.matches("#timeline, #timeline .more") || !target.contains(document.activeElement)) return;
  replaced = target.id === "timeline" ? "timeline" : "part";
});
document.addEventListener("htmx:afterSettle", ({ detail: { elt } }) => {
  const isWhole = elt.id === "timeline";
  if (replaced !== (isWhole ? "timeline" : "part")) return;
  const place = isWhole ? jumpedTo() ?? document.getElementById("h-timeline") : elt.closest(".visit");
  if (!place) return; // a row between visits; the visit after it has an event of its own
  replaced = "";
  if (document.activeElement !== document.body) return;
  (place.querySelector("summary") ?? place).focus({ preventScroll: true });
});

// A failed request shows a notice with a button that repeats it.
let failure = null; // the notice, the element that failed, and the id of the target of its response

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

function clearFailure(matches) {
  if (!failure || !matches(failure.source, failure.target)) return;
  failure.notice.remove();
  failure = null;
}

function showFailedRequest(text) {
  return ({ detail: { elt, target, requestConfig: { verb, path, parameters } } }) => {
    // The element has its own target and swap. If it was replaced in the meantime, the response has no target.
    const retry = () => (elt.isConnected ? htmx.ajax(verb, path, { source: elt, values: parameters }) : location.reload());
    showFailure(text, retry, elt, target?.id);
  };
}
document.addEventListener("htmx:sendError", showFailedRequest("Journeydesk could not be reached. What you see has not changed."));
document.addEventListener("htmx:timeout", showFailedRequest("Journeydesk took too long to answer. What you see has not changed."));
document.addEventListener("htmx:responseError", showFailedRequest("That did not work: something broke on our side. What you see has not changed."));

// A later response for the same part of the page removes the notice.
document.addEventListener("htmx:afterRequest", ({ detail: { successful, elt, target } }) => {
  if (successful) clearFailure((source, id) => source === elt || (id && id === target?.id));
});
