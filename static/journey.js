"use strict";

// The journey page's behavior beyond HTML and htmx: open visits in the address, ages, marking as seen, following a visitor
// who is on the site, and inserting new events.

// ---- The timeline ---------------------------------------------------------------------------------------------------

// The address names the visits that the user has opened or closed, so a reload, Back and a shared link show the same.
// Visits in their default state are left out, to keep the address short.
function storeInAddress(details) {
  const { visit } = details.dataset;
  const isDefault = details.open === (details.dataset.default === "open");
  const address = new URL(location);
  for (const [name, belongs] of [["open", details.open && !isDefault], ["shut", !details.open && !isDefault]]) {
    const keys = (address.searchParams.get(name) ?? "").split(".").filter((key) => key && key !== visit);
    if (belongs) keys.push(visit);
    if (keys.length) address.searchParams.set(name, keys.join("."));
    else address.searchParams.delete(name);
  }
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}

// The event does not bubble. It is also fired for visits that are open from the start, which changes nothing.
document.addEventListener("toggle", (event) => {
  if (event.target.dataset.visit) storeInAddress(event.target);
}, true);

// With a modifier key a link opens in another tab or window. htmx would handle the click.
document.addEventListener("click", (event) => {
  if ((event.ctrlKey || event.metaKey || event.shiftKey) && event.target.closest("a[hx-get]")) event.stopPropagation();
}, true);

// The range "before" sends nothing until its time is set: the response would replace what the user types.
document.addEventListener("change", (event) => {
  if (event.target.id !== "range" || event.target.value !== "before") return;
  const moment = document.getElementById("before");
  if (moment.value) return;
  event.stopPropagation();
  moment.focus();
}, true);

// A ticket's time is sent when its field is left: browsers fire a change for every digit and every choice in the calendar,
// and a response would replace the next one. On a phone the change comes once, when the calendar closes.
function sendTime(field, next) {
  const isSet = ["at", "at-picker", "before"].includes(field.id) && field.form?.id === "filters" && field.value !== field.defaultValue;
  if (!isSet || field.validity.badInput || next?.id === "show") return;
  if (field.id === "at-picker") field.form.elements.at.value = field.value.replace("T", " ");
  htmx.trigger(field.form, "settled");
}
document.addEventListener("focusout", (event) => sendTime(event.target, event.relatedTarget));
let isEntering = false; // Enter changes the field as well, and sends the form by itself
document.addEventListener("keydown", ({ key }) => (isEntering = key === "Enter"));
document.addEventListener("keyup", () => (isEntering = false));
document.addEventListener("change", (event) => {
  if (matchMedia("(pointer: coarse)").matches && !isEntering) sendTime(event.target);
});

// Text that is typed while a response is awaited is put back after the swap, and searched for.
let laterText = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const field = document.activeElement;
  const sent = event.detail.requestConfig.parameters.q;
  const isLater = field?.id === "timeline-q" && event.detail.target.contains(field) && field.value !== (sent ?? "");
  laterText = isLater && event.detail.requestConfig.elt.closest("#filters") ? [field.value, field.selectionStart] : null;
});
document.addEventListener("htmx:afterSettle", (event) => {
  const field = document.getElementById("timeline-q");
  if (laterText && field) {
    const [value, caret] = laterText;
    field.value = value;
    field.setSelectionRange(caret, caret);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  laterText = null;
  if (event.detail.requestConfig?.elt.id === "timeline-q") {
    announce(document.querySelector("#timeline :is(.none, .found)")?.textContent ?? "");
  }
});

// A printed journey contains its address with all filters.
window.addEventListener("beforeprint", () => (document.getElementById("address").textContent = location.href));

// While a whole timeline is replaced, the fields at its top stay where they are.
document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  if (target.id === "timeline") target.classList.add("is-replaced");
});

// ---- The ribbon -----------------------------------------------------------------------------------------------------

// Show what a visit is next to the pointer or the focus: the first part of its label is the heading.
function showVisitCard(block) {
  const card = document.querySelector("#ribbon .ribbon-card");
  if (!card) return;
  card.hidden = !block;
  if (!block) return;
  const [heading, ...rest] = block.getAttribute("aria-label").split(/: (?=\d|no )/);
  const title = document.createElement("b");
  title.textContent = heading;
  card.replaceChildren(title, rest.join(": "));
  const ribbon = card.parentElement.getBoundingClientRect();
  const place = block.getBoundingClientRect();
  const middle = place.left + place.width / 2 - ribbon.left - card.offsetWidth / 2;
  card.style.left = `${Math.max(4, Math.min(middle, ribbon.width - card.offsetWidth - 4))}px`;
}

for (const name of ["pointerover", "focusin"]) {
  document.addEventListener(name, ({ target }) => showVisitCard(target.closest("#ribbon a[aria-label]")));
}
document.addEventListener("focusout", () => showVisitCard(null));

// ---- Ages -----------------------------------------------------------------------------------------------------------

// The server sends ages in seconds, because the clocks of browsers can be wrong; the page counts on from there. Screen
// readers do not announce the changes.
const ageZeroAt = new WeakMap(); // element → when its age was 0, by performance.now()

function formatAge(seconds) {
  for (const [unit, size] of [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]]) {
    const count = Math.floor(seconds / size);
    if (count) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}

function updateAges() {
  if (document.hidden) return;
  for (const place of document.querySelectorAll("[data-age]")) {
    if (!ageZeroAt.has(place)) ageZeroAt.set(place, performance.now() - place.dataset.age * 1000);
    const words = formatAge(Math.floor((performance.now() - ageZeroAt.get(place)) / 1000));
    if (place.textContent !== words) place.textContent = words;
  }
}

setInterval(updateAges, 1000);
document.addEventListener("visibilitychange", updateAges);

// ---- What the user has seen -----------------------------------------------------------------------------------------

// What was on the screen for two seconds counts as seen. A tab in the background does not count.
const SEEN_MS = 2000;
let reportedVersion = "";
let seenTimer = 0;

function planReport() {
  clearTimeout(seenTimer);
  if (document.hidden || stateOf("refresh-version") === reportedVersion) return;
  seenTimer = setTimeout(() => {
    reportedVersion = stateOf("refresh-version");
    htmx.trigger("#look", "seen");
  }, SEEN_MS);
}

document.addEventListener("visibilitychange", planReport);
document.addEventListener("htmx:afterSettle", ({ detail: { target } }) => {
  if (target?.id === "refresh-version") planReport();
});

// ---- Following ------------------------------------------------------------------------------------------------------
//
// While the visitor is on the site, the page requests new events in intervals that grow while there are none, and not in a
// hidden tab. The form #follow is on the page as long as the visitor can be followed.

const INTERVALS = [10, 20, 40]; // seconds, by the number of responses in a row without news
let emptyResponses = 0;
let timer = 0;
let isRequesting = false;
let isPaused = false;

const followForm = () => document.getElementById("follow");

const interval = () => INTERVALS[Math.min(emptyResponses, INTERVALS.length - 1)];

function cancelRequest() {
  clearTimeout(timer);
  timer = 0;
}

function planRequest(seconds) {
  cancelRequest();
  if (followForm() && !isPaused && !document.hidden) timer = setTimeout(requestNews, seconds * 1000);
}

function requestNews() {
  cancelRequest();
  if (isRequesting || !followForm() || isPaused || document.hidden) return;
  isRequesting = true;
  htmx.ajax("post", followForm().action, { source: followForm(), swap: "none" }).catch(() => {}).finally(() => {
    if (!isRequesting) return;
    // A refresh has replaced the form in the meantime, so htmx has fired no event for the response.
    isRequesting = false;
    planRequest(interval());
  });
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.requestConfig.elt.id !== "follow") return;
  isRequesting = false;
  const { requestConfig: { elt }, xhr } = event.detail;
  // A response with news replaces the head and with it this form; at the end of the visit (286) it removes the form.
  emptyResponses = elt.isConnected ? emptyResponses + 1 : 0;
  if (xhr.status === 204) {
    document.getElementById("follow-note").textContent = "";
    // "Nothing new" is true for this time only, so it has an age.
    const age = document.createElement("span");
    age.dataset.age = 0;
    age.textContent = formatAge(0);
    document.querySelector("#age > span").replaceChildren("; checked ", age, ", no change");
  }
  planRequest(Math.max(interval(), xhr.getResponseHeader("Retry-After")));
});

document.addEventListener("visibilitychange", () => (document.hidden ? cancelRequest() : requestNews()));

// ---- Pause and resume -----------------------------------------------------------------------------------------------

function showPause() {
  if (!followForm()) return;
  const live = document.getElementById("live");
  live.classList.toggle("is-paused", isPaused);
  live.textContent = isPaused ? "Updates paused" : "On the site now";
  document.getElementById("follow-pause").textContent = isPaused ? "Resume updates" : "Pause updates";
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("#follow-pause")) return;
  isPaused = !isPaused;
  showPause();
  if (isPaused) cancelRequest();
  else requestNews();
});

// Every response replaces the head. A manual refresh may have found the visitor back on the site.
document.addEventListener("htmx:afterSettle", () => {
  showPause();
  if (!isRequesting && !timer) planRequest(interval());
});

// ---- New events -----------------------------------------------------------------------------------------------------

const stateOf = (id) => document.getElementById(id).value;

// While a response was awaited, the user may have changed the filters, or a new day has begun. Its parts of the timeline do
// not fit then.
function fitsTimeline({ known, shows }) {
  return stateOf("timeline-version") === known && document.getElementById("timeline").dataset.shows === shows;
}

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const { known, shows } = (detail.fragment.dataset ? detail.fragment : detail.fragment.firstElementChild).dataset;
  if (!shows || detail.target.id === "arrived" || fitsTimeline({ known, shows })) return;
  detail.shouldSwap = false;
  announceNews();
});

// Insert the new rows at the top of the timeline. Everything else stays as it is, open or closed.
function insertRows(holder) {
  const timeline = document.getElementById("timeline");
  const ledger = document.getElementById("ledger");
  // The last row is the visit that was the newest before: the others are inserted above it.
  const last = holder.lastElementChild;
  if (!fitsTimeline(holder.dataset) || (last && !ledger?.querySelector(`:scope > [id="${last.id}"]`))) {
    holder.replaceChildren();
    announceNews();
    return;
  }
  const known = timeline.getAttribute("hx-vals");
  let below = null;
  for (const row of [...holder.children].reverse()) {
    const shownRow = row.id && ledger.querySelector(`:scope > [id="${row.id}"]`);
    if (shownRow) {
      // Its links count from the events that it had at first. If it had none, all of its events are loaded later.
      if (shownRow.querySelector(".event") && !shownRow.hasAttribute("hx-vals")) shownRow.setAttribute("hx-vals", known);
      extendVisit(shownRow, row, holder.dataset);
    } else {
      for (const line of row.querySelectorAll(".event")) line.classList.add("is-arriving");
      below.before(row);
    }
    below = shownRow || row;
  }
  timeline.setAttribute("hx-vals", JSON.stringify({ ...JSON.parse(known), version: holder.dataset.version }));
  document.getElementById("timeline-version").value = holder.dataset.version;
  for (const kind of document.querySelectorAll("#filters [name=kind]")) {
    const count = holder.getAttribute(`data-count-${kind.value}`);
    if (count) kind.parentElement.querySelector(".count").textContent = count;
  }
  holder.replaceChildren();
}

function extendVisit(visit, row, { arriving, replaced }) {
  const [details, newer] = [visit, row].map((one) => one.querySelector("details"));
  details.className = newer.className;
  if (newer.dataset.default) details.dataset.default = newer.dataset.default;
  else delete details.dataset.default;
  details.querySelector(".visit-line").replaceWith(newer.querySelector(".visit-line"));
  const events = details.querySelector(".events");
  const known = [...events.querySelectorAll(":scope > .event")];
  if (!known.length) return; // closed, with events that are loaded on opening
  const lines = [...newer.querySelectorAll(".event")];
  for (const line of lines.slice(0, arriving)) line.classList.add("is-arriving");
  for (const line of known.slice(0, replaced)) line.remove();
  events.prepend(...lines);
}

// Announce new events where the timeline is older than the page and cannot be updated.
function announceNews() {
  if (stateOf("timeline-version") === stateOf("refresh-version")) return;
  const link = document.createElement("a");
  link.href = ""; // the address at the time of the click
  link.textContent = "New activity: show";
  document.getElementById("news").replaceChildren(link);
}

document.addEventListener("htmx:load", ({ target }) => {
  if (target.id === "arrived" && target.dataset.version) insertRows(target);
  if (target.id === "timeline") announceNews();
});

// A whole timeline is requested in the page's version, a part of one in the timeline's own.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get" || !detail.elt.closest("#timeline") || /[?&]part=/.test(detail.path)) return;
  detail.parameters.version = stateOf("refresh-version");
});

// ---- Automatic requests fail silently and are repeated: the user did not start them ---------------------------------

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    if (event.detail.elt.id === "follow" || "quiet" in event.detail.elt.dataset) event.stopPropagation();
  }, true);
}

planRequest(interval());
planReport();
