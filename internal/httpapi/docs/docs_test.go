package docs_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"timetracker/api"
	"timetracker/internal/httpapi/contract"
	"timetracker/internal/httpapi/docs"
)

func TestPage(t *testing.T) {
	published, err := contract.Published()
	if err != nil {
		t.Fatal(err)
	}
	handler, err := docs.New(published.Document)
	if err != nil {
		t.Fatal(err)
	}
	page := get(t, handler, "")
	if page.Code != 200 || page.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %s", page.Code, page.Header().Get("Content-Type"))
	}
	html := page.Body.String()
	for _, want := range []string{
		"Start a timer", "/api/v1/time-entries/{id}/history", "Idempotency-Key", "on_start_while_running", "#schema-TimeEntry",
		"403 <code>tenant_unknown</code> means",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if loads := regexp.MustCompile(`(?i)<script|<link|<img|<iframe|\son\w+=|\sstyle=|src=|url\(|https?://`).FindString(html); loads != "" {
		t.Errorf("the page has %s", loads)
	}
	ids := map[string]bool{}
	for _, match := range regexp.MustCompile(`\sid="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if ids[match[1]] {
			t.Errorf("id %s stands twice", match[1])
		}
		ids[match[1]] = true
	}
	for _, match := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if !ids[match[1]] {
			t.Errorf("a link leads to #%s, which is nowhere", match[1])
		}
	}
	checkLandmarks(t, html, ids)
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(html)
	sum := sha256.Sum256([]byte(style[1]))
	if hash := base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(page.Header().Get("Content-Security-Policy"), "'sha256-"+hash+"'") {
		t.Errorf("the policy does not allow the page's own style: %s", page.Header().Get("Content-Security-Policy"))
	}
}

func TestSpec(t *testing.T) {
	handler, err := docs.Spec()
	if err != nil {
		t.Fatal(err)
	}
	spec := get(t, handler, "")
	if spec.Body.String() != string(api.Spec) || spec.Header().Get("Content-Type") != "application/yaml" {
		t.Errorf("%d %s", spec.Code, spec.Header().Get("Content-Type"))
	}
	if again := get(t, handler, spec.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("status %d for what the client has", again.Code)
	}
}

// Strangers may ask for the contract as often as they like, so that it is packed once, and told apart by caches.
func TestSpecIsPackedOnce(t *testing.T) {
	handler, err := docs.Spec()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(accepts string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", accepts)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, r)
		return recorder
	}
	plain, packed := ask("br, gzip;q=0"), ask("br, GZIP;q=0.5")
	unpacked, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(unpacked); err != nil || string(text) != string(api.Spec) || plain.Body.String() != string(api.Spec) {
		t.Errorf("it is not what it was: %v", err)
	}
	if packed.Header().Get("Content-Encoding") != "gzip" || plain.Header().Get("Content-Encoding") != "" ||
		packed.Header().Get("ETag") == plain.Header().Get("ETag") || packed.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("%v and %v", packed.Header(), plain.Header())
	}
}

// get requests the page; etag, when not empty, is the version that the client has.
// checkLandmarks wants a name of its own for each landmark, and everything inside of one.
func checkLandmarks(t *testing.T, html string, ids map[string]bool) {
	t.Helper()
	names := map[string]bool{}
	for _, match := range regexp.MustCompile(`role="region" aria-label="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if names[match[1]] {
			t.Errorf("two regions are named %s", match[1])
		}
		names[match[1]] = true
	}
	for _, match := range regexp.MustCompile(`aria-labelledby="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if !ids[match[1]] {
			t.Errorf("a landmark is named by %s, which is nowhere", match[1])
		}
	}
	if !regexp.MustCompile(`<body>\s*<div class="layout">\s*<nav `).MatchString(html) {
		t.Error("the page begins outside of its landmarks")
	}
}

func get(t *testing.T, handler http.Handler, etag string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	return recorder
}
