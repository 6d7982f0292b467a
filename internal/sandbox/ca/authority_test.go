package ca_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"timetracker/internal/sandbox/ca"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestCAServesTLS(t *testing.T) {
	dir := t.TempDir()
	authority, err := ca.LoadOrCreate(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := authority.Leaf("localhost", "127.0.0.1", "::1")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	defer server.Close()

	// A second start has the same root, so it trusts the first one's certificates.
	again, err := ca.LoadOrCreate(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if string(again.RootPEM()) != string(authority.RootPEM()) {
		t.Error("the second start made another root")
	}
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: again.Pool(), MinVersion: tls.VersionTLS12},
	}}
	defer client.CloseIdleConnections()
	if got := sandboxtest.Send(t, client, http.MethodGet, server.URL, "", nil); got.Status != http.StatusNotFound {
		t.Errorf("status %d", got.Status)
	}

	chain := make([]*x509.Certificate, len(leaf.Certificate))
	for i, der := range leaf.Certificate {
		if chain[i], err = x509.ParseCertificate(der); err != nil {
			t.Fatal(err)
		}
	}
	if len(chain) != 2 || !chain[1].IsCA {
		t.Errorf("the chain must be the leaf and the root, for Chromium to find SPKIHash in it")
	}
	for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
		if err := chain[0].VerifyHostname(host); err != nil {
			t.Error(err)
		}
	}
	if err := chain[0].VerifyHostname("dev.azure.com"); err == nil {
		t.Error("the certificate is good for a host it was not made for")
	}

	key, err := os.Stat(filepath.Join(dir, "root-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if key.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode is %o", key.Mode().Perm())
	}
}

func TestLeafNeedsHost(t *testing.T) {
	authority, err := ca.LoadOrCreate(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := authority.Leaf(); err == nil {
		t.Error("a certificate for nothing was issued")
	}
}

func TestCAStartedManyTimesAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	const starts = 16
	var wait sync.WaitGroup
	roots := make(chan string, starts)
	for range starts {
		wait.Go(func() {
			authority, err := ca.LoadOrCreate(dir, time.Now)
			if err != nil {
				roots <- fmt.Sprintf("error: %v", err)
				return
			}
			roots <- string(authority.RootPEM())
		})
	}
	wait.Wait()
	first := <-roots
	for range starts - 1 {
		if other := <-roots; other != first {
			t.Fatalf("two starts disagree:\n%s\n%s", first, other)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 2 {
		t.Errorf("temporary files were left: %v", left)
	}
}

func TestCARefusesWhatItCantUse(t *testing.T) {
	fresh := func(t *testing.T) string {
		t.Helper()
		dir := t.TempDir()
		if _, err := ca.LoadOrCreate(dir, time.Now); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	tests := map[string]struct {
		damage func(t *testing.T, dir string)
		now    func() time.Time
	}{
		"expired": {
			damage: func(*testing.T, string) {},
			now:    func() time.Time { return time.Now().AddDate(11, 0, 0) },
		},
		"key replaced": {
			damage: func(t *testing.T, dir string) {
				t.Helper()
				other := filepath.Join(fresh(t), "root-key.pem")
				if err := os.Rename(other, filepath.Join(dir, "root-key.pem")); err != nil {
					t.Fatal(err)
				}
			},
			now: time.Now,
		},
		"certificate cut short": {
			damage: func(t *testing.T, dir string) {
				t.Helper()
				if err := os.Truncate(filepath.Join(dir, "root.pem"), 100); err != nil {
					t.Fatal(err)
				}
			},
			now: time.Now,
		},
		"key empty": {
			damage: func(t *testing.T, dir string) {
				t.Helper()
				if err := os.Truncate(filepath.Join(dir, "root-key.pem"), 0); err != nil {
					t.Fatal(err)
				}
			},
			now: time.Now,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := fresh(t)
			test.damage(t, dir)
			if _, err := ca.LoadOrCreate(dir, test.now); err == nil {
				t.Error("it was accepted")
			}
		})
	}
}
