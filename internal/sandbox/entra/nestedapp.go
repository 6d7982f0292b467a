package entra

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/standin"
)

// NestedAppAnswer is what the page that embeds an app needs for a NestedAppAuthResponse: token and account, or the
// error.
// https://github.com/AzureAD/microsoft-authentication-library-for-js/tree/dev/lib/msal-browser/src/naa
type NestedAppAnswer struct {
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

// NestedAppRequest is what a page asks for an app that it embeds.
type NestedAppRequest struct {
	User        string `json:"user"` // the principal name
	ClientID    string `json:"client_id"`
	Scope       string `json:"scope"`
	Authority   string `json:"authority"`   // that of one directory asks for the person's account there
	Claims      string `json:"claims"`      // what the token must have
	Interactive bool   `json:"interactive"` // the person is there to confirm the sign-in
}

// AnswerNestedApp signs a person in on behalf of an app that a page embeds, and returns the HTTP status beside the
// answer.
func (e *Server) AnswerNestedApp(request NestedAppRequest) (int, NestedAppAnswer) {
	if e.failing() {
		return http.StatusServiceUnavailable, NestedAppAnswer{Error: &nestedAppError{
			Status: "TRANSIENT_ERROR", Code: "service_unavailable", Description: "Entra does not answer.",
		}}
	}
	answer, oauthErr := e.nestedApp(request)
	if oauthErr != nil {
		status := "PERSISTENT_ERROR"
		if oauthErr.number == secondFactorMissing {
			status = "USER_INTERACTION_REQUIRED"
		}
		return http.StatusBadRequest, NestedAppAnswer{Error: &nestedAppError{
			Status: status, Code: oauthErr.code, Description: oauthErr.description(),
		}}
	}
	return http.StatusOK, answer
}

func (e *Server) nestedApp(request NestedAppRequest) (NestedAppAnswer, *oauthError) {
	person, ok := e.Person(request.User)
	if !ok {
		return NestedAppAnswer{}, errInvalidGrant(50034, "There is no account of this name.")
	}
	if request.Authority != "" {
		at, oauthErr := e.authorityOf(request.Authority)
		if oauthErr != nil {
			return NestedAppAnswer{}, oauthErr
		}
		if !at.multiTenant() {
			there, ok := e.account(at, person.Email)
			if !ok {
				return NestedAppAnswer{}, errNotInTenant(at)
			}
			person = there
		}
	}
	client, ok := e.app(request.ClientID)
	if !ok {
		return NestedAppAnswer{}, errUnknownClient(request.ClientID)
	}
	if !slices.Contains(client.RedirectURIs, sandbox.NestedAppRedirectURI) {
		return NestedAppAnswer{}, errInvalidRequest(50011,
			sandbox.NestedAppRedirectURI+" is not registered for "+client.Name+".")
	}
	// Microsoft's libraries need an ID token, whatever scope the app asks for.
	confirmed, ok := e.isConfirmed(person, request)
	if !ok {
		return NestedAppAnswer{}, errSecondFactor()
	}
	asked, oauthErr := e.parseScope(request.Scope + " openid profile")
	if oauthErr != nil {
		return NestedAppAnswer{}, oauthErr
	}
	if !worksIn(client, person.DirectoryID) {
		return NestedAppAnswer{}, errUnknownClient(request.ClientID)
	}
	answer, _, oauthErr := e.userTokens(grant{client: client, person: person, scope: asked, confirmed: confirmed})
	if oauthErr != nil {
		return NestedAppAnswer{}, oauthErr
	}
	claims := map[string]any{}
	if err := e.keys.verify(answer.IDToken, &claims); err != nil {
		return NestedAppAnswer{}, errServer()
	}
	return NestedAppAnswer{
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

// isConfirmed tells whether the session with the page has a second factor, which the person gives when they are there. ok
// is false when one is asked for that is missing.
func (e *Server) isConfirmed(person sandbox.Person, request NestedAppRequest) (confirmed, ok bool) {
	asked := asksToConfirm(request.Claims)
	e.mu.Lock()
	defer e.mu.Unlock()
	if asked && request.Interactive {
		e.confirmed[person.ObjectID] = true
	}
	confirmed = e.confirmed[person.ObjectID]
	return confirmed, confirmed || !asked
}

// authorityOf returns the authority that an address names, for instance https://localhost:8443/organizations/.
func (e *Server) authorityOf(address string) (authority, *oauthError) {
	parsed, err := url.Parse(address)
	if err != nil || standin.Origin(parsed) != e.base.String() {
		return authority{}, errInvalidRequest(90002, "The authority is not this one.")
	}
	return e.authority(strings.Trim(parsed.Path, "/"))
}
