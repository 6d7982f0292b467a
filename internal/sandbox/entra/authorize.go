package entra

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/standin"
)

// sessionCookie is SameSite=None: where the browser still sends third-party cookies, a frame in another site's page can
// sign in silently.
const sessionCookie = "__Host-sandbox-session"

// authorizeRequest is a checked authorization request (RFC 6749, section 4.1.1, and RFC 7636).
type authorizeRequest struct {
	at           authority
	client       sandbox.App
	redirectURI  *url.URL
	responseMode string
	state        string
	scope        scopeRequest
	nonce        string
	challenge    string
	prompt       string
	loginHint    string
	confirm      bool // the person has to use a second factor
}

// challengePattern matches a SHA-256 in base64url.
var challengePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// parseAuthorize checks an authorization request. If it returns both a request and an error, the client is genuine and
// is told by redirect. Without a request the person is shown the error, because the redirect address can't be trusted.
func (e *Server) parseAuthorize(r *http.Request) (*authorizeRequest, *oauthError) {
	query := r.URL.Query()
	if name, found := repeated(query); found {
		return nil, errInvalidRequest(9000411, "The parameter '"+name+"' is duplicated.")
	}
	at, oauthErr := e.authority(r.PathValue("tenant"))
	if oauthErr != nil {
		return nil, oauthErr
	}
	client, ok := e.app(query.Get("client_id"))
	if !ok || !worksIn(client, at.directory.ID) {
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
		prompt: query.Get("prompt"), loginHint: query.Get("login_hint"), confirm: asksToConfirm(query.Get("claims")),
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

func (e *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
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
	case signedIn && !request.confirm && (request.prompt == "" || request.prompt == "none" || request.prompt == "consent"):
		e.grantCode(w, r, request, person)
	case signedIn && request.prompt == "none":
		e.refuse(w, r, request, errSecondFactor())
	case request.prompt == "none":
		e.refuse(w, r, request, &oauthError{
			http.StatusBadRequest, "login_required", 50058, "Nobody is signed in whom the request would fit.",
		})
	default:
		e.showPicker(w, request)
	}
}

// servePick takes the account that was picked. The form's address holds the authorization request.
func (e *Server) servePick(w http.ResponseWriter, r *http.Request) {
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
	r.Body = http.MaxBytesReader(w, r.Body, standin.MaxBody)
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
	at := slices.IndexFunc(accounts, func(p sandbox.Person) bool { return p.ObjectID == r.PostForm.Get("account") })
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

// signedIn returns the account at an authority of the person who has signed in with this browser.
func (e *Server) signedIn(r *http.Request, at authority) (sandbox.Person, bool) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return sandbox.Person{}, false
	}
	person, _, ok := e.sessions.get(cookie.Value)
	if !ok {
		return sandbox.Person{}, false
	}
	return e.account(at, person.Email)
}

func (e *Server) grantCode(
	w http.ResponseWriter, r *http.Request, request *authorizeRequest, person sandbox.Person,
) {
	code := e.codes.add(codeGrant{
		grant: grant{
			client: request.client, person: person, scope: request.scope, nonce: request.nonce, confirmed: request.confirm,
		},
		redirectURI: request.redirectURI.String(),
		challenge:   request.challenge,
	}, e.now().Add(codeLifetime))
	request.redirect(w, r, url.Values{
		"code":          {code},
		"client_info":   {clientInfo(person)},
		"session_state": {standin.NewGUID()},
	})
}

// refuse tells the client by redirect that the request failed, or the person if there is no request.
func (e *Server) refuse(
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
		// url.URL would escape the encoded form once more.
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

// serveLogout ends the browser's session. It redirects to registered addresses only.
func (e *Server) serveLogout(w http.ResponseWriter, r *http.Request) {
	setPageHeaders(w, r)
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		e.sessions.remove(cookie.Value)
	}
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Path: "/", MaxAge: -1,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteNoneMode,
	})
	back := r.URL.Query().Get("post_logout_redirect_uri")
	registered := slices.ContainsFunc(e.apps, func(app sandbox.App) bool {
		return slices.Contains(app.RedirectURIs, back)
	})
	if registered {
		http.Redirect(w, r, back, http.StatusFound)
		return
	}
	showPage(w, http.StatusOK, pageData{SignedOut: true})
}

func (e *Server) showPicker(w http.ResponseWriter, request *authorizeRequest) {
	data := pageData{Client: request.client.Name, Confirm: request.confirm}
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

// setPageHeaders sets the headers of every answer to a person's browser. Entra isolates its pages by COOP, which cuts a
// popup from its opener. With pocd=1 the client says that it checks the popup's origin, and there is no COOP.
func setPageHeaders(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	if r.URL.Query().Get("pocd") != "1" {
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
	}
	// There is no form-action, because browsers apply it to the redirect that answers the form as well.
	header.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "same-origin")
}

// repeated returns a parameter that is there more than once, which OAuth forbids (RFC 6749, section 3.1).
func repeated(values url.Values) (name string, found bool) {
	for name, given := range values {
		if len(given) > 1 {
			return name, true
		}
	}
	return "", false
}
