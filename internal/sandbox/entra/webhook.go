package entra

import (
	"timetracker/internal/sandbox"
)

// WebhookClaims returns the claims of the token that the Marketplace's webhook calls carry, in version 1 or 2. Tests
// change some and sign them with Sign. As with Microsoft's own calls, version 2 has no nbf.
func (e *Server) WebhookClaims(version int) map[string]any {
	publisher := sandbox.Directory{ID: sandbox.PublisherDirectoryID}
	caller := sandbox.App{ClientID: sandbox.MarketplaceResourceID, Secret: sandbox.MarketplaceResourceSecret}
	claims := e.commonClaims(publisher.ID, e.now())
	claims["aud"] = sandbox.MarketplaceClientID
	claims["oid"] = servicePrincipal(caller, publisher)
	claims["sub"] = claims["oid"]
	claims["aio"] = "sandbox"
	e.addClient(claims, sandbox.App{AccessTokenVersion: version}, caller)
	if version != 1 {
		delete(claims, "nbf")
	}
	return claims
}

// IssueWebhookToken returns the bearer token of a webhook call in version 1 or 2.
func (e *Server) IssueWebhookToken(version int) (string, error) {
	return e.Sign(e.WebhookClaims(version), SignOptions{})
}
