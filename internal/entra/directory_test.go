package entra

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log"
	"log/slog"

	"net/http"
	"net/http/httptest"
	"strings"

	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	apiID     = "a3f1c2d4-0000-4a51-9d1e-1c2b3a4d5e6f"
	spaID     = "b3f1c2d4-0000-4a51-9d1e-1c2b3a4d5e6f"
	secondID  = "c3f1c2d4-0000-4a51-9d1e-1c2b3a4d5e6f"
	contoso   = "11111111-aaaa-4bbb-8ccc-000000000001"
	fabrikam  = "22222222-aaaa-4bbb-8ccc-000000000002"
	ada       = "33333333-aaaa-4bbb-8ccc-000000000003"
	adaEmail  = "ada@contoso.example"
	adaName   = "Ada Lovelace"
	testScope = "Time.ReadWrite"
)

// rsaKeys are made once, since that is the slow part of these tests.
var rsaKeys = sync.OnceValue(func() (keys struct{ main, next, other, stranger, small *rsa.PrivateKey }) {
	for key, bits := range map[**rsa.PrivateKey]int{
		&keys.main: 2048, &keys.next: 2048, &keys.other: 2048, &keys.stranger: 2048, &keys.small: 1024,
	} {
		made, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			panic(err)
		}
		*key = made
	}
	return keys
})

// clock moves only when a test moves it.
type clock struct{ nanoseconds atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanoseconds.Store(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time          { return time.Unix(0, c.nanoseconds.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.nanoseconds.Add(int64(d)) }

// directory is a server that publishes metadata and keys as Entra does, and counts requests.
type directory struct {
	*httptest.Server
	metadataFetches atomic.Int64
	keyFetches      atomic.Int64

	mu       sync.Mutex
	metadata http.HandlerFunc
	jwks     http.HandlerFunc
}

func newDirectory(t testing.TB) *directory {
	t.Helper()
	d := &directory{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{directory}/v2.0/.well-known/openid-configuration",
		func(w http.ResponseWriter, r *http.Request) {
			d.metadataFetches.Add(1)
			d.mu.Lock()
			answer := d.metadata
			d.mu.Unlock()
			answer(w, r)
		})
	mux.HandleFunc("GET /{directory}/discovery/v2.0/keys", func(w http.ResponseWriter, r *http.Request) {
		d.keyFetches.Add(1)
		d.mu.Lock()
		answer := d.jwks
		d.mu.Unlock()
		answer(w, r)
	})
	d.Server = httptest.NewUnstartedServer(mux)
	d.Config.ErrorLog = log.New(io.Discard, "", 0)
	d.StartTLS()
	t.Cleanup(d.Close)
	d.publishMetadata(map[string]any{
		"issuer":   d.issuer("{tenantid}"),
		"jwks_uri": d.URL + "/organizations/discovery/v2.0/keys",
	})
	d.publish(d.jwk("main", &rsaKeys().main.PublicKey))
	return d
}

func (d *directory) issuer(tid string) string { return d.URL + "/" + tid + "/v2.0" }

// answerKeys replaces the answer at the address of the keys.
func (d *directory) answerKeys(answer http.HandlerFunc) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.jwks = answer
}

func (d *directory) answerMetadata(answer http.HandlerFunc) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.metadata = answer
}

func (d *directory) publishMetadata(document map[string]any) { d.answerMetadata(answerJSON(document)) }

func (d *directory) publish(keys ...map[string]any) {
	d.answerKeys(answerJSON(map[string]any{"keys": keys}))
}

// jwk describes a key as Entra does; members override or, when nil, remove.
func (d *directory) jwk(kid string, public crypto.PublicKey, members ...map[string]any) map[string]any {
	text, err := json.Marshal(jose.JSONWebKey{Key: public, KeyID: kid, Use: "sig"})
	if err != nil {
		panic(err)
	}
	key := map[string]any{}
	if err := json.Unmarshal(text, &key); err != nil {
		panic(err)
	}
	key["issuer"] = d.issuer("{tenantid}")
	for _, m := range members {
		override(key, m)
	}
	return key
}

func override(target, members map[string]any) {
	for name, value := range members {
		target[name] = value
		if value == nil {
			delete(target, name)
		}
	}
}

func answerJSON(document any) http.HandlerFunc {
	text, err := json.Marshal(document)
	if err != nil {
		panic(err)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text)
	}
}

// setup is a verifier in front of a directory, with its clock and its log.
type setup struct {
	*Verifier
	*clock
	directory *directory
	log       *lockedBuffer
}

func newSetup(t testing.TB) *setup {
	t.Helper()
	s := &setup{clock: newClock(), directory: newDirectory(t), log: &lockedBuffer{}}
	client := s.directory.Client()
	client.Transport = confined{client.Transport, s.directory.URL + "/organizations/", t}
	verifier, err := New(Config{
		Authority:      s.directory.URL,
		ClientID:       apiID,
		AllowedClients: []string{spaID, secondID},
		Scope:          testScope,
		HTTPClient:     client,
		Now:            s.Now,
		Log:            slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Verifier = verifier
	return s
}

// confined lets a test fail whose code calls another host than the authority.
type confined struct {
	http.RoundTripper
	prefix string
	t      testing.TB
}

func (c confined) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.String(), c.prefix) {
		c.t.Errorf("asked %s", r.URL)
	}
	return c.RoundTripper.RoundTrip(r)
}

// refreshNow does what Run does each hour.
func (s *setup) refreshNow(t testing.TB) {
	t.Helper()
	if _, err := s.keys.refresh(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// draft is a token before it is signed. The texts, when set, replace the maps.
type draft struct {
	header, claims         map[string]any
	headerText, claimsText string
	sign                   func(input []byte) []byte
}

// token makes a token that is valid except for the changes.
func (s *setup) token(changes ...func(*draft)) string {
	seconds := s.Now().Unix()
	d := &draft{
		header: map[string]any{"typ": "JWT", "alg": "RS256", "kid": "main"},
		claims: map[string]any{
			"ver": "2.0", "iss": s.directory.issuer(contoso), "aud": apiID, "tid": contoso, "oid": ada,
			"azp": spaID, "azpacr": "0", "scp": testScope, "sub": "pairwise", "name": adaName,
			"preferred_username": adaEmail, "uti": rand.Text(),
			"iat": seconds - 300, "nbf": seconds - 300, "exp": seconds + 3600,
		},
		sign: signer(rsaKeys().main),
	}
	for _, change := range changes {
		change(d)
	}
	if d.headerText == "" {
		d.headerText = mustJSON(d.header)
	}
	if d.claimsText == "" {
		d.claimsText = mustJSON(d.claims)
	}
	input := encode([]byte(d.headerText)) + "." + encode([]byte(d.claimsText))
	return input + "." + encode(d.sign([]byte(input)))
}

func mustJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func signer(key *rsa.PrivateKey) func([]byte) []byte {
	return func(input []byte) []byte {
		sum := sha256.Sum256(input)
		signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
		if err != nil {
			panic(err)
		}
		return signature
	}
}

// These are the changes. A nil value removes the member.
func claim(name string, value any) func(*draft) {
	return func(d *draft) { override(d.claims, map[string]any{name: value}) }
}

func head(name string, value any) func(*draft) {
	return func(d *draft) { override(d.header, map[string]any{name: value}) }
}

func signedBy(kid string, key *rsa.PrivateKey) func(*draft) {
	return func(d *draft) {
		d.header["kid"] = kid
		d.sign = signer(key)
	}
}

// extraClaims puts JSON text before the claims, which no map can do.
func extraClaims(text string) func(*draft) {
	return func(d *draft) { d.claimsText = "{" + text + "," + mustJSON(d.claims)[1:] }
}

func extraHeader(text string) func(*draft) {
	return func(d *draft) { d.headerText = "{" + text + "," + mustJSON(d.header)[1:] }
}

func ecKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}
