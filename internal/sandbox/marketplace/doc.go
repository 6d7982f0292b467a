// Package marketplace owns the stand-in for the Azure Marketplace: offers, purchases, fulfillment and metering API,
// webhooks, and the console page for buying. It follows Microsoft's behaviour as recorded, with its quirks as settings.
//
// It must not share code with the product's own state machine of subscriptions, which it is there to test.
package marketplace
