package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// nestedAppAnswer is the part of a NestedAppAuthResponse that the host page can't make up by itself: token
// and account of a success, or the error.
// https://github.com/AzureAD/microsoft-authentication-library-for-js/tree/dev/lib/msal-browser/src/naa
type nestedAppAnswer struct {
	Token   *nestedAppToken   `json:"token,omitempty"`
	Account *nestedAppAccount `json:"account,omitempty"`
	Error   *nestedAppError   `json:"error,omitempty"`
}

type nestedAppToken struct {
	AccessToken string `json:"access_token"`
	IDToken     string `json:"id_token"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
	Properties  any    `json:"properties"` // always null
	Authority   string `json:"authority"`
}

type nestedAppAccount struct {
	HomeAccountID  string         `json:"homeAccountId"`
	Environment    string         `json:"environment"`
	TenantID       string         `json:"tenantId"`
	Username       string         `json:"username"`
	LocalAccountID string         `json:"localAccountId"`
	Name           string         `json:"name"`
	IDTokenClaims  map[string]any `json:"idTokenClaims"`
}

type nestedAppError struct {
	Status      string `json:"status"`
	Code        string `json:"code"`
	Description string `json:"description"`
}

// serveNestedAppToken signs a person in on behalf of an embedded app, as the Azure DevOps page does with
// nested app authentication. Only the page itself may ask: whoever else can send a request here, a page of
// another origin or a program, has no browser's word for being that page.
func (d *DevOps) serveNestedAppToken(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if !fromSameOrigin(r) {
		writeProblem(w, http.StatusForbidden, "only the Azure DevOps page may do this")
		return
	}
	var body struct {
		User      string `json:"user"`
		ClientID  string `json:"client_id"`
		Scope     string `json:"scope"`
		Authority string `json:"authority"`
	}
	if err := readJSON(w, r, &body); err != nil {
		writeProblem(w, http.StatusBadRequest, "the body must be a JSON object with user, client_id and scope")
		return
	}
	if d.entra.failing() {
		writeJSON(w, http.StatusServiceUnavailable, nestedAppAnswer{Error: &nestedAppError{
			Status: "TRANSIENT_ERROR", Code: "service_unavailable", Description: "Entra does not answer.",
		}})
		return
	}
	answer, oauthErr := d.entra.nestedApp(body.User, body.ClientID, body.Scope, body.Authority)
	if oauthErr != nil {
		writeJSON(w, http.StatusBadRequest, nestedAppAnswer{Error: &nestedAppError{
			Status: "PERSISTENT_ERROR", Code: oauthErr.code, Description: oauthErr.description(),
		}})
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// fromSameOrigin tells whether a browser vouches that the request comes from a page of this very origin.
func fromSameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && origin.Host != "" && origin.Host == r.Host
}

// nestedApp returns what a nested app gets for a person who has an account with the given principal name. An
// authority of one directory asks for the person's account there.
func (e *Entra) nestedApp(name, clientID, scope, authorityURL string) (nestedAppAnswer, *oauthError) {
	who := slices.IndexFunc(e.people, func(p Person) bool { return strings.EqualFold(p.UserPrincipalName, name) })
	if who < 0 {
		return nestedAppAnswer{}, errInvalidGrant(50034, "There is no account of this name.")
	}
	person := e.people[who]
	if authorityURL != "" {
		at, oauthErr := e.authorityOf(authorityURL)
		if oauthErr != nil {
			return nestedAppAnswer{}, oauthErr
		}
		if !at.multiTenant() {
			there, ok := e.account(at, person.Email)
			if !ok {
				return nestedAppAnswer{}, errNotInTenant(at)
			}
			person = there
		}
	}
	client, ok := e.app(clientID)
	if !ok {
		return nestedAppAnswer{}, errUnknownClient(clientID)
	}
	if !slices.Contains(client.RedirectURIs, NestedAppRedirectURI) {
		return nestedAppAnswer{}, errInvalidRequest(50011,
			NestedAppRedirectURI+" is not registered for "+client.Name+".")
	}
	// The libraries want an ID token whatever the app asks for.
	answer, _, oauthErr := e.issueFor(person, clientID, scope+" openid profile")
	if oauthErr != nil {
		return nestedAppAnswer{}, oauthErr
	}
	claims := map[string]any{}
	if err := e.keys.verify(answer.IDToken, &claims); err != nil {
		return nestedAppAnswer{}, errServer()
	}
	return nestedAppAnswer{
		Token: &nestedAppToken{
			AccessToken: answer.AccessToken, IDToken: answer.IDToken, ExpiresIn: answer.ExpiresIn,
			Scope: answer.Scope, Authority: e.base.String() + "/" + person.DirectoryID + "/",
		},
		Account: &nestedAppAccount{
			HomeAccountID: person.HomeObjectID + "." + person.HomeDirectoryID, Environment: e.base.Host,
			TenantID: person.DirectoryID, Username: person.Email, LocalAccountID: person.ObjectID,
			Name: person.Name, IDTokenClaims: claims,
		},
	}, nil
}

// authorityOf returns the authority an https address such as https://localhost:8443/organizations/ names.
func (e *Entra) authorityOf(address string) (authority, *oauthError) {
	parsed, err := url.Parse(address)
	if err != nil || originOf(parsed) != e.base.String() {
		return authority{}, errInvalidRequest(90002, "The authority is not this one.")
	}
	return e.authority(strings.Trim(parsed.Path, "/"))
}
