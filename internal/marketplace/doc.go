// Package marketplace owns subscriptions of the Azure Marketplace. It has their state machine, what an event does to a
// tenant, and the port to Microsoft's SaaS fulfillment API.
//
// An event passes through four functions. Receive finds out what it is, settle asks who gets the subscription,
// Transition decides, and commit writes. Transition is pure; docs/subscription-states.md has what it does with every
// event in every state.
//
// The package must not know HTTP, SQL or tokens. What Microsoft's API shows counts more than a webhook's body, and a
// cancelled subscription stays cancelled.
package marketplace
