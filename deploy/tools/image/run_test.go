package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// insideRoot tells the test binary that it is alone with a root, in namespaces of its own.
	insideRoot = "TIMETRACKER_TEST_ROOT"
	entraHost  = "login.microsoftonline.com"
	uid        = 65532
	patience   = time.Minute
)

func TestMain(m *testing.M) {
	root := os.Getenv(insideRoot)
	if root == "" {
		os.Exit(m.Run())
	}
	if err := serveAlone(root); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestServeFromTheImage runs the product from nothing but the image's files, which it can't change, as the image's user. In its
// network there is nobody but a stand-in for Entra ID.
func TestServeFromTheImage(t *testing.T) {
	i, entries := made(t)
	root := t.TempDir()
	if err := errors.Join(os.Chmod(root, 0o755), layOut(entries, root)); err != nil {
		t.Fatalf("%v; the image's owners can be set by root alone", err)
	}
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	alone := exec.CommandContext(t.Context(), executable)
	alone.Env = append(append([]string{insideRoot + "=" + root}, i.config.Env...), settings()...)
	alone.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL,
	}
	if said, err := alone.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
}

// settings are what an operator tells the program, but what they tell of the network is the container's.
func settings() []string {
	return []string{
		"TIMETRACKER_DATABASE_URL=sqlite:/data/timetracker.db",
		"TIMETRACKER_PUBLIC_URL=https://timetracker.example",
		"TIMETRACKER_ENTRA_CLIENT_ID=6a2b8d10-47c3-4e9f-a5d1-8b3e0c6f9211",
		"TIMETRACKER_SPA_CLIENT_ID=9f4e1c72-0b5d-4a86-bc3e-27d8a1f05612",
		"TIMETRACKER_MARKETPLACE_TENANT_ID=e09a4c57-6b82-41df-b3c8-175f9d2e6a03",
		"TIMETRACKER_MARKETPLACE_CLIENT_ID=17e5b3f9-8c60-4d2a-96fb-4a0d7c92e814",
		"TIMETRACKER_MARKETPLACE_CLIENT_SECRET=secret",
		"TIMETRACKER_SELLER_NAME=Northwind", "TIMETRACKER_SELLER_ADDRESS=Oslo", "TIMETRACKER_PLANS_URL=https://market.example",
		"TIMETRACKER_SHUTDOWN_DELAY=0s",
	}
}

// serveAlone runs in namespaces of its own: it makes a container of the root, and goes through a deployment in it.
func serveAlone(root string) error {
	trusted, err := standIn()
	if err != nil {
		return fmt.Errorf("the stand-in for Entra ID: %w", err)
	}
	if err := contain(root, trusted); err != nil {
		return fmt.Errorf("the container: %w", err)
	}
	if err := os.WriteFile(filepath.Join(root, "written"), nil, 0o600); !errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("writing to the container's root: %w, want read-only", err)
	}
	if said, err := inside(root, "migrate").CombinedOutput(); err != nil {
		return fmt.Errorf("migrate: %w\n%s", err, said)
	}
	var log strings.Builder
	serve := inside(root, "serve")
	serve.Stdout, serve.Stderr = &log, &log
	if err := serve.Start(); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	err = errors.Join(awaitReady(root), get("http://127.0.0.1:8080/readyz"), get("http://127.0.0.1:8080/ext/hub.html"))
	if errStop := serve.Process.Signal(syscall.SIGTERM); errStop != nil {
		return errors.Join(err, errStop)
	}
	if errServe := serve.Wait(); errServe != nil || err != nil {
		return fmt.Errorf("serve: %w\n%s", errors.Join(err, errServe), log.String())
	}
	return nil
}

// inside is a command of the program in the root, as the image's user.
func inside(root string, args ...string) *exec.Cmd {
	command := exec.Command("/timetracker", args...)
	command.Dir = "/data"
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, insideRoot) {
			command.Env = append(command.Env, variable)
		}
	}
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	return command
}

// contain mounts what an engine mounts, and makes everything else unchangeable. The roots have one more, whose owner the program
// can only trust by reading them.
func contain(root string, trusted []byte) error {
	roots := filepath.Join(root, "etc/ssl/certs/ca-certificates.crt")
	mozillas, err := os.ReadFile(roots)
	if err != nil {
		return err
	}
	private := filepath.Join(filepath.Dir(root), "trusted.pem")
	return errors.Join(
		os.WriteFile(filepath.Join(root, "etc/hosts"), []byte("127.0.0.1 localhost "+entraHost+"\n"), 0o644),
		os.WriteFile(private, append(mozillas, trusted...), 0o644),
		unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		unix.Mount(root, root, "", unix.MS_BIND, ""),
		unix.Mount("none", filepath.Join(root, "data"), "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, fmt.Sprintf("uid=%d,mode=0700", uid)),
		unix.Mount("none", filepath.Join(root, "tmp"), "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, fmt.Sprintf("uid=%d,mode=0700", uid)),
		unix.Mount(private, roots, "", unix.MS_BIND, ""),
		unix.Mount("", root, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""),
	)
}

// awaitReady asks as the image's HEALTHCHECK does, until the program may get requests.
func awaitReady(root string) error {
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	deadline := time.After(patience)
	for {
		said, err := inside(root, "healthcheck", "--ready").CombinedOutput()
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-deadline:
			return fmt.Errorf("it isn't ready after %s: %s", patience, said)
		}
	}
}

func get(address string) error {
	response, err := http.Get(address)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s\n%s", address, response.Status, body)
	}
	return err
}

// standIn answers as Entra ID on the loopback, and gives its certificate.
func standIn() ([]byte, error) {
	if err := loopbackUp(); err != nil {
		return nil, err
	}
	certificate, err := newCertificate()
	if err != nil {
		return nil, err
	}
	signing, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:443", &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	if err != nil {
		return nil, err
	}
	go http.Serve(listener, entra(&signing.PublicKey)) //nolint:errcheck // it ends with the process
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}), nil
}

// loopbackUp lets a new network carry calls of the machine to itself.
func loopbackUp() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	loopback, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	loopback.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, loopback)
}

func newCertificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "stand-in"}, DNSNames: []string{entraHost},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	made, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{made}, PrivateKey: key}, err
}

// entra answers what the program asks before anybody signs in: who issues tokens, and with which key.
func entra(key *rsa.PublicKey) http.Handler {
	const issuer = "https://" + entraHost + "/{tenantid}/v2.0"
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{directory}/v2.0/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": issuer, "jwks_uri": "https://" + entraHost + "/keys"})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []map[string]string{{
			"kid": "1", "kty": "RSA", "use": "sig", "issuer": issuer, "e": "AQAB",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		}}})
	})
	return mux
}
