package marketplace

import (
	"net/http"
	"strings"

	"timetracker/internal/sandbox"
)

// calledByPublisher tells whether the request carries a token of the publisher's app for the Marketplace.
func (m *Server) calledByPublisher(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return false
	}
	var claims struct {
		Audience    string `json:"aud"`
		DirectoryID string `json:"tid"`
		Version     string `json:"ver"`
		AppID       string `json:"appid"` // version 1
		Party       string `json:"azp"`   // version 2
	}
	if m.config.Entra.Verify(token, &claims) != nil || claims.Audience != sandbox.MarketplaceResourceID ||
		claims.DirectoryID != sandbox.PublisherDirectoryID {
		return false
	}
	if claims.Version == "1.0" {
		return claims.AppID == sandbox.MarketplaceClientID
	}
	return claims.Party == sandbox.MarketplaceClientID
}
