package httpapi_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"timetracker/api"
	"timetracker/internal/httpapi"
)

// sent sends a request as Ada, and gives the answer as it was sent.
func (r *rig) sent(path string, header ...string) *http.Response {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.token(ada))
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	transport := &http.Transport{DisableCompression: true} // it would decompress silently
	r.t.Cleanup(transport.CloseIdleConnections)
	response, err := transport.RoundTrip(request)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

func TestLongAnswersAreCompressed(t *testing.T) {
	r := newRig(t)
	r.signUp()
	for range 5 {
		r.do(call{as: ada, method: "POST", path: "/api/v1/timers", body: `{"work_item":{"project":"Payments","id":"101"}}`})
		r.do(call{as: ada, method: "POST", path: "/api/v1/timers/current/stop"})
	}
	const entries = "/api/v1/time-entries"
	for _, path := range []string{entries, "/openapi.yaml", "/docs"} {
		packed := r.sent(path, "Accept-Encoding", "gzip, br")
		plain := r.sent(path)
		if packed.Header.Get("Content-Encoding") != "gzip" || plain.Header.Get("Content-Encoding") != "" {
			t.Fatalf("%s: %d %v, and plain %v", path, packed.StatusCode, packed.Header, plain.Header)
		}
		unpacked, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(unpacked)
		if err != nil {
			t.Fatal(err)
		}
		want, err := io.ReadAll(plain.Body)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s differs when compressed:\n%s\n%s", path, got, want)
		}
		if path == entries {
			var page api.TimeEntryPage
			if err := json.Unmarshal(got, &page); err != nil || len(page.Data) != 5 {
				t.Errorf("%v: %s", err, got)
			}
		}
	}
	if short := r.sent("/api/v1/me", "Accept-Encoding", "gzip"); short.Header.Get("Content-Encoding") != "" {
		t.Errorf("a short answer: %v", short.Header)
	}
}

// A browser that was told to use https alone would never reach a server without it.
func TestBrowsersAreHeldToHTTPS(t *testing.T) {
	for _, https := range []bool{true, false} {
		r := newRig(t, func(c *httpapi.Config) { c.HTTPS = https })
		r.signUp()
		want := map[bool]string{true: "max-age=31536000; includeSubDomains"}[https]
		for _, path := range []string{"/api/v1/me", "/docs", "/nothing"} {
			if got := r.sent(path).Header.Get("Strict-Transport-Security"); got != want {
				t.Errorf("https %v, %s: %q", https, path, got)
			}
		}
	}
}
