package entra

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"timetracker/internal/sandbox/standin"
)

const (
	signingKeysFile = "signing-keys.pem"
	signingKeyBits  = 2048
)

// keySet holds the published signing keys, oldest first; the last one signs. It is stored in one file, so that tokens
// stay valid over a restart. Safe for concurrent use.
type keySet struct {
	path string

	mu   sync.RWMutex
	keys []signingKey
}

type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

func newSigningKey(private *rsa.PrivateKey) signingKey {
	// RFC 7638 demands this order of the members, and no white space.
	canonical := fmt.Sprintf(`{"e":"%s","kty":"RSA","n":"%s"}`, keyExponent(private), keyModulus(private))
	sum := sha256.Sum256([]byte(canonical))
	return signingKey{id: base64.RawURLEncoding.EncodeToString(sum[:]), private: private}
}

func keyExponent(key *rsa.PrivateKey) string {
	return base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())
}

func keyModulus(key *rsa.PrivateKey) string {
	return base64.RawURLEncoding.EncodeToString(key.N.Bytes())
}

func loadOrCreateKeys(dir string) (*keySet, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, signingKeysFile)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		private, keyErr := rsa.GenerateKey(rand.Reader, signingKeyBits)
		if keyErr != nil {
			return nil, keyErr
		}
		encoded, keyErr := encodeKeys([]signingKey{newSigningKey(private)})
		if keyErr != nil {
			return nil, keyErr
		}
		content, err = standin.CreateOnce(path, 0o600, encoded)
	}
	if err != nil {
		return nil, err
	}
	keys, err := decodeKeys(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &keySet{path: path, keys: keys}, nil
}

func encodeKeys(keys []signingKey) ([]byte, error) {
	var out bytes.Buffer
	for _, key := range keys {
		der, err := x509.MarshalPKCS8PrivateKey(key.private)
		if err != nil {
			return nil, err
		}
		if err := pem.Encode(&out, &pem.Block{Type: "PRIVATE KEY", Bytes: der}); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func decodeKeys(content []byte) ([]signingKey, error) {
	var keys []signingKey
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		private, ok := parsed.(*rsa.PrivateKey)
		if !ok {
			return nil, errors.New("holds a key that is not RSA")
		}
		keys = append(keys, newSigningKey(private))
	}
	if len(keys) == 0 {
		return nil, errors.New("holds no key")
	}
	return keys, nil
}

// roll makes a new signing key; those before it stay published.
func (s *keySet) roll() error {
	private, err := rsa.GenerateKey(rand.Reader, signingKeyBits)
	if err != nil {
		return fmt.Errorf("sandbox: signing key: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.replace(append(slices.Clone(s.keys), newSigningKey(private)))
}

// withdraw stops publishing all keys but the one that signs.
func (s *keySet) withdraw() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.replace(slices.Clone(s.keys[len(s.keys)-1:]))
}

// replace stores keys and makes them the set; the caller holds mu.
func (s *keySet) replace(keys []signingKey) error {
	content, err := encodeKeys(keys)
	if err != nil {
		return fmt.Errorf("sandbox: signing keys: %w", err)
	}
	if err := standin.ReplaceFile(s.path, 0o600, content); err != nil {
		return fmt.Errorf("sandbox: signing keys: %w", err)
	}
	s.keys = keys
	return nil
}

func (s *keySet) published() []signingKey {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.keys)
}

func (s *keySet) signer() signingKey {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.keys[len(s.keys)-1]
}

// jwk is a published key (RFC 7517), with the issuer Entra adds to each one.
type jwk struct {
	KeyType  string `json:"kty"`
	Use      string `json:"use"`
	KeyID    string `json:"kid"`
	Modulus  string `json:"n"`
	Exponent string `json:"e"`
	Issuer   string `json:"issuer"`
}

func (k signingKey) jwk(issuer string) jwk {
	return jwk{
		KeyType: "RSA", Use: "sig", KeyID: k.id,
		Modulus: keyModulus(k.private), Exponent: keyExponent(k.private), Issuer: issuer,
	}
}

// SignOptions changes what Sign does, for tests that need a token the sandbox would never issue.
type SignOptions struct {
	// Key signs instead of the current signing key. The header's kid stays that of the current key.
	Key *rsa.PrivateKey
	// Header overrides members of the JOSE header; a nil value removes the member. The signature is always RS256, whatever
	// alg says.
	Header map[string]any
}

// sign returns claims as a JWS in compact serialisation (RFC 7515), signed with RS256.
func (s *keySet) sign(claims map[string]any, options SignOptions) (string, error) {
	key := s.signer()
	header := map[string]any{"typ": "JWT", "alg": "RS256", "kid": key.id}
	maps.Copy(header, options.Header)
	maps.DeleteFunc(header, func(_ string, value any) bool { return value == nil })
	private := key.private
	if options.Key != nil {
		private = options.Key
	}
	headerJSON, err := json.Marshal(header)
	if err != nil {
		return "", fmt.Errorf("sandbox: token header: %w", err)
	}
	claimsJSON, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sandbox: token claims: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode(headerJSON) + "." + encode(claimsJSON)
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, digest[:])
	if err != nil {
		return "", fmt.Errorf("sandbox: sign a token: %w", err)
	}
	return signed + "." + encode(signature), nil
}

var errBadToken = errors.New("not a token signed by this sandbox")

// verify checks the signature of token against the published keys and decodes its claims. It checks no claim.
func (s *keySet) verify(token string, claims any) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return errBadToken
	}
	var decoded [3][]byte
	for i, part := range parts {
		content, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			return errBadToken
		}
		decoded[i] = content
	}
	var header struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	if err := json.Unmarshal(decoded[0], &header); err != nil || header.Algorithm != "RS256" {
		return errBadToken
	}
	keys := s.published()
	at := slices.IndexFunc(keys, func(key signingKey) bool { return key.id == header.KeyID })
	if at < 0 {
		return errBadToken
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if rsa.VerifyPKCS1v15(&keys[at].private.PublicKey, crypto.SHA256, digest[:], decoded[2]) != nil {
		return errBadToken
	}
	if err := json.Unmarshal(decoded[1], claims); err != nil {
		return errBadToken
	}
	return nil
}
