package entra

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/outbound"
)

// marketplaceApp is the app as which the Azure Marketplace calls webhooks. It has the same id in every directory:
// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-registration
const marketplaceApp = "20e940b3-4c77-4b0b-9a53-9e16a1b010a7"

// WebhookConfig says where the tokens of the Marketplace's webhook calls come from and for whom they are. Every field
// is required.
type WebhookConfig struct {
	Authority   string // https origin, such as https://login.microsoftonline.com
	DirectoryID string // GUID of the publisher's directory, in lower case
	ClientID    string // GUID of the publisher's app that the offer names, in lower case
	HTTPClient  *http.Client
	Now         func() time.Time
	Log         *slog.Logger
}

// WebhookVerifier validates the tokens that the Azure Marketplace calls our webhook with. It is safe for concurrent use.
type WebhookVerifier struct {
	directory string
	client    string
	keys      *keySet
	now       func() time.Time
}

// NewWebhookVerifier makes a WebhookVerifier. It makes no call: keys are fetched by Run, or by the first token.
func NewWebhookVerifier(c WebhookConfig) (*WebhookVerifier, error) {
	authority, err := outbound.Origin(c.Authority)
	if err != nil {
		return nil, fmt.Errorf("entra: the authority %w", err)
	}
	// With a directory's domain, or another spelling, keys would be found and then every call refused.
	switch {
	case !isGUID(c.DirectoryID):
		return nil, errors.New("entra: the publisher's directory must be a GUID in lower case")
	case !isGUID(c.ClientID):
		return nil, errors.New("entra: the publisher's client id must be a GUID in lower case")
	case c.HTTPClient == nil || c.Now == nil || c.Log == nil:
		return nil, errors.New("entra: the HTTP client, the clock or the log is missing")
	}
	return &WebhookVerifier{
		directory: c.DirectoryID,
		client:    c.ClientID,
		keys:      newKeySet(authority, c.DirectoryID, c.HTTPClient, c.Now, c.Log),
		now:       c.Now,
	}, nil
}

// Ready gives an error until signing keys were fetched once.
func (v *WebhookVerifier) Ready() error { return v.keys.ready() }

// Run keeps the signing keys fresh until the context ends.
func (v *WebhookVerifier) Run(ctx context.Context) { v.keys.run(ctx) }

// Verify is nil for a token with which the Azure Marketplace calls our webhook. Errors are those of Verifier.Verify, with
// two more codes. A token that is good but for its time is of kind Unavailable: TokenUntimely. One of the Marketplace's
// for somebody else is TokenForAnother. The token identifies the caller, and says nothing about the body.
func (v *WebhookVerifier) Verify(ctx context.Context, rawToken string) error {
	c, key, trusted, err := openToken[webhookClaims](ctx, v.keys, rawToken)
	if err != nil {
		return err
	}
	if err := v.check(c, key.issuer, trusted.issuer); err != nil {
		if _, ok := errors.AsType[forAnother](err); ok {
			return errs.Wrap(err, errs.Unauthenticated, TokenForAnother, refusal)
		}
		return invalid(err)
	}
	return c.lifetime().checkWebhook(v.now())
}

// TokenUntimely is the code of errors about a token that is the Marketplace's and is not valid at this time. Its sender
// has just got it, so one of the two clocks is wrong, and ours is the likelier one.
const TokenUntimely = "token_untimely"

// TokenForAnother is the code of errors about a token that Entra has issued to the Marketplace, but for another directory
// or app than ours. Nobody else can get one, so the offer's technical configuration and ours differ.
const TokenForAnother = "token_for_another"

// forAnother says which claim of such a token is not ours.
type forAnother string

// Error implements error.
func (f forAnother) Error() string { return string(f) }

// checkWebhook is like check for a token of the Marketplace. A token that is valid at another time is an outage of ours,
// after which the Marketplace calls again.
func (l lifetime) checkWebhook(now time.Time) error {
	if !l.isSound() {
		return invalid(errors.New("exp, nbf or iat is missing or doesn't fit the others"))
	}
	if err := l.check(now, webhookSkewSeconds); err != nil {
		return errs.Wrap(fmt.Errorf("the token is good but for its time: %w", err), errs.Unavailable, TokenUntimely,
			"The call can't be checked at the moment.")
	}
	return nil
}

// webhookClaims are the parts of an app's access token that are checked, in both versions. The manifest of the app that
// the token is for chooses the version:
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
type webhookClaims struct {
	Version   string `json:"ver"`
	Issuer    string `json:"iss"`
	Audience  string `json:"aud"` // Entra issues one audience; a list is refused
	Directory string `json:"tid"`
	CallerV1  string `json:"appid"` // in version 1.0 only
	CallerV2  string `json:"azp"`   // in version 2.0 only
	Expires   int64  `json:"exp"`
	NotBefore *int64 `json:"nbf"` // nil when missing, as it is in calls of the Marketplace
	IssuedAt  int64  `json:"iat"`
}

// check compares the claims with the one directory, app and caller that they may name. Neither the signature nor the
// audience is enough. The keys are shared by all directories, and any app of ours could get a token for this audience.
func (v *WebhookVerifier) check(c webhookClaims, keyIssuer, metadataIssuer string) error {
	if issuerOf(keyIssuer, v.directory) != metadataIssuer {
		return errors.New("the signing key is of another issuer")
	}
	var issuer, caller, other string
	switch c.Version {
	case "1.0":
		// The issuer is the same on every host of the public cloud. The keys name only the issuer of version 2.0, but
		// sign for both.
		issuer = "https://sts.windows.net/" + v.directory + "/"
		caller, other = c.CallerV1, c.CallerV2
	case "2.0":
		issuer = metadataIssuer
		caller, other = c.CallerV2, c.CallerV1
	default:
		return errors.New("ver is neither 1.0 nor 2.0")
	}
	switch {
	case caller != marketplaceApp:
		return errors.New("the caller is not the Azure Marketplace")
	case other != "":
		return errors.New("the caller is named as in the other version")
	case c.Issuer != issuer:
		return forAnother("iss is not the issuer of this version in the publisher's directory")
	case c.Directory != v.directory:
		return forAnother("tid is not the publisher's directory")
	case c.Audience != v.client:
		return forAnother("aud is not the publisher's app")
	}
	return nil
}

// lifetime is when the token is valid: from its issue on if it has no nbf.
func (c webhookClaims) lifetime() lifetime {
	notBefore := c.IssuedAt
	if c.NotBefore != nil {
		notBefore = *c.NotBefore
	}
	return lifetime{notBefore: notBefore, issued: c.IssuedAt, expires: c.Expires}
}
