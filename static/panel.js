// The panel in a help desk: learns from the page around it whom a conversation is with, and shows that visitor.
//
// A message only names a visitor. Who the agent is comes from the token, which the panel gets by pairing and keeps for
// this browser tab. Messages count only from the page around the frame, and only from the origins that are allowed.
"use strict";

const panel = document.getElementById("panel");
const origins = panel.dataset.origins.split(" ");
const TOKEN = `journeydesk-panel ${panel.dataset.visitor}`;
const POLL_MILLISECONDS = 2000;
const CHATWOOT_ASKS = "chatwoot-dashboard-app:fetch-info";

let question = null; // { visitor, email, user_id, at }
let asked = 0; // the number of the latest request, so that a late answer replaces no newer one
let token = read();

// ---- The token: for this tab, and in memory only where the browser blocks storage in frames ---------------------------

function read() {
  try {
    return sessionStorage.getItem(TOKEN);
  } catch {
    return null;
  }
}

function keep(secret) {
  token = secret;
  try {
    if (secret) sessionStorage.setItem(TOKEN, secret);
    else sessionStorage.removeItem(TOKEN);
  } catch {
    // Then it is kept until the frame is closed.
  }
}

// ---- States ---------------------------------------------------------------------------------------------------------

function show(state, said = "") {
  for (const part of panel.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== state;
  document.getElementById("said").textContent = said;
}

function fail(text) {
  document.getElementById("failure").textContent = text;
  show("failed", text);
}

function send(address, headers, body) {
  return fetch(address, { method: "POST", headers, body, credentials: "omit" });
}

async function load() {
  const number = ++asked;
  const isCurrent = () => number === asked;
  const slow = setTimeout(() => isCurrent() && show("loading"), 150);
  try {
    const answer = await send(panel.dataset.visitor, { "Panel-Token": token }, new URLSearchParams(question));
    const html = await answer.text();
    if (!isCurrent()) return;
    clearTimeout(slow);
    if (answer.status === 401) {
      keep(null);
      show("unpaired");
    } else if (answer.headers.has("Journeydesk-Panel")) {
      document.getElementById("shown").innerHTML = html; // our own view's, with all texts escaped
      show("shown", document.querySelector("#shown h2")?.textContent);
    } else {
      fail(answer.status === 429 ? "Too many requests. Try again in a minute." : "Journeydesk could not answer.");
    }
  } catch {
    if (isCurrent()) fail("Journeydesk can’t be reached.");
  } finally {
    clearTimeout(slow);
  }
}

function ask(named) {
  const next = {};
  for (const name of ["visitor", "email", "user_id", "at"]) {
    if (named[name] !== undefined && named[name] !== null) next[name] = String(named[name]).slice(0, 4000);
  }
  if (question && new URLSearchParams(next).toString() === new URLSearchParams(question).toString()) return;
  question = next;
  document.getElementById("shown").hidden = true; // the visitor of the conversation before
  if (token) load();
  else if (!pairing) show("unpaired");
}

// Shows no visitor, so that the agent does not take the last one for the next conversation's.
function forget() {
  asked++;
  question = null;
  if (!pairing) show("waiting");
}

function useTheme(theme) {
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
}

// ---- Pairing --------------------------------------------------------------------------------------------------------

let pairing = null;

async function pair() {
  try {
    const answer = await send(panel.dataset.pair, {});
    if (answer.status === 429) return fail(await answer.text());
    if (!answer.ok) throw new Error(answer.status);
    const { code, secret, seconds } = await answer.json();
    document.getElementById("code").textContent = code;
    show("pairing", `The code is ${code}`);
    pairing = { secret, until: Date.now() + seconds * 1000 };
    setTimeout(poll, POLL_MILLISECONDS, pairing);
  } catch {
    fail("The panel could not be connected.");
  }
}

async function poll(mine) {
  if (mine !== pairing) return;
  let status = 0;
  try {
    status = (await send(panel.dataset.paired, { "Panel-Token": mine.secret })).status;
  } catch {
    // The network may come back.
  }
  if (status === 204) {
    pairing = null;
    keep(mine.secret);
    if (question) load();
    else show("waiting");
  } else if (status === 401 || Date.now() > mine.until) {
    pairing = null;
    show("unpaired");
  } else {
    setTimeout(poll, POLL_MILLISECONDS, mine);
  }
}

document.getElementById("pair").addEventListener("click", pair);
document.getElementById("again").addEventListener("click", () => (token && question ? load() : pair()));
document.getElementById("shown").addEventListener("click", ({ target }) => target.closest("[data-again]") && load());

// ---- What the help desks send -----------------------------------------------------------------------------------------
// Each adapter returns whom the message names, or nothing.

function parse(data) {
  if (typeof data !== "string") return data;
  try {
    return JSON.parse(data);
  } catch {
    return null; // help desks also send text that is not for us
  }
}

// Chatwoot's dashboard apps send the same context again whenever it changes.
function fromChatwoot({ event, data }) {
  if (event !== "appContext" || !data) return null;
  useTheme(data.theme);
  const { contact = {}, conversation = {} } = data;
  const sender = conversation?.meta?.sender ?? {};
  const holders = [contact, conversation, sender];
  const ids = holders.map((one) => one?.custom_attributes?.datafast_visitor_id);
  return {
    visitor: ids.find(Boolean),
    email: contact?.email || sender.email,
    user_id: contact?.identifier || sender.identifier,
    at: conversation?.created_at ?? conversation?.messages?.[0]?.created_at,
  };
}

function fromPage({ type, visitor, email, user_id, at, theme }) {
  if (type !== "journeydesk:visitor") return null;
  useTheme(theme);
  return { visitor, email, user_id, at };
}

// Zendesk's app framework: a handshake, then requests with numbers. `?field=` names a ticket field with the id.
const parameters = new URLSearchParams(location.search);
const zendesk = { origin: parameters.get("origin"), app: parameters.get("app_guid"), field: parameters.get("field") };
const fieldPath = `ticket.customField:custom_field_${zendesk.field}`;

function tellZendesk(message) {
  const full = { ...message, appGuid: zendesk.app, instanceGuid: zendesk.app };
  window.parent.postMessage(JSON.stringify(full), zendesk.origin);
}

function fromZendesk({ key, id, result }) {
  if (key === "zaf.app.registered") {
    const paths = ["ticket.requester.email", "ticket.createdAt"];
    if (zendesk.field) paths.push(fieldPath);
    tellZendesk({ id: 1, request: "get", params: paths });
  }
  if (id !== 1 || !result) return null;
  const at = Date.parse(result["ticket.createdAt"]);
  return {
    visitor: result[fieldPath],
    email: result["ticket.requester.email"],
    at: Number.isNaN(at) ? null : new Date(at).toISOString(),
  };
}

// Front talks through a channel that the panel sends to it. Its frames are sandboxed, so it opens links itself.
let front = null; // { port, context }: the channel and the id of what it showed last

function talkToFront() {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", ({ data }) => {
    if (data?.type !== "context_update" || !data.context) return;
    front = { port: port1, context: data.context.id };
    const named = fromFront(data.context);
    if (named) ask(named);
    else forget(); // no conversation is open, or several are
  });
  port1.start();
  window.parent.postMessage("@frontapp/ui-sdk#WebViewBridge.handshake", "*", [port2]);
}

function fromFront({ type, conversation }) {
  if (!String(type).startsWith("singleConversation")) return null;
  const recipient = conversation?.recipient ?? {};
  const handles = recipient.contact?.handles ?? [];
  const attributes = recipient.contact?.customAttributes ?? [];
  return {
    visitor: attributes.find((one) => one?.name === "datafast_visitor_id")?.value,
    email: recipient.type === "email" ? recipient.handle : handles.find((one) => one?.type === "email")?.handle,
  };
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[target]");
  if (!front || !link) return;
  event.preventDefault();
  const call = { type: "function_call", id: crypto.randomUUID(), contextId: front.context, name: "openUrl" };
  front.port.postMessage({ ...call, args: [link.href] });
});

// ---- Who may speak ------------------------------------------------------------------------------------------------------

function isAllowed(origin) {
  return origins.some((allowed) => {
    const [scheme, host] = allowed.split("://");
    if (!host.startsWith("*.")) return origin === allowed;
    return origin.startsWith(`${scheme}://`) && origin.endsWith(host.slice(1));
  });
}

window.addEventListener("message", (message) => {
  if (message.source !== window.parent || !isAllowed(message.origin)) return;
  const data = parse(message.data);
  if (!data || typeof data !== "object") return;
  const named = fromChatwoot(data) ?? fromPage(data) ?? fromZendesk(data);
  if (named) ask(named);
});

function readHash() {
  const values = new URLSearchParams(location.hash.slice(1));
  if (!values.has("visitor") && !values.has("email")) return;
  useTheme(values.get("theme"));
  ask({ visitor: values.get("visitor"), email: values.get("email"), at: values.get("at") });
}

if (window.parent === window) {
  show("alone");
} else {
  readHash();
  window.addEventListener("hashchange", readHash);
  if (parameters.has("auth_secret")) talkToFront(); // Front appends it to the address
  if (zendesk.app && zendesk.origin && isAllowed(zendesk.origin)) {
    tellZendesk({ key: "iframe.handshake", message: { version: "2.0" } });
  }
  // Some versions of Chatwoot lose the first requests.
  for (const wait of [0, 250, 1000, 3000]) {
    setTimeout(() => question || window.parent.postMessage(CHATWOOT_ASKS, "*"), wait);
  }
}
