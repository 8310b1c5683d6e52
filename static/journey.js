"use strict";

// What the journey page does beyond plain HTML and htmx: it keeps folds in the address, and follows a visitor who is on
// the site.

// ---- The timeline ---------------------------------------------------------------------------------------------------

// Which visits stand open is part of the address: a reload, Back and a shared link show the same. The address names only
// those that stand otherwise than by default, so that it stays short.
function keepInAddress(details) {
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

// The event does not bubble. It also comes for visits that are open from the start, which changes nothing.
document.addEventListener("toggle", (event) => {
  if (event.target.dataset.visit) keepInAddress(event.target);
}, true);

// With a modifier a link opens elsewhere, as links do; htmx would take the click.
document.addEventListener("click", (event) => {
  if ((event.ctrlKey || event.metaKey || event.shiftKey) && event.target.closest("a[hx-get]")) event.stopPropagation();
}, true);

// "Before a moment" asks for nothing until there is a moment: an answer would come over what the reader types.
document.addEventListener("change", (event) => {
  if (event.target.id !== "range" || event.target.value !== "before") return;
  const moment = document.getElementById("before");
  if (moment.value) return;
  event.stopPropagation();
  moment.focus();
}, true);

// The moment of a ticket is asked for when its field is left, not while it is set: the browser calls every digit and every
// choice in its calendar a change, and an answer would come over the next one. On a phone the calendar says when it is done.
function settle(field, next) {
  const isSet = ["at", "before"].includes(field.id) && field.form?.id === "filters" && field.value !== field.defaultValue;
  if (isSet && !field.validity.badInput && next?.id !== "show") htmx.trigger(field.form, "settled");
}
document.addEventListener("focusout", (event) => settle(event.target, event.relatedTarget));
document.addEventListener("change", (event) => {
  if (matchMedia("(pointer: coarse)").matches) settle(event.target);
});

// What is typed while an answer is on its way stays, and is looked for next.
let typed = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const field = document.activeElement;
  const sent = event.detail.requestConfig.parameters.q;
  const isLater = field?.id === "timeline-q" && event.detail.target.contains(field) && field.value !== (sent ?? "");
  typed = isLater && event.detail.requestConfig.elt.closest("#filters") ? [field.value, field.selectionStart] : null;
});
document.addEventListener("htmx:afterSettle", (event) => {
  const field = document.getElementById("timeline-q");
  if (typed && field) {
    const [value, caret] = typed;
    field.value = value;
    field.setSelectionRange(caret, caret);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  typed = null;
  if (event.detail.requestConfig?.elt.id === "timeline-q") {
    say(document.querySelector("#timeline :is(.none, .found)")?.textContent ?? "");
  }
});

// On paper a journey says where it stands, filters and all.
window.addEventListener("beforeprint", () => (document.getElementById("address").textContent = location.href));

// ---- How old it is --------------------------------------------------------------------------------------------------

// The server says how old its answer is, since the clocks of browsers are wrong at times; from then on the page counts.
// Nothing of this is announced: the age is no live region.
const begun = new WeakMap(); // when, by performance.now(), what says an age would have been 0 seconds old

function ago(seconds) {
  for (const [unit, size] of [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]]) {
    const count = Math.floor(seconds / size);
    if (count) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}

function tick() {
  if (document.hidden) return;
  for (const place of document.querySelectorAll("[data-age]")) {
    if (!begun.has(place)) begun.set(place, performance.now() - place.dataset.age * 1000);
    const words = ago(Math.floor((performance.now() - begun.get(place)) / 1000));
    if (place.textContent !== words) place.textContent = words;
  }
}

setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);

// ---- What the user has seen -----------------------------------------------------------------------------------------

// What was on the screen for two seconds counts as seen, until then it stays new. A tab in the background shows nothing.
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
// Follows a visitor who is on the site: asks what has come, at a pace that slows while nothing does, and not while the
// tab is hidden. The form #follow stands beside the live mark for as long as there is something to follow.

const PACES = [10, 20, 40]; // seconds, by how many answers in a row brought nothing
let quiet = 0;
let timer = 0;
let isAsking = false;
let isPaused = false;

const follow = () => document.getElementById("follow");

const pace = () => PACES[Math.min(quiet, PACES.length - 1)];

function rest() {
  clearTimeout(timer);
  timer = 0;
}

function plan(seconds) {
  rest();
  if (follow() && !isPaused && !document.hidden) timer = setTimeout(ask, seconds * 1000);
}

function ask() {
  rest();
  if (isAsking || !follow() || isPaused || document.hidden) return;
  isAsking = true;
  htmx.ajax("post", follow().action, { source: follow(), swap: "none" }).catch(() => {}).finally(() => {
    if (!isAsking) return;
    // A refresh has replaced the form meanwhile, so nobody heard of the answer.
    isAsking = false;
    plan(pace());
  });
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.requestConfig.elt.id !== "follow") return;
  isAsking = false;
  const { requestConfig: { elt }, xhr } = event.detail;
  // An answer that brought something brought a new head, and this form with it; at the visit's end (286) without it.
  quiet = elt.isConnected ? quiet + 1 : 0;
  if (xhr.status === 204) {
    document.getElementById("follow-note").textContent = "";
    // What was new up to then: from now on nobody knows, until it is asked again.
    const asked = document.createElement("span");
    asked.dataset.age = 0;
    asked.textContent = ago(0);
    document.querySelector("#age > span").replaceChildren("; asked again ", asked, ", nothing new");
  }
  plan(Math.max(pace(), xhr.getResponseHeader("Retry-After")));
});

document.addEventListener("visibilitychange", () => (document.hidden ? rest() : ask()));

// ---- Pause and resume -----------------------------------------------------------------------------------------------

function showPause() {
  if (!follow()) return;
  const live = document.getElementById("live");
  live.classList.toggle("is-paused", isPaused);
  live.textContent = isPaused ? "On the site when paused" : "On the site now";
  document.getElementById("follow-pause").textContent = isPaused ? "Resume" : "Pause";
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("#follow-pause")) return;
  isPaused = !isPaused;
  showPause();
  if (isPaused) rest();
  else ask();
});

// The head is new after each answer, and after a refresh by hand, which may have found the visitor back on the site.
document.addEventListener("htmx:afterSettle", () => {
  showPause();
  if (!isAsking && !timer) plan(pace());
});

// ---- What has come --------------------------------------------------------------------------------------------------

const stateOf = (id) => document.getElementById(id).value;

// While an answer was on its way the reader may have chosen something else, or a day has begun: what it brings for the
// timeline does not belong there then.
function belongs({ known, shows }) {
  return stateOf("timeline-version") === known && document.getElementById("timeline").dataset.shows === shows;
}

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const { known, shows } = (detail.fragment.dataset ? detail.fragment : detail.fragment.firstElementChild).dataset;
  if (!shows || detail.target.id === "arrived" || belongs({ known, shows })) return;
  detail.shouldSwap = false;
  tellOfNews();
});

// The rows are laid over those that stand at the top of the ledger; everything else stays as it is, open or folded.
function arrive(holder) {
  const timeline = document.getElementById("timeline");
  const ledger = document.getElementById("ledger");
  // The last row is the visit that was the newest one: the others go above it.
  const last = holder.lastElementChild;
  if (!belongs(holder.dataset) || (last && !ledger?.querySelector(`:scope > [id="${last.id}"]`))) {
    holder.replaceChildren();
    tellOfNews();
    return;
  }
  const known = timeline.getAttribute("hx-vals");
  let below = null;
  for (const row of [...holder.children].reverse()) {
    const there = row.id && ledger.querySelector(`:scope > [id="${row.id}"]`);
    if (there) {
      // What its links still load is counted from what it held at first; where it held nothing, all of it is new.
      if (there.querySelector(".event") && !there.hasAttribute("hx-vals")) there.setAttribute("hx-vals", known);
      grow(there, row, holder.dataset);
    } else {
      for (const line of row.querySelectorAll(".event")) line.classList.add("is-arriving");
      below.before(row);
    }
    below = there || row;
  }
  timeline.setAttribute("hx-vals", JSON.stringify({ ...JSON.parse(known), version: holder.dataset.version }));
  document.getElementById("timeline-version").value = holder.dataset.version;
  for (const kind of document.querySelectorAll("#filters [name=kind]")) {
    const count = holder.getAttribute(`data-count-${kind.value}`);
    if (count) kind.parentElement.querySelector(".count").textContent = count;
  }
  holder.replaceChildren();
}

function grow(visit, row, { arriving, replaced }) {
  const [details, newer] = [visit, row].map((one) => one.querySelector("details"));
  details.className = newer.className;
  if (newer.dataset.default) details.dataset.default = newer.dataset.default;
  else delete details.dataset.default;
  details.querySelector(".visit-line").replaceWith(newer.querySelector(".visit-line"));
  const events = details.querySelector(".events");
  const known = [...events.querySelectorAll(":scope > .event")];
  if (!known.length) return; // folded, and they are not in the page yet
  const lines = [...newer.querySelectorAll(".event")];
  for (const line of lines.slice(0, arriving)) line.classList.add("is-arriving");
  for (const line of known.slice(0, replaced)) line.remove();
  events.prepend(...lines);
}

// Where the timeline is behind the rest of the page and can't be mended, it says so.
function tellOfNews() {
  if (stateOf("timeline-version") === stateOf("refresh-version")) return;
  const link = document.createElement("a");
  link.href = ""; // this very address, whatever it is by then
  link.textContent = "There is news – show";
  document.getElementById("news").replaceChildren(link);
}

document.addEventListener("htmx:load", ({ target }) => {
  if (target.id === "arrived" && target.dataset.version) arrive(target);
  if (target.id === "timeline") tellOfNews();
});

// A whole timeline is one of the state that the rest of the page shows; parts of one go on with its own.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get" || !detail.elt.closest("#timeline") || /[?&]part=/.test(detail.path)) return;
  detail.parameters.version = stateOf("refresh-version");
});

// ---- What fails here is tried again without a word: nobody has asked for it -----------------------------------------

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    if (event.detail.elt.id === "follow" || "quiet" in event.detail.elt.dataset) event.stopPropagation();
  }, true);
}

plan(pace());
planReport();
