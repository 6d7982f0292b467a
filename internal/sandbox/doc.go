// Package sandbox holds local stand-ins for the Microsoft services TimeTracker depends on, so that the product
// and its tests run on one machine with no account anywhere: Entra ID (authorize, token, keys, rollover),
// Microsoft Graph (a search for users), the page of Azure DevOps that embeds the extension, the Azure Marketplace
// (fulfillment, metering, webhooks, and a page on which one buys), and the certificate authority that makes them
// reachable over real TLS. It owns the fixed directories, people, apps, offers and work items they serve.
//
// It must not be used for anything else: everybody can sign in as anybody, and the client secrets are in this
// source. It never listens by itself; whoever listens calls RequireLoopback first. It imports the standard
// library only, so that a fault in the product's own validation can't hide behind shared code.
package sandbox
