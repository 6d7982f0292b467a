package entra_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestMetadata(t *testing.T) {
	h := start(t)
	tests := map[string]struct{ segment, tenantID string }{
		"by GUID":       {sandbox.ContosoDirectoryID, sandbox.ContosoDirectoryID},
		"GUID in upper": {strings.ToUpper(sandbox.ContosoDirectoryID), sandbox.ContosoDirectoryID},
		"by domain":     {"fabrikam.example", sandbox.FabrikamDirectoryID},
		"organizations": {"organizations", "{tenantid}"},
		"common":        {"common", "{tenantid}"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := h.Get(t, "/"+test.segment+"/v2.0/.well-known/openid-configuration")
			metadata := got.Object(t)
			if want := h.Base + "/" + test.tenantID + "/v2.0"; metadata["issuer"] != want {
				t.Errorf("issuer %v, want %s", metadata["issuer"], want)
			}
			if got.Header.Get("Access-Control-Allow-Origin") != "*" {
				t.Error("a browser can't read it")
			}
			for _, name := range []string{
				"authorization_endpoint", "token_endpoint", "end_session_endpoint", "jwks_uri",
			} {
				if address, _ := metadata[name].(string); !strings.HasPrefix(address, h.Base+"/") {
					t.Errorf("%s is %q", name, address)
				}
			}
		})
	}
	for _, segment := range []string{"nobody.example", "00000000-0000-0000-0000-000000000000", "consumers"} {
		wantError(t, h.Get(t, "/"+segment+"/v2.0/.well-known/openid-configuration"), 400, "invalid_tenant", 90002)
		wantError(t, h.Get(t, "/"+segment+"/discovery/v2.0/keys"), 400, "invalid_tenant", 90002)
	}
}

func TestInstanceDiscovery(t *testing.T) {
	h := start(t)
	body := h.Get(t, "/common/discovery/instance?api-version=1.1").Object(t)
	if body["tenant_discovery_endpoint"] != h.Base+"/common/v2.0/.well-known/openid-configuration" {
		t.Errorf("got %v", body)
	}
}

type keyList struct {
	Keys []struct {
		KeyID  string `json:"kid"`
		Use    string `json:"use"`
		Issuer string `json:"issuer"`
	} `json:"keys"`
}

func (h *harness) keyIDs(t *testing.T) []string {
	t.Helper()
	var list keyList
	if err := json.Unmarshal([]byte(h.Get(t, "/organizations/discovery/v2.0/keys").Body), &list); err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, key := range list.Keys {
		if key.Use != "sig" || key.Issuer != h.Base+"/{tenantid}/v2.0" {
			t.Errorf("key %+v", key)
		}
		ids = append(ids, key.KeyID)
	}
	return ids
}

func TestKeyRollover(t *testing.T) {
	h := start(t)
	issue := func() string {
		t.Helper()
		token, _, err := h.IssueUserToken("ada@contoso.example", sandbox.SPAClientID, sandbox.APIScope)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	before := issue()
	first := h.keyIDs(t)
	if diff := cmp.Diff([]string{sandboxtest.TokenPart(t, before, 0)["kid"].(string)}, first); diff != "" {
		t.Fatalf("published keys (-signer +published):\n%s", diff)
	}

	if got := h.Post(t, "/_sandbox/keys/roll", "", ""); got.Status != http.StatusNoContent {
		t.Fatalf("roll: %d %s", got.Status, got.Body)
	}
	rolled := h.keyIDs(t)
	if len(rolled) != 2 || rolled[0] != first[0] {
		t.Fatalf("after the roll: %v", rolled)
	}
	if kid := sandboxtest.TokenPart(t, issue(), 0)["kid"]; kid != rolled[1] {
		t.Errorf("signed by %v, want the new key %s", kid, rolled[1])
	}
	onBehalfOf := url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "requested_token_use": {"on_behalf_of"},
		"client_id": {sandbox.APIClientID}, "client_secret": {sandbox.APIClientSecret},
		"scope": {sandbox.AzureDevOpsResourceID + "/.default"}, "assertion": {before},
	}
	if got := h.TokenFrom(t, "", sandbox.ContosoDirectoryID, onBehalfOf); got.Status != http.StatusOK {
		t.Errorf("a token of the old key is refused while the key is published: %s", got.Body)
	}

	if got := h.Post(t, "/_sandbox/keys/withdraw", "", ""); got.Status != http.StatusNoContent {
		t.Fatalf("withdraw: %d %s", got.Status, got.Body)
	}
	if diff := cmp.Diff(rolled[1:], h.keyIDs(t)); diff != "" {
		t.Errorf("after the withdrawal (-want +got):\n%s", diff)
	}
	wantError(t, h.TokenFrom(t, "", sandbox.ContosoDirectoryID, onBehalfOf), 400, "invalid_grant", 50013)

	// A restart goes on with the keys as they are.
	if diff := cmp.Diff(rolled[1:], startWithKeys(t, h.KeyDir).keyIDs(t)); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
}

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
	// The session made at home is good for the directory where Kim is a guest.
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
	// Nobody can sign in where they have no account.
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

// MSAL.js says pocd=1 when it has checked the popup's origin itself and needs the opener.
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

func TestRedeemCodeRefusals(t *testing.T) {
	h := start(t)
	ada := sandboxtest.Person(t, "ada@contoso.example")
	tests := map[string]struct {
		change func(form url.Values)
		origin string
		code   string
		number int
	}{
		"wrong verifier": {
			change: func(f url.Values) { f.Set("code_verifier", strings.Repeat("x", 43)) },
			origin: extensionOrigin, code: "invalid_grant", number: 501481,
		},
		"no verifier": {
			change: func(f url.Values) { f.Del("code_verifier") },
			origin: extensionOrigin, code: "invalid_grant", number: 501481,
		},
		"another redirect URI": {
			change: func(f url.Values) { f.Set("redirect_uri", sandbox.NestedAppRedirectURI) },
			origin: extensionOrigin, code: "invalid_grant", number: 500112,
		},
		"another client": {
			change: func(f url.Values) {
				f.Set("client_id", sandbox.APIClientID)
				f.Set("client_secret", sandbox.APIClientSecret)
			},
			origin: extensionOrigin, code: "invalid_grant", number: 70000,
		},
		"a secret for a public client": {
			change: func(f url.Values) { f.Set("client_secret", "x") },
			origin: extensionOrigin, code: "invalid_client", number: 700025,
		},
		"unknown client": {
			change: func(f url.Values) { f.Set("client_id", "nobody") },
			origin: extensionOrigin, code: "unauthorized_client", number: 700016,
		},
		"no origin": {change: func(url.Values) {}, code: "invalid_request", number: 9002327},
		"foreign origin": {
			change: func(url.Values) {},
			origin: "https://evil.example", code: "invalid_request", number: 9002327,
		},
		"unknown grant": {
			change: func(f url.Values) { f.Set("grant_type", "password") },
			origin: extensionOrigin, code: "unsupported_grant_type", number: 70003,
		},
		"repeated parameter": {
			change: func(f url.Values) { f.Add("client_id", sandbox.SPAClientID) },
			origin: extensionOrigin, code: "invalid_request", number: 9000411,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			form := codeForm(h.code(t, "organizations", ada))
			test.change(form)
			got := h.TokenFrom(t, test.origin, "organizations", form)
			status := http.StatusBadRequest
			if test.code == "invalid_client" {
				status = http.StatusUnauthorized
			}
			wantError(t, got, status, test.code, test.number)
		})
	}
}

func TestCodeIsGoodOnceAndForTenMinutes(t *testing.T) {
	h := start(t)
	ada := sandboxtest.Person(t, "ada@contoso.example")
	form := codeForm(h.code(t, "organizations", ada))
	if got := h.TokenFrom(t, extensionOrigin, "organizations", form); got.Status != http.StatusOK {
		t.Fatalf("first: %s", got.Body)
	}
	wantError(t, h.TokenFrom(t, extensionOrigin, "organizations", form), 400, "invalid_grant", 54005)

	// A wrong verifier spends the code, too.
	form = codeForm(h.code(t, "organizations", ada))
	form.Set("code_verifier", strings.Repeat("x", 43))
	wantError(t, h.TokenFrom(t, extensionOrigin, "organizations", form), 400, "invalid_grant", 501481)
	form.Set("code_verifier", verifier)
	wantError(t, h.TokenFrom(t, extensionOrigin, "organizations", form), 400, "invalid_grant", 54005)

	form = codeForm(h.code(t, "organizations", ada))
	h.Clock.Advance(10 * time.Minute)
	wantError(t, h.TokenFrom(t, extensionOrigin, "organizations", form), 400, "invalid_grant", 54005)
}

func TestCodesAreBounded(t *testing.T) {
	h := start(t)
	h.pick(t, authorizePath("organizations"), sandboxtest.Person(t, "ada@contoso.example"))
	_, _, fragment := h.Get(t, authorizePath("organizations", "prompt", "none")).Location(t)
	oldest := fragment.Get("code")
	for range 1_000 {
		h.Clock.Advance(time.Millisecond)
		h.Get(t, authorizePath("organizations", "prompt", "none"))
	}
	wantError(t, h.TokenFrom(t, extensionOrigin, "organizations", codeForm(oldest)), 400, "invalid_grant", 54005)
}

func refreshForm(token any, scope string) url.Values {
	text, _ := token.(string)
	return url.Values{
		"grant_type": {"refresh_token"}, "client_id": {sandbox.SPAClientID}, "refresh_token": {text},
		"scope": {scope},
	}
}

func TestRefresh(t *testing.T) {
	h := start(t)
	first := h.signIn(t, "organizations", sandboxtest.Person(t, "ada@contoso.example"))
	h.Clock.Advance(70 * time.Minute)

	refresh := func(token any, scope string) sandboxtest.Answer {
		t.Helper()
		return h.TokenFrom(t, extensionOrigin, "organizations", refreshForm(token, scope))
	}
	second := refresh(first["refresh_token"], apiScopes).Object(t)
	before, after := sandboxtest.TokenPart(t, first["access_token"], 1), sandboxtest.TokenPart(t, second["access_token"], 1)
	if after["exp"] != before["exp"].(float64)+70*60 || after["oid"] != before["oid"] ||
		after["scp"] != before["scp"] {
		t.Errorf("before %v, after %v", before, after)
	}
	if second["refresh_token"] == first["refresh_token"] || second["refresh_token"] == nil {
		t.Error("the refresh token was not rotated")
	}
	if sandboxtest.TokenPart(t, second["id_token"], 1)["nonce"] != nil {
		t.Error("a nonce comes back without a request that has one")
	}
	// Another frame with the same cache may be late with the old one.
	if got := refresh(first["refresh_token"], ""); got.Status != http.StatusOK {
		t.Errorf("the replaced token: %s", got.Body)
	}
	// It is good for another resource as well.
	graph := refresh(second["refresh_token"], "User.Read").Object(t)
	if claims := sandboxtest.TokenPart(t, graph["access_token"], 1); claims["scp"] != "User.Read" || claims["ver"] != "1.0" {
		t.Errorf("for Graph: %v", claims)
	}

	// Rotation does not make a session of a single-page application longer than a day.
	h.Clock.Advance(23 * time.Hour)
	wantError(t, refresh(second["refresh_token"], apiScopes), 400, "invalid_grant", 700082)
}

func TestRefreshRefusals(t *testing.T) {
	h := start(t)
	token := h.signIn(t, "organizations", sandboxtest.Person(t, "grace@contoso.example"))["refresh_token"]
	wantError(t, h.TokenFrom(t, extensionOrigin, "organizations", refreshForm("nonsense", apiScopes)),
		400, "invalid_grant", 700082)
	wantError(t, h.TokenFrom(t, extensionOrigin, "fabrikam.example", refreshForm(token, apiScopes)),
		400, "invalid_grant", 50020)
	other := refreshForm(token, apiScopes)
	other.Set("client_id", sandbox.APIClientID)
	other.Set("client_secret", sandbox.APIClientSecret)
	wantError(t, h.TokenFrom(t, "", "organizations", other), 400, "invalid_grant", 70000)

	bare := authorizePath("organizations", "scope", sandbox.APIScope, "prompt", "none")
	_, _, fragment := h.Get(t, bare).Location(t)
	got := h.TokenFrom(t, extensionOrigin, "organizations", codeForm(fragment.Get("code"))).Object(t)
	if got["refresh_token"] != nil || got["id_token"] != nil {
		t.Errorf("neither offline_access nor openid was asked for: %v", got)
	}
}

func TestTokenCORS(t *testing.T) {
	h := start(t)
	address := h.Base + "/organizations/oauth2/v2.0/token"
	preflight := sandboxtest.Send(t, h.Client, http.MethodOptions, address, "", map[string]string{
		"Origin": extensionOrigin, "Access-Control-Request-Method": "POST",
		"Access-Control-Request-Headers": "content-type",
	})
	if preflight.Status != http.StatusNoContent ||
		preflight.Header.Get("Access-Control-Allow-Origin") != extensionOrigin ||
		preflight.Header.Get("Access-Control-Allow-Headers") != "content-type" {
		t.Errorf("preflight: %d %v", preflight.Status, preflight.Header)
	}
	// Errors must be readable, too.
	got := h.TokenFrom(t, extensionOrigin, "organizations", codeForm("nonsense"))
	if got.Header.Get("Access-Control-Allow-Origin") != extensionOrigin || got.Header.Get("Vary") != "Origin" {
		t.Errorf("headers %v", got.Header)
	}
	for _, origin := range []string{"https://evil.example", "null", extensionOrigin + ".evil.example"} {
		got := sandboxtest.Send(t, h.Client, http.MethodOptions, address, "", map[string]string{
			"Origin": origin, "Access-Control-Request-Method": "POST",
		})
		if got.Status != http.StatusForbidden || got.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v", origin, got.Status, got.Header)
		}
	}
}

func TestOnBehalfOf(t *testing.T) {
	h := start(t)
	ada := sandboxtest.Person(t, "ada@contoso.example")
	assertion := h.signIn(t, "organizations", ada)["access_token"].(string)
	form := func() url.Values {
		return url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "requested_token_use": {"on_behalf_of"},
			"client_id": {sandbox.APIClientID}, "client_secret": {sandbox.APIClientSecret}, "assertion": {assertion},
			"scope": {sandbox.AzureDevOpsResourceID + "/.default openid profile offline_access"},
		}
	}
	got := h.TokenFrom(t, "", sandbox.ContosoDirectoryID, form())
	if got.Status != http.StatusOK {
		t.Fatalf("status %d: %s", got.Status, got.Body)
	}
	claims := sandboxtest.TokenPart(t, got.Object(t)["access_token"], 1)
	want := map[string]any{
		"aud": sandbox.AzureDevOpsResourceID, "appid": sandbox.APIClientID, "appidacr": "1", "ver": "1.0",
		"iss": "https://sts.windows.net/" + sandbox.ContosoDirectoryID + "/", "oid": ada.ObjectID,
		"scp": "user_impersonation vso.work vso.work_write", "upn": "ada@contoso.example",
	}
	for name, value := range want {
		if claims[name] != value {
			t.Errorf("%s is %v, want %v", name, claims[name], value)
		}
	}

	otherKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(options entra.SignOptions, changes map[string]any) string {
		t.Helper()
		odd := sandboxtest.TokenPart(t, assertion, 1)
		for name, value := range changes {
			odd[name] = value
		}
		token, err := h.Sign(odd, options)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	with := func(name, value string) url.Values {
		changed := form()
		changed.Set(name, value)
		return changed
	}
	withClaim := func(name string, value any) url.Values {
		t.Helper()
		return with("assertion", sign(entra.SignOptions{}, map[string]any{name: value}))
	}
	withHeader := func(name string, value any) url.Values {
		t.Helper()
		return with("assertion", sign(entra.SignOptions{Header: map[string]any{name: value}}, nil))
	}
	byOtherKey := with("assertion", sign(entra.SignOptions{Key: otherKey}, nil))
	if got := h.TokenFrom(t, "", "organizations", withClaim("name", "Somebody")); got.Status != http.StatusOK {
		t.Fatalf("a token made by Sign: %s", got.Body)
	}
	now := h.Clock.Now().Unix()
	tests := map[string]struct {
		form   url.Values
		status int
		code   string
		number int
	}{
		"not a token":   {with("assertion", "x.y"), 400, "invalid_grant", 50013},
		"tampered":      {with("assertion", assertion[:len(assertion)-6]+"AAAAAA"), 400, "invalid_grant", 50013},
		"another key":   {byOtherKey, 400, "invalid_grant", 50013},
		"unknown kid":   {withHeader("kid", "x"), 400, "invalid_grant", 50013},
		"no kid":        {withHeader("kid", nil), 400, "invalid_grant", 50013},
		"alg none":      {withHeader("alg", "none"), 400, "invalid_grant", 50013},
		"expired":       {withClaim("exp", now), 400, "invalid_grant", 500133},
		"not valid yet": {withClaim("nbf", now+1), 400, "invalid_grant", 500133},
		"for another":   {withClaim("aud", sandbox.SPAClientID), 400, "invalid_grant", 500131},
		"app-only":      {withClaim("scp", ""), 400, "invalid_grant", 7000114},
		"no such user":  {withClaim("oid", "x"), 400, "invalid_grant", 50034},
		"wrong secret":  {with("client_secret", "guess"), 401, "invalid_client", 7000215},
		"no secret":     {with("client_secret", ""), 401, "invalid_client", 7000215},
		"not for users": {with("scope", sandbox.MarketplaceResourceID+"/.default"), 400, "invalid_scope", 650057},
		"no such use":   {with("requested_token_use", ""), 400, "invalid_request", 900144},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			wantError(t, h.TokenFrom(t, "", "organizations", test.form), test.status, test.code, test.number)
		})
	}
	wantError(t, h.TokenFrom(t, "", sandbox.FabrikamDirectoryID, form()), 400, "invalid_grant", 50013)
}

func TestClientCredentials(t *testing.T) {
	h := start(t)
	tests := map[string]struct {
		tenant         string
		client, secret string
		scope          string
		want           map[string]any
		status         int
		code           string
		number         int
	}{
		"calling the Marketplace": {
			tenant: "timetracker.example", client: sandbox.MarketplaceClientID, secret: sandbox.MarketplaceClientSecret,
			scope: sandbox.MarketplaceResourceID + "/.default",
			want: map[string]any{
				"aud": sandbox.MarketplaceResourceID, "ver": "1.0", "appid": sandbox.MarketplaceClientID, "appidacr": "1",
				"iss": "https://sts.windows.net/" + sandbox.PublisherDirectoryID + "/", "idtyp": "app",
			},
		},
		"called by the Marketplace": {
			tenant: sandbox.PublisherDirectoryID, client: sandbox.MarketplaceResourceID,
			secret: sandbox.MarketplaceResourceSecret, scope: sandbox.MarketplaceClientID + "/.default",
			want: map[string]any{
				"aud": sandbox.MarketplaceClientID, "ver": "2.0", "azp": sandbox.MarketplaceResourceID, "azpacr": "1",
				"iss": h.Base + "/" + sandbox.PublisherDirectoryID + "/v2.0", "tid": sandbox.PublisherDirectoryID,
			},
		},
		"single tenant, elsewhere": {
			tenant: "contoso.example", client: sandbox.MarketplaceClientID, secret: sandbox.MarketplaceClientSecret,
			scope: sandbox.MarketplaceResourceID + "/.default", status: 400, code: "unauthorized_client", number: 700016,
		},
		"wrong secret": {
			tenant: "timetracker.example", client: sandbox.MarketplaceClientID, secret: "guess",
			scope: sandbox.MarketplaceResourceID + "/.default", status: 401, code: "invalid_client", number: 7000215,
		},
		"no directory": {
			tenant: "organizations", client: sandbox.APIClientID, secret: sandbox.APIClientSecret,
			scope: sandbox.GraphResourceID + "/.default", status: 400, code: "invalid_request", number: 50059,
		},
		"not .default": {
			tenant: "contoso.example", client: sandbox.APIClientID, secret: sandbox.APIClientSecret,
			scope: "User.Read", status: 400, code: "invalid_scope", number: 1002012,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := h.TokenFrom(t, "", test.tenant, url.Values{
				"grant_type": {"client_credentials"}, "client_id": {test.client}, "client_secret": {test.secret},
				"scope": {test.scope},
			})
			if test.code != "" {
				wantError(t, got, test.status, test.code, test.number)
				return
			}
			body := got.Object(t)
			claims := sandboxtest.TokenPart(t, body["access_token"], 1)
			for name, value := range test.want {
				if claims[name] != value {
					t.Errorf("%s is %v, want %v", name, claims[name], value)
				}
			}
			if claims["scp"] != nil || body["refresh_token"] != nil || body["id_token"] != nil {
				t.Errorf("it looks like a user's: %v %v", body, claims)
			}
		})
	}
}

// TestClientCredentialsV1 holds version 1 of the token endpoint: a resource, and numbers that are texts.
func TestClientCredentialsV1(t *testing.T) {
	h := start(t)
	ask := func(t *testing.T, tenant string, changes ...string) sandboxtest.Answer {
		t.Helper()
		form := url.Values{
			"grant_type": {"client_credentials"}, "client_id": {sandbox.MarketplaceClientID},
			"client_secret": {sandbox.MarketplaceClientSecret}, "resource": {sandbox.MarketplaceResourceID},
		}
		for i := 0; i < len(changes); i += 2 {
			form.Set(changes[i], changes[i+1])
		}
		return h.Post(t, "/"+tenant+"/oauth2/token", "application/x-www-form-urlencoded", form.Encode())
	}
	got := ask(t, sandbox.PublisherDirectoryID)
	body := got.Object(t)
	want := map[string]any{
		"token_type": "Bearer", "expires_in": "4500", "ext_expires_in": "4500", "expires_on": "1795257900",
		"not_before": "1795253400", "resource": sandbox.MarketplaceResourceID, "access_token": body["access_token"],
	}
	if diff := cmp.Diff(want, body); diff != "" || got.Status != 200 {
		t.Errorf("%d (-want +got):\n%s", got.Status, diff)
	}
	claims := sandboxtest.TokenPart(t, body["access_token"], 1)
	if claims["aud"] != sandbox.MarketplaceResourceID || claims["appid"] != sandbox.MarketplaceClientID || claims["ver"] != "1.0" {
		t.Errorf("claims %v", claims)
	}
	tests := map[string]struct {
		tenant  string
		changes []string
		status  int
		code    string
		number  int
	}{
		"no resource":           {"timetracker.example", []string{"resource", ""}, 400, "invalid_request", 900144},
		"unknown resource":      {"timetracker.example", []string{"resource", "x"}, 400, "invalid_resource", 500011},
		"another grant":         {"timetracker.example", []string{"grant_type", "refresh_token"}, 400, "unsupported_grant_type", 70003},
		"wrong secret":          {"timetracker.example", []string{"client_secret", "x"}, 401, "invalid_client", 7000215},
		"in another directory":  {"contoso.example", nil, 400, "unauthorized_client", 700016},
		"in no known directory": {"nobody.example", nil, 400, "invalid_tenant", 90002},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			wantError(t, ask(t, test.tenant, test.changes...), test.status, test.code, test.number)
		})
	}
	huge := h.Post(t, "/timetracker.example/oauth2/token", "application/x-www-form-urlencoded", "x="+strings.Repeat("x", 1<<17))
	wantError(t, huge, 400, "invalid_request", 900144)
}

func TestControlToken(t *testing.T) {
	h := start(t)
	body := `{"user":"kim_fabrikam.example#EXT#@contoso.example","client_id":"` + sandbox.SPAClientID +
		`","scope":"` + sandbox.APIScope + `"}`
	got := h.Post(t, "/_sandbox/token", "application/json", body)
	if got.Status != http.StatusOK {
		t.Fatalf("status %d: %s", got.Status, got.Body)
	}
	object := got.Object(t)
	claims := sandboxtest.TokenPart(t, object["access_token"], 1)
	if claims["oid"] != sandboxtest.Person(t, "kim_fabrikam.example#EXT#@contoso.example").ObjectID || claims["acct"] != 1.0 {
		t.Errorf("claims %v", claims)
	}
	if want := h.Clock.Now().Add(75 * time.Minute).Format(time.RFC3339); object["expires_at"] != want {
		t.Errorf("expires_at %v, want %s", object["expires_at"], want)
	}
	for _, bad := range []string{
		`{"user":"nobody@contoso.example","client_id":"` + sandbox.SPAClientID + `","scope":"User.Read"}`,
		`{"user":"ada@contoso.example","client_id":"nobody","scope":"User.Read"}`,
		`{"user":"ada@contoso.example","client_id":"` + sandbox.SPAClientID + `","scope":"Everything"}`,
		`{"user":"ada@contoso.example","client_id":"` + sandbox.MarketplaceClientID + `","scope":"User.Read"}`,
		`{"who":"ada@contoso.example"}`, `{} {}`, `[]`, ``,
	} {
		if got := h.Post(t, "/_sandbox/token", "application/json", bad); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, got.Status)
		}
	}
	got = sandboxtest.Send(t, h.Client, http.MethodPost, h.Base+"/_sandbox/token", body, map[string]string{
		"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site",
	})
	if got.Status != http.StatusForbidden {
		t.Errorf("another site's page got %d", got.Status)
	}
}

func TestFaults(t *testing.T) {
	h := start(t)
	setFault := func(mode string) {
		t.Helper()
		body := `{"service":"entra","mode":"` + mode + `"}`
		if got := h.Post(t, "/_sandbox/faults", "application/json", body); got.Status != http.StatusNoContent {
			t.Fatalf("%s: %d %s", mode, got.Status, got.Body)
		}
	}
	const keys = "/organizations/discovery/v2.0/keys"
	setFault("down")
	if got := h.Get(t, keys); got.Status != http.StatusServiceUnavailable {
		t.Errorf("down: %d", got.Status)
	}
	setFault("html")
	got := h.Get(t, keys)
	if got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		t.Errorf("html: %d %s", got.Status, got.Header.Get("Content-Type"))
	}
	setFault("empty_keys")
	if got := h.Get(t, keys); strings.TrimSpace(got.Body) != `{"keys":[]}` {
		t.Errorf("empty_keys: %s", got.Body)
	}
	setFault("slow")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.Base+keys, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := h.Client.Do(request); err == nil {
		_ = response.Body.Close()
		t.Errorf("slow: %d", response.StatusCode)
	}
	setFault("off")
	if ids := h.keyIDs(t); len(ids) != 1 {
		t.Errorf("off: %v", ids)
	}
	for _, bad := range []string{`{"service":"entra","mode":"on fire"}`, `{"service":"moon","mode":"down"}`, `{`} {
		if got := h.Post(t, "/_sandbox/faults", "application/json", bad); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, got.Status)
		}
	}
}

func TestNewEntraRefusesConfig(t *testing.T) {
	good := func() entra.Config {
		return entra.Config{
			BaseURL: "https://localhost:8443/", Directories: sandbox.Directories(), People: sandbox.People(),
			Apps: sandbox.Apps(), KeyDir: t.TempDir(), Now: time.Now,
		}
	}
	if _, err := entra.New(good()); err != nil {
		t.Fatal(err)
	}
	tests := map[string]func(c *entra.Config){
		"http":              func(c *entra.Config) { c.BaseURL = "http://localhost:8443" },
		"a path":            func(c *entra.Config) { c.BaseURL = "https://localhost:8443/entra" },
		"no URL":            func(c *entra.Config) { c.BaseURL = "" },
		"no key directory":  func(c *entra.Config) { c.KeyDir = "" },
		"no clock":          func(c *entra.Config) { c.Now = nil },
		"relative redirect": func(c *entra.Config) { c.Apps = sandbox.Apps("/ext/redirect.html") },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			config := good()
			change(&config)
			if _, err := entra.New(config); err == nil {
				t.Error("it was accepted")
			}
		})
	}
}

// serve posts a form to the token endpoint in process and returns the status.
func serve(t *testing.T, service *entra.Server, form url.Values) int {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/contoso.example/oauth2/v2.0/token",
		strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	recorder := httptest.NewRecorder()
	service.ServeHTTP(recorder, request)
	return recorder.Code
}

// FuzzToken sends anything to the token endpoint: it must answer, and never with a token.
func FuzzToken(f *testing.F) {
	service, err := entra.New(entra.Config{
		BaseURL: "https://localhost:8443", Directories: sandbox.Directories(), People: sandbox.People(),
		Apps: sandbox.Apps(redirectURI), KeyDir: f.TempDir(),
		Now: func() time.Time { return time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC) },
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("a.b.c", sandbox.APIScope)
	f.Add("eyJhbGciOiJub25lIn0.e30.", "/.default")
	f.Add("..", "api:// / //")
	f.Fuzz(func(t *testing.T, assertion, scope string) {
		form := url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "requested_token_use": {"on_behalf_of"},
			"client_id": {sandbox.APIClientID}, "client_secret": {sandbox.APIClientSecret},
			"assertion": {assertion}, "scope": {scope},
		}
		if status := serve(t, service, form); status != http.StatusBadRequest {
			t.Errorf("assertion %q: status %d", assertion, status)
		}
		form = url.Values{
			"grant_type": {"client_credentials"}, "scope": {scope},
			"client_id": {sandbox.SPAClientID}, "client_secret": {assertion},
		}
		if status := serve(t, service, form); status != http.StatusBadRequest && status != http.StatusUnauthorized {
			t.Errorf("secret %q: status %d", assertion, status)
		}
		// Whatever the scope, the answer is a token of a known resource or an error.
		token, _, err := service.IssueUserToken(sandbox.DefaultUser, sandbox.SPAClientID, scope)
		if err == nil && sandboxtest.TokenPart(t, token, 1)["scp"] == "" {
			t.Errorf("scope %q: a user's token without a permission", scope)
		}
	})
}
