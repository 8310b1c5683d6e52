"use strict";

// What the timeline does beyond plain HTML and htmx.

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
