// The console of the Marketplace stand-in. It shows the state it asks for every other second.
const root = "/_sandbox/marketplace/";
const byId = (id) => document.getElementById(id);
const buyForm = byId("buy");
const settingsForm = byId("settings");
const faultsForm = byId("faults");
const problem = byId("problem");

let state;
let plans; // by "offer/plan", once the forms are filled
let people; // by principal name, as of the state

/** Makes an element. Properties are set, those with a dash as attributes; children are elements or texts. */
function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-")) element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

async function request(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const content = response.status === 204 ? undefined : await response.json();
  if (!response.ok) throw new Error(content.error);
  return content;
}

/** Runs what the user asked for, shows why if it failed, and the state afterwards. */
async function act(action) {
  problem.textContent = "";
  try {
    await action();
    await refresh();
  } catch (error) {
    problem.textContent = `That did not work: ${error.message}`;
  }
}

const dollars = (cents) => `$${(cents / 100).toFixed(2)}`;

function priceOf(plan) {
  if (plan.max_seats) return `${dollars(plan.rate_cents)} per seat and month, ${plan.min_seats} to ${plan.max_seats} seats`;
  if (!plan.dimension) return `${dollars(plan.base_cents)} a month`;
  return `${dollars(plan.base_cents)} a month with ${plan.included} active users, ${dollars(plan.rate_cents)} for each further one`;
}

function fillForms() {
  plans = new Map();
  const groups = state.offers.map((offer) => {
    for (const plan of offer.plans) plans.set(`${offer.id}/${plan.id}`, plan);
    return make("optgroup", { label: offer.name },
      ...offer.plans.map((plan) => new Option(plan.name, `${offer.id}/${plan.id}`)));
  });
  buyForm.plan.append(...groups);
  buyForm.purchaser.append(...peopleOptions());
  // Nobody wants to begin with a purchase that can't be used.
  const free = state.people.find((person) => !person.subscribed);
  if (free) buyForm.purchaser.value = free.upn;
  buyForm.beneficiary.append(new Option("The buyer", ""), ...peopleOptions());
  const termOption = (term) => new Option(term.private ? `${termText(term)}, by a private offer` : termText(term), term.unit);
  buyForm.term_unit.append(...state.terms.map(termOption));
  const modes = [
    ["off", "Works"], ["down", "Down (503)"], ["slow", "Slow (30 s)"], ["throttled", "Too many requests (429)"],
    ["forbidden", "Forbidden (403)"], ["html", "A web page instead of JSON"], ["wrong_json", "JSON of another shape"],
  ];
  for (const select of faultsForm.elements) {
    if (select.name) select.append(...modes.map(([value, text]) => new Option(text, value)));
  }
  byId("api-url").textContent = state.api_url;
  byId("webhook-url").textContent = state.webhook_url;
}

const termText = ({ months }) => {
  if (months % 12) return months === 1 ? "1 month" : `${months} months`;
  return months === 12 ? "1 year" : `${months / 12} years`;
};

const peopleOptions = () => state.people.map((person) => new Option(`${person.name} (${person.directory})`, person.upn));

/** Shows what follows from the choices in the form to buy. */
function showChoice() {
  const plan = plans.get(buyForm.plan.value);
  byId("price").textContent = priceOf(plan);
  byId("seats-field").hidden = !plan.max_seats;
  buyForm.quantity.disabled = !plan.max_seats;
  buyForm.quantity.max = plan.max_seats;
  buyForm.free_trial.disabled = Boolean(plan.dimension);
  const beneficiary = people.get(buyForm.beneficiary.value || buyForm.purchaser.value);
  const warning = beneficiary.subscribed
    ? `${beneficiary.directory} has a subscription already and can use no second one. Cancel that, or buy for another directory.`
    : "";
  // The same words once more would be read out once more.
  if (byId("subscribed").textContent !== warning) byId("subscribed").textContent = warning;
  byId("csp").hidden = beneficiary.directory === people.get(buyForm.purchaser.value).directory;
}

/** Leads to the landing page without telling it, or letting it reach, where the user comes from. */
const landingLink = (id, text) => make("a", {
  className: "button", href: `${root}subscriptions/${id}/landing`, target: "_blank", rel: "noopener noreferrer",
}, text);

/** Labels a control of a subscription. */
function field(subscriptionId, text, control) {
  control.id = `${control.dataset.key}-${subscriptionId}`;
  return make("div", { className: "field" }, make("label", { htmlFor: control.id }, text), control);
}

const statuses = {
  PendingFulfillmentStart: ["Waits to be configured", ""],
  Subscribed: ["Active", "good"],
  Suspended: ["Suspended", "bad"],
  Unsubscribed: ["Cancelled", ""],
};

function subscriptionCard(subscription) {
  const { id, status } = subscription;
  const offer = state.offers.find((o) => o.id === subscription.offer_id);
  const plan = plans.get(`${subscription.offer_id}/${subscription.plan_id}`);
  const [statusText, statusClass] = statuses[status];
  const pending = status === "PendingFulfillmentStart";
  const activating = pending && subscription.activate_at;
  const command = (name, body = {}) => act(() => request("POST", `${root}subscriptions/${id}/${name}`, body));
  const button = (text, name, body) => make("button", { type: "button", onclick: () => command(name, body), "data-key": name }, text);
  const title = make("h3", { id: `subscription-${id}` }, `${offer.name}: ${plan.name}`);
  const facts = [];
  if (subscription.quantity) facts.push(subscription.quantity === 1 ? "1 seat" : `${subscription.quantity} seats`);
  facts.push(`bought by ${subscription.purchaser.email}`);
  if (subscription.beneficiary.object_id !== subscription.purchaser.object_id) facts.push(`for ${subscription.beneficiary.email}`);
  if (subscription.csp) facts.push("through a Cloud Solution Provider");
  if (subscription.term_unit !== "P1M") facts.push(`for ${termText(state.terms.find((term) => term.unit === subscription.term_unit))}`);
  if (subscription.free_trial) facts.push("free trial");
  if (subscription.dry_run) facts.push("test mode");
  if (status === "Subscribed") facts.push(`until ${subscription.term_end}`);
  if (subscription.renewal_off) facts.push("not to be renewed");
  if (activating) facts.push("is being activated");
  if (subscription.pending) facts.push(`${subscription.pending} in progress`);

  const actions = make("div", { className: "row" });
  const card = make("article", { className: "card", "aria-labelledby": title.id },
    make("header", {}, title, make("span", { className: `state ${statusClass}` }, statusText)),
    make("p", { className: "quiet" }, facts.join(", ")),
    make("p", {}, make("code", {}, id)),
    actions);
  actions.append(landingLink(id, pending ? "Configure account" : "Manage account"));
  if (status === "Unsubscribed") return card;
  if (status === "Subscribed") {
    actions.append(button("Suspend", "suspend"),
      subscription.renewal_off ? button("End the term", "end-term") : button("Renew", "renew"));
  }
  if (status === "Suspended") actions.append(button("Reinstate", "reinstate"));
  if (status === "Suspended" || (pending && !activating)) actions.append(button("Let 30 days pass", "lapse"));
  actions.append(button("Cancel subscription", "cancel"));

  if (status === "Subscribed" && offer.plans.length > 1) {
    const others = offer.plans.filter((p) => p.id !== plan.id).map((p) => new Option(p.name, p.id));
    const choice = make("select", { "data-key": "plan" }, ...others);
    card.append(make("form", {
      className: "row", onsubmit: (event) => { event.preventDefault(); command("change-plan", { plan_id: choice.value }); },
    }, field(id, "New plan", choice), make("button", { "data-key": "change-plan" }, "Change plan")));
  }
  if (status === "Subscribed" && plan.max_seats) {
    const seats = make("input", {
      type: "number", min: plan.min_seats, max: plan.max_seats, value: subscription.quantity, required: true, "data-key": "seats",
    });
    card.append(make("form", {
      className: "row",
      onsubmit: (event) => { event.preventDefault(); command("change-quantity", { quantity: seats.valueAsNumber }); },
    }, field(id, "New number of seats", seats), make("button", { "data-key": "change-seats" }, "Change seats")));
  }
  const owner = make("select", { "data-key": "owner" }, ...peopleOptions());
  const action = make("input", { required: true, value: "Subscribe", "data-key": "action" });
  card.append(make("details", { "data-key": "details" }, make("summary", { "data-key": "more" }, "More"),
    make("div", { className: "more" },
      make("div", { className: "row" }, subscription.renewal_off
        ? button("Switch renewal on", "renewal", { on: true })
        : button("Switch renewal off", "renewal", { on: false })),
      make("form", {
        className: "row",
        onsubmit: (event) => {
          event.preventDefault();
          command("transfer", { purchaser: owner.value, beneficiary: owner.value });
        },
      }, field(id, "New owner", owner), make("button", { "data-key": "transfer" }, "Transfer")),
      make("form", {
        className: "row", onsubmit: (event) => { event.preventDefault(); command("notify", { action: action.value }); },
      }, field(id, "Action of a webhook", action), make("button", { "data-key": "notify" }, "Send webhook")))));
  return card;
}

const webhookStates = {
  waiting: ["Waiting", ""], accepted: ["Accepted", "good"], refused: ["Refused", "bad"], given_up: ["Given up", "bad"],
};

const timeOfDay = (instant) => new Date(instant).toLocaleTimeString();

function webhookCard(webhook) {
  const [stateText, stateClass] = webhookStates[webhook.state];
  const title = make("h3", { id: `webhook-${webhook.number}` }, `${webhook.number}: ${webhook.action}`);
  const answers = webhook.answers.map((a) => `${timeOfDay(a.at)} ${a.status || a.error}`);
  const attempts = webhook.attempts === 1 ? "sent once" : `sent ${webhook.attempts} times`;
  return make("article", { className: "card", "aria-labelledby": title.id },
    make("header", {}, title, make("span", { className: `state ${stateClass}` }, stateText)),
    make("p", { className: "quiet" }, `${webhook.again ? "Again, " : ""}${timeOfDay(webhook.created_at)}, ${attempts}`,
      ...(answers.length ? [make("br"), `Answers: ${answers.join("; ")}`] : [])),
    make("p", {}, make("code", {}, webhook.subscription_id)),
    make("div", { className: "row" }, make("button", {
      type: "button", "data-key": "again",
      onclick: () => act(() => request("POST", `${root}webhooks/${webhook.number}/again`)),
    }, "Send again")),
    make("details", { "data-key": "details" }, make("summary", { "data-key": "payload" }, "Payload"),
      make("pre", { tabIndex: 0 }, JSON.stringify(webhook.payload, null, 2))));
}

/** Makes a list show items, and leaves alone those that have not changed, with the focus and what is open. */
function show(list, items, keyOf, render) {
  const before = new Map([...list.children].map((item) => [item.dataset.item, item]));
  const after = items.map((item) => {
    const key = String(keyOf(item));
    const content = JSON.stringify(item);
    const old = before.get(key);
    if (old?.content === content) return old;
    const renewed = make("li", { content, "data-item": key }, render(item));
    if (old?.querySelector("details")?.open) renewed.querySelector("details")?.setAttribute("open", "");
    return renewed;
  });
  if (after.length === list.children.length && after.every((item, i) => item === list.children[i])) return;
  const focused = list.contains(document.activeElement) ? document.activeElement : undefined;
  const item = focused?.closest("li").dataset.item;
  list.replaceChildren(...after);
  if (!focused || document.activeElement === focused) return;
  const same = after.find((i) => i.dataset.item === item);
  const target = focused.isConnected ? focused : same?.querySelector(`[data-key="${focused.dataset.key}"]`);
  (target ?? same?.querySelector("a, button"))?.focus();
}

function showSettings() {
  for (const control of settingsForm.elements) {
    if (!control.name || control === document.activeElement) continue;
    if (control.type === "checkbox") control.checked = state.settings[control.name];
    else control.value = state.settings[control.name];
  }
  for (const control of faultsForm.elements) {
    if (control.name && control !== document.activeElement) control.value = state.faults[control.name];
  }
}

const cell = (text) => make("td", {}, text);

async function refresh() {
  state = await request("GET", `${root}state`);
  people = new Map(state.people.map((person) => [person.upn, person]));
  if (!plans) fillForms();
  showChoice();
  showSettings();
  byId("no-subscriptions").hidden = state.subscriptions.length > 0;
  byId("no-webhooks").hidden = state.webhooks.length > 0;
  show(byId("subscriptions"), state.subscriptions, (s) => s.id, subscriptionCard);
  show(byId("webhooks"), state.webhooks.slice(0, 50), (w) => w.number, webhookCard);
  byId("usage-section").hidden = state.usage.length === 0;
  byId("usage").replaceChildren(...state.usage.slice(-50).reverse().map((event) => make("tr", {},
    cell(event.effective_at.slice(0, 13).replace("T", " ")), cell(event.resource_id.slice(0, 8)),
    cell(event.dimension), cell(String(event.quantity)))));
}

buyForm.addEventListener("change", showChoice);
buyForm.addEventListener("submit", (event) => {
  event.preventDefault();
  act(async () => {
    byId("bought").replaceChildren();
    const [offerId, planId] = buyForm.plan.value.split("/");
    const { id } = await request("POST", `${root}purchases`, {
      purchaser: buyForm.purchaser.value,
      beneficiary: buyForm.beneficiary.value,
      offer_id: offerId,
      plan_id: planId,
      quantity: buyForm.quantity.disabled ? 0 : buyForm.quantity.valueAsNumber,
      auto_activation: buyForm.auto_activation.checked,
      term_unit: buyForm.term_unit.value,
      renewal_off: !buyForm.renewal.checked,
      free_trial: buyForm.free_trial.checked && !buyForm.free_trial.disabled,
      dry_run: buyForm.dry_run.checked,
    });
    byId("bought").append("Bought.", landingLink(id, "Configure account"));
  });
});

settingsForm.addEventListener("change", ({ target }) => {
  if (!target.reportValidity()) return;
  const number = target.type === "number" || "number" in target.dataset;
  const value = target.type === "checkbox" ? target.checked : number ? Number(target.value) : target.value;
  act(() => request("PATCH", `${root}settings`, { [target.name]: value }));
});

faultsForm.addEventListener("change", ({ target }) => {
  act(() => request("POST", "/_sandbox/faults", { service: target.name, mode: target.value }));
});

for (const form of [settingsForm, faultsForm]) form.addEventListener("submit", (event) => event.preventDefault());

act(async () => {});
setInterval(() => {
  if (!document.hidden) refresh().catch(() => {}); // the sandbox may be starting again
}, 2000);
