// Package webhook owns the router and the handler of the process that the Azure Marketplace calls: who is let in, what is
// read, and which status says what to Microsoft. It runs apart from the API, so that it is up when the API is not.
//
// It must not know what an event does to a subscription, nor SQL, nor how tokens are signed. It never logs a token, a
// body, or the address of who calls.
//
// Microsoft takes any answer of 4xx to a change as our refusal of what the customer wants, and sends the event again after
// 5xx or after 10 seconds without an answer. So 400 is for a rule that refuses the change, 401 for a caller who isn't the
// Marketplace, and every trouble of our own is 5xx:
// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-webhook
package webhook
