package sandbox

import (
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
)

// sessionCookie is SameSite=None so that a frame in another site's page can sign in silently where the
// browser still sends third-party cookies.
const sessionCookie = "__Host-sandbox-session"

// authorizeRequest is an authorization request (RFC 6749, section 4.1.1, and RFC 7636) after it was checked.
type authorizeRequest struct {
	at           authority
	client       App
	redirectURI  *url.URL
	responseMode string
	state        string
	scope        scopeRequest
	nonce        string
	challenge    string
	prompt       string
	loginHint    string
}

// challengePattern is what a base64url SHA-256 looks like.
var challengePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// parseAuthorize checks an authorization request. When request comes back with an error, the client is
// genuine and is told by redirect; without a request the error is shown to the person, for nobody knows where
// a redirect would lead.
func (e *Entra) parseAuthorize(r *http.Request) (*authorizeRequest, *oauthError) {
	query := r.URL.Query()
	if name, found := repeated(query); found {
		return nil, errInvalidRequest(9000411, "The parameter '"+name+"' is duplicated.")
	}
	at, oauthErr := e.authority(r.PathValue("tenant"))
	if oauthErr != nil {
		return nil, oauthErr
	}
	client, ok := e.app(query.Get("client_id"))
	if !ok || client.DirectoryID != "" && client.DirectoryID != at.directory.ID {
		return nil, errUnknownClient(query.Get("client_id"))
	}
	uri := query.Get("redirect_uri")
	if !slices.Contains(client.RedirectURIs, uri) {
		return nil, errInvalidRequest(50011, "The redirect URI '"+uri+"' is not registered for "+client.Name+".")
	}
	redirectURI, err := url.Parse(uri)
	if err != nil {
		return nil, errInvalidRequest(50011, "The redirect URI is malformed.")
	}
	request := &authorizeRequest{
		at: at, client: client, redirectURI: redirectURI, responseMode: query.Get("response_mode"),
		state: query.Get("state"), nonce: query.Get("nonce"), challenge: query.Get("code_challenge"),
		prompt: query.Get("prompt"), loginHint: query.Get("login_hint"),
	}
	switch request.responseMode {
	case "query", "fragment":
	case "":
		request.responseMode = "query"
	default:
		request.responseMode = "query"
		return request, errInvalidRequest(70007, "response_mode must be 'query' or 'fragment'.")
	}
	if query.Get("response_type") != "code" {
		return request, &oauthError{
			http.StatusBadRequest, "unsupported_response_type", 700054, "response_type must be 'code'.",
		}
	}
	if query.Get("code_challenge_method") != "S256" || !challengePattern.MatchString(request.challenge) {
		return request, errInvalidRequest(9002325, "Proof Key for Code Exchange with S256 is required.")
	}
	switch request.prompt {
	case "", "none", "login", "select_account", "consent":
	default:
		return request, errInvalidRequest(90023, "Unsupported 'prompt' value.")
	}
	request.scope, oauthErr = e.parseScope(query.Get("scope"))
	return request, oauthErr
}

func (e *Entra) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	setPageHeaders(w, r)
	request, oauthErr := e.parseAuthorize(r)
	if oauthErr != nil {
		e.refuse(w, r, request, oauthErr)
		return
	}
	person, signedIn := e.signedIn(r, request.at)
	if request.loginHint != "" && signedIn {
		hinted, ok := e.account(request.at, request.loginHint)
		signedIn = ok && hinted == person
	}
	switch {
	case signedIn && (request.prompt == "" || request.prompt == "none" || request.prompt == "consent"):
		e.grantCode(w, r, request, person)
	case request.prompt == "none":
		e.refuse(w, r, request, &oauthError{
			http.StatusBadRequest, "login_required", 50058, "Nobody is signed in whom the request would fit.",
		})
	default:
		e.showPicker(w, request)
	}
}

// servePick takes the answer of the page on which one picks an account. The request it belongs to is in the
// form's own address.
func (e *Entra) servePick(w http.ResponseWriter, r *http.Request) {
	setPageHeaders(w, r)
	if http.NewCrossOriginProtection().Check(r) != nil {
		showPage(w, http.StatusForbidden, pageData{Problem: "This form was sent by another site."})
		return
	}
	request, oauthErr := e.parseAuthorize(r)
	if oauthErr != nil {
		e.refuse(w, r, request, oauthErr)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		showPage(w, http.StatusBadRequest, pageData{Problem: "The form could not be read."})
		return
	}
	if r.PostForm.Has("cancel") {
		e.refuse(w, r, request, &oauthError{
			http.StatusBadRequest, "access_denied", 65004, "The user has declined to sign in.",
		})
		return
	}
	accounts := e.accounts(request.at)
	at := slices.IndexFunc(accounts, func(p Person) bool { return p.ObjectID == r.PostForm.Get("account") })
	if at < 0 {
		showPage(w, http.StatusBadRequest, pageData{Problem: "There is no such account here."})
		return
	}
	expires := e.now().Add(sessionLifetime)
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: e.sessions.add(accounts[at], expires), Path: "/",
		Secure: true, HttpOnly: true, SameSite: http.SameSiteNoneMode,
	})
	e.grantCode(w, r, request, accounts[at])
}

// signedIn returns the account, at the authority asked, of whoever has signed in with this browser.
func (e *Entra) signedIn(r *http.Request, at authority) (Person, bool) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return Person{}, false
	}
	person, _, ok := e.sessions.get(cookie.Value)
	if !ok {
		return Person{}, false
	}
	return e.account(at, person.Email)
}

func (e *Entra) grantCode(
	w http.ResponseWriter, r *http.Request, request *authorizeRequest, person Person,
) {
	code := e.codes.add(codeGrant{
		grant:       grant{client: request.client, person: person, scope: request.scope, nonce: request.nonce},
		redirectURI: request.redirectURI.String(),
		challenge:   request.challenge,
	}, e.now().Add(codeLifetime))
	request.redirect(w, r, url.Values{
		"code":          {code},
		"client_info":   {clientInfo(person)},
		"session_state": {newGUID()},
	})
}

// refuse tells the client by redirect that the request failed, or the person when there is no client.
func (e *Entra) refuse(
	w http.ResponseWriter, r *http.Request, request *authorizeRequest, oauthErr *oauthError,
) {
	if request == nil {
		showPage(w, oauthErr.status, pageData{Problem: oauthErr.description()})
		return
	}
	request.redirect(w, r, url.Values{
		"error":             {oauthErr.code},
		"error_description": {oauthErr.description()},
	})
}

// redirect answers the request with parameters in the query or the fragment of its redirect URI.
func (a *authorizeRequest) redirect(w http.ResponseWriter, r *http.Request, parameters url.Values) {
	if a.state != "" {
		parameters.Set("state", a.state)
	}
	target := *a.redirectURI
	if a.responseMode == "fragment" {
		// The encoded form goes out as it is; url.URL would escape it once more.
		target.Fragment, target.RawFragment = "", ""
		http.Redirect(w, r, target.String()+"#"+parameters.Encode(), http.StatusFound)
		return
	}
	query := target.Query()
	for name, values := range parameters {
		query[name] = values
	}
	target.RawQuery = query.Encode()
	http.Redirect(w, r, target.String(), http.StatusFound)
}

// serveLogout forgets the browser's session. It returns to the client only under a registered address.
func (e *Entra) serveLogout(w http.ResponseWriter, r *http.Request) {
	setPageHeaders(w, r)
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		e.sessions.remove(cookie.Value)
	}
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Path: "/", MaxAge: -1,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteNoneMode,
	})
	back := r.URL.Query().Get("post_logout_redirect_uri")
	registered := slices.ContainsFunc(e.apps, func(app App) bool {
		return slices.Contains(app.RedirectURIs, back)
	})
	if registered {
		http.Redirect(w, r, back, http.StatusFound)
		return
	}
	showPage(w, http.StatusOK, pageData{SignedOut: true})
}

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

type pageData struct {
	Problem   string
	SignedOut bool
	Client    string
	Groups    []pageGroup
}

// pageGroup is the accounts of one directory.
type pageGroup struct {
	Directory string
	Accounts  []pageAccount
}

type pageAccount struct {
	Person
	Hinted bool
}

func (e *Entra) showPicker(w http.ResponseWriter, request *authorizeRequest) {
	data := pageData{Client: request.client.Name}
	hinted, _ := e.account(request.at, request.loginHint)
	accounts := e.accounts(request.at)
	for _, directory := range e.directories {
		group := pageGroup{Directory: directory.Name}
		for _, person := range accounts {
			if person.DirectoryID == directory.ID {
				group.Accounts = append(group.Accounts, pageAccount{person, person == hinted})
			}
		}
		if len(group.Accounts) > 0 {
			data.Groups = append(data.Groups, group)
		}
	}
	showPage(w, http.StatusOK, data)
}

// setPageHeaders sets what every answer to a person's browser has. Entra isolates its pages by COOP, which cuts
// a popup from its opener, unless the client says with pocd=1 that it has checked the popup's origin.
func setPageHeaders(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	if r.URL.Query().Get("pocd") != "1" {
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
	}
	// No form-action: browsers apply it to the redirect that answers the form, too.
	header.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "same-origin")
}

func showPage(w http.ResponseWriter, status int, data pageData) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// The status is on its way; a client that has gone away can't be told anything more.
	_ = pageTemplate.Execute(w, data)
}
