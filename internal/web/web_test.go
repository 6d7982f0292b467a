package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"timetracker/internal/web"
)

// get requests an address of the pages.
func get(t *testing.T, pages http.Handler, address string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	pages.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil))
	return recorder
}

// The redirect address is the registered one, by whatever name the pages were requested.
func TestPagesKnowTheRegisteredRedirectAddress(t *testing.T) {
	pages := web.New(fstest.MapFS{}, web.Config{
		PublicURL: "https://time.example", Authority: &url.URL{Scheme: "https", Host: "login.example"},
	})
	got := get(t, pages, "http://127.0.0.1/ext/config.json")
	var settings struct {
		RedirectURI string `json:"redirect_uri"`
	}
	if err := json.Unmarshal(got.Body.Bytes(), &settings); err != nil {
		t.Fatalf("%v: %s", err, got.Body)
	}
	if settings.RedirectURI != "https://time.example/ext/redirect.html" {
		t.Errorf("the redirect address is %s", settings.RedirectURI)
	}
}

func TestLandingPageThatWasNotBuilt(t *testing.T) {
	pages := web.New(fstest.MapFS{}, web.Config{Authority: &url.URL{Scheme: "https", Host: "login.example"}})
	got := get(t, pages, "/marketplace?token=secret")
	if got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), "secret") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}
