package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// grant is what one answer of the token endpoint is made from, and what a refresh token stands for.
type grant struct {
	client App
	person Person
	scope  scopeRequest
	nonce  string // of the ID token; empty when there was none
}

// codeGrant is what an authorization code stands for.
type codeGrant struct {
	grant
	redirectURI string
	challenge   string
}

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

func (e *Entra) servePreflight(w http.ResponseWriter, r *http.Request) {
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

// allowOrigin lets a page read the answer if a redirect URI of an app has its origin.
func (e *Entra) allowOrigin(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if !slices.Contains(e.origins, origin) {
		return false
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	return true
}

func (e *Entra) serveToken(w http.ResponseWriter, r *http.Request) {
	e.allowOrigin(w, r)
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		e.writeError(w, r, errInvalidRequest(900144, "The body is not a form."))
		return
	}
	answer, oauthErr := e.token(r.PathValue("tenant"), r.Header.Get("Origin"), r.PostForm)
	if oauthErr != nil {
		e.writeError(w, r, oauthErr)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// tokenAnswerV1 is what version 1 of the token endpoint answers, with numbers as texts.
type tokenAnswerV1 struct {
	TokenType    string `json:"token_type"`
	ExpiresIn    string `json:"expires_in"`     // seconds
	ExtExpiresIn string `json:"ext_expires_in"` // seconds
	ExpiresOn    string `json:"expires_on"`     // seconds since 1970
	NotBefore    string `json:"not_before"`     // seconds since 1970
	Resource     string `json:"resource"`
	AccessToken  string `json:"access_token"`
}

// serveTokenV1 is the token endpoint's version 1 for an app that asks for itself: it names a resource, not a scope.
// Which version the token has is the resource's affair all the same.
// https://learn.microsoft.com/previous-versions/azure/active-directory/azuread-dev/v1-oauth2-client-creds-grant-flow
func (e *Entra) serveTokenV1(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
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
	writeJSON(w, http.StatusOK, tokenAnswerV1{
		TokenType: answer.TokenType, AccessToken: answer.AccessToken, Resource: resource,
		ExpiresIn: strconv.Itoa(answer.ExpiresIn), ExtExpiresIn: strconv.Itoa(answer.ExtExpiresIn),
		ExpiresOn: unixText(now.Add(lifetime)), NotBefore: unixText(now),
	})
}

func unixText(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func (e *Entra) token(tenant, origin string, form url.Values) (tokenAnswer, *oauthError) {
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

// authenticate returns the client that calls the token endpoint: a confidential one by its secret, a
// single-page application by the origin of the page that sends its public client id.
func (e *Entra) authenticate(at authority, origin string, form url.Values) (App, *oauthError) {
	client, ok := e.app(form.Get("client_id"))
	if !ok || client.DirectoryID != "" && client.DirectoryID != at.directory.ID {
		return App{}, errUnknownClient(form.Get("client_id"))
	}
	secret := form.Get("client_secret")
	if client.Secret == "" {
		if secret != "" {
			return App{}, &oauthError{
				http.StatusUnauthorized, "invalid_client", 700025, "The client is public and has no secret.",
			}
		}
		fromOwnPage := slices.ContainsFunc(client.RedirectURIs, func(uri string) bool {
			parsed, err := url.Parse(uri)
			return err == nil && originOf(parsed) == origin
		})
		if !fromOwnPage {
			return App{}, errInvalidRequest(9002327, "Tokens issued for the 'Single-Page Application' client-type "+
				"may only be redeemed via cross-origin requests from an origin that is registered.")
		}
		return client, nil
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(client.Secret)) != 1 {
		return App{}, &oauthError{
			http.StatusUnauthorized, "invalid_client", 7000215, "Invalid client secret provided.",
		}
	}
	return client, nil
}

func (e *Entra) redeemCode(client App, form url.Values) (tokenAnswer, *oauthError) {
	// A code is spent by the first attempt, good or bad (RFC 6749, section 4.1.2).
	code, ok := e.codes.take(form.Get("code"))
	if !ok {
		return tokenAnswer{}, errInvalidGrant(54005, "The code is unknown, has expired or was redeemed before.")
	}
	if code.client.ClientID != client.ClientID {
		return tokenAnswer{}, errInvalidGrant(70000, "The code was issued to another client.")
	}
	if code.redirectURI != form.Get("redirect_uri") {
		return tokenAnswer{}, errInvalidGrant(500112, "The redirect_uri is not the one the code was asked with.")
	}
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	if base64.RawURLEncoding.EncodeToString(sum[:]) != code.challenge {
		return tokenAnswer{}, errInvalidGrant(501481, "The code_verifier does not match the code_challenge.")
	}
	return e.answerWithRefreshToken(code.grant, e.now().Add(refreshLifetime))
}

// redeemRefreshToken gives a new refresh token with every answer. As with Entra the old one stays good until
// it expires: frames that share a token cache may redeem it at the same time.
// https://learn.microsoft.com/entra/identity-platform/refresh-tokens
func (e *Entra) redeemRefreshToken(at authority, client App, form url.Values) (tokenAnswer, *oauthError) {
	held, expires, ok := e.refresh.get(form.Get("refresh_token"))
	if !ok {
		return tokenAnswer{}, errInvalidGrant(700082, "The refresh token is unknown or has expired.")
	}
	if held.client.ClientID != client.ClientID {
		return tokenAnswer{}, errInvalidGrant(70000, "The refresh token was issued to another client.")
	}
	person := held.person
	if !at.multiTenant() && at.directory.ID != person.DirectoryID {
		// A person's refresh token is good in every directory where the person has an account.
		if person, ok = e.account(at, person.Email); !ok {
			return tokenAnswer{}, errNotInTenant(at)
		}
	}
	next := grant{client: client, person: person, scope: held.scope}
	if scope := form.Get("scope"); scope != "" {
		asked, oauthErr := e.parseScope(scope)
		if oauthErr != nil {
			return tokenAnswer{}, oauthErr
		}
		next.scope = asked
	}
	next.scope.offline = true
	return e.answerWithRefreshToken(next, expires)
}

func (e *Entra) answerWithRefreshToken(g grant, expires time.Time) (tokenAnswer, *oauthError) {
	answer, _, oauthErr := e.userTokens(g)
	if oauthErr != nil {
		return tokenAnswer{}, oauthErr
	}
	if g.scope.offline {
		answer.RefreshToken = e.refresh.add(grant{client: g.client, person: g.person, scope: g.scope}, expires)
	}
	return answer, nil
}

// onBehalfOf exchanges a user's token for the calling API for one for another resource.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
func (e *Entra) onBehalfOf(at authority, client App, form url.Values) (tokenAnswer, *oauthError) {
	if form.Get("requested_token_use") != "on_behalf_of" {
		return tokenAnswer{}, errInvalidRequest(900144, "requested_token_use must be 'on_behalf_of'.")
	}
	if client.Secret == "" {
		return tokenAnswer{}, &oauthError{
			http.StatusUnauthorized, "invalid_client", 7000218, "The flow needs a confidential client.",
		}
	}
	var assertion struct {
		Audience    string `json:"aud"`
		Expires     int64  `json:"exp"`
		NotBefore   int64  `json:"nbf"`
		DirectoryID string `json:"tid"`
		ObjectID    string `json:"oid"`
		Permissions string `json:"scp"`
	}
	if err := e.keys.verify(form.Get("assertion"), &assertion); err != nil {
		return tokenAnswer{}, errInvalidGrant(50013, "The assertion's signature is not valid.")
	}
	now := e.now().Unix()
	switch {
	case now >= assertion.Expires || now < assertion.NotBefore:
		return tokenAnswer{}, errInvalidGrant(500133, "The assertion is not within its valid time range.")
	case !client.answersTo(assertion.Audience):
		return tokenAnswer{}, errInvalidGrant(500131, "The assertion's audience is not the client.")
	case assertion.Permissions == "":
		return tokenAnswer{}, errInvalidGrant(7000114, "An app-only token can't be used on behalf of a user.")
	case !at.multiTenant() && at.directory.ID != assertion.DirectoryID:
		return tokenAnswer{}, errInvalidGrant(50013, "The assertion is from another directory.")
	}
	who := slices.IndexFunc(e.people, func(p Person) bool {
		return p.DirectoryID == assertion.DirectoryID && p.ObjectID == assertion.ObjectID
	})
	if who < 0 {
		return tokenAnswer{}, errInvalidGrant(50034, "The account of the assertion does not exist.")
	}
	asked, oauthErr := e.parseScope(form.Get("scope"))
	if oauthErr != nil {
		return tokenAnswer{}, oauthErr
	}
	if asked.resource.ClientID == GraphResourceID && !e.consented(assertion.DirectoryID) {
		return tokenAnswer{}, errInvalidGrant(consentMissing, "The user or administrator has not consented to use "+
			"the application with ID '"+client.ClientID+"'.")
	}
	g := grant{client: client, person: e.people[who], scope: asked}
	return e.answerWithRefreshToken(g, e.now().Add(refreshLifetime))
}

func (e *Entra) clientCredentials(at authority, client App, form url.Values) (tokenAnswer, *oauthError) {
	if client.Secret == "" {
		return tokenAnswer{}, &oauthError{
			http.StatusUnauthorized, "invalid_client", 7000218, "The flow needs a confidential client.",
		}
	}
	if at.multiTenant() {
		return tokenAnswer{}, errInvalidRequest(50059, "The flow needs a directory, not '"+at.segment+"'.")
	}
	asked, oauthErr := e.parseScope(form.Get("scope"))
	if oauthErr != nil {
		return tokenAnswer{}, oauthErr
	}
	if asked.named {
		return tokenAnswer{}, errScope(1002012, "The scope of client credentials must be a resource's /.default.")
	}
	now := e.now()
	claims := e.commonClaims(at.directory.ID, now)
	claims["aud"] = asked.tokenAudience()
	claims["oid"] = servicePrincipal(client, at.directory)
	claims["sub"] = claims["oid"]
	claims["idtyp"] = "app"
	e.addClient(claims, asked.resource, client)
	token, err := e.keys.sign(claims, SignOptions{})
	if err != nil {
		return tokenAnswer{}, errServer()
	}
	return newTokenAnswer(token), nil
}

// servicePrincipal returns the object id an app has in a directory.
func servicePrincipal(client App, directory Directory) string {
	sum := sha256.Sum256([]byte(client.ClientID + "/" + directory.ID))
	return formatGUID([16]byte(sum[:16]))
}

// userTokens returns an access token, an ID token if openid was asked for, and when they expire.
func (e *Entra) userTokens(g grant) (tokenAnswer, time.Time, *oauthError) {
	if len(g.scope.permissions) == 0 {
		return tokenAnswer{}, time.Time{}, errScope(650057, g.scope.resource.Name+" can't be called for a user.")
	}
	now := e.now()
	access, err := e.keys.sign(e.accessClaims(g, now), SignOptions{})
	if err != nil {
		return tokenAnswer{}, time.Time{}, errServer()
	}
	answer := newTokenAnswer(access)
	answer.Scope = g.scope.granted
	answer.ClientInfo = clientInfo(g.person)
	if g.scope.openID {
		if answer.IDToken, err = e.keys.sign(e.idClaims(g, now), SignOptions{}); err != nil {
			return tokenAnswer{}, time.Time{}, errServer()
		}
	}
	return answer, now.Add(tokenLifetime).Truncate(time.Second), nil
}

// clientInfo tells Microsoft's libraries which account they hold: the one at home, wherever it is a guest.
func clientInfo(person Person) string {
	info := fmt.Sprintf(`{"uid":%q,"utid":%q}`, person.HomeObjectID, person.HomeDirectoryID)
	return base64.RawURLEncoding.EncodeToString([]byte(info))
}

func newTokenAnswer(access string) tokenAnswer {
	seconds := int(tokenLifetime / time.Second)
	return tokenAnswer{TokenType: "Bearer", ExpiresIn: seconds, ExtExpiresIn: seconds, AccessToken: access}
}

// commonClaims returns what all tokens have, with the issuer of version 2.
func (e *Entra) commonClaims(directoryID string, now time.Time) map[string]any {
	return map[string]any{
		"iss": e.issuer(directoryID),
		"iat": now.Unix(),
		"nbf": now.Unix(),
		"exp": now.Add(tokenLifetime).Unix(),
		"tid": directoryID,
		"uti": newGUID(),
		"rh":  "1.sandbox",
		"ver": "2.0",
	}
}

// accessClaims returns the claims of a user's access token. Version 1 tokens differ by
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference, but have no ipaddr.
func (e *Entra) accessClaims(g grant, now time.Time) map[string]any {
	claims := e.commonClaims(g.person.DirectoryID, now)
	e.addPerson(claims, g.person)
	claims["aud"] = g.scope.tokenAudience()
	claims["sub"] = sub(g.scope.resource.ClientID, g.person)
	claims["scp"] = strings.Join(g.scope.permissions, " ")
	e.addClient(claims, g.scope.resource, g.client)
	if g.scope.resource.AccessTokenVersion == 1 {
		delete(claims, "preferred_username")
		claims["upn"] = g.person.UserPrincipalName
		claims["unique_name"] = g.person.Email
	}
	return claims
}

func (e *Entra) idClaims(g grant, now time.Time) map[string]any {
	claims := e.commonClaims(g.person.DirectoryID, now)
	e.addPerson(claims, g.person)
	claims["aud"] = g.client.ClientID
	claims["sub"] = sub(g.client.ClientID, g.person)
	if g.nonce != "" {
		claims["nonce"] = g.nonce
	}
	return claims
}

// tokenAudience returns the aud claim: always the client id in version 2, the name the client used in
// version 1.
func (s scopeRequest) tokenAudience() string {
	if s.resource.AccessTokenVersion == 1 {
		return s.audience
	}
	return s.resource.ClientID
}

func (e *Entra) addPerson(claims map[string]any, person Person) {
	claims["oid"] = person.ObjectID
	claims["name"] = person.Name
	claims["preferred_username"] = person.Email
	claims["email"] = person.Email
	claims["acct"] = 0
	if person.Guest() {
		claims["acct"] = 1
		claims["idp"] = v1Issuer(person.HomeDirectoryID)
		return
	}
	// The directory has verified the domain of its members' addresses, not that of its guests'.
	// https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
	claims["xms_edov"] = true
}

// addClient adds who asked for an access token, and gives it the version that its resource wants.
func (e *Entra) addClient(claims map[string]any, resource, client App) {
	authentication := "0"
	if client.Secret != "" {
		authentication = "1"
	}
	if resource.AccessTokenVersion != 1 {
		claims["azp"], claims["azpacr"] = client.ClientID, authentication
		return
	}
	claims["appid"], claims["appidacr"] = client.ClientID, authentication
	claims["ver"] = "1.0"
	claims["iss"] = v1Issuer(claims["tid"].(string))
}

// v1Issuer returns the issuer of version 1 tokens, which is the same whatever host Entra is reached at.
func v1Issuer(directoryID string) string { return "https://sts.windows.net/" + directoryID + "/" }

func errNotInTenant(at authority) *oauthError {
	return errInvalidGrant(50020, "The user account does not exist in "+at.directory.Name+".")
}

func errGrantType() *oauthError {
	return &oauthError{http.StatusBadRequest, "unsupported_grant_type", 70003, "The grant type is not supported."}
}

func errServer() *oauthError {
	return &oauthError{http.StatusInternalServerError, "server_error", 90033, "A transient error has occurred."}
}
