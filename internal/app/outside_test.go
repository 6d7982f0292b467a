package app_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"timetracker/internal/apptest"
	"timetracker/internal/dev"
	"timetracker/internal/webhook"
)

// outside is the product as anybody reaches it.
type outside struct {
	t       *testing.T
	options dev.Options
	token   string
}

// exchange sends bytes as they are, and gives the answer with its body. The connection is used once.
func (o outside) exchange(address, request string) (*http.Response, string) {
	o.t.Helper()
	connection, err := new(net.Dialer).DialContext(o.t.Context(), "tcp", address)
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { _ = connection.Close() })
	if _, err := io.WriteString(connection, request); err != nil {
		o.t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	answer, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: method})
	if err != nil {
		o.t.Fatalf("%.80q: %v", request, err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	_ = answer.Body.Close() // it is read
	return answer, string(body)
}

// ask sends a request with a Host and further lines.
func (o outside) ask(address, line string, headers ...string) (*http.Response, string) {
	o.t.Helper()
	return o.exchange(address, line+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"+lines(headers)+"\r\n")
}

func lines(headers []string) string {
	var text strings.Builder
	for _, header := range headers {
		text.WriteString(header + "\r\n")
	}
	return text.String()
}

// TestFromOutside is what anybody may try who reaches an address of the product.
func TestFromOutside(t *testing.T) {
	options := apptest.DevOptions(t, filepath.Join(t.TempDir(), "data"))
	options.Empty = true
	running := apptest.StartDev(t, options)
	o := outside{t, running.Options, "Authorization: Bearer " + running.Token(t, ada)}
	t.Run("headers", func(t *testing.T) { o.t = t; o.headers() })
	t.Run("no cross-origin calls", func(t *testing.T) { o.t = t; o.crossOrigin() })
	t.Run("smuggling", func(t *testing.T) { o.t = t; o.smuggling() })
	t.Run("paths", func(t *testing.T) { o.t = t; o.paths() })
	t.Run("claims of proxies", func(t *testing.T) { o.t = t; o.proxies() })
	t.Run("long heads", func(t *testing.T) { o.t = t; o.longHeads() })
}

// Every answer has the headers that shut a browser, also those that go wrong and those of the platform.
func (o outside) headers() {
	for _, tt := range []struct{ address, line string }{
		{o.options.Listen, "GET /api/v1/me"}, {o.options.Listen, "GET /api/v1/none"}, {o.options.Listen, "GET /none"},
		{o.options.Listen, "PUT /api/v1/me"}, {o.options.Listen, "TRACE /api/v1/me"}, {o.options.Listen, "OPTIONS /api/v1/me"},
		{o.options.Listen, "GET /docs"}, {o.options.Listen, "GET /openapi.yaml"}, {o.options.Listen, "HEAD /docs"},
		{o.options.Listen, "GET /ext/hub.html"}, {o.options.Listen, "GET /ext/none.html"}, {o.options.Listen, "GET /ext/"},
		{o.options.Listen, "GET /ext/config.json"}, {o.options.Listen, "GET /marketplace?token=x"}, {o.options.Listen, "GET /"},
		{o.options.WebhookListen, "POST " + webhook.Path}, {o.options.WebhookListen, "GET " + webhook.Path},
		{o.options.WebhookListen, "GET /none"}, {o.options.WebhookListen, "POST /none"},
		{o.options.InternalListen, "GET /healthz"}, {o.options.InternalListen, "GET /readyz"}, {o.options.InternalListen, "GET /metrics"},
		{o.options.InternalListen, "GET /none"}, {o.options.InternalListen, "POST /healthz"},
	} {
		answer, body := o.ask(tt.address, tt.line)
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
			if got := answer.Header.Values(name); len(got) != 1 || got[0] != want {
				o.t.Errorf("%s: %s %q", tt.line, name, got)
			}
		}
		policies := answer.Header.Values("Content-Security-Policy")
		if len(policies) != 1 || !strings.HasPrefix(policies[0], "default-src 'none'; ") || !strings.Contains(policies[0], "frame-ancestors ") ||
			!strings.Contains(policies[0], "base-uri 'none'") || !strings.Contains(policies[0], "form-action 'none'") {
			o.t.Errorf("%s: policy %q", tt.line, policies)
		}
		if strings.Contains(policies[0], "unsafe-eval") || strings.Contains(policies[0], "script-src 'self' '") || strings.Contains(policies[0], "*;") {
			o.t.Errorf("%s: policy %q lets scripts in", tt.line, policies)
		}
		if len(answer.Header.Values("Cross-Origin-Resource-Policy")) != 1 || answer.Header.Get("Cache-Control") == "" {
			o.t.Errorf("%s: %v", tt.line, answer.Header)
		}
		if body != "" && !hasType(answer.Header.Get("Content-Type")) {
			o.t.Errorf("%s: Content-Type %q", tt.line, answer.Header.Get("Content-Type"))
		}
		for _, name := range []string{"Set-Cookie", "Server", "X-Powered-By", "Access-Control-Allow-Origin"} {
			if got, ok := answer.Header[name]; ok {
				o.t.Errorf("%s: %s %q", tt.line, name, got)
			}
		}
	}
}

// hasType says whether a type leaves nothing to be guessed: texts have a charset, or are UTF-8 by their type's definition.
func hasType(contentType string) bool {
	return strings.Contains(contentType, "charset=utf-8") || strings.HasPrefix(contentType, "application/problem+json") ||
		strings.HasPrefix(contentType, "application/json") || strings.HasPrefix(contentType, "application/yaml")
}

// Pages of other origins may neither read an answer nor send what a browser asks about first.
func (o outside) crossOrigin() {
	for _, origin := range []string{"https://evil.example", "null", "https://dev.azure.com", "http://" + o.options.Listen} {
		preflight, _ := o.ask(o.options.Listen, "OPTIONS /api/v1/timers", "Origin: "+origin,
			"Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization, content-type")
		read, _ := o.ask(o.options.Listen, "GET /api/v1/me", "Origin: "+origin, o.token)
		for _, answer := range []*http.Response{preflight, read} {
			for name := range answer.Header {
				if strings.HasPrefix(name, "Access-Control-") {
					o.t.Errorf("%s is answered %s", origin, name)
				}
			}
		}
		if preflight.StatusCode != http.StatusMethodNotAllowed {
			o.t.Errorf("%s: a preflight is answered %d", origin, preflight.StatusCode)
		}
	}
	// A form of another page brings no token, and its types are none of ours.
	form, _ := o.exchange(o.options.Listen, "POST /api/v1/timers HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/plain\r\n"+
		"Cookie: token=x\r\nContent-Length: 2\r\n\r\n{}")
	if form.StatusCode != http.StatusUnauthorized {
		o.t.Errorf("a form is answered %d", form.StatusCode)
	}
}

// Where a message ends must never be a matter of opinion, since a proxy could have another one.
func (o outside) smuggling() {
	for name, head := range map[string]string{
		"two lengths":                  "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
		"a length with a sign":         "Content-Length: +2\r\n\r\n{}",
		"a length in parts":            "Content-Length: 2, 3\r\n\r\n{}x",
		"a length that is no number":   "Content-Length: 0x2\r\n\r\n{}",
		"an unknown transfer encoding": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"chunked twice":                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"chunked and another":          "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"a name with a blank":          "Content-Length : 2\r\n\r\n{}",
		"a name with a control":        "X\x01y: 2\r\nContent-Length: 2\r\n\r\n{}",
		"a chunk that is no number":    "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
	} {
		for _, address := range []string{o.options.Listen, o.options.WebhookListen} {
			answer, _ := o.exchange(address, "POST /api/v1/timers HTTP/1.1\r\nHost: x\r\n"+o.token+"\r\nContent-Type: application/json\r\n"+head)
			if answer.StatusCode < 400 || (!answer.Close && answer.StatusCode != http.StatusUnauthorized) {
				o.t.Errorf("%s is answered %d, and the connection is kept: %t", name, answer.StatusCode, !answer.Close)
			}
		}
	}
	// A length beside chunks is not believed, and nothing after the answer is taken for a request.
	both, _ := o.exchange(o.options.Listen, "POST /api/v1/timers HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n"+
		"0\r\n\r\nGET /docs HTTP/1.1\r\nHost: x\r\n\r\n")
	if !both.Close {
		o.t.Errorf("a length beside chunks is answered %d, and the connection is kept", both.StatusCode)
	}
	for name, request := range map[string]string{
		"no host":     "GET /docs HTTP/1.1\r\n\r\n",
		"two hosts":   "GET /docs HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
		"no such one": "GET /docs HTTP/1.1\r\nHost: x y\r\n\r\n",
	} {
		if answer, _ := o.exchange(o.options.Listen, request); answer.StatusCode != http.StatusBadRequest {
			o.t.Errorf("%s is answered %d", name, answer.StatusCode)
		}
	}
}

// An address is a file's name or nothing, however it is written.
func (o outside) paths() {
	for _, path := range []string{
		"/ext/../openapi.yaml", "/ext/..%2f..%2fetc/passwd", "/ext/%2e%2e/%2e%2e/etc/passwd", "/ext/..\\..\\etc\\passwd",
		"/ext//etc/passwd", "//etc/passwd", "/ext/hub.html/", "/ext/hub.html%00.png", "/ext/assets", "/ext/assets/", "/ext/.git/config",
		"/.git/config", "/.env", "/ext/HUB.HTML", "/ext/hub.html;x", "/ext/./hub.html", "/%65xt/hub%2ehtml%2e", "/metrics", "/healthz",
		"/debug/pprof/", "/api/v1/../../etc/passwd", "/api/v1//me", "/api/v1/me/", "/api/v2/me",
	} {
		answer, body := o.ask(o.options.Listen, "GET "+path, o.token)
		if answer.StatusCode != http.StatusNotFound || strings.Contains(body, "root:") || answer.Header.Get("Location") != "" {
			o.t.Errorf("%s is answered %d %s", path, answer.StatusCode, answer.Header.Get("Location"))
		}
	}
	for _, target := range []string{"http://evil.example/docs", "/docs?next=https://evil.example", "/marketplace?token=x&next=//evil.example"} {
		answer, body := o.ask(o.options.Listen, "GET "+target)
		if answer.StatusCode/100 == 3 || answer.Header.Get("Location") != "" || strings.Contains(body, "evil.example") {
			o.t.Errorf("%s leads to %s: %.200s", target, answer.Header.Get("Location"), body)
		}
	}
}

// What proxies and others claim of a request changes no answer, so that no cache can keep one that was made for somebody else.
func (o outside) proxies() {
	for _, path := range []string{"/docs", "/openapi.yaml", "/ext/config.json", "/ext/hub.html", "/marketplace"} {
		_, plain := o.ask(o.options.Listen, "GET "+path)
		answer, claimed := o.exchange(o.options.Listen, "GET "+path+" HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n"+lines([]string{
			"X-Forwarded-Host: evil.example", "X-Forwarded-Proto: javascript", "X-Forwarded-For: 127.0.0.1", "Forwarded: host=evil.example",
			"X-Original-URL: /api/v1/me", "X-Rewrite-URL: /api/v1/me", "X-HTTP-Method-Override: DELETE", "Origin: https://evil.example",
		})+"\r\n")
		if claimed != plain || answer.StatusCode != http.StatusOK {
			o.t.Errorf("%s is answered otherwise to who claims to be somebody else", path)
		}
		for name, values := range answer.Header {
			if strings.Contains(strings.Join(values, " "), "evil.example") {
				o.t.Errorf("%s: %s repeats a claim", path, name)
			}
		}
	}
	answer, _ := o.ask(o.options.Listen, "GET /api/v1/me", "X-MS-CLIENT-PRINCIPAL-NAME: "+ada, "X-MS-TOKEN-AAD-ACCESS-TOKEN: x",
		"X-Forwarded-User: "+ada, "Remote-User: "+ada)
	if answer.StatusCode != http.StatusUnauthorized {
		o.t.Errorf("who says that a proxy has signed them in is answered %d", answer.StatusCode)
	}
}

// A head is read up to a limit.
func (o outside) longHeads() {
	for _, address := range []string{o.options.Listen, o.options.WebhookListen, o.options.InternalListen} {
		for name, head := range map[string]string{
			"one long header": "X: " + strings.Repeat("x", 80<<10) + "\r\n",
			"many headers":    strings.Repeat("X: y\r\n", 20<<10),
		} {
			answer, _ := o.exchange(address, "GET /docs HTTP/1.1\r\nHost: x\r\n"+head+"\r\n")
			if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
				o.t.Errorf("%s is answered %d", name, answer.StatusCode)
			}
		}
		answer, _ := o.exchange(address, "GET /"+strings.Repeat("x", 80<<10)+" HTTP/1.1\r\nHost: x\r\n\r\n")
		if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			o.t.Errorf("a long address is answered %d", answer.StatusCode)
		}
	}
}
