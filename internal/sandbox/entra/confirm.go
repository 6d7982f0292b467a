package entra

import (
	"encoding/base64"
	"encoding/json"
	"slices"
)

// confirmedContext is the authentication context that an access token has after a second factor.
const confirmedContext = "c1"

// confirmClaims is the claims challenge that asks for a second factor:
// https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
const confirmClaims = `{"access_token":{"acrs":{"essential":true,"value":"` + confirmedContext + `"}}}`

// asksToConfirm tells whether the parameter claims of a request asks for a second factor.
func asksToConfirm(claims string) bool {
	var asked struct {
		AccessToken struct {
			Contexts struct {
				Value string `json:"value"`
			} `json:"acrs"`
		} `json:"access_token"`
	}
	return json.Unmarshal([]byte(claims), &asked) == nil && asked.AccessToken.Contexts.Value == confirmedContext
}

// ConfirmChallenge is the claims challenge for a second factor, as a service writes it into the header WWW-Authenticate.
func ConfirmChallenge() string { return base64.StdEncoding.EncodeToString([]byte(confirmClaims)) }

// Confirmed tells whether the claim acrs of an access token shows a second factor.
func Confirmed(contexts []string) bool { return slices.Contains(contexts, confirmedContext) }
