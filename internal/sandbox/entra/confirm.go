package entra

import "encoding/json"

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
