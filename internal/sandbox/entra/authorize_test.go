package entra_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestSignIn(t *testing.T) {
	h := start(t)
	ada := sandboxtest.Person(t, "ada@contoso.example")
	got := h.signIn(t, "organizations", ada)

	access := sandboxtest.TokenPart(t, got["access_token"], 1)
	issued := float64(h.Clock.Now().Unix())
	want := map[string]any{
		"aud": sandbox.APIClientID, "iss": h.Base + "/" + sandbox.ContosoDirectoryID + "/v2.0",
		"iat": issued, "nbf": issued, "exp": issued + 75*60,
		"azp": sandbox.SPAClientID, "azpacr": "0", "scp": "Time.ReadWrite", "ver": "2.0",
		"oid": ada.ObjectID, "tid": sandbox.ContosoDirectoryID, "name": "Ada Lovelace",
		"preferred_username": "ada@contoso.example", "email": "ada@contoso.example", "acct": 0.0, "xms_edov": true,
		"sub": access["sub"], "uti": access["uti"], "rh": access["rh"],
	}
	if diff := cmp.Diff(want, access); diff != "" {
		t.Errorf("access token (-want +got):\n%s", diff)
	}
	id := sandboxtest.TokenPart(t, got["id_token"], 1)
	want = map[string]any{
		"aud": sandbox.SPAClientID, "iss": access["iss"], "iat": issued, "nbf": issued, "exp": issued + 75*60,
		"ver": "2.0", "nonce": "a-nonce", "oid": ada.ObjectID, "tid": access["tid"], "name": "Ada Lovelace",
		"preferred_username": "ada@contoso.example", "email": "ada@contoso.example", "acct": 0.0, "xms_edov": true,
		"sub": id["sub"], "uti": id["uti"], "rh": id["rh"],
	}
	if diff := cmp.Diff(want, id); diff != "" {
		t.Errorf("ID token (-want +got):\n%s", diff)
	}
	if id["sub"] == access["sub"] {
		t.Error("sub is not pairwise: the API and the extension see the same")
	}
	if got["token_type"] != "Bearer" || got["expires_in"] != 4500.0 || got["scope"] != sandbox.APIScope {
		t.Errorf("answer %v", got)
	}
	info, err := base64.RawURLEncoding.DecodeString(got["client_info"].(string))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"uid":"` + ada.ObjectID + `","utid":"` + sandbox.ContosoDirectoryID + `"}`; string(info) != want {
		t.Errorf("client_info %s, want %s", info, want)
	}
}

func TestGuestHasAnotherAccount(t *testing.T) {
	h := start(t)
	home := sandboxtest.Person(t, "kim@fabrikam.example")
	visitor := sandboxtest.Person(t, "kim_fabrikam.example#EXT#@contoso.example")

	atHome := sandboxtest.TokenPart(t, h.signIn(t, "organizations", home)["access_token"], 1)
	if atHome["oid"] != home.ObjectID || atHome["tid"] != sandbox.FabrikamDirectoryID || atHome["idp"] != nil {
		t.Errorf("at home: %v", atHome)
	}
	// The session from home is valid in the directory where Kim is a guest.
	_, _, fragment := h.Get(t, authorizePath("contoso.example", "prompt", "none")).Location(t)
	got := h.TokenFrom(t, extensionOrigin, "contoso.example", codeForm(fragment.Get("code"))).Object(t)
	away := sandboxtest.TokenPart(t, got["access_token"], 1)
	if away["oid"] != visitor.ObjectID || away["tid"] != sandbox.ContosoDirectoryID {
		t.Errorf("as a guest: %v", away)
	}
	if away["acct"] != 1.0 || away["idp"] != "https://sts.windows.net/"+sandbox.FabrikamDirectoryID+"/" {
		t.Errorf("as a guest: acct %v, idp %v", away["acct"], away["idp"])
	}
	if verified, there := away["xms_edov"]; there {
		t.Errorf("as a guest: xms_edov %v", verified)
	}
	info, err := base64.RawURLEncoding.DecodeString(got["client_info"].(string))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(info), home.ObjectID) {
		t.Errorf("client_info %s does not name the account at home", info)
	}
	// People can't sign in to a directory without an account.
	edsger := sandboxtest.Person(t, "edsger@fabrikam.example")
	if got := h.pick(t, authorizePath("contoso.example"), edsger); got.Status != http.StatusBadRequest {
		t.Errorf("Edsger signed in at Contoso: %d", got.Status)
	}
}

func TestAuthorizeShowsPicker(t *testing.T) {
	h := start(t)
	tests := map[string]struct {
		path  string
		has   []string
		lacks []string
	}{
		"organizations": {
			path: authorizePath("organizations"), lacks: []string{"autofocus"},
			has: []string{"this is not Microsoft", "Contoso", "Fabrikam", "Grace Hopper", "Edsger de Vries", "Cancel"},
		},
		"one directory": {
			path: authorizePath("contoso.example"), lacks: []string{"Edsger de Vries"},
			has: []string{"Grace Hopper", "Kim Nakamura", "guest"},
		},
		"with a hint": {
			path: authorizePath("organizations", "login_hint", "GRACE@contoso.example"),
			has:  []string{`value="` + sandboxtest.Person(t, "grace@contoso.example").ObjectID + `" class="hinted" autofocus`},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := h.Get(t, test.path)
			if got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
				t.Fatalf("status %d %s", got.Status, got.Header.Get("Content-Type"))
			}
			for _, text := range test.has {
				if !strings.Contains(got.Body, text) {
					t.Errorf("the page lacks %q:\n%s", text, got.Body)
				}
			}
			for _, text := range test.lacks {
				if strings.Contains(got.Body, text) {
					t.Errorf("the page has %q", text)
				}
			}
			if strings.Contains(got.Body, "<script") {
				t.Error("the page needs script")
			}
			if got.Header.Get("X-Frame-Options") != "DENY" {
				t.Error("the page can be framed")
			}
		})
	}
}

// MSAL.js sends pocd=1 when it checks the popup's origin itself and needs the opener.
func TestCrossOriginOpenerPolicy(t *testing.T) {
	h := start(t)
	for value, want := range map[string]string{"": "same-origin", "0": "same-origin", "1": ""} {
		got := h.Get(t, authorizePath("organizations", "pocd", value)).Header.Get("Cross-Origin-Opener-Policy")
		if got != want {
			t.Errorf("pocd=%q: %q, want %q", value, got, want)
		}
	}
}

func TestAuthorizeNeverRedirectsToStrangers(t *testing.T) {
	h := start(t)
	redirectingTo := func(uri string) string { return authorizePath("organizations", "redirect_uri", uri) }
	tests := map[string]string{
		"another host":        redirectingTo("https://evil.example/ext/redirect.html"),
		"another path":        redirectingTo(redirectURI + "x"),
		"a query added":       redirectingTo(redirectURI + "?x=1"),
		"another scheme":      redirectingTo(strings.Replace(redirectURI, "https", "http", 1)),
		"upper case":          redirectingTo(strings.ToUpper(redirectURI)),
		"none":                redirectingTo(""),
		"unknown client":      authorizePath("organizations", "client_id", "nobody"),
		"another client's":    authorizePath("organizations", "client_id", sandbox.AzureDevOpsHostClientID),
		"unknown directory":   authorizePath("nobody.example"),
		"two redirect URIs":   authorizePath("organizations") + "&redirect_uri=" + url.QueryEscape(redirectURI),
		"publisher's, abroad": authorizePath("organizations", "client_id", sandbox.MarketplaceClientID),
	}
	for name, path := range tests {
		t.Run(name, func(t *testing.T) {
			for _, got := range []sandboxtest.Answer{h.Get(t, path), h.pick(t, path, sandboxtest.Person(t, "ada@contoso.example"))} {
				if got.Status != http.StatusBadRequest || got.Header.Get("Location") != "" {
					t.Errorf("status %d, location %q", got.Status, got.Header.Get("Location"))
				}
				if !strings.Contains(got.Body, "AADSTS") {
					t.Errorf("no reason on the page: %s", got.Body)
				}
			}
		})
	}
}

func TestAuthorizeTellsTheClient(t *testing.T) {
	h := start(t)
	asking := func(scope string) string { return authorizePath("organizations", "scope", scope) }
	tests := map[string]struct {
		path string
		want string
	}{
		"no PKCE":           {authorizePath("organizations", "code_challenge", ""), "invalid_request"},
		"plain PKCE":        {authorizePath("organizations", "code_challenge_method", "plain"), "invalid_request"},
		"no PKCE method":    {authorizePath("organizations", "code_challenge_method", ""), "invalid_request"},
		"short challenge":   {authorizePath("organizations", "code_challenge", "abc"), "invalid_request"},
		"implicit flow":     {authorizePath("organizations", "response_type", "token"), "unsupported_response_type"},
		"form_post":         {authorizePath("organizations", "response_mode", "form_post"), "invalid_request"},
		"odd prompt":        {authorizePath("organizations", "prompt", "maybe"), "invalid_request"},
		"unknown resource":  {asking("openid api://nobody/Time"), "invalid_resource"},
		"unknown scope":     {asking("api://" + sandbox.APIClientID + "/All"), "invalid_scope"},
		"two resources":     {asking(sandbox.APIScope + " User.Read"), "invalid_scope"},
		"no scope":          {asking(""), "invalid_scope"},
		"silent, no one in": {authorizePath("organizations", "prompt", "none"), "login_required"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			target, query, fragment := h.Get(t, test.path).Location(t)
			parameters := fragment
			if len(parameters) == 0 {
				parameters = query
			}
			if target != redirectURI || parameters.Get("error") != test.want {
				t.Errorf("target %s, parameters %v, want %s", target, parameters, test.want)
			}
			if parameters.Get("state") != "a state/+=" {
				t.Errorf("state %q", parameters.Get("state"))
			}
			if parameters.Has("code") {
				t.Error("an error came with a code")
			}
		})
	}
}

func TestAuthorizeCancel(t *testing.T) {
	h := start(t)
	path := authorizePath("organizations", "response_mode", "query")
	_, query, fragment := h.Post(t, path, "application/x-www-form-urlencoded", "cancel=1").Location(t)
	if query.Get("error") != "access_denied" || query.Get("state") != "a state/+=" || len(fragment) != 0 {
		t.Errorf("query %v, fragment %v", query, fragment)
	}
}

func TestAuthorizeRefusesForeignForms(t *testing.T) {
	h := start(t)
	body := url.Values{"account": {sandboxtest.Person(t, "ada@contoso.example").ObjectID}}.Encode()
	got := sandboxtest.Send(t, h.Client, http.MethodPost, h.Base+authorizePath("organizations"), body, map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://evil.example",
		"Sec-Fetch-Site": "cross-site",
	})
	if got.Status != http.StatusForbidden || got.Header.Get("Location") != "" {
		t.Errorf("status %d", got.Status)
	}
}

func TestSession(t *testing.T) {
	h := start(t)
	got := h.pick(t, authorizePath("organizations"), sandboxtest.Person(t, "ada@contoso.example"))
	cookie := got.Header.Get("Set-Cookie")
	for _, attribute := range []string{"Secure", "HttpOnly", "SameSite=None", "Path=/"} {
		if !strings.Contains(cookie, attribute) {
			t.Errorf("the cookie lacks %s: %s", attribute, cookie)
		}
	}
	silent := func(changes ...string) url.Values {
		t.Helper()
		path := authorizePath("organizations", append([]string{"prompt", "none"}, changes...)...)
		_, _, fragment := h.Get(t, path).Location(t)
		return fragment
	}
	if fragment := silent(); !fragment.Has("code") {
		t.Errorf("signed in, but not silently: %v", fragment)
	}
	if fragment := silent("login_hint", "ada@contoso.example"); !fragment.Has("code") {
		t.Errorf("the hint fits, but: %v", fragment)
	}
	if fragment := silent("login_hint", "grace@contoso.example"); fragment.Get("error") != "login_required" {
		t.Errorf("Ada is signed in, Grace was wanted: %v", fragment)
	}
	if got := h.Get(t, authorizePath("organizations", "prompt", "select_account")); got.Status != http.StatusOK {
		t.Errorf("select_account shows no page: %d", got.Status)
	}

	target, _, _ := h.Get(t, "/organizations/oauth2/v2.0/logout?post_logout_redirect_uri="+
		url.QueryEscape(redirectURI)).Location(t)
	if target != redirectURI {
		t.Errorf("logout leads to %s", target)
	}
	if fragment := silent(); fragment.Get("error") != "login_required" {
		t.Errorf("after logout: %v", fragment)
	}
	got = h.Get(t, "/organizations/oauth2/v2.0/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F")
	if got.Status != http.StatusOK || got.Header.Get("Location") != "" {
		t.Errorf("logout redirects to strangers: %d %s", got.Status, got.Header.Get("Location"))
	}
}

func TestSessionEnds(t *testing.T) {
	h := start(t)
	h.pick(t, authorizePath("organizations"), sandboxtest.Person(t, "ada@contoso.example"))
	h.Clock.Advance(24 * time.Hour)
	_, _, fragment := h.Get(t, authorizePath("organizations", "prompt", "none")).Location(t)
	if fragment.Get("error") != "login_required" {
		t.Errorf("a day later: %v", fragment)
	}
}
