package app_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/apptest"
	"timetracker/internal/config"
)

// TestDoctor looks at a configuration that is right, and then breaks one thing of it after the other.
func TestDoctor(t *testing.T) {
	m := apptest.StartMicrosoft(t, apptest.Addresses(t, 1)[0], nil, nil)
	answer := func(change func(w http.ResponseWriter) (answered bool)) {
		m.AnswerInstead(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			if !change(w) {
				service.ServeHTTP(w, r)
			}
		})
	}
	for name, test := range map[string]struct {
		spoil  func(c *config.Config)
		failed string // the error; empty: none
		want   []string
	}{
		"all is well": {nil, "", []string{
			"ok       The time zones are those of ", "ok       The database has this program's version",
			"ok       Entra ID answers at 127.0.0.1", "ok       Microsoft Graph answers", "ok       Azure DevOps answers",
			"ok       The Marketplace lists the offers' subscriptions",
			"warning  The product's own address can't be reached from here",
		}},
		"no database": {func(c *config.Config) { c.DatabaseURL += ".none" }, "1 of 10", []string{
			"FAILED   The database can't be opened: the database file does not exist; run timetracker migrate.",
		}},
		"a directory that can't be written": {func(c *config.Config) { c.SpoolDirectory = filepath.Join(t.TempDir(), "none") }, "1 of 10", []string{
			"FAILED   The directory of files that are being read can't be written", "Set TIMETRACKER_SPOOL_DIRECTORY",
		}},
		"an address that nobody has": {func(c *config.Config) { c.GraphURL = "https://127.0.0.1:1" }, "1 of 10", []string{
			"FAILED   Microsoft Graph can't be reached: connection refused", "TIMETRACKER_GRAPH_URL",
		}},
		"a root that isn't trusted": {func(c *config.Config) { c.CAFile = "" }, "4 of 10", []string{
			"FAILED   Entra ID can't be reached: the certificate is not trusted",
		}},
		"another secret": {func(c *config.Config) { c.MarketplaceClientSecret = "canary" }, "1 of 10", []string{
			"FAILED   The Marketplace doesn't list subscriptions", "Look at the TIMETRACKER_MARKETPLACE_ variables",
		}},
		"a certificate that ends soon": {func(c *config.Config) {
			c.EntraClientSecret, c.EntraCertificateFile = "", certificateFile(t, time.Now().Add(29*24*time.Hour))
		}, "", []string{"warning  The certificate of the app ends on ", "before the old one is taken away"}},
		"a certificate that has ended": {func(c *config.Config) {
			c.EntraClientSecret, c.EntraCertificateFile = "", certificateFile(t, time.Now().Add(-time.Hour))
		}, "1 of 10", []string{"FAILED   The certificate of the app has ended on "}},
		"a certificate that holds": {func(c *config.Config) {
			c.EntraClientSecret, c.EntraCertificateFile = "", certificateFile(t, time.Now().Add(300*24*time.Hour))
		}, "", []string{"ok       The certificate of the app holds until "}},
		"nothing to ask in people's names with": {func(c *config.Config) { c.EntraClientSecret = "" }, "", []string{
			"warning  The certificate of the app isn't configured, nor is a secret",
		}},
		"clocks apart": {func(*config.Config) {
			answer(func(w http.ResponseWriter) bool {
				w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
				return false
			})
		}, "3 of 10", []string{"FAILED   Entra ID has a clock that is "}},
		"a service that is down": {func(*config.Config) {
			answer(func(w http.ResponseWriter) bool {
				w.WriteHeader(http.StatusServiceUnavailable)
				return true
			})
		}, "4 of 10", []string{"FAILED   Azure DevOps answers with 503"}},
	} {
		t.Run(name, func(t *testing.T) {
			defer m.AnswerInstead(nil)
			c := m.Config(t, "sqlite:"+filepath.Join(t.TempDir(), "timetracker.db"))
			m.ConnectPeople(&c)
			c.SpoolLimit, c.SpoolDirectory = 64, t.TempDir()
			if err := app.Migrate(t.Context(), c, io.Discard, discard); err != nil {
				t.Fatal(err)
			}
			secrets := []string{"canary", c.EntraClientSecret.Reveal(), c.MarketplaceClientSecret.Reveal()}
			if test.spoil != nil {
				test.spoil(&c)
			}
			var out bytes.Buffer
			err := app.Doctor(t.Context(), c, &out, discard)
			if (err == nil) != (test.failed == "") || (err != nil && !strings.HasPrefix(err.Error(), test.failed)) {
				t.Errorf("the error is %v, want %q", err, test.failed)
			}
			for _, want := range test.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("there is no %q in\n%s", want, out.String())
				}
			}
			for _, secret := range secrets {
				if strings.Contains(out.String(), secret) {
					t.Error("a secret is printed")
				}
			}
		})
	}
}

// certificateFile writes a certificate that ends then, with its private key.
func certificateFile(t *testing.T, end time.Time) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: end}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	content := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	file := filepath.Join(t.TempDir(), "app.pem")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
