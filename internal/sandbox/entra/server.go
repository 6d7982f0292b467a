package entra

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/standin"
)

const (
	tokenLifetime   = 75 * time.Minute // Entra chooses between 60 and 90 at random
	codeLifetime    = 10 * time.Minute
	sessionLifetime = 24 * time.Hour
	// A single-page application's refresh token lasts 24 hours, and a renewed one ends with the first.
	refreshLifetime = 24 * time.Hour

	maxCodes         = 1_000
	maxSessions      = 1_000
	maxRefreshTokens = 10_000
)

// Config says who and what an Entra stand-in knows. All fields are required.
type Config struct {
	// BaseURL is the https address at which it is reached, without a path.
	BaseURL     string
	Directories []sandbox.Directory
	People      []sandbox.Person
	Apps        []sandbox.App
	// KeyDir keeps the signing keys, so that tokens stay valid over a restart.
	KeyDir string
	Now    func() time.Time
}

// Server stands in for Microsoft Entra ID: an http.Handler with Entra's paths, tokens and errors. Its methods are safe
// for concurrent use.
type Server struct {
	base        *url.URL
	directories []sandbox.Directory
	apps        []sandbox.App
	origins     []string
	now         func() time.Time

	keys     *keySet
	codes    *store[codeGrant]
	refresh  *store[grant]
	sessions *store[sandbox.Person] // who signed in with a browser
	faults   *standin.Faults
	mux      *http.ServeMux

	mu        sync.Mutex
	people    []sandbox.Person
	confirmed map[string]bool // by object id: who has confirmed the sign-in to a page that embeds apps
	consents  map[string]bool // by directory
}

// New returns an Entra stand-in, and makes its first signing key if KeyDir holds none.
func New(config Config) (*Server, error) {
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
	e := &Server{
		base:        base,
		directories: slices.Clone(config.Directories),
		apps:        slices.Clone(config.Apps),
		origins:     origins,
		now:         config.Now,
		keys:        keys,
		codes:       newStore[codeGrant](maxCodes, config.Now),
		refresh:     newStore[grant](maxRefreshTokens, config.Now),
		sessions:    newStore[sandbox.Person](maxSessions, config.Now),
		faults: standin.NewFaults([]string{faultService},
			standin.Down, standin.Slow, standin.HTML, standin.EmptyKeys, standin.SecondFactor),
		mux:    http.NewServeMux(),
		people: slices.Clone(config.People), confirmed: make(map[string]bool), consents: make(map[string]bool),
	}
	for _, directory := range e.directories {
		e.consents[directory.ID] = directory.Consent
	}
	e.routes()
	return e, nil
}

func redirectOrigins(apps []sandbox.App) ([]string, error) {
	var origins []string
	for _, app := range apps {
		for _, uri := range app.RedirectURIs {
			parsed, err := url.Parse(uri)
			if err != nil || parsed.Host == "" {
				return nil, fmt.Errorf("sandbox: redirect URI %q of %s is not absolute", uri, app.Name)
			}
			origins = append(origins, standin.Origin(parsed))
		}
	}
	return origins, nil
}

func (e *Server) routes() {
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
func (e *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !strings.HasPrefix(r.URL.Path, standin.ControlPrefix) && e.answeredByFault(w, r) {
		return
	}
	e.mux.ServeHTTP(w, r)
}

// authority is the first segment of an Entra path: one directory or all of them.
type authority struct {
	segment   string            // as the endpoints of its metadata name it
	directory sandbox.Directory // zero for organizations and common
}

func (a authority) multiTenant() bool { return a.directory.ID == "" }

func (e *Server) authority(segment string) (authority, *oauthError) {
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

// issuer returns the issuer of version 2 tokens. Without a directory it is a template.
func (e *Server) issuer(directoryID string) string {
	if directoryID == "" {
		directoryID = "{tenantid}"
	}
	return e.base.String() + "/" + directoryID + "/v2.0"
}

func (e *Server) serveMetadata(w http.ResponseWriter, r *http.Request) {
	allowAnyOrigin(w)
	at, oauthErr := e.authority(r.PathValue("tenant"))
	if oauthErr != nil {
		e.writeError(w, r, oauthErr)
		return
	}
	root := e.base.String() + "/" + at.segment
	standin.WriteJSON(w, http.StatusOK, map[string]any{
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

func (e *Server) serveKeys(w http.ResponseWriter, r *http.Request) {
	allowAnyOrigin(w)
	if _, oauthErr := e.authority(r.PathValue("tenant")); oauthErr != nil {
		e.writeError(w, r, oauthErr)
		return
	}
	published := []jwk{}
	if e.faults.Of(faultService) != standin.EmptyKeys {
		// All directories share the keys, so the issuer of each key is a template.
		for _, key := range e.keys.published() {
			published = append(published, key.jwk(e.issuer("")))
		}
	}
	standin.WriteJSON(w, http.StatusOK, map[string]any{"keys": published})
}

// serveInstance tells Microsoft's libraries that this host is a genuine authority and has no other name.
func (e *Server) serveInstance(w http.ResponseWriter, _ *http.Request) {
	allowAnyOrigin(w)
	host := e.base.Host
	standin.WriteJSON(w, http.StatusOK, map[string]any{
		"api-version":               "1.1",
		"tenant_discovery_endpoint": e.base.String() + "/common/v2.0/.well-known/openid-configuration",
		"metadata": []map[string]any{
			{"preferred_network": host, "preferred_cache": host, "aliases": []string{host}},
		},
	})
}

func allowAnyOrigin(w http.ResponseWriter) { w.Header().Set("Access-Control-Allow-Origin", "*") }

func (e *Server) app(clientID string) (sandbox.App, bool) {
	at := slices.IndexFunc(e.apps, func(app sandbox.App) bool { return app.ClientID == clientID })
	if at < 0 {
		return sandbox.App{}, false
	}
	return e.apps[at], true
}

// worksIn tells whether an app can be used in a directory, which is empty for organizations and common.
func worksIn(app sandbox.App, directoryID string) bool {
	return app.DirectoryID == "" || app.DirectoryID == directoryID
}

// account returns a person's account at an authority: the one in its directory, or the one at home for organizations
// and common. The name is a principal name or an e-mail address.
func (e *Server) account(at authority, name string) (sandbox.Person, bool) {
	for _, person := range e.accounts(at) {
		if strings.EqualFold(person.UserPrincipalName, name) || strings.EqualFold(person.Email, name) {
			return person, true
		}
	}
	return sandbox.Person{}, false
}

// accounts returns the accounts that can sign in at an authority.
func (e *Server) accounts(at authority) []sandbox.Person {
	var accounts []sandbox.Person
	for _, person := range e.People() {
		if person.DirectoryID == at.directory.ID || (at.multiTenant() && !person.Guest()) {
			accounts = append(accounts, person)
		}
	}
	return accounts
}

// People returns everybody who can sign in.
func (e *Server) People() []sandbox.Person {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.people)
}

// ChangePerson changes what the directory says of the account with a principal name. Later tokens tell it; an empty
// field stays.
func (e *Server) ChangePerson(userPrincipalName string, change PersonChange) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := slices.IndexFunc(e.people, named(userPrincipalName))
	if at < 0 {
		return fmt.Errorf("sandbox: nobody is called %s", userPrincipalName)
	}
	person := &e.people[at]
	person.Name, person.Email = cmp.Or(change.Name, person.Name), cmp.Or(change.Email, person.Email)
	person.Mail = cmp.Or(change.Mail, person.Mail)
	return nil
}

// PersonChange is another name, as after a marriage, or another address.
type PersonChange struct {
	Name  string `json:"name"`
	Email string `json:"email"` // the name to sign in with
	Mail  string `json:"mail"`  // an address for mail, whose domain nobody has verified
}

func named(userPrincipalName string) func(sandbox.Person) bool {
	return func(p sandbox.Person) bool { return strings.EqualFold(p.UserPrincipalName, userPrincipalName) }
}

// Directories returns the directories.
func (e *Server) Directories() []sandbox.Directory { return slices.Clone(e.directories) }

// Person returns the account with a principal name.
func (e *Server) Person(userPrincipalName string) (sandbox.Person, bool) {
	return e.findPerson(named(userPrincipalName))
}

// PersonByObjectID returns the account with an object id in a directory.
func (e *Server) PersonByObjectID(directoryID, objectID string) (sandbox.Person, bool) {
	return e.findPerson(func(p sandbox.Person) bool { return p.DirectoryID == directoryID && p.ObjectID == objectID })
}

func (e *Server) findPerson(matches func(sandbox.Person) bool) (sandbox.Person, bool) {
	people := e.People()
	at := slices.IndexFunc(people, matches)
	if at < 0 {
		return sandbox.Person{}, false
	}
	return people[at], true
}

// Consented tells whether a directory's administrator has consented that our API calls Microsoft's in people's names.
func (e *Server) Consented(directoryID string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.consents[directoryID]
}

// SetConsent gives or withdraws that consent. It fails for an unknown directory.
func (e *Server) SetConsent(directoryID string, consent bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, known := e.consents[directoryID]; !known {
		return errors.New("sandbox: there is no such directory")
	}
	e.consents[directoryID] = consent
	return nil
}

// sub returns a pairwise subject: the same for one person and one app, another for each app.
func sub(clientID string, person sandbox.Person) string {
	sum := sha256.Sum256([]byte(clientID + "/" + person.DirectoryID + "/" + person.ObjectID))
	return hex.EncodeToString(sum[:])
}

// RollKeys makes a new signing key. Those before it stay published.
func (e *Server) RollKeys() error { return e.keys.roll() }

// WithdrawOldKeys stops publishing every key but the one that signs.
func (e *Server) WithdrawOldKeys() error { return e.keys.withdraw() }

// Sign returns claims as a signed token and adds none, for tests that need a token Entra would never issue.
func (e *Server) Sign(claims map[string]any, options SignOptions) (string, error) {
	return e.keys.sign(claims, options)
}

// IssueUserToken returns an access token as clientID gets it for a person who has signed in, and when it expires. The
// principal name says which account; a guest's is for instance kim_fabrikam.example#EXT#@contoso.example. The scope is
// written as in an authorization request, for instance sandbox.APIScope.
func (e *Server) IssueUserToken(userPrincipalName, clientID, scope string) (string, time.Time, error) {
	person, ok := e.Person(userPrincipalName)
	if !ok {
		return "", time.Time{}, fmt.Errorf("sandbox: nobody is called %s", userPrincipalName)
	}
	answer, expires, oauthErr := e.issueFor(person, clientID, scope)
	if oauthErr != nil {
		return "", time.Time{}, fmt.Errorf("sandbox: %w", oauthErr)
	}
	return answer.AccessToken, expires, nil
}

// issueFor answers as the token endpoint does after person has signed in to a client.
func (e *Server) issueFor(person sandbox.Person, clientID, scope string) (tokenAnswer, time.Time, *oauthError) {
	client, ok := e.app(clientID)
	if !ok || !worksIn(client, person.DirectoryID) {
		return tokenAnswer{}, time.Time{}, errUnknownClient(clientID)
	}
	asked, oauthErr := e.parseScope(scope)
	if oauthErr != nil {
		return tokenAnswer{}, time.Time{}, oauthErr
	}
	return e.userTokens(grant{client: client, person: person, scope: asked})
}
