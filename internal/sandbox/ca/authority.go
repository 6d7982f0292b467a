package ca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"timetracker/internal/sandbox/standin"
)

const (
	rootCertificateFile = "root.pem"
	rootKeyFile         = "root-key.pem"

	rootLifetime = 10 * 365 * 24 * time.Hour
	leafLifetime = 30 * 24 * time.Hour
	// A browser's clock may be behind, so a certificate is valid from a little before it is made.
	backdate = time.Hour
)

// Authority is the sandbox's own certificate authority. Its methods are safe for concurrent use.
type Authority struct {
	root *x509.Certificate
	key  *ecdsa.PrivateKey
	now  func() time.Time
}

// LoadOrCreate returns the certificate authority kept in dir, and makes it there at the first start. Several processes
// may start at once and all get the same one. It fails when the kept root has expired.
func LoadOrCreate(dir string, now func() time.Time) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("sandbox: certificate authority: %w", err)
	}
	key, err := loadOrCreateRootKey(filepath.Join(dir, rootKeyFile))
	if err != nil {
		return nil, fmt.Errorf("sandbox: key of the certificate authority: %w", err)
	}
	path := filepath.Join(dir, rootCertificateFile)
	root, err := loadOrCreateRoot(path, key, now())
	if err != nil {
		return nil, fmt.Errorf("sandbox: certificate authority: %w", err)
	}
	if !now().Before(root.NotAfter) {
		return nil, fmt.Errorf("sandbox: certificate authority: %s has expired; delete it to make another", path)
	}
	return &Authority{root: root, key: key, now: now}, nil
}

func loadOrCreateRootKey(path string) (*ecdsa.PrivateKey, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, keyErr := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if keyErr != nil {
			return nil, keyErr
		}
		der, keyErr := x509.MarshalPKCS8PrivateKey(key)
		if keyErr != nil {
			return nil, keyErr
		}
		content, err = standin.CreateOnce(path, 0o600, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, fmt.Errorf("%s holds no PEM block", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s holds no ECDSA key", path)
	}
	return key, nil
}

func loadOrCreateRoot(path string, key *ecdsa.PrivateKey, now time.Time) (*x509.Certificate, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		serial, certErr := newSerial()
		if certErr != nil {
			return nil, certErr
		}
		template := &x509.Certificate{
			SerialNumber:          serial,
			Subject:               pkix.Name{CommonName: "TimeTracker sandbox root"},
			NotBefore:             now.Add(-backdate),
			NotAfter:              now.Add(rootLifetime),
			KeyUsage:              x509.KeyUsageCertSign,
			BasicConstraintsValid: true,
			IsCA:                  true,
			MaxPathLenZero:        true,
		}
		der, certErr := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		if certErr != nil {
			return nil, certErr
		}
		content, err = standin.CreateOnce(path, 0o644, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, fmt.Errorf("%s holds no PEM block", path)
	}
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if !key.PublicKey.Equal(root.PublicKey) {
		return nil, fmt.Errorf("%s does not belong to the key beside it; delete it to make another", path)
	}
	return root, nil
}

// Leaf returns a new server certificate for hosts (DNS names and IP addresses), valid for 30 days. The chain includes
// the root, because Chromium matches the hash of a trusted key against what the server presents.
func (a *Authority) Leaf(hosts ...string) (tls.Certificate, error) {
	if len(hosts) == 0 {
		return tls.Certificate{}, errors.New("sandbox: a certificate needs a host")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("sandbox: key of a certificate: %w", err)
	}
	serial, err := newSerial()
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("sandbox: serial number: %w", err)
	}
	now := a.now()
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: hosts[0]},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(leafLifetime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.root, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("sandbox: certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der, a.root.Raw}, PrivateKey: key}, nil
}

// RootPEM returns the root certificate in PEM.
func (a *Authority) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw})
}

// Pool returns a new pool that trusts the root and nothing else.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.root)
	return pool
}

// newSerial returns a positive serial number of at most 20 octets (RFC 5280, section 4.1.2.2).
func newSerial() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128))
}
