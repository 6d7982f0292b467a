package marketplace

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// landingTokenLifetime is how long a landing page's token is valid.
// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-subscription-api
const landingTokenLifetime = 24 * time.Hour

type landingToken struct {
	Token          string    `json:"token"`
	SubscriptionID string    `json:"subscription_id"`
	Expires        time.Time `json:"expires"`
}

// LandingURL returns the landing page's address as "Configure account" and "Manage account" open it. Each has a new token.
func (m *Server) LandingURL(id string) (string, error) {
	token, err := m.LandingToken(id)
	if err != nil {
		return "", err
	}
	landing := *m.landing
	query := landing.Query()
	query.Set("token", token)
	landing.RawQuery = query.Encode()
	return landing.String(), nil
}

// LandingToken returns a new token, not yet percent-encoded, by which the publisher resolves the subscription.
func (m *Server) LandingToken(id string) (string, error) {
	token := newLandingToken()
	err := m.withSubscription(id, func(s *Subscription) error {
		m.state.Tokens = append(m.state.Tokens, landingToken{token, s.ID, m.now().Add(landingTokenLifetime)})
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("sandbox: %w", err)
	}
	return token, nil
}

// newLandingToken returns a random token with each character of base64 that an address must escape.
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
