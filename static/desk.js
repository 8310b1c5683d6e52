// The demo's stand-in help desk: sends its frame the messages that Chatwoot sends to a dashboard app.
"use strict";

const frame = document.getElementById("panel-frame");
const isDark = matchMedia("(prefers-color-scheme: dark)");
let open = null;

function sendContext() {
  if (!open) return;
  const { name, email, visitor, started } = open.dataset;
  const contact = { name, email, custom_attributes: visitor ? { datafast_visitor_id: visitor } : {} };
  const conversation = { created_at: Number(started) || undefined, meta: { sender: contact } };
  const theme = isDark.matches ? "dark" : "light";
  frame.contentWindow.postMessage(JSON.stringify({ event: "appContext", data: { conversation, contact, theme } }), "*");
}

for (const button of document.querySelectorAll("[data-conversation]")) {
  button.addEventListener("click", () => {
    open?.removeAttribute("aria-current");
    open = button;
    open.setAttribute("aria-current", "true");
    sendContext();
  });
}

frame?.addEventListener("load", sendContext);
isDark.addEventListener("change", sendContext);
window.addEventListener("message", ({ source, data }) => {
  if (source === frame?.contentWindow && data === "chatwoot-dashboard-app:fetch-info") sendContext();
});
