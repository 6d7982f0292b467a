package entra

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/standin"
)

// grant is what an answer of the token endpoint is made from, and what a refresh token stands for.
type grant struct {
	client sandbox.App
	person sandbox.Person
	scope  scopeRequest
	nonce  string // of the ID token; empty when there was none
	// confirmed says that the person has confirmed the sign-in with a second factor.
	confirmed bool
}

// codeGrant is what an authorization code stands for.
type codeGrant struct {
	grant
	redirectURI string
	challenge   string
}

func (e *Server) redeemCode(client sandbox.App, form url.Values) (tokenAnswer, *oauthError) {
	// The first attempt spends a code, whether it succeeds or not (RFC 6749, section 4.1.2).
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

// redeemRefreshToken returns a new refresh token with every answer. As with Entra, the old one stays valid until it
// expires, because frames that share a token cache may redeem it at the same time.
// https://learn.microsoft.com/entra/identity-platform/refresh-tokens
func (e *Server) redeemRefreshToken(at authority, client sandbox.App, form url.Values) (tokenAnswer, *oauthError) {
	earlier, expires, ok := e.refresh.get(form.Get("refresh_token"))
	if !ok {
		return tokenAnswer{}, errInvalidGrant(700082, "The refresh token is unknown or has expired.")
	}
	if earlier.client.ClientID != client.ClientID {
		return tokenAnswer{}, errInvalidGrant(70000, "The refresh token was issued to another client.")
	}
	person := earlier.person
	if !at.multiTenant() && at.directory.ID != person.DirectoryID {
		// A refresh token is valid in every directory where the person has an account.
		if person, ok = e.account(at, person.Email); !ok {
			return tokenAnswer{}, errNotInTenant(at)
		}
	}
	if asksToConfirm(form.Get("claims")) && !earlier.confirmed {
		return tokenAnswer{}, errSecondFactor()
	}
	next := grant{client: client, person: person, scope: earlier.scope, confirmed: earlier.confirmed}
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

func (e *Server) answerWithRefreshToken(g grant, expires time.Time) (tokenAnswer, *oauthError) {
	answer, _, oauthErr := e.userTokens(g)
	if oauthErr != nil {
		return tokenAnswer{}, oauthErr
	}
	if g.scope.offline {
		kept := g
		kept.nonce = ""
		answer.RefreshToken = e.refresh.add(kept, expires)
	}
	return answer, nil
}

// onBehalfOf exchanges a user's token for the calling API for a token for another resource.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
func (e *Server) onBehalfOf(at authority, client sandbox.App, form url.Values) (tokenAnswer, *oauthError) {
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

		Confirmed []string `json:"acrs"`
	}
	if err := e.keys.verify(form.Get("assertion"), &assertion); err != nil {
		return tokenAnswer{}, errInvalidGrant(50013, "The assertion's signature is not valid.")
	}
	now := e.now().Unix()
	switch {
	case now >= assertion.Expires || now < assertion.NotBefore:
		return tokenAnswer{}, errInvalidGrant(500133, "The assertion is not within its valid time range.")
	case !client.AnswersTo(assertion.Audience):
		return tokenAnswer{}, errInvalidGrant(500131, "The assertion's audience is not the client.")
	case assertion.Permissions == "":
		return tokenAnswer{}, errInvalidGrant(7000114, "An app-only token can't be used on behalf of a user.")
	case !at.multiTenant() && at.directory.ID != assertion.DirectoryID:
		return tokenAnswer{}, errInvalidGrant(50013, "The assertion is from another directory.")
	}
	person, ok := e.PersonByObjectID(assertion.DirectoryID, assertion.ObjectID)
	if !ok {
		return tokenAnswer{}, errInvalidGrant(50034, "The account of the assertion does not exist.")
	}
	if e.faults.Of(faultService) == standin.SecondFactor && !Confirmed(assertion.Confirmed) {
		return tokenAnswer{}, errSecondFactor()
	}
	asked, oauthErr := e.parseScope(form.Get("scope"))
	if oauthErr != nil {
		return tokenAnswer{}, oauthErr
	}
	if asked.resource.ClientID != client.ClientID && !e.Consented(assertion.DirectoryID) {
		return tokenAnswer{}, errInvalidGrant(consentMissing, "The user or administrator has not consented to use "+
			"the application with ID '"+client.ClientID+"'.")
	}
	g := grant{client: client, person: person, scope: asked, confirmed: Confirmed(assertion.Confirmed)}
	return e.answerWithRefreshToken(g, e.now().Add(refreshLifetime))
}

func (e *Server) clientCredentials(at authority, client sandbox.App, form url.Values) (tokenAnswer, *oauthError) {
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

// userTokens returns an access token and when it expires, with an ID token if the scope has openid.
func (e *Server) userTokens(g grant) (tokenAnswer, time.Time, *oauthError) {
	if len(g.scope.permissions) == 0 {
		return tokenAnswer{}, time.Time{}, errScope(650057, g.scope.resource.Name+" can't be called for a user.")
	}
	if current, ok := e.PersonByObjectID(g.person.DirectoryID, g.person.ObjectID); ok {
		g.person = current // as the directory knows them now
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

// clientInfo tells Microsoft's libraries which account they hold. It names the one at home, also for a guest.
func clientInfo(person sandbox.Person) string {
	info := fmt.Sprintf(`{"uid":%q,"utid":%q}`, person.HomeObjectID, person.HomeDirectoryID)
	return base64.RawURLEncoding.EncodeToString([]byte(info))
}

func newTokenAnswer(access string) tokenAnswer {
	seconds := int(tokenLifetime / time.Second)
	return tokenAnswer{TokenType: "Bearer", ExpiresIn: seconds, ExtExpiresIn: seconds, AccessToken: access}
}
