package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"timetracker/internal/apptest"
	"timetracker/internal/sandbox"
	sandboxentra "timetracker/internal/sandbox/entra"
)

// ownAddress is the loopback address that clients of this test call from, where the system lets them.
const ownAddress = "127.83.41.7"

// canaries are values that a client brings, by where they stand. Each is unique.
type canaries struct {
	headers http.Header
	claims  map[string]any

	mu     sync.Mutex
	values []string
}

// newCanaries makes a value for everything by which a browser, a proxy or a directory tells who calls from where.
func newCanaries() *canaries {
	c := &canaries{headers: http.Header{}, claims: map[string]any{}}
	for i, name := range []string{
		"X-Forwarded-For", "X-Original-Forwarded-For", "X-Forwarded", "Forwarded-For", "X-Real-IP", "X-Client-IP", "Client-IP",
		"True-Client-IP", "CF-Connecting-IP", "CF-Pseudo-IPv4", "CF-Connecting-IPv6", "Fastly-Client-IP", "X-Cluster-Client-IP",
		"X-Azure-ClientIP", "X-Azure-SocketIP", "X-Appengine-User-IP", "X-Envoy-External-Address", "X-ProxyUser-IP",
		"WL-Proxy-Client-IP", "Proxy-Client-IP", "X-Remote-Addr", "X-Host", "X-Forwarded-Server",
	} {
		v4, v6 := fmt.Sprintf("203.0.113.%d", 10+i), fmt.Sprintf("2001:db8:c0de::%x", 0x1000+i)
		c.headers.Set(name, v4+", "+v6)
		c.add(v4, v6)
	}
	c.headers.Set("Forwarded", `for=198.51.100.1;by=198.51.100.2;host=canary-host.example;proto=https, for="[2001:db8:c0de::ffff]:4711"`)
	c.headers.Set("Via", "1.1 198.51.100.3 (canary-proxy)")
	c.add("198.51.100.1", "198.51.100.2", "canary-host.example", "2001:db8:c0de::ffff", "198.51.100.3", "canary-proxy")
	for _, name := range []string{
		"User-Agent", "Sec-CH-UA", "Sec-CH-UA-Arch", "Sec-CH-UA-Bitness", "Sec-CH-UA-Form-Factors", "Sec-CH-UA-Full-Version-List",
		"Sec-CH-UA-Mobile", "Sec-CH-UA-Model", "Sec-CH-UA-Platform", "Sec-CH-UA-Platform-Version", "Sec-CH-UA-WoW64",
		"X-Forwarded-Host", "X-Original-URL", "X-Wap-Profile", "X-Request-Id", "X-Correlation-Id", "X-Ms-Client-Request-Id",
		"Traceparent", "Tracestate", "Baggage", "From", "Referer", "Cookie", "Accept-Language", "Client-Geo", "X-Azure-Ref",
		"X-Ms-Client-Principal-Name", "X-Arr-Log-Id", "X-Session-Id", "X-Device-Id", "X-UIDH",
	} {
		value := "canary-" + strings.ToLower(name)
		c.headers.Set(name, value)
		c.add(value)
	}
	for _, name := range []string{
		"xms_st", "xms_cc", "xms_ssm", "xms_idrel", "xms_ftd", "xms_tcdt", "xms_pl", "xms_tpl", "xms_az_rid", "xms_mirid",
		"deviceid", "login_hint", "puid", "onprem_sid", "sid", "aio", "rh", "in_corp", "ctry", "tenant_ctry", "verified_primary_email",
	} {
		value := "canary-claim-" + strings.ReplaceAll(name, "_", "-")
		c.claims[name] = value
		c.add(value)
	}
	c.claims["ipaddr"], c.claims["fwd"] = "198.51.100.4", "198.51.100.5"
	c.add("198.51.100.4", "198.51.100.5")
	return c
}

func (c *canaries) add(values ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.values = append(c.values, values...)
}

// token is that of somebody of the sandbox, with the canaries in its claims. Each is another one.
func (c *canaries) token(t *testing.T, identities *sandboxentra.Server, user string) string {
	t.Helper()
	plain, _, err := identities.IssueUserToken(user, sandbox.SPAClientID, sandbox.APIScope)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(plain, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	for _, instant := range []string{"iat", "nbf", "exp"} {
		claims[instant] = int64(claims[instant].(float64))
	}
	maps.Copy(claims, c.claims)
	token, err := identities.Sign(claims, sandboxentra.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// client calls a process with the canaries, and keeps all that is answered.
type client struct {
	*canaries
	t       *testing.T
	address string
	http    *http.Client

	mu      sync.Mutex
	answers bytes.Buffer
}

func newClient(t *testing.T, c *canaries, address string) *client {
	t.Helper()
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, to string) (net.Conn, error) { return c.dial(ctx, network, to) },
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{canaries: c, t: t, address: address, http: &http.Client{Transport: transport}}
}

// dial connects from an address of its own, which becomes a canary with its port.
func (c *canaries) dial(ctx context.Context, network, to string) (net.Conn, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ownAddress)}}
	connection, err := dialer.DialContext(ctx, network, to)
	if errors.Is(err, syscall.EADDRNOTAVAIL) {
		connection, err = new(net.Dialer).DialContext(ctx, network, to)
	} else {
		c.add(ownAddress)
	}
	if err == nil {
		c.add(connection.LocalAddr().String())
	}
	return connection, err
}

// call sends a request with the canaries in its header, which header completes, and gives the status of the answer.
func (c *client) call(token, method, path, body string, header map[string]string) int {
	c.t.Helper()
	status, _ := c.answer(token, method, path, body, header)
	return status
}

// ask is call for an answer of success, which is decoded.
func (c *client) ask(token, method, path, body string, header map[string]string, into any) {
	c.t.Helper()
	status, content := c.answer(token, method, path, body, header)
	if status/100 != 2 {
		c.t.Fatalf("%s %s: %d %s", method, path, status, content)
	}
	if into != nil {
		if err := json.Unmarshal(content, into); err != nil {
			c.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
}

func (c *client) answer(token, method, path, body string, header map[string]string) (status int, content []byte) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, "http://"+c.address+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header = c.headers.Clone()
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := c.http.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err = io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = response.Header.Write(&c.answers)
	c.answers.Write(content)
	return response.StatusCode, content
}

// send writes a request as it is, reads some of the answer, and resets the connection.
func (c *client) send(request string) {
	c.t.Helper()
	connection, err := c.dial(c.t.Context(), "tcp", c.address)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := io.WriteString(connection, request); err != nil {
		c.t.Fatal(err)
	}
	_ = connection.(*net.TCPConn).CloseWrite()
	answer, _ := io.ReadAll(io.LimitReader(connection, 64<<10)) // what was answered before the server ended it
	c.mu.Lock()
	c.answers.Write(answer)
	c.mu.Unlock()
	_ = connection.(*net.TCPConn).SetLinger(0)
	_ = connection.Close()
}

// leave writes the beginning of a request, and resets the connection.
func (c *client) leave(beginning string) {
	c.t.Helper()
	connection, err := c.dial(c.t.Context(), "tcp", c.address)
	if err != nil {
		c.t.Fatal(err)
	}
	_, _ = io.WriteString(connection, beginning)
	_ = connection.(*net.TCPConn).SetLinger(0)
	_ = connection.Close()
}

// head is the head of a request with the canaries, up to its end.
func (c *client) head(method, path, token string) string {
	var head strings.Builder
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: canary-host.example\r\n", method, path)
	_ = c.headers.Write(&head)
	if token != "" {
		fmt.Fprintf(&head, "Authorization: Bearer %s\r\n", token)
	}
	return head.String()
}

// misbehave sends what no browser sends: handshakes of TLS, broken heads, bodies without an end, and refused tokens.
func (c *client) misbehave(identities *sandboxentra.Server, path, token string) {
	c.t.Helper()
	c.add("canary-malformed", "canary-path", "canary-query", "canary-token", "canary-method", "canary-body", "canary-scheme")
	c.send("\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03canary-malformed\x00\x13canary-host.example\r\n\r\n")
	c.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ncanary-malformed")
	c.send("GET / HTTP/9.9 canary-malformed\r\n\r\n")
	c.send("canary-malformed\r\n\r\n")
	c.send("CANARY-METHOD / HTTP/1.1\r\nHost: canary-host.example\r\n\r\n")
	c.send(c.head("GET", path, "") + "canary-malformed header\r\n\r\n")
	c.send(c.head("GET", path, "") + "Expect: canary-malformed\r\n\r\n")
	c.send(c.head("POST", path, token) + "Transfer-Encoding: canary-malformed\r\n\r\n")
	c.send(c.head("POST", path, token) + "Transfer-Encoding: chunked\r\n\r\ncanary-malformed\r\n")
	c.send(c.head("POST", path, token) + "Content-Length: canary-malformed\r\n\r\n")
	c.send(c.head("POST", path, token) + "Content-Length: 4\r\nContent-Length: 5\r\n\r\ncanary-malformed")
	c.send(c.head("GET", path, "") + "X-Long: canary-malformed" + strings.Repeat("x", 80<<10) + "\r\n\r\n")
	c.send(c.head("GET", "/%zz/canary-path", "") + "\r\n")
	c.send(c.head("GET", "/../canary-path?canary-query;x=1", "") + "Connection: close\r\n\r\n")
	c.leave(c.head("GET", path, token))
	c.leave(c.head("POST", path, token) + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"canary-body")
	c.leave(c.head("POST", path, token) + "Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\ncanary-body")
	for _, refused := range []string{
		"canary-token", "canary-token.canary-token.canary-token", c.unlike(identities, nil, map[string]any{"kid": "canary-token"}),
		c.unlike(identities, nil, map[string]any{"alg": "canary-token"}), c.unlike(identities, nil, map[string]any{"typ": "canary-token"}),
		c.unlike(identities, map[string]any{"iss": "https://198.51.100.4/canary-token"}, nil),
		c.unlike(identities, map[string]any{"aud": "canary-token"}, nil), c.unlike(identities, map[string]any{"exp": "canary-token"}, nil),
		c.unlike(identities, map[string]any{"tid": "canary-token"}, nil), c.unlike(identities, map[string]any{"ver": "canary-token"}, nil),
	} {
		c.call(refused, http.MethodGet, path, "", nil)
		c.call(refused, http.MethodPost, path, "{}", nil)
	}
	c.call("", http.MethodPost, path, "{}", map[string]string{"Authorization": "Basic canary-scheme"})
	c.call("", http.MethodPost, path, "{}", map[string]string{"Authorization": "canary-scheme " + token})
	c.call(token, http.MethodGet, "/canary-path?canary-query=1", "", nil)
	c.call(token, http.MethodDelete, path+"?canary-query=1", "", nil)
	c.call(token, http.MethodPost, path, `{"canary-body":`, nil)
	c.call(token, http.MethodPost, path, `["canary-body"]`, map[string]string{"Content-Type": "canary/canary-body"})
}

// unlike is a signed token with other claims and another header than Entra's.
func (c *client) unlike(identities *sandboxentra.Server, claims, header map[string]any) string {
	c.t.Helper()
	all := identities.WebhookClaims(2)
	maps.Copy(all, c.claims)
	maps.Copy(all, claims)
	token, err := identities.Sign(all, sandboxentra.SignOptions{Header: header})
	if err != nil {
		c.t.Fatal(err)
	}
	return token
}

// searched is what the canaries are looked for in, by a name that says where it is.
type searched map[string][]byte

// expectNoCanary fails for everything of the canaries that is left.
func (s searched) expectNoCanary(t *testing.T, c *canaries) {
	t.Helper()
	c.mu.Lock()
	values := slices.Compact(slices.Sorted(slices.Values(c.values)))
	c.mu.Unlock()
	for where, content := range s {
		for _, what := range found(content, values) {
			t.Errorf("%s: %s", where, what)
		}
	}
}

// output is what a process has printed.
func (s searched) output(name string, p *apptest.Process) {
	s[name+": stdout"], s[name+": stderr"] = []byte(p.Stdout.String()), []byte(p.Stderr.String())
}
