// Package marketplace owns subscriptions of the Azure Marketplace: the plans that are sold, the state machine of a
// subscription, what its events do to a tenant, and the port to Microsoft's SaaS fulfillment API.
//
// It must not know HTTP, SQL or tokens. What Microsoft's API says beats what a webhook's body says, and a cancelled
// subscription stays cancelled.
package marketplace
