// Package webhook owns the router and the handler of the process that the Azure Marketplace calls. It decides who may
// call, what is read, and which status tells Microsoft what. It runs apart from the API, so that it is up when the API
// is not.
//
// It must not know what an event does to a subscription, nor SQL, nor how tokens are signed. It never logs a token, a
// body, or the caller's address. What anybody on the internet can cause is no error in the log: it is counted and sampled.
//
// Microsoft takes any 4xx answer to a change as our refusal of what the customer wants. It sends the event again after
// 5xx, or after 10 seconds without an answer. So 400 means that a rule refuses the change, and 401 that the caller
// isn't the Marketplace. Every failure of our own is 5xx:
// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-webhook
package webhook
