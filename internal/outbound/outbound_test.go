package outbound_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"timetracker/internal/outbound"
)

func get(t *testing.T, client *http.Client, address string) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer secret")
	response, err := client.Do(request)
	if err == nil {
		t.Cleanup(func() { _ = response.Body.Close() })
	}
	return response, err
}

func origin(t *testing.T, address string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// TestConfine tries every way in which the token could reach somebody else, or an answer could fill the memory.
func TestConfine(t *testing.T) {
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("somebody else got %s of %s", r.Header.Get("Authorization"), r.URL)
	}))
	t.Cleanup(elsewhere.Close)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		case "/here":
			http.Redirect(w, r, "/followed", http.StatusTemporaryRedirect)
		case "/followed":
			t.Error("a redirect was followed")
		default:
			_, _ = io.WriteString(w, "answer")
		}
	}))
	t.Cleanup(server.Close)
	trusting := server.Client()
	trusting.Transport.(*http.Transport).TLSClientConfig.RootCAs.AddCert(elsewhere.Certificate())
	confined := outbound.Confine(origin(t, server.URL), trusting, outbound.MaxAnswer)

	response, err := get(t, confined, server.URL+"/some/path?query")
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "answer" {
		t.Errorf("got %s, %v", body, err)
	}
	for _, path := range []string{"/away", "/here"} {
		response, err := get(t, confined, server.URL+path)
		if err != nil || response.StatusCode != http.StatusTemporaryRedirect {
			t.Errorf("%s: %v, %v", path, response, err)
		}
	}
	for address, want := range map[string]string{
		elsewhere.URL: "another origin",
		"http" + strings.TrimPrefix(server.URL, "https"): "another origin",
	} {
		if _, err := get(t, confined, address); err == nil || !strings.Contains(outbound.Reason(err).Error(), want) {
			t.Errorf("%s: got %v", address, err)
		}
	}
	if trusting.CheckRedirect != nil {
		t.Error("the given client was changed")
	}
}

// Nobody is called over a TLS that is known to be weak, even if they know no other.
func TestOldTLSIsRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{MaxVersion: tls.VersionTLS11}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	if _, err := get(t, outbound.NewClient(roots), server.URL); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("got %v", err)
	}
	if _, err := get(t, outbound.NewClient(x509.NewCertPool()), server.URL); err == nil {
		t.Error("an unknown certificate is trusted")
	}
}

// TestConfineBodies shows that the head of an answer is there without its body.
func TestConfineBodies(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		part := strings.Repeat("A", 1<<10)
		for sent := 0; r.URL.Path != "/lost" || sent < 4; sent++ {
			if _, err := io.WriteString(w, part); err != nil {
				return
			}
		}
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(server.Close)
	confined := outbound.Confine(origin(t, server.URL), &http.Client{}, 1<<20)
	for path, want := range map[string]string{"/endless": "the answer is too long", "/lost": "the connection failed"} {
		response, err := get(t, confined, server.URL+path)
		if err != nil || response.StatusCode != http.StatusAccepted {
			t.Errorf("%s: %v, %v", path, response, err)
			continue
		}
		if _, err := io.ReadAll(response.Body); err == nil || outbound.Reason(err).Error() != want {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
}

func TestOrigin(t *testing.T) {
	for text, host := range map[string]string{
		"https://dev.azure.com": "dev.azure.com", "https://localhost:8445/": "localhost:8445",
		"": "", "dev.azure.com": "", "http://dev.azure.com": "", "https://dev.azure.com/contoso": "", "https://a@dev.azure.com": "",
		"https://dev.azure.com?a": "", "https://dev.azure.com#a": "", "https://": "", "https://%zz": "",
	} {
		got, err := outbound.Origin(text)
		if (err == nil) != (host != "") || (err == nil && got.Host != host) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestReason(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	_, untrusted := get(t, &http.Client{}, server.URL)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	_, refused := get(t, &http.Client{}, gone.URL)
	for want, err := range map[string]error{
		"no answer in time":                    &url.Error{Op: "Get", URL: "https://secret.example", Err: context.DeadlineExceeded},
		"nobody waits for the answer any more": context.Canceled,
		"the name could not be resolved":       &url.Error{Err: &net.DNSError{Name: "secret.example"}},
		"the certificate is not trusted":       untrusted,
		syscall.ECONNREFUSED.Error():           refused,
		"the connection failed":                errors.New("malformed HTTP response \"secret\""),
	} {
		if got := outbound.Reason(err); got.Error() != want {
			t.Errorf("%v: got %v, want %s", err, got, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-5": 0, "10": 10 * time.Second, "0": time.Second, "86400": 10 * time.Minute,
		"Sat, 21 Nov 2026 08:31:00 GMT": time.Minute, "Sat, 21 Nov 2026 08:29:00 GMT": time.Second,
		"99999999999999999999": 0,
	} {
		if got := outbound.RetryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("%q: got %s, want %s", value, got, want)
		}
	}
}

func TestCredential(t *testing.T) {
	if _, err := outbound.Credential("hunter2", nil); err != nil {
		t.Error(err)
	}
	for name, given := range map[string]struct {
		secret      string
		certificate string
	}{
		"neither": {}, "both": {"hunter2", "hunter2"}, "no certificate": {"", "hunter2"},
		"no key": {"", "-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----\n"},
	} {
		if _, err := outbound.Credential(given.secret, []byte(given.certificate)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
