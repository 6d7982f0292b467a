package entra_test

import (
	"strings"
	"testing"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/entra"
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
