package sandbox

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

// WebhookClaims returns the claims of the token that the Marketplace's webhook calls carry, in version 1 or 2,
// for tests that change some and sign them with Sign. As with Microsoft's own calls, version 2 has no nbf.
func (e *Entra) WebhookClaims(version int) map[string]any {
	claims := e.commonClaims(PublisherDirectoryID, e.now())
	claims["aud"] = MarketplaceClientID
	claims["oid"] = servicePrincipal(App{ClientID: MarketplaceResourceID}, Directory{ID: PublisherDirectoryID})
	claims["sub"] = claims["oid"]
	claims["aio"] = "sandbox"
	caller := App{ClientID: MarketplaceResourceID, Secret: MarketplaceResourceSecret}
	e.addClient(claims, App{AccessTokenVersion: version}, caller)
	if version != 1 {
		delete(claims, "nbf")
	}
	return claims
}

// IssueWebhookToken returns the bearer token of a webhook call in version 1 or 2.
func (e *Entra) IssueWebhookToken(version int) (string, error) {
	return e.Sign(e.WebhookClaims(version), SignOptions{})
}

// calledByPublisher tells whether the request carries a token of the publisher's app for the Marketplace.
func (m *Marketplace) calledByPublisher(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return false
	}
	var claims struct {
		Audience    string `json:"aud"`
		Issuer      string `json:"iss"`
		Version     string `json:"ver"`
		DirectoryID string `json:"tid"`
		Expires     int64  `json:"exp"`
		NotBefore   int64  `json:"nbf"`
		AppID       string `json:"appid"` // version 1
		Party       string `json:"azp"`   // version 2
	}
	entra := m.config.Entra
	now := entra.now().Unix()
	if entra.keys.verify(token, &claims) != nil || claims.Audience != MarketplaceResourceID ||
		claims.DirectoryID != PublisherDirectoryID || now >= claims.Expires || now < claims.NotBefore {
		return false
	}
	switch claims.Version {
	case "1.0":
		return claims.Issuer == v1Issuer(PublisherDirectoryID) && claims.AppID == MarketplaceClientID
	case "2.0":
		return claims.Issuer == entra.issuer(PublisherDirectoryID) && claims.Party == MarketplaceClientID
	default:
		return false
	}
}

// newLandingToken returns a random token that has every character of base64 which does not survive careless
// handling of an address.
func newLandingToken() string {
	random := make([]byte, 95) // not a multiple of 3, hence padded with =
	for {
		_, _ = rand.Read(random) // never returns an error
		token := base64.StdEncoding.EncodeToString(random)
		if strings.Contains(token, "+") && strings.Contains(token, "/") {
			return token
		}
	}
}

// puid returns a Microsoft account's passport id of the form it has for work accounts.
func puid(objectID string) string {
	return fmt.Sprintf("1003%.12s", strings.ToUpper(strings.ReplaceAll(objectID, "-", "")))
}
