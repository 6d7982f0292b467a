package marketplaceapi

import (
	"cmp"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/sandbox"
)

type certificate struct {
	pem []byte
	key *rsa.PrivateKey
}

var newKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newCertificate(t *testing.T) certificate {
	t.Helper()
	key, err := newKey()
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "TimeTracker"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	public, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	return certificate{
		pem: append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: public}),
			pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...),
		key: key,
	}
}

func TestTokenIsKept(t *testing.T) {
	m := newMicrosoft(t)
	id := m.begin(t, teamOf5)
	for range 3 {
		_, err := m.Subscription(t.Context(), id)
		must(t, err)
	}
	if n := m.exchanges.Load(); n != 1 {
		t.Errorf("%d tokens for 3 calls, want 1", n)
	}
}

func TestParallelCallsShareAnExchange(t *testing.T) {
	m := newMicrosoft(t)
	id := m.begin(t, teamOf5)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := m.Subscription(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := m.exchanges.Load(); n != 1 {
		t.Errorf("%d tokens for parallel calls, want 1", n)
	}
}

// TestTokenThatEndsIsRenewed relies on the library, which looks five minutes ahead.
func TestTokenThatEndsIsRenewed(t *testing.T) {
	m := newMicrosoft(t)
	m.answerToken(`{"token_type":"Bearer","expires_in":200,"access_token":"short"}`)
	m.answer(http.StatusOK, "")
	for range 3 {
		must(t, m.Acknowledge(t.Context(), someSubscription, ids.MustParse[ids.Operation](someOperation)))
	}
	if n := m.exchanges.Load(); n != 3 {
		t.Errorf("%d tokens for 3 calls, want 3", n)
	}
	if got := m.sent.Load().Get("Authorization"); got != "Bearer short" {
		t.Errorf("sent %q", got)
	}
}

func (m *microsoft) answerToken(body string) {
	m.respondToken(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	})
}

func TestTokenThatHasEnded(t *testing.T) {
	m := newMicrosoft(t)
	id := m.begin(t, teamOf5)
	_, err := m.Subscription(t.Context(), id)
	must(t, err)
	m.offset.Store(int64(2 * time.Hour)) // only Microsoft's clock: the library keeps a token that is valid by ours
	_, err = m.Subscription(t.Context(), id)
	wantCode(t, err, errs.Unavailable, "marketplace_credentials")
}

// TestCredentialsAreWrong has the mistakes of other integrations. The pair of directory and app is not the offer's, the
// secret has expired, or the app has no service principal.
func TestCredentialsAreWrong(t *testing.T) {
	m := newMicrosoft(t)
	id := m.begin(t, teamOf5)
	for name, test := range map[string]struct {
		config Config
		token  string // the directory's answer; empty: the sandbox's own
		logged string
	}{
		"wrong secret":      {config: Config{Secret: "yesterday"}, logged: "codes [7000215]"},
		"wrong directory":   {config: Config{DirectoryID: sandbox.ContosoDirectoryID}, logged: "codes [700016]"},
		"no such directory": {config: Config{DirectoryID: someOperation}, logged: "codes [90002]"},
		"no such app":       {config: Config{ClientID: someOperation}, logged: "codes [700016]"},
		"app of no offer": {
			config: Config{ClientID: sandbox.APIClientID, Secret: sandbox.APIClientSecret}, logged: "status 403, Forbidden",
		},
		"expired secret": {
			token:  `{"error":"invalid_client","error_codes":[7000222],"error_description":"AADSTS7000222: secret s3cr3t"}`,
			logged: "codes [7000222]",
		},
		"no service principal": {token: `{"error":"invalid_client","error_codes":[7000229]}`, logged: "codes [7000229]"},
		"refused in no form":   {token: `<!doctype html>`, logged: "status 401, codes []"},
	} {
		t.Run(name, func(t *testing.T) {
			m.tokenInstead.Store(nil)
			test.config.Secret = cmp.Or(test.config.Secret, sandbox.MarketplaceClientSecret)
			if test.token != "" {
				m.respondToken(func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(http.StatusUnauthorized)
					_, _ = io.WriteString(w, test.token)
				})
			}
			_, err := m.newClient(t, test.config).Subscription(t.Context(), id)
			wantCode(t, err, errs.Unavailable, "marketplace_credentials")
			if err == nil || !strings.Contains(err.Error(), test.logged) {
				t.Errorf("the log is not told %s: %v", test.logged, err)
			}
			if strings.Contains(err.Error(), test.config.Secret) || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error holds the secret: %v", err)
			}
		})
	}
}

func TestDirectoryIsDown(t *testing.T) {
	m := newMicrosoft(t)
	for name, handler := range map[string]http.HandlerFunc{
		"down":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"overloaded": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		"a web page": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<!doctype html>") },
		"no token":   func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") },
	} {
		t.Run(name, func(t *testing.T) {
			m.respondToken(handler)
			wantUnavailable(t, m.methods()["Subscription"](t.Context()))
		})
	}
	if n := m.calls.Load(); n != 0 {
		t.Errorf("%d calls without a token", n)
	}
}

func TestDirectoryAsksToWait(t *testing.T) {
	m := newMicrosoft(t)
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		m.respondToken(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "40")
			w.WriteHeader(status)
		})
		err := m.methods()["Subscription"](t.Context())
		wantUnavailable(t, err)
		if given, _ := errors.AsType[*errs.Error](err); given.RetryAfter != 40*time.Second {
			t.Errorf("status %d: to be tried again after %s", status, given.RetryAfter)
		}
	}
}

// TestSlowDirectory shows that a token that arrives after all callers have left serves the next call.
func TestSlowDirectory(t *testing.T) {
	m := newMicrosoft(t)
	m.callTimeout = 50 * time.Millisecond
	release, answered := make(chan struct{}), make(chan struct{})
	m.respondToken(func(w http.ResponseWriter, _ *http.Request) {
		<-release
		_, _ = io.WriteString(w, `{"token_type":"Bearer","expires_in":3600,"access_token":"late"}`)
		close(answered)
	})
	m.answer(http.StatusOK, "")
	wantUnavailable(t, m.Acknowledge(t.Context(), someSubscription, ids.MustParse[ids.Operation](someOperation)))
	close(release)
	<-answered
	m.callTimeout = time.Minute
	must(t, m.Acknowledge(t.Context(), someSubscription, ids.MustParse[ids.Operation](someOperation)))
	if n := m.exchanges.Load(); n != 1 {
		t.Errorf("%d tokens, want 1", n)
	}
}

// TestCertificateInsteadOfSecret checks what the directory checks: the app signs for itself, for this directory.
func TestCertificateInsteadOfSecret(t *testing.T) {
	m := newMicrosoft(t)
	ours := newCertificate(t)
	m.respondToken(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.PostForm.Get("client_secret") != "" {
			t.Errorf("sent %v, %v", r.PostForm, err)
		}
		if got := r.PostForm.Get("scope"); !strings.Contains(got, scope) {
			t.Errorf("the scope is %q", got)
		}
		if err := checkAssertion(r.PostForm.Get("client_assertion"), ours, m.entraURL); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, `{"token_type":"Bearer","expires_in":3600,"access_token":"by certificate"}`)
	})
	m.answer(http.StatusOK, "")
	client := m.newClient(t, Config{Certificate: ours.pem})
	must(t, client.Acknowledge(t.Context(), someSubscription, ids.MustParse[ids.Operation](someOperation)))
	if got := m.sent.Load().Get("Authorization"); got != "Bearer by certificate" {
		t.Errorf("sent %q", got)
	}
}

func checkAssertion(assertion string, by certificate, entraURL string) error {
	dot := max(0, strings.LastIndex(assertion, "."))
	signed, signature := assertion[:dot], strings.TrimPrefix(assertion[dot:], ".")
	_, payload, _ := strings.Cut(signed, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return err
	}
	var claims struct {
		Issuer   string `json:"iss"`
		Audience string `json:"aud"`
	}
	if err := json.Unmarshal(decoded, &claims); err != nil {
		return err
	}
	directory := entraURL + "/" + sandbox.PublisherDirectoryID
	if claims.Issuer != sandbox.MarketplaceClientID || !strings.HasPrefix(claims.Audience, directory) {
		return fmt.Errorf("the assertion is %+v", claims)
	}
	proof, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(signed))
	return rsa.VerifyPSS(&by.key.PublicKey, crypto.SHA256, sum[:], proof, nil)
}
