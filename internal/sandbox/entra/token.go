package entra

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/standin"
)

// tokenAnswer is the body of a successful answer (RFC 6749, section 5.1, and Entra's additions).
type tokenAnswer struct {
	TokenType    string `json:"token_type"`
	Scope        string `json:"scope,omitempty"`
	ExpiresIn    int    `json:"expires_in"`     // seconds
	ExtExpiresIn int    `json:"ext_expires_in"` // seconds
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	ClientInfo   string `json:"client_info,omitempty"`
}

func (e *Server) servePreflight(w http.ResponseWriter, r *http.Request) {
	if !e.allowOrigin(w, r) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	w.Header().Set("Access-Control-Allow-Methods", "POST, OPTIONS")
	if headers := r.Header.Get("Access-Control-Request-Headers"); headers != "" {
		w.Header().Set("Access-Control-Allow-Headers", headers)
	}
	w.WriteHeader(http.StatusNoContent)
}

// allowOrigin lets a page read the answer if an app's redirect URI has the page's origin.
func (e *Server) allowOrigin(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if !slices.Contains(e.origins, origin) {
		return false
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	return true
}

func (e *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	e.allowOrigin(w, r)
	r.Body = http.MaxBytesReader(w, r.Body, standin.MaxBody)
	if err := r.ParseForm(); err != nil {
		e.writeError(w, r, errInvalidRequest(900144, "The body is not a form."))
		return
	}
	answer, oauthErr := e.token(r.PathValue("tenant"), r.Header.Get("Origin"), r.PostForm)
	if oauthErr != nil {
		e.writeError(w, r, oauthErr)
		return
	}
	standin.WriteJSON(w, http.StatusOK, answer)
}

// tokenAnswerV1 is a successful answer of version 1 of the token endpoint, with numbers as strings.
type tokenAnswerV1 struct {
	TokenType    string `json:"token_type"`
	ExpiresIn    string `json:"expires_in"`     // seconds
	ExtExpiresIn string `json:"ext_expires_in"` // seconds
	ExpiresOn    string `json:"expires_on"`     // seconds since 1970
	NotBefore    string `json:"not_before"`     // seconds since 1970
	Resource     string `json:"resource"`
	AccessToken  string `json:"access_token"`
}

// serveTokenV1 is version 1 of the token endpoint, for an app's own tokens: the request has a resource, not a scope. The
// resource still decides on the token's version.
// https://learn.microsoft.com/previous-versions/azure/active-directory/azuread-dev/v1-oauth2-client-creds-grant-flow
func (e *Server) serveTokenV1(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, standin.MaxBody)
	if err := r.ParseForm(); err != nil {
		e.writeError(w, r, errInvalidRequest(900144, "The body is not a form."))
		return
	}
	resource := r.PostForm.Get("resource")
	if resource == "" {
		e.writeError(w, r, errInvalidRequest(900144, "The request body must contain the parameter 'resource'."))
		return
	}
	if r.PostForm.Get("grant_type") != "client_credentials" {
		e.writeError(w, r, errGrantType())
		return
	}
	r.PostForm.Set("scope", resource+"/"+defaultScope)
	now := e.now()
	answer, oauthErr := e.token(r.PathValue("tenant"), r.Header.Get("Origin"), r.PostForm)
	if oauthErr != nil {
		e.writeError(w, r, oauthErr)
		return
	}
	lifetime := time.Duration(answer.ExpiresIn) * time.Second
	standin.WriteJSON(w, http.StatusOK, tokenAnswerV1{
		TokenType: answer.TokenType, AccessToken: answer.AccessToken, Resource: resource,
		ExpiresIn: strconv.Itoa(answer.ExpiresIn), ExtExpiresIn: strconv.Itoa(answer.ExtExpiresIn),
		ExpiresOn: unixText(now.Add(lifetime)), NotBefore: unixText(now),
	})
}

func unixText(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func (e *Server) token(tenant, origin string, form url.Values) (tokenAnswer, *oauthError) {
	at, oauthErr := e.authority(tenant)
	if oauthErr != nil {
		return tokenAnswer{}, oauthErr
	}
	if name, found := repeated(form); found {
		return tokenAnswer{}, errInvalidRequest(9000411, "The parameter '"+name+"' is duplicated.")
	}
	client, oauthErr := e.authenticate(at, origin, form)
	if oauthErr != nil {
		return tokenAnswer{}, oauthErr
	}
	switch form.Get("grant_type") {
	case "authorization_code":
		return e.redeemCode(client, form)
	case "refresh_token":
		return e.redeemRefreshToken(at, client, form)
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		return e.onBehalfOf(at, client, form)
	case "client_credentials":
		return e.clientCredentials(at, client, form)
	default:
		return tokenAnswer{}, errGrantType()
	}
}

// authenticate returns the client that calls the token endpoint. A confidential client has a secret; a single-page
// application is known by the origin of its page.
func (e *Server) authenticate(at authority, origin string, form url.Values) (sandbox.App, *oauthError) {
	client, ok := e.app(form.Get("client_id"))
	if !ok || !worksIn(client, at.directory.ID) {
		return sandbox.App{}, errUnknownClient(form.Get("client_id"))
	}
	secret := form.Get("client_secret")
	if client.Secret == "" {
		if secret != "" {
			return sandbox.App{}, &oauthError{
				http.StatusUnauthorized, "invalid_client", 700025, "The client is public and has no secret.",
			}
		}
		fromOwnPage := slices.ContainsFunc(client.RedirectURIs, func(uri string) bool {
			parsed, err := url.Parse(uri)
			return err == nil && standin.Origin(parsed) == origin
		})
		if !fromOwnPage {
			return sandbox.App{}, errInvalidRequest(9002327, "Tokens issued for the 'Single-Page Application' client-type "+
				"may only be redeemed via cross-origin requests from an origin that is registered.")
		}
		return client, nil
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(client.Secret)) != 1 {
		return sandbox.App{}, &oauthError{
			http.StatusUnauthorized, "invalid_client", 7000215, "Invalid client secret provided.",
		}
	}
	return client, nil
}
