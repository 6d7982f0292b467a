package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"timetracker/internal/errs"
	"timetracker/internal/outbound"
	"timetracker/internal/tenant"
)

// maxTokenBytes is the length of the longest token that is read. Entra keeps its tokens below 8 KiB by leaving groups
// out.
const maxTokenBytes = 16 << 10

// refusal is the only message for clients. The code distinguishes the cases in which a client can act.
const refusal = "The access token is not accepted. Sign in again."

// Config says where tokens come from and which are for us. Every field is required.
type Config struct {
	Authority      string   // https origin, such as https://login.microsoftonline.com
	ClientID       string   // the API's app id; accepted audiences are this and api://this
	AllowedClients []string // app ids of the clients whose tokens are accepted (azp)
	Scope          string   // the delegated permission a token must carry, such as Time.ReadWrite
	HTTPClient     *http.Client
	Now            func() time.Time
	Log            *slog.Logger
}

// Verifier validates access tokens. It is safe for concurrent use.
type Verifier struct {
	policy policy
	keys   *keySet
	now    func() time.Time
}

// New makes a Verifier. It makes no call: keys are fetched by Run, or by the first token.
func New(c Config) (*Verifier, error) {
	authority, err := outbound.Origin(c.Authority)
	if err != nil {
		return nil, fmt.Errorf("entra: the authority %w", err)
	}
	switch {
	case c.ClientID == "":
		return nil, errors.New("entra: the client id is missing")
	case c.Scope == "":
		return nil, errors.New("entra: the scope is missing")
	case len(c.AllowedClients) == 0 || slices.Contains(c.AllowedClients, ""):
		return nil, errors.New("entra: the allowed clients are missing")
	case c.HTTPClient == nil || c.Now == nil || c.Log == nil:
		return nil, errors.New("entra: the HTTP client, the clock or the log is missing")
	}
	return &Verifier{
		policy: policy{
			audiences: []string{c.ClientID, "api://" + c.ClientID},
			clients:   slices.Clone(c.AllowedClients),
			scope:     c.Scope,
		},
		keys: newKeySet(authority, allDirectories, c.HTTPClient, c.Now, c.Log),
		now:  c.Now,
	}, nil
}

// Ready gives an error until signing keys were fetched once.
func (v *Verifier) Ready() error { return v.keys.ready() }

// Run keeps the signing keys fresh until the context ends.
func (v *Verifier) Run(ctx context.Context) { v.keys.run(ctx) }

// Verify says whom the directory vouches for with this token. An error of kind Unauthenticated has the code
// token_expired or token_invalid. An error of kind Unavailable has the code signing_keys_unavailable, when the token's
// key is unknown and can't be fetched now, or not yet. The cause says more, but nothing of the token.
func (v *Verifier) Verify(ctx context.Context, rawToken string) (tenant.Person, error) {
	token, now := digestOf(rawToken), v.now()
	if trusted := v.keys.trusted(now); trusted != nil {
		if g, ok := trusted.memory.recall(token, now); ok {
			return g.admit(now)
		}
	}

	c, key, trusted, err := openToken[claims](ctx, v.keys, rawToken)
	if err != nil {
		return tenant.Person{}, err
	}
	if err := v.policy.check(c, key.issuer, trusted.issuer); err != nil {
		return tenant.Person{}, invalid(err)
	}
	g := grant{person: c.person(), lifetime: c.lifetime()}
	now = v.now() // fetching keys may have taken a while
	trusted.memory.remember(token, g, now)
	return g.admit(now)
}

// openToken gives the claims of a token that one of the keys signed, with that key and its set. It checks no claim. Its
// errors are those of Verify.
func openToken[C any](ctx context.Context, keys *keySet, rawToken string) (c C, key signingKey, t *trust, err error) {
	kid, err := parseHeader(rawToken)
	if err != nil {
		return c, key, nil, invalid(err)
	}
	if key, t, err = keys.find(ctx, kid); err != nil {
		return c, key, nil, err
	}
	payload, err := verifySignature(ctx, rawToken, key)
	if err != nil {
		return c, key, nil, invalid(err)
	}
	if c, err = parseClaims[C](payload); err != nil {
		return c, key, nil, invalid(err)
	}
	return c, key, t, nil
}

// admit gives the person while the token is valid.
func (g *grant) admit(now time.Time) (tenant.Person, error) {
	if err := g.lifetime.check(now, skewSeconds); err != nil {
		return tenant.Person{}, err
	}
	return g.person, nil
}

// parseHeader gives the id of the key that the token says it was signed with. It accepts only the compact serialization
// (RFC 7515 section 7.1) of an RS256 signature without extensions. Errors of go-jose and go-oidc quote the token, so
// they are not passed on, here and below.
func parseHeader(rawToken string) (kid string, err error) {
	if len(rawToken) > maxTokenBytes {
		return "", errors.New("too long")
	}
	if !isCompact(rawToken) {
		return "", errors.New("not a compact JWS")
	}
	jws, err := jose.ParseSignedCompact(rawToken, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return "", errors.New("the header can't be read, or alg is not RS256")
	}
	header := jws.Signatures[0].Protected
	if _, ok := header.ExtraHeaders["crit"]; ok {
		return "", errors.New("the header has crit")
	}
	if header.ExtraHeaders[jose.HeaderType] != "JWT" {
		return "", errors.New("typ is not JWT")
	}
	if header.KeyID == "" {
		return "", errors.New("kid is missing")
	}
	return header.KeyID, nil
}

// isCompact says whether a token is exactly three parts of base64url. It is needed because the decoders skip line
// breaks.
func isCompact(rawToken string) bool {
	parts := 1
	for i, previous := 0, byte('.'); i < len(rawToken); i++ {
		c := rawToken[i]
		switch {
		case ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') || c == '-' || c == '_':
		case c == '.' && previous != '.':
			parts++
		default:
			return false
		}
		previous = c
	}
	return parts == 3 && !strings.HasSuffix(rawToken, ".")
}

// verifySignature gives the token's payload if the key signed it. go-oidc does only that, since its checks of issuer,
// audience and lifetime are laxer than ours. They know one issuer or any, take lists of audiences, and do not need nbf.
func verifySignature(ctx context.Context, rawToken string, key signingKey) (payload []byte, err error) {
	signatureOnly := &oidc.Config{
		SupportedSigningAlgs: []string{oidc.RS256},
		SkipIssuerCheck:      true,
		SkipClientIDCheck:    true,
		SkipExpiryCheck:      true,
	}
	token, err := oidc.NewVerifier("", key, signatureOnly).Verify(ctx, rawToken)
	if err != nil {
		return nil, errors.New("the signature doesn't hold")
	}
	var raw json.RawMessage
	if err := token.Claims(&raw); err != nil {
		return nil, errors.New("the claims can't be read")
	}
	return raw, nil
}

// invalid refuses a token. The reason is for the log.
func invalid(reason error) error {
	return errs.Wrap(reason, errs.Unauthenticated, "token_invalid", refusal)
}
