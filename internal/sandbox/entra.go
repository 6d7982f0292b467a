package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

const (
	tokenLifetime   = 75 * time.Minute // Entra chooses between 60 and 90 at random
	codeLifetime    = 10 * time.Minute
	sessionLifetime = 24 * time.Hour
	// Microsoft gives a single-page application 24 hours, and a renewed token keeps the first one's end.
	refreshLifetime = 24 * time.Hour

	maxCodes         = 1_000
	maxSessions      = 1_000
	maxRefreshTokens = 10_000

	maxBody = 64 << 10

	// How long an answer takes while the "slow" fault is on, unless the client gives up first.
	slowAnswer = 30 * time.Second
)

// EntraConfig says who and what an Entra stand-in knows. All fields are required.
type EntraConfig struct {
	// BaseURL is the https address it is reached at, without a path.
	BaseURL     string
	Directories []Directory
	People      []Person
	Apps        []App
	// KeyDir keeps the signing keys, so that tokens stay valid over a restart.
	KeyDir string
	Now    func() time.Time
}

// Entra stands in for Microsoft Entra ID: an http.Handler with Entra's paths, tokens and errors. Its methods
// are safe for concurrent use.
type Entra struct {
	base        *url.URL
	directories []Directory
	people      []Person
	apps        []App
	origins     []string
	now         func() time.Time

	keys     *keySet
	codes    *store[codeGrant]
	refresh  *store[grant]
	sessions *store[Person] // who signed in with a browser
	fault    atomic.Value   // faultMode
	mux      *http.ServeMux
}

// NewEntra returns an Entra stand-in and makes its first signing key if KeyDir holds none.
func NewEntra(config EntraConfig) (*Entra, error) {
	base, err := url.Parse(config.BaseURL)
	if err != nil || base.Scheme != "https" || base.Host == "" || strings.Trim(base.Path, "/") != "" {
		return nil, errors.New("sandbox: the base URL of Entra must be an https address without a path")
	}
	base.Path = ""
	if config.KeyDir == "" || config.Now == nil {
		return nil, errors.New("sandbox: Entra needs KeyDir and Now")
	}
	keys, err := loadOrCreateKeys(config.KeyDir)
	if err != nil {
		return nil, fmt.Errorf("sandbox: signing keys: %w", err)
	}
	origins, err := redirectOrigins(config.Apps)
	if err != nil {
		return nil, err
	}
	e := &Entra{
		base:        base,
		directories: slices.Clone(config.Directories),
		people:      slices.Clone(config.People),
		apps:        slices.Clone(config.Apps),
		origins:     origins,
		now:         config.Now,
		keys:        keys,
		codes:       newStore[codeGrant](maxCodes, config.Now),
		refresh:     newStore[grant](maxRefreshTokens, config.Now),
		sessions:    newStore[Person](maxSessions, config.Now),
		mux:         http.NewServeMux(),
	}
	e.fault.Store(faultOff)
	e.routes()
	return e, nil
}

func redirectOrigins(apps []App) ([]string, error) {
	var origins []string
	for _, app := range apps {
		for _, uri := range app.RedirectURIs {
			parsed, err := url.Parse(uri)
			if err != nil || parsed.Host == "" {
				return nil, fmt.Errorf("sandbox: redirect URI %q of %s is not absolute", uri, app.Name)
			}
			origins = append(origins, originOf(parsed))
		}
	}
	return origins, nil
}

func originOf(address *url.URL) string { return address.Scheme + "://" + address.Host }

func (e *Entra) routes() {
	e.mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", e.serveMetadata)
	e.mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", e.serveKeys)
	e.mux.HandleFunc("GET /common/discovery/instance", e.serveInstance)
	e.mux.HandleFunc("GET /{tenant}/oauth2/v2.0/authorize", e.serveAuthorize)
	e.mux.HandleFunc("POST /{tenant}/oauth2/v2.0/authorize", e.servePick)
	e.mux.HandleFunc("GET /{tenant}/oauth2/v2.0/logout", e.serveLogout)
	e.mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", e.serveToken)
	e.mux.HandleFunc("OPTIONS /{tenant}/oauth2/v2.0/token", e.servePreflight)
	e.mux.HandleFunc("POST /{tenant}/oauth2/token", e.serveTokenV1)
	e.controlRoutes()
}

// ServeHTTP implements http.Handler.
func (e *Entra) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !strings.HasPrefix(r.URL.Path, controlPrefix) && e.answeredByFault(w, r) {
		return
	}
	e.mux.ServeHTTP(w, r)
}

// authority is the first segment of an Entra path: one directory, or any of them.
type authority struct {
	segment   string    // as the endpoints of its metadata name it
	directory Directory // zero for organizations and common
}

func (a authority) multiTenant() bool { return a.directory.ID == "" }

func (e *Entra) authority(segment string) (authority, *oauthError) {
	segment = strings.ToLower(segment)
	if segment == "organizations" || segment == "common" {
		return authority{segment: segment}, nil
	}
	for _, directory := range e.directories {
		if segment == directory.ID || segment == directory.Domain {
			return authority{segment: directory.ID, directory: directory}, nil
		}
	}
	return authority{}, &oauthError{
		http.StatusBadRequest, "invalid_tenant", 90002, "Tenant '" + segment + "' not found.",
	}
}

// issuer returns the issuer of version 2 tokens, which for more than one directory is a template.
func (e *Entra) issuer(directoryID string) string {
	if directoryID == "" {
		directoryID = "{tenantid}"
	}
	return e.base.String() + "/" + directoryID + "/v2.0"
}

func (e *Entra) serveMetadata(w http.ResponseWriter, r *http.Request) {
	allowAnyOrigin(w)
	at, oauthErr := e.authority(r.PathValue("tenant"))
	if oauthErr != nil {
		e.writeError(w, r, oauthErr)
		return
	}
	root := e.base.String() + "/" + at.segment
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                e.issuer(at.directory.ID),
		"authorization_endpoint":                root + "/oauth2/v2.0/authorize",
		"token_endpoint":                        root + "/oauth2/v2.0/token",
		"end_session_endpoint":                  root + "/oauth2/v2.0/logout",
		"jwks_uri":                              root + "/discovery/v2.0/keys",
		"response_types_supported":              []string{"code"},
		"response_modes_supported":              []string{"query", "fragment"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post"},
		"code_challenge_methods_supported":      []string{"S256"},
	})
}

func (e *Entra) serveKeys(w http.ResponseWriter, r *http.Request) {
	allowAnyOrigin(w)
	if _, oauthErr := e.authority(r.PathValue("tenant")); oauthErr != nil {
		e.writeError(w, r, oauthErr)
		return
	}
	published := []jwk{}
	if e.fault.Load() != faultEmptyKeys {
		// The keys are shared by all directories, and each says so by an issuer that is a template.
		for _, key := range e.keys.published() {
			published = append(published, key.jwk(e.issuer("")))
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"keys": published})
}

// serveInstance answers the question of Microsoft's libraries whether a host is a genuine authority: this
// one is, under no other name.
func (e *Entra) serveInstance(w http.ResponseWriter, _ *http.Request) {
	allowAnyOrigin(w)
	host := e.base.Host
	writeJSON(w, http.StatusOK, map[string]any{
		"api-version":               "1.1",
		"tenant_discovery_endpoint": e.base.String() + "/common/v2.0/.well-known/openid-configuration",
		"metadata": []map[string]any{
			{"preferred_network": host, "preferred_cache": host, "aliases": []string{host}},
		},
	})
}

func allowAnyOrigin(w http.ResponseWriter) { w.Header().Set("Access-Control-Allow-Origin", "*") }

func (e *Entra) app(clientID string) (App, bool) {
	at := slices.IndexFunc(e.apps, func(app App) bool { return app.ClientID == clientID })
	if at < 0 {
		return App{}, false
	}
	return e.apps[at], true
}

// account returns the account of a person, given as principal name or e-mail address, at an authority: the
// one in its directory, or, at organizations and common, the one at home.
func (e *Entra) account(at authority, name string) (Person, bool) {
	for _, person := range e.accounts(at) {
		if strings.EqualFold(person.UserPrincipalName, name) || strings.EqualFold(person.Email, name) {
			return person, true
		}
	}
	return Person{}, false
}

// accounts returns the accounts that can sign in at an authority.
func (e *Entra) accounts(at authority) []Person {
	var accounts []Person
	for _, person := range e.people {
		if person.DirectoryID == at.directory.ID || at.multiTenant() && !person.Guest() {
			accounts = append(accounts, person)
		}
	}
	return accounts
}

// consented tells whether a directory's administrator has consented that our API calls Microsoft Graph.
func (e *Entra) consented(directoryID string) bool {
	return slices.ContainsFunc(e.directories, func(d Directory) bool { return d.ID == directoryID && d.GraphConsent })
}

// sub returns a pairwise subject: the same for one person and one app, another for each app.
func sub(clientID string, person Person) string {
	sum := sha256.Sum256([]byte(clientID + "/" + person.DirectoryID + "/" + person.ObjectID))
	return hex.EncodeToString(sum[:])
}

// RollKeys makes a new signing key. Those before it stay published.
func (e *Entra) RollKeys() error { return e.keys.roll() }

// WithdrawOldKeys stops publishing every key but the one that signs.
func (e *Entra) WithdrawOldKeys() error { return e.keys.withdraw() }

// Sign returns claims as a token signed as all others are, for tests that need odd tokens. It adds no claim.
func (e *Entra) Sign(claims map[string]any, options SignOptions) (string, error) {
	return e.keys.sign(claims, options)
}

// IssueUserToken returns an access token as clientID gets it for a person who has signed in, and when it
// expires. The principal name says which account: a guest's is kim_fabrikam.example#EXT#@contoso.example.
// The scope is written as in an authorization request, for instance APIScope.
func (e *Entra) IssueUserToken(userPrincipalName, clientID, scope string) (string, time.Time, error) {
	at := slices.IndexFunc(e.people, func(p Person) bool {
		return strings.EqualFold(p.UserPrincipalName, userPrincipalName)
	})
	if at < 0 {
		return "", time.Time{}, fmt.Errorf("sandbox: nobody is called %s", userPrincipalName)
	}
	answer, expires, oauthErr := e.issueFor(e.people[at], clientID, scope)
	if oauthErr != nil {
		return "", time.Time{}, fmt.Errorf("sandbox: %w", oauthErr)
	}
	return answer.AccessToken, expires, nil
}

// issueFor answers as the token endpoint does after person has signed in to a client.
func (e *Entra) issueFor(person Person, clientID, scope string) (tokenAnswer, time.Time, *oauthError) {
	client, ok := e.app(clientID)
	if !ok || client.DirectoryID != "" && client.DirectoryID != person.DirectoryID {
		return tokenAnswer{}, time.Time{}, errUnknownClient(clientID)
	}
	asked, oauthErr := e.parseScope(scope)
	if oauthErr != nil {
		return tokenAnswer{}, time.Time{}, oauthErr
	}
	return e.userTokens(grant{client: client, person: person, scope: asked})
}
