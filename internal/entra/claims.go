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
	// skewSeconds is how far the directory's clock and ours may differ for the token of a person.
	skewSeconds = 60
	// webhookSkewSeconds is the same for the Marketplace's tokens, since a refused one is taken for a refusal of what the
	// customer wants.
	webhookSkewSeconds = 120
	// maxLifetimeSeconds is the longest lifetime of Entra's access tokens, which they have with continuous access
	// evaluation: https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation
	maxLifetimeSeconds = 28 * 60 * 60
	// personalDirectory is the tid of every personal Microsoft account. This product is for work and school accounts.
	personalDirectory = "9188040d-6c67-4c5b-b112-36a304b66dad"
	// directoryPlaceholder stands for the directory's id in the issuers of keys and metadata.
	directoryPlaceholder = "{tenantid}"
)

// claims are the parts of a v2.0 access token that are checked or used:
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
	Expires   int64  `json:"exp"`   // whole seconds, as Entra writes it; a fraction is refused
	NotBefore int64  `json:"nbf"`
	IssuedAt  int64  `json:"iat"`

	// For display only: a directory's administrator can write anything into these.
	Name     string `json:"name"`
	Username string `json:"preferred_username"`
	Email    string `json:"email"`

	// Optional claim: the directory has proved that it owns the domain of email. Without it the address proves nothing,
	// since a directory's administrator can write any address:
	// https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization
	EmailVerified flag `json:"xms_edov"`

	// A guest has acct 1, or has signed in at another identity provider than the issuer:
	// https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
	Account          int    `json:"acct"`
	IdentityProvider string `json:"idp"`
}

// flag is a claim that Entra writes as true, 1 or "1", depending on how the claim was asked for. Everything else is
// false. A flag only adds rights, so an odd value is no reason to refuse a token.
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

// parseClaims reads a token's payload. The decoder of go-jose matches names exactly and refuses duplicates. So every
// reader of the token sees the same claims, which encoding/json does not ensure.
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

// check compares the claims with the policy, and their issuer with the issuers of the signing key and of the
// directory's metadata. Both issuers are templates that leave the directory's id open, but a key may be bound to one
// directory.
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

// person is the person whom the token is about. xms_edov vouches only for the email claim, so a verified address is
// always that one. Somebody may sign in as ada@contoso.onmicrosoft.com and get mail as ada@contoso.com. Then colleagues
// know the latter, and may have invited it.
func (c claims) person() tenant.Person {
	verified := bool(c.EmailVerified) && c.Email != ""
	email, other := c.Username, c.Email
	if verified || email == "" {
		email, other = c.Email, c.Username
	}
	if strings.EqualFold(email, other) {
		other = ""
	}
	return tenant.Person{
		DirectoryID:   ids.MustParse[ids.Directory](c.Directory), // check has found both to be GUIDs
		ObjectID:      ids.MustParse[ids.Object](c.Object),
		Email:         email,
		EmailVerified: verified,
		OtherEmail:    other,
		Name:          c.Name,
		External:      c.Account == 1 || (c.IdentityProvider != "" && c.IdentityProvider != c.Issuer),
		SignedInAt:    time.Unix(c.IssuedAt, 0).UTC(),
	}
}

// lifetime is when a token is valid, in seconds since 1970 (NumericDate, RFC 7519 section 2). Seconds are compared as
// numbers, since time.Time overflows on numbers that a token can contain.
type lifetime struct {
	notBefore, issued, expires int64
}

// lifetime is when the token is valid. A missing value is zero, which check refuses.
func (c claims) lifetime() lifetime {
	return lifetime{notBefore: c.NotBefore, issued: c.IssuedAt, expires: c.Expires}
}

// check is nil while the token is valid, with the skew allowed for.
func (l lifetime) check(now time.Time, skew int64) error {
	seconds := now.Unix()
	switch {
	case l.expires <= 0 || l.notBefore <= 0 || l.issued <= 0:
		return invalid(errors.New("exp, nbf or iat is missing"))
	case l.expires <= seconds-skew:
		return errs.Wrap(errors.New("exp has passed"), errs.Unauthenticated, "token_expired", refusal)
	case l.notBefore > seconds+skew:
		return invalid(errors.New("nbf has not come"))
	case l.issued > seconds+skew:
		return invalid(errors.New("iat is in the future"))
	case l.expires > seconds+maxLifetimeSeconds+skew:
		return invalid(errors.New("exp is too far"))
	}
	return nil
}

// isSound says whether there is an instant at which the token is valid, whatever the time is now.
func (l lifetime) isSound() bool {
	return l.notBefore > 0 && l.issued > 0 && l.expires > l.notBefore && l.expires-l.issued <= maxLifetimeSeconds
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
