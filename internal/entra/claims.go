package entra

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/json"
	"github.com/google/uuid"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

const (
	// skewSeconds is how far the directory's clock and ours may be apart.
	skewSeconds = 60
	// maxLifetimeSeconds is the longest that Entra issues an access token for, with continuous access evaluation:
	// https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation
	maxLifetimeSeconds = 28 * 60 * 60
	// personalDirectory is the tid of every personal Microsoft account; this product is for work and school accounts.
	personalDirectory = "9188040d-6c67-4c5b-b112-36a304b66dad"
	// directoryPlaceholder stands for the directory's id in the issuers of keys and metadata.
	directoryPlaceholder = "{tenantid}"
)

// claims are the parts of a v2.0 access token that are looked at:
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
type claims struct {
	Version   string `json:"ver"`
	Issuer    string `json:"iss"`
	Audience  string `json:"aud"` // Entra issues one audience; a list is refused
	Directory string `json:"tid"`
	Object    string `json:"oid"`
	Client    string `json:"azp"`
	Scopes    string `json:"scp"`
	Subject   string `json:"idtyp"` // optional claim: user, app or device
	Expires   int64  `json:"exp"`   // whole seconds, as Entra issues it; a fraction is refused
	NotBefore int64  `json:"nbf"`
	IssuedAt  int64  `json:"iat"`

	// For display only: a directory's administrator can write anything into these.
	Name     string `json:"name"`
	Username string `json:"preferred_username"`
	Email    string `json:"email"`

	// Optional claim: the directory has proved that it owns the domain of email. Everybody else who can write an address
	// into a directory can write anybody's:
	// https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization
	EmailVerified flag `json:"xms_edov"`

	// A guest has acct 1, or was signed in by another identity provider than the issuer:
	// https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
	Account          int    `json:"acct"`
	IdentityProvider string `json:"idp"`
}

// flag is a claim that Entra writes as true, as 1 or as "1", by the way in which the claim was asked for. Everything else is
// false: a claim that only adds to what its bearer may do is no reason to refuse a token.
type flag bool

// UnmarshalJSON takes every JSON value.
func (f *flag) UnmarshalJSON(text []byte) error {
	switch strings.ToLower(strings.Trim(string(text), `"`)) {
	case "true", "1":
		*f = true
	default:
		*f = false
	}
	return nil
}

// parseClaims reads a token's payload. The decoder of go-jose matches names exactly and refuses duplicates, so that
// nobody who reads the same token can come to another view of it; encoding/json does neither.
func parseClaims[C any](payload []byte) (c C, err error) {
	if err := json.Unmarshal(payload, &c); err != nil {
		return c, errors.New("the claims can't be read") // the decoder's error quotes them
	}
	return c, nil
}

// policy says which tokens are for us.
type policy struct {
	audiences []string
	clients   []string
	scope     string
}

// check holds the claims against the policy and against the issuers that vouch for them: that of the key which signed,
// and that of the directory's metadata. Both are templates with the directory's id left open, but a key may be bound to
// one directory.
func (p policy) check(c claims, keyIssuer, metadataIssuer string) error {
	switch {
	case c.Version != "2.0":
		return errors.New("ver is not 2.0")
	case !isGUID(c.Directory):
		return errors.New("tid is not a GUID")
	case c.Directory == personalDirectory:
		return errors.New("tid is that of personal accounts")
	case !isGUID(c.Object):
		return errors.New("oid is not a GUID")
	case c.Issuer != issuerOf(keyIssuer, c.Directory):
		return errors.New("iss is not the issuer of the signing key")
	case c.Issuer != issuerOf(metadataIssuer, c.Directory):
		return errors.New("iss is not the issuer of the metadata")
	case !slices.Contains(p.audiences, c.Audience):
		return errors.New("aud is not this API")
	case !slices.Contains(p.clients, c.Client):
		return errors.New("azp is not an allowed client")
	case c.Subject != "" && c.Subject != "user":
		return errors.New("idtyp is not user")
	case !slices.Contains(strings.Fields(c.Scopes), p.scope): // an app-only token has roles instead of scp
		return errors.New("scp lacks the scope")
	}
	return nil
}

// person is whom the token is about. xms_edov vouches for the email claim alone, so a verified address is always that one:
// where somebody signs in as ada@contoso.onmicrosoft.com and gets mail as ada@contoso.com, it is the latter that people
// know.
func (c claims) person() tenant.Person {
	verified := bool(c.EmailVerified) && c.Email != ""
	email := c.Username
	if verified || email == "" {
		email = c.Email
	}
	return tenant.Person{
		DirectoryID:   ids.MustParse[ids.Directory](c.Directory), // check has found both to be GUIDs
		ObjectID:      ids.MustParse[ids.Object](c.Object),
		Email:         email,
		EmailVerified: verified,
		Name:          c.Name,
		External:      c.Account == 1 || c.IdentityProvider != "" && c.IdentityProvider != c.Issuer,
		SignedInAt:    time.Unix(c.IssuedAt, 0).UTC(),
	}
}

// lifetime is when a token holds, in seconds since 1970 (NumericDate, RFC 7519 section 2). Seconds are compared as they
// are: time.Time overflows on numbers that a token can hold.
type lifetime struct {
	notBefore, issued, expires int64
}

// lifetime is when the token holds. What is missing is zero, which check refuses.
func (c claims) lifetime() lifetime {
	return lifetime{notBefore: c.NotBefore, issued: c.IssuedAt, expires: c.Expires}
}

// check is nil while the token holds, give or take the skew.
func (l lifetime) check(now time.Time) error {
	seconds := now.Unix()
	switch {
	case l.expires <= 0 || l.notBefore <= 0 || l.issued <= 0:
		return invalid(errors.New("exp, nbf or iat is missing"))
	case l.expires <= seconds-skewSeconds:
		return errs.Wrap(errors.New("exp has passed"), errs.Unauthenticated, "token_expired", refusal)
	case l.notBefore > seconds+skewSeconds:
		return invalid(errors.New("nbf has not come"))
	case l.issued > seconds+skewSeconds:
		return invalid(errors.New("iat is in the future"))
	case l.expires > seconds+maxLifetimeSeconds+skewSeconds:
		return invalid(errors.New("exp is too far"))
	}
	return nil
}

// issuerOf puts the directory's id into an issuer's template.
func issuerOf(template, directory string) string {
	return strings.Replace(template, directoryPlaceholder, directory, 1)
}

// isGUID says whether s is a GUID in the one form in which Entra writes it. Ids are compared as text, so a second
// spelling would be a second person.
func isGUID(s string) bool {
	id, err := uuid.Parse(s)
	return err == nil && id != uuid.Nil && id.String() == s
}
