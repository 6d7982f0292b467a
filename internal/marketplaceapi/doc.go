// Package marketplaceapi owns the calls of Microsoft's SaaS fulfillment API, version 2, and of its metering API. It
// implements marketplace.Fulfillment and billing.Metering.
//
// It must not know what a subscription does to a tenant or what is owed. It gives what Microsoft's API has, or an
// error. An answer that can't be understood is an outage and never a state. The bearer token goes only to the
// configured origin, whatever address an answer names. No error carries a token.
//
// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-apis
// https://learn.microsoft.com/partner-center/marketplace-offers/marketplace-metering-service-apis
package marketplaceapi
