package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"timetracker/api"
	"timetracker/internal/web"
)

func newPages(t *testing.T, files fstest.MapFS) http.Handler {
	t.Helper()
	pages, err := web.New(files, web.Config{
		PublicURL: "https://time.example", Authority: &url.URL{Scheme: "https", Host: "login.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// get requests an address of the pages, with headers in pairs of name and value.
func get(t *testing.T, pages http.Handler, address string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	pages.ServeHTTP(recorder, request)
	return recorder
}

// built is a build with one page and one asset, which has compressed forms.
func built() fstest.MapFS {
	return fstest.MapFS{
		"hub.html":            {Data: []byte("<!doctype html>")},
		"marketplace.html":    {Data: []byte("<!doctype html><title>Landing</title>")},
		"assets/hub-1.js":     {Data: []byte("console.log('plain')")},
		"assets/hub-1.js.br":  {Data: []byte("brotli")},
		"assets/hub-1.js.gz":  {Data: []byte("gzip")},
		"assets/icon-2.png":   {Data: []byte("png")},
		"assets/longer.js":    {Data: []byte("x")},
		"assets/longer.js.gz": {Data: []byte("longer than what it compresses")},
	}
}

func TestPagesAreSentCompressed(t *testing.T) {
	pages := newPages(t, built())
	const script, icon, longer = "/ext/assets/hub-1.js", "/ext/assets/icon-2.png", "/ext/assets/longer.js"
	for _, tt := range []struct{ name, address, accepts, coding, body, vary string }{
		{"the smallest of several", script, "gzip, deflate, br, zstd", "br", "brotli", "Accept-Encoding"},
		{"gzip alone", script, "gzip", "gzip", "gzip", "Accept-Encoding"},
		{"in capitals", script, "GZIP", "gzip", "gzip", "Accept-Encoding"},
		{"with weights", script, "br;q=0, gzip;q=0.5", "gzip", "gzip", "Accept-Encoding"},
		{"a weight that is no number", script, "br;q=x, gzip", "gzip", "gzip", "Accept-Encoding"},
		{"nothing", script, "", "", "console.log('plain')", "Accept-Encoding"},
		{"no coding that there is", script, "zstd, identity", "", "console.log('plain')", "Accept-Encoding"},
		{"a picture", icon, "gzip, br", "", "png", ""},
		{"a compressed form that is longer", longer, "gzip", "", "x", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := get(t, pages, tt.address, "Accept-Encoding", tt.accepts)
			if got.Code != http.StatusOK || got.Body.String() != tt.body || got.Header().Get("Content-Encoding") != tt.coding {
				t.Errorf("%d %s %q", got.Code, got.Header().Get("Content-Encoding"), got.Body)
			}
			if vary := got.Header().Get("Vary"); vary != tt.vary {
				t.Errorf("Vary %q", vary)
			}
		})
	}
	if got := get(t, pages, script, "Accept-Encoding", "br").Header().Get("Content-Type"); !strings.Contains(got, "javascript") {
		t.Errorf("the compressed script is %s", got)
	}
}

// A page that has not changed is not sent again, in whichever coding it was sent. An asset is not even asked for.
func TestPagesAreRevalidated(t *testing.T) {
	pages := newPages(t, built())
	for address, cache := range map[string]string{
		"/ext/hub.html": "no-cache", "/ext/config.json": "no-cache",
		"/ext/assets/hub-1.js": "public, max-age=31536000, immutable",
	} {
		tags := map[string]bool{}
		for _, accepts := range []string{"", "br", "gzip"} {
			first := get(t, pages, address, "Accept-Encoding", accepts)
			tag := first.Header().Get("ETag")
			if first.Header().Get("Cache-Control") != cache || tag == "" {
				t.Errorf("%s: %v", address, first.Header())
			}
			again := get(t, pages, address, "Accept-Encoding", accepts, "If-None-Match", tag)
			if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
				t.Errorf("%s is sent again: %d", address, again.Code)
			}
			tags[tag] = true
		}
		if len(tags) != 1 && address != "/ext/assets/hub-1.js" {
			t.Errorf("%s has %d tags", address, len(tags))
		}
		if len(tags) != 3 && address == "/ext/assets/hub-1.js" {
			t.Errorf("three codings of %s have %d tags", address, len(tags))
		}
	}
	// Its address holds a token.
	if got := get(t, pages, "/marketplace?token=secret"); got.Code != http.StatusOK || got.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the landing page: %d %v", got.Code, got.Header())
	}
}

func TestNothingButFilesHasAnAddress(t *testing.T) {
	pages := newPages(t, built())
	for _, address := range []string{
		"/ext/", "/ext/assets", "/ext/assets/", "/ext/assets/hub-1.js.br", "/ext/assets/hub-1.js.gz", "/ext/marketplace.html",
		"/ext/../web.go", "/ext/assets/../hub.html", "/ext/missing.html", "/ext/assets/missing.js",
	} {
		got := get(t, pages, address)
		if got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), "hub-1") || got.Header().Get("ETag") != "" {
			t.Errorf("%s: %d %s", address, got.Code, got.Body)
		}
		if cache := got.Header().Get("Cache-Control"); cache != "no-store" {
			t.Errorf("%s may be kept: %s", address, cache)
		}
	}
}

// The redirect address is the registered one, by whatever name the pages were requested.
func TestPagesKnowTheRegisteredRedirectAddress(t *testing.T) {
	pages := newPages(t, fstest.MapFS{})
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

// Where the seller has no pages about terms and privacy, those of the product are linked.
func TestPagesKnowWhatIsSold(t *testing.T) {
	name := "Team"
	c := web.Config{
		PublicURL: "https://time.example", Authority: &url.URL{Scheme: "https", Host: "login.example"},
		Plans:  []api.MarketplacePlan{{OfferId: "timetracker", Id: "team", Name: &name}},
		Seller: api.Seller{Name: "Northwind"}, PlansURL: "https://market.example", TermsURL: "https://northwind.example/terms",
	}
	pages, err := web.New(fstest.MapFS{}, c)
	if err != nil {
		t.Fatal(err)
	}
	got := get(t, pages, "/ext/config.json").Body.String()
	for _, want := range []string{
		`"name":"Team"`, `"name":"Northwind"`, `"plans_url":"https://market.example"`,
		`"terms_url":"https://northwind.example/terms"`, `"privacy_url":"https://time.example/ext/legal.html#privacy"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

func TestLandingPageThatWasNotBuilt(t *testing.T) {
	pages := newPages(t, fstest.MapFS{})
	got := get(t, pages, "/marketplace?token=secret")
	if got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), "secret") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

// Azure DevOps alone may embed pages, nobody the landing page, and no page runs a script that isn't a file of ours.
func TestOnlyAzureDevOpsEmbedsPages(t *testing.T) {
	pages, err := web.New(built(), web.Config{
		PublicURL: "https://time.example", Authority: &url.URL{Scheme: "https", Host: "login.example"},
		Ancestors: []string{"https://dev.azure.com", "https://*.visualstudio.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for address, ancestors := range map[string]string{
		"/ext/hub.html": "'self' https://dev.azure.com https://*.visualstudio.com", "/ext/missing.html": "'self' https://dev.azure.com https://*.visualstudio.com",
		"/marketplace": "'none'",
	} {
		directives := map[string]string{}
		for directive := range strings.SplitSeq(get(t, pages, address).Header().Get("Content-Security-Policy"), "; ") {
			name, value, _ := strings.Cut(directive, " ")
			directives[name] = value
		}
		if directives["frame-ancestors"] != ancestors {
			t.Errorf("%s may be embedded by %s", address, directives["frame-ancestors"])
		}
		if directives["script-src"] != "'self'" || directives["default-src"] != "'none'" || directives["base-uri"] != "'none'" {
			t.Errorf("%s: %v", address, directives)
		}
	}
}
