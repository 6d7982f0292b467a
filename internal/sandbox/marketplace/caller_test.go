package marketplace_test

import (
	"net/http"
	"testing"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestMarketplaceCallers(t *testing.T) {
	m := startMarketplace(t)
	id := m.subscribed(t, teamOfTen)
	claims := func(changes ...any) string {
		c := sandboxtest.TokenPart(t, m.token, 1)
		for i := 0; i < len(changes); i += 2 {
			name, _ := changes[i].(string)
			if c[name] = changes[i+1]; c[name] == nil {
				delete(c, name)
			}
		}
		token, err := m.entra.Sign(c, entra.SignOptions{})
		must(t, err)
		return token
	}
	asUser, _, err := m.entra.IssueUserToken("ada@contoso.example", sandbox.SPAClientID, sandbox.APIScope)
	must(t, err)
	v2Issuer := m.entra.Base + "/" + sandbox.PublisherDirectoryID + "/v2.0"
	tests := map[string]struct {
		authorization string
		status        int
	}{
		"version 1": {"Bearer " + m.token, 200},
		"version 2": {"Bearer " + claims("ver", "2.0", "iss", v2Issuer, "appid", nil,
			"azp", sandbox.MarketplaceClientID), 200},
		"none":              {"", 403},
		"not a token":       {"Bearer x", 403},
		"no bearer":         {m.token, 403},
		"a user's token":    {"Bearer " + asUser, 403},
		"another app":       {"Bearer " + claims("appid", sandbox.APIClientID), 403},
		"another directory": {"Bearer " + claims("tid", sandbox.ContosoDirectoryID), 403},
		"another audience":  {"Bearer " + claims("aud", sandbox.GraphResourceID), 403},
		"another issuer":    {"Bearer " + claims("iss", v2Issuer), 403},
		"no version":        {"Bearer " + claims("ver", nil), 403},
		"expired":           {"Bearer " + claims("exp", m.entra.Clock.Now().Unix()), 403},
		"not yet":           {"Bearer " + claims("nbf", m.entra.Clock.Now().Unix()+60), 403},
		"another signature": {"Bearer " + m.token[:len(m.token)-8] + "AAAAAAAA", 403},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{subscriptions + "/" + id, "/usageEvents?usageStartDate=2026-11-21"} {
				got := m.call(t, http.MethodGet, path, "", "Authorization", test.authorization)
				if got.Status != test.status {
					t.Errorf("%s: %d, want %d", path, got.Status, test.status)
				}
			}
		})
	}
}
