package entra

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"timetracker/internal/errs"
	"timetracker/internal/outbound"
)

// These say how often keys are fetched, and how long they are used. Microsoft replaces keys without notice, and in an
// emergency at once: https://learn.microsoft.com/entra/identity-platform/signing-key-rollover
const (
	refreshEvery = time.Hour        // in the background
	retryEvery   = 30 * time.Second // in the background, while the last fetch has failed
	refetchAfter = 5 * time.Minute  // for a token with an unknown key, which anybody can make up
	keysLast     = 24 * time.Hour   // without a refresh
	fetchTimeout = 10 * time.Second // for metadata and keys together
)

const (
	maxKeysBytes  = 1 << 20 // of an answer
	minModulusBit = 2048
)

// signingKey is a public key of the directory, and the issuer it may sign for. It implements go-oidc's key set with one
// key.
type signingKey struct {
	public *rsa.PublicKey
	issuer string // may contain directoryPlaceholder
}

var _ oidc.KeySet = signingKey{}

// VerifySignature gives the payload of a token that this key signed.
func (k signingKey) VerifySignature(_ context.Context, rawToken string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(rawToken, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, err
	}
	return jws.Verify(k.public)
}

func (k signingKey) equal(other signingKey) bool {
	return k.issuer == other.issuer && k.public.Equal(other.public)
}

// trust is the result of one successful fetch, and the tokens found valid under it. Its keys never change.
type trust struct {
	issuer    string // of the metadata; contains directoryPlaceholder when the keys are of all directories
	keys      map[string]signingKey
	withdrawn map[string]time.Time // ids of former keys, and when they were found missing; for as long as tokens last
	fetchedAt time.Time
	memory    *memory
}

// attempt is the outcome of the last fetch.
type attempt struct {
	at  time.Time
	err error
}

// allDirectories is the part of an address that means the work and school accounts of every directory.
const allDirectories = "organizations"

// keySet holds the signing keys of one directory, or of all. It keeps the last fetched ones through failures, for
// keysLast.
type keySet struct {
	authority *url.URL
	directory string // its id, or allDirectories
	client    *http.Client
	now       func() time.Time
	log       *slog.Logger

	fetches singleflight.Group
	latest  atomic.Pointer[trust]   // nil before the first successful fetch
	last    atomic.Pointer[attempt] // nil before the first fetch
}

func newKeySet(
	authority *url.URL, directory string, client *http.Client, now func() time.Time, log *slog.Logger,
) *keySet {
	return &keySet{
		authority: authority, directory: directory, client: outbound.Confine(authority, client, maxKeysBytes), now: now, log: log,
	}
}

// trusted gives the keys in use, or nil when there are none.
func (s *keySet) trusted(now time.Time) *trust {
	if t := s.latest.Load(); t != nil && now.Sub(t.fetchedAt) < keysLast {
		return t
	}
	return nil
}

// errNotLookedFor means that a key is unknown, but the authority may have published it since the last fetch.
var errNotLookedFor = errors.New("kid is unknown, and the authority was asked a moment ago")

// find gives a key by its id. An unknown one makes it fetch keys, at most once in refetchAfter.
//
// An unknown key is refused only when the authority was asked for it and doesn't have it, or has withdrawn it. Until it
// may be asked, the error is of kind Unavailable. Clients take a refusal for the end of the sign-in, and the Marketplace
// takes it for a refusal of what the customer wants. Anybody can cause a fetch, so a new key may come soon after one.
func (s *keySet) find(ctx context.Context, kid string) (signingKey, *trust, error) {
	if key, t, ok := s.known(kid); ok {
		return key, t, nil
	}
	fresh, err := s.refresh(ctx, refetchAfter)
	if err != nil {
		return signingKey{}, nil, unavailable(err)
	}
	if key, t, ok := s.known(kid); ok {
		return key, t, nil
	}
	last := s.last.Load()
	if last.err != nil {
		return signingKey{}, nil, unavailable(last.err)
	}
	if _, withdrawn := s.latest.Load().withdrawn[kid]; withdrawn {
		return signingKey{}, nil, invalid(errors.New("kid was withdrawn"))
	}
	if !fresh {
		nextFetch := refetchAfter - s.now().Sub(last.at)
		return signingKey{}, nil, unavailable(errNotLookedFor).WithRetryAfter(max(nextFetch, time.Second))
	}
	return signingKey{}, nil, invalid(errors.New("kid is unknown"))
}

func (s *keySet) known(kid string) (signingKey, *trust, bool) {
	t := s.trusted(s.now())
	if t == nil {
		return signingKey{}, nil, false
	}
	key, ok := t.keys[kid]
	return key, t, ok
}

// errNoKeys means that nobody's token can be checked yet.
var errNoKeys = errors.New("no signing key was fetched yet")

// ready says whether keys were fetched once. Later failures keep those.
func (s *keySet) ready() error {
	if s.latest.Load() == nil {
		return errNoKeys
	}
	return nil
}

// run fetches keys at once and then every refreshEvery, or every retryEvery while fetching fails.
func (s *keySet) run(ctx context.Context) {
	tick := time.NewTicker(retryEvery)
	defer tick.Stop()
	for {
		now := s.now()
		if last := s.last.Load(); last == nil || last.err != nil || now.Sub(last.at) >= refreshEvery {
			_, _ = s.refresh(ctx, 0) // fails only with the context, which ends the loop below
		}
		if t := s.latest.Load(); t != nil {
			t.memory.forget(now)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// refresh fetches the keys, unless the last fetch is younger than minAge, and stores the outcome in latest and last.
// Callers share one fetch, which goes on when they leave. fresh says that the fetch began after this call and not
// before it. The error is that of the caller's own context.
func (s *keySet) refresh(ctx context.Context, minAge time.Duration) (fresh bool, err error) {
	began := false
	done := s.fetches.DoChan("", func() (any, error) {
		if last := s.last.Load(); last != nil && s.now().Sub(last.at) < minAge {
			return nil, nil
		}
		began = true
		fetching, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
		defer cancel()
		fetched, err := errs.Guarded(func() (*trust, error) { return s.fetch(fetching) })()
		if err != nil {
			s.log.WarnContext(fetching, "signing keys could not be fetched", "reason", err.Error())
		} else {
			s.install(fetching, fetched)
		}
		s.last.Store(&attempt{at: s.now(), err: err})
		return nil, nil
	})
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-done:
		return began, nil
	}
}

// install replaces the keys in use, which also removes a withdrawn key. The remembered tokens survive only if all keys
// stay the same.
func (s *keySet) install(ctx context.Context, fetched *trust) {
	old := s.latest.Load()
	if old != nil && old.issuer == fetched.issuer && maps.EqualFunc(old.keys, fetched.keys, signingKey.equal) {
		fetched.memory, fetched.withdrawn = old.memory, old.withdrawn
	} else {
		fetched.memory = newMemory()
		fetched.withdrawn = fetched.formerKeys(old)
		s.log.InfoContext(ctx, "signing keys changed", "keys", len(fetched.keys))
	}
	s.latest.Store(fetched)
}

// formerKeys gives the ids of keys that were there before and are not any more. No valid token names one that has been
// missing for longer than tokens last.
func (t *trust) formerKeys(old *trust) map[string]time.Time {
	if old == nil {
		return nil
	}
	former := maps.Clone(old.withdrawn)
	if former == nil {
		former = make(map[string]time.Time)
	}
	for kid := range old.keys {
		former[kid] = t.fetchedAt
	}
	maps.DeleteFunc(former, func(kid string, missingSince time.Time) bool {
		_, back := t.keys[kid]
		return back || t.fetchedAt.Sub(missingSince) > (maxLifetimeSeconds+skewSeconds)*time.Second
	})
	return former
}

// fetch gets the metadata and the keys that it names.
func (s *keySet) fetch(ctx context.Context) (*trust, error) {
	var metadata struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	at := s.authority.JoinPath(s.directory, "v2.0/.well-known/openid-configuration")
	if err := s.get(ctx, at.String(), &metadata); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	issuedFor := s.directory
	if s.directory == allDirectories {
		issuedFor = directoryPlaceholder
	}
	if !strings.Contains(metadata.Issuer, issuedFor) {
		return nil, errors.New("metadata: the issuer is not that of the directory, or not a template for all")
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := s.get(ctx, metadata.JWKSURI, &set); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	fetched := &trust{issuer: metadata.Issuer, keys: make(map[string]signingKey), fetchedAt: s.now()}
	for _, raw := range set.Keys {
		if kid, key, ok := parseKey(raw); ok {
			fetched.keys[kid] = key
		}
	}
	if len(fetched.keys) == 0 {
		return nil, errors.New("keys: none is of use")
	}
	return fetched, nil
}

// parseKey reads a JWK. As RFC 7517 section 5 says, a key that is not for RS256 signatures, or doesn't name its issuer,
// is ignored.
func parseKey(raw json.RawMessage) (kid string, key signingKey, ok bool) {
	var parsed jose.JSONWebKey
	var extra struct {
		Issuer string `json:"issuer"` // an extension by Microsoft
	}
	if json.Unmarshal(raw, &parsed) != nil || json.Unmarshal(raw, &extra) != nil {
		return "", signingKey{}, false
	}
	public, ok := parsed.Key.(*rsa.PublicKey)
	if !ok || public.N.BitLen() < minModulusBit || parsed.KeyID == "" || extra.Issuer == "" ||
		parsed.Use != "sig" || (parsed.Algorithm != "" && parsed.Algorithm != string(jose.RS256)) {
		return "", signingKey{}, false
	}
	return parsed.KeyID, signingKey{public: public, issuer: extra.Issuer}, true
}

// get reads a JSON document at the authority. Its errors contain no part of the answer, since an impostor must not
// write into our log.
func (s *keySet) get(ctx context.Context, address string, document any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return errors.New("the address is not valid")
	}
	request.Header.Set("Accept", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return outbound.Reason(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return outbound.Reason(err)
	}
	if json.Unmarshal(body, document) != nil {
		return errors.New("the answer is not the JSON expected")
	}
	return nil
}

// unavailable says that a token can't be checked now. In the background the keys are fetched again after retryEvery.
func unavailable(cause error) *errs.Error {
	return errs.Wrap(cause, errs.Unavailable, "signing_keys_unavailable",
		"Sign-in can't be checked at the moment. Try again shortly.").WithRetryAfter(retryEvery)
}
