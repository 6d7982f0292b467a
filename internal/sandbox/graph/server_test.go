package graph_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/graph"
	"timetracker/internal/sandbox/sandboxtest"
)

// graphToken asks for a token for Graph on behalf of a user, as our API does.
func graphToken(t *testing.T, h *sandboxtest.Entra, user, scope string) sandboxtest.Answer {
	t.Helper()
	assertion, _, err := h.IssueUserToken(user, sandbox.SPAClientID, sandbox.APIScope)
	if err != nil {
		t.Fatal(err)
	}
	return h.TokenFrom(t, "", sandboxtest.Person(t, user).DirectoryID, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "requested_token_use": {"on_behalf_of"},
		"client_id": {sandbox.APIClientID}, "client_secret": {sandbox.APIClientSecret},
		"assertion": {assertion}, "scope": {sandbox.GraphResourceID + "/" + scope},
	})
}

func TestGraphWantsConsent(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	got := graphToken(t, h, "frances@fabrikam.example", sandbox.GraphPermission)
	object := got.Object(t)
	if got.Status != http.StatusBadRequest || object["error"] != "invalid_grant" || object["suberror"] != "consent_required" {
		t.Errorf("status %d, %s", got.Status, got.Body)
	}
}

func TestGraph(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	service := graph.New(h.Server)
	token := func(user, scope string) string {
		t.Helper()
		token, ok := graphToken(t, h, user, scope).Object(t)["access_token"].(string)
		if !ok {
			t.Fatalf("no token for %s", user)
		}
		return token
	}
	ada := token("ada@contoso.example", sandbox.GraphPermission)
	forUs, _, err := h.IssueUserToken("ada@contoso.example", sandbox.SPAClientID, sandbox.APIScope)
	if err != nil {
		t.Fatal(err)
	}
	const good = `"displayName:gr" OR "mail:gr"`
	for name, test := range map[string]struct {
		token, search, consistency string
		status                     int
		holds                      string
	}{
		"a search":                   {ada, good, "eventual", 200, `"mail":"grace@contoso.example"`},
		"nobody":                     {ada, `"mail:barbara"`, "eventual", 200, `{"value":[]}`},
		"escaped":                    {ada, `"mail:\"\\"`, "eventual", 200, `{"value":[]}`},
		"a token for us":             {forUs, good, "eventual", 401, "InvalidAuthenticationToken"},
		"a token that may only read": {token("ada@contoso.example", "User.Read"), good, "eventual", 401, "InvalidAuthenticationToken"},
		"no token":                   {"", good, "eventual", 401, "InvalidAuthenticationToken"},
		"a guest": {token("kim_fabrikam.example#EXT#@contoso.example", sandbox.GraphPermission), good, "eventual", 403,
			"Authorization_RequestDenied"},
		"without the header": {ada, good, "", 400, "Request_UnsupportedQuery"},
		"no search":          {ada, "", "eventual", 400, "BadRequest"},
		"not quoted":         {ada, "displayName:gr", "eventual", 400, "BadRequest"},
		"not closed":         {ada, `"displayName:gr`, "eventual", 400, "BadRequest"},
		"a lonely backslash": {ada, `"displayName:gr\`, "eventual", 400, "BadRequest"},
		"a broken OR":        {ada, `"displayName:gr" or "mail:gr"`, "eventual", 400, "BadRequest"},
		"another property":   {ada, `"id:gr"`, "eventual", 400, "BadRequest"},
	} {
		t.Run(name, func(t *testing.T) {
			query := url.Values{"$search": {test.search}, "$select": {"displayName,mail,userPrincipalName"}, "$top": {"20"}}
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1.0/users?"+query.Encode(), http.NoBody)
			request.Header.Set("Authorization", "Bearer "+test.token)
			request.Header.Set("ConsistencyLevel", test.consistency)
			recorder := httptest.NewRecorder()
			service.ServeHTTP(recorder, request)
			if recorder.Code != test.status || !strings.Contains(recorder.Body.String(), test.holds) {
				t.Errorf("status %d, %s", recorder.Code, recorder.Body)
			}
		})
	}
}

func TestGraphFaults(t *testing.T) {
	service := graph.New(sandboxtest.StartEntra(t).Server)
	call := func(method, path, body string) int {
		request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		recorder := httptest.NewRecorder()
		service.ServeHTTP(recorder, request)
		return recorder.Code
	}
	for mode, want := range map[string]int{"down": 503, "throttled": 429, "forbidden": 403, "off": 401} {
		if status := call(http.MethodPost, "/_sandbox/faults", `{"service":"graph","mode":"`+mode+`"}`); status != 204 {
			t.Fatalf("%s: status %d", mode, status)
		}
		if status := call(http.MethodGet, "/v1.0/users", ""); status != want {
			t.Errorf("%s: status %d, want %d", mode, status, want)
		}
	}
	for _, body := range []string{`{"service":"entra","mode":"down"}`, `{"service":"graph","mode":"html"}`, ``} {
		if status := call(http.MethodPost, "/_sandbox/faults", body); status != 400 {
			t.Errorf("%s: status %d", body, status)
		}
	}
}
