package entra_test

import (
	"crypto/rand"
	"crypto/rsa"
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

	// A wrong verifier spends the code as well.
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
	// Another frame with the same cache may still send the old one.
	if got := refresh(first["refresh_token"], ""); got.Status != http.StatusOK {
		t.Errorf("the replaced token: %s", got.Body)
	}
	// It is valid for another resource as well.
	graph := refresh(second["refresh_token"], "User.Read").Object(t)
	if claims := sandboxtest.TokenPart(t, graph["access_token"], 1); claims["scp"] != "User.Read" || claims["ver"] != "1.0" {
		t.Errorf("for Graph: %v", claims)
	}

	// Rotation does not extend the session of a single-page application beyond a day.
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
	// Errors must be readable as well.
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

// onBehalfOfForm returns a valid request for a token for Azure DevOps on behalf of somebody.
func onBehalfOfForm(assertion string) url.Values {
	return url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "requested_token_use": {"on_behalf_of"},
		"client_id": {sandbox.APIClientID}, "client_secret": {sandbox.APIClientSecret}, "assertion": {assertion},
		"scope": {sandbox.AzureDevOpsResourceID + "/.default openid profile offline_access"},
	}
}

func TestOnBehalfOf(t *testing.T) {
	h := start(t)
	ada := sandboxtest.Person(t, "ada@contoso.example")
	assertion := h.signIn(t, "organizations", ada)["access_token"].(string)
	got := h.TokenFrom(t, "", sandbox.ContosoDirectoryID, onBehalfOfForm(assertion))
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
}

// A claims challenge goes from the exchange to the person's sign-in, and the token that it brings is exchanged.
func TestSecondFactor(t *testing.T) {
	h := start(t)
	ada := sandboxtest.Person(t, "ada@contoso.example")
	before := h.signIn(t, "organizations", ada)
	h.Post(t, "/_sandbox/faults", "application/json", `{"service":"entra","mode":"second_factor"}`)
	exchange := func(token any) sandboxtest.Answer {
		t.Helper()
		return h.TokenFrom(t, "", sandbox.ContosoDirectoryID, onBehalfOfForm(token.(string)))
	}
	refused := exchange(before["access_token"])
	wantError(t, refused, 400, "interaction_required", 50076)
	claims, _ := refused.Object(t)["claims"].(string)
	if !json.Valid([]byte(claims)) {
		t.Fatalf("the challenge is %q", claims)
	}

	silent := refreshForm(before["refresh_token"], apiScopes)
	silent.Set("claims", claims)
	wantError(t, h.TokenFrom(t, extensionOrigin, "organizations", silent), 400, "interaction_required", 50076)
	_, _, fragment := h.pick(t, authorizePath("organizations", "claims", claims), ada).Location(t)
	after := h.TokenFrom(t, extensionOrigin, "organizations", codeForm(fragment.Get("code"))).Object(t)
	if got := exchange(after["access_token"]); got.Status != http.StatusOK {
		t.Errorf("after the second factor: %s", got.Body)
	}
	// The session stays confirmed, and is not asked again.
	renewed := refreshForm(after["refresh_token"], apiScopes)
	renewed.Set("claims", claims)
	if got := h.TokenFrom(t, extensionOrigin, "organizations", renewed); got.Status != http.StatusOK {
		t.Errorf("renewed: %s", got.Body)
	}
	// A browser that is signed in is asked again, unless nobody is there to answer.
	if got := h.Get(t, authorizePath("organizations", "claims", claims)); got.Status != http.StatusOK || !strings.Contains(got.Body, "second factor") {
		t.Errorf("the page: %d %s", got.Status, got.Body)
	}
}

func TestOnBehalfOfRefusals(t *testing.T) {
	h := start(t)
	assertion := h.signIn(t, "organizations", sandboxtest.Person(t, "ada@contoso.example"))["access_token"].(string)
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
		changed := onBehalfOfForm(assertion)
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
	wantError(t, h.TokenFrom(t, "", sandbox.FabrikamDirectoryID, onBehalfOfForm(assertion)), 400, "invalid_grant", 50013)
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

// TestClientCredentialsV1 tests version 1 of the token endpoint: a resource, and numbers as strings.
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

// FuzzToken sends random input to the token endpoint, which must answer, but never with a token.
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
