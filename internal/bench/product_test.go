package bench

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"timetracker/internal/app"
	"timetracker/internal/billing"
	"timetracker/internal/entra"
	"timetracker/internal/httpapi"
	"timetracker/internal/httpserver"
	"timetracker/internal/marketplace"
	"timetracker/internal/sqlstore"
	"timetracker/internal/telemetry"
)

const (
	apiClientID = "a3f1c2d4-0000-4a51-9d1e-1c2b3a4d5e6f"
	spaClientID = "b3f1c2d4-0000-4a51-9d1e-1c2b3a4d5e6f"
	scope       = "Time.ReadWrite"
	publisherID = "c3f1c2d4-0000-4a51-9d1e-1c2b3a4d5e6f" // the directory that Microsoft's webhook calls are for
	keyID       = "bench"
)

// directory signs tokens and publishes its key as Entra does.
type directory struct {
	server *httptest.Server
	key    *rsa.PrivateKey
}

func newDirectory(b *testing.B) *directory {
	b.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	mux := http.NewServeMux()
	d := &directory{server: httptest.NewTLSServer(mux), key: key}
	b.Cleanup(d.server.Close)
	answer := func(path string, document any) {
		text := mustJSON(b, document)
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) })
	}
	for directory, issuer := range map[string]string{"organizations": "{tenantid}", publisherID: publisherID} {
		answer("/"+directory+"/v2.0/.well-known/openid-configuration", map[string]any{
			"issuer": d.issuer(issuer), "jwks_uri": d.server.URL + "/keys",
		})
	}
	var public map[string]any
	described := mustJSON(b, jose.JSONWebKey{Key: &key.PublicKey, KeyID: keyID, Use: "sig"})
	if err := json.Unmarshal(described, &public); err != nil {
		b.Fatal(err)
	}
	public["issuer"] = d.issuer("{tenantid}")
	answer("/keys", map[string]any{"keys": []any{public}})
	return d
}

func mustJSON(tb testing.TB, value any) []byte {
	tb.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

func (d *directory) issuer(tid string) string { return d.server.URL + "/" + tid + "/v2.0" }

func (d *directory) verifier(b *testing.B) *entra.Verifier {
	b.Helper()
	verifier, err := entra.New(entra.Config{
		Authority: d.server.URL, ClientID: apiClientID, AllowedClients: []string{spaClientID}, Scope: scope,
		HTTPClient: d.server.Client(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	return verifier
}

// token makes an access token of the own tenant's user.
func (d *directory) token(tb testing.TB, user int) string {
	tb.Helper()
	return d.tokenOf(tb, ownTenant, user)
}

// tokenOf makes an access token of a tenant's user. It is as long as Entra's usually are.
func (d *directory) tokenOf(tb testing.TB, tenant, user int) string {
	tb.Helper()
	tid := id(ofDirectory, tenant, 0).String()
	return d.sign(tb, map[string]any{
		"iss": d.issuer(tid), "tid": tid, "oid": id(ofObject, tenant, user), "azp": spaClientID, "azpacr": "0",
		"scp": scope, "name": personName(user), "preferred_username": "user@contoso.example", "sid": uuid.NewString(),
		"nbf": time.Now().Unix() - 60,
	})
}

// webhookToken makes an access token with which Microsoft calls the webhook.
func (d *directory) webhookToken(tb testing.TB) string {
	tb.Helper()
	return d.sign(tb, map[string]any{
		"iss": d.issuer(publisherID), "tid": publisherID, "oid": uuid.NewString(), "azpacr": "2",
		"azp": "20e940b3-4c77-4b0b-9a53-9e16a1b010a7",
	})
}

// sign makes an access token of version 2.0 with the claims that all of them have and some more.
func (d *directory) sign(tb testing.TB, some map[string]any) string {
	tb.Helper()
	now := time.Now().Unix()
	claims := map[string]any{
		"ver": "2.0", "aud": apiClientID, "sub": rand.Text() + rand.Text(), "uti": uuid.NewString(),
		"aio": rand.Text() + rand.Text() + rand.Text() + rand.Text(), "rh": rand.Text() + rand.Text(),
		"iat": now - 60, "exp": now + 86400,
	}
	maps.Copy(claims, some)
	input := base64.RawURLEncoding.EncodeToString(mustJSON(tb, map[string]any{"typ": "JWT", "alg": "RS256", "kid": keyID})) +
		"." + base64.RawURLEncoding.EncodeToString(mustJSON(tb, claims))
	sum := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(nil, d.key, crypto.SHA256, sum[:])
	if err != nil {
		tb.Fatal(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func openStore(b *testing.B, path string) *sqlstore.Store {
	b.Helper()
	store, err := sqlstore.Open(b.Context(), sqlstore.Config{Create: true, URL: "sqlite:" + path})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	return store
}

// serveProduct serves the product over the file as cmd/timetracker does, without a log, and gives its address. Only the
// limit on requests is turned off, since a benchmark would reach it.
func serveProduct(b *testing.B, d *directory, path string) (address string) {
	b.Helper()
	return serveProcess(b, d, newProcess(b, openStore(b, path), nil))
}

// serveProcess is serveProduct for a process that is there already.
func serveProcess(b *testing.B, d *directory, process *app.Process) (address string) {
	b.Helper()
	unlimited := httpapi.Rate{PerSecond: 1e9, Burst: 1e9}
	product, err := app.NewAPI(process, app.APIConfig{
		Authority: d.server.URL, ClientID: apiClientID, SPAClient: spaClientID, HTTPClient: d.server.Client(),
		Limits: httpapi.Limits{User: unlimited, Tenant: unlimited, Failures: unlimited},
	})
	if err != nil {
		b.Fatal(err)
	}
	return serve(b, httpserver.New("", product.Handler(), slog.New(slog.DiscardHandler)))
}

// newProcess makes the product's process as cmd/timetracker does, without a log. Without the Marketplace no call
// reaches it, since no job runs.
func newProcess(b *testing.B, store *sqlstore.Store, microsoft marketplace.Fulfillment) *app.Process {
	b.Helper()
	return makeProcess(b, processConfig(b, store, microsoft))
}

func processConfig(b *testing.B, store *sqlstore.Store, microsoft marketplace.Fulfillment) app.ProcessConfig {
	b.Helper()
	return app.ProcessConfig{
		Holder: b.Name(), Store: store, Now: time.Now, Log: telemetry.NewLogger(io.Discard, "json", slog.LevelInfo),
		Metrics: app.NewMetrics(store), Microsoft: struct {
			marketplace.Fulfillment
			billing.Metering
			clock
		}{Fulfillment: microsoft},
	}
}

func makeProcess(b *testing.B, config app.ProcessConfig) *app.Process {
	b.Helper()
	process, err := app.NewProcess(config)
	if err != nil {
		b.Fatal(err)
	}
	return process
}

// clock is Microsoft's, which no benchmark asks for.
type clock interface {
	Now(ctx context.Context) (time.Time, error)
}

// serve lets the server answer on a loopback port until the benchmark ends.
func serve(b *testing.B, server *http.Server) (address string) {
	b.Helper()
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Shutdown(context.WithoutCancel(b.Context())) })
	return listener.Addr().String()
}

// teamTokens makes a token for each of the team.
func (d *directory) teamTokens(b *testing.B) []string {
	b.Helper()
	tokens := make([]string, team().users)
	for user := range tokens {
		tokens[user] = d.token(b, user)
	}
	return tokens
}
