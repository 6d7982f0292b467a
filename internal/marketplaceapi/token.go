package marketplaceapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
	"golang.org/x/sync/singleflight"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/outbound"
)

const (
	// scope is the Marketplace's API; its app id is the same for every publisher:
	// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-registration
	scope = "20e940b3-4c77-4b0b-9a53-9e16a1b010a7/.default"
	// tokenTimeout is the longest that getting a token takes. It includes the metadata that the first one needs.
	tokenTimeout = 10 * time.Second
)

// tokens gives the publisher's access tokens for the API. The library keeps a token until shortly before it ends.
type tokens struct {
	client  confidential.Client
	now     func() time.Time
	flights singleflight.Group
}

func newTokens(c Config) (*tokens, error) {
	authority, err := outbound.Origin(c.Authority)
	if err != nil {
		return nil, fmt.Errorf("marketplaceapi: the authority %w", err)
	}
	if !isGUID(c.DirectoryID) || !isGUID(c.ClientID) {
		return nil, errors.New("marketplaceapi: the directory's or the client's id is not a GUID")
	}
	credential, err := outbound.Credential(c.Secret, c.Certificate)
	if err != nil {
		return nil, fmt.Errorf("marketplaceapi: %w", err)
	}
	client, err := confidential.New(authority.JoinPath(c.DirectoryID).String(), c.ClientID, credential,
		confidential.WithHTTPClient(outbound.Confine(authority, c.HTTPClient, outbound.MaxAnswer)),
		// The operator chooses the authority. With instance discovery, every authority outside Microsoft's list would
		// fail.
		confidential.WithInstanceDiscovery(false))
	if err != nil {
		return nil, errors.New("marketplaceapi: the credentials can't be used")
	}
	return &tokens{client: client, now: c.Now}, nil
}

// get gives a token. Callers share one exchange, which goes on when they leave. Otherwise a slow directory could keep
// all of them from ever getting a token.
func (t *tokens) get(ctx context.Context) (string, error) {
	done := t.flights.DoChan("", errs.Guarded(func() (any, error) {
		asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), tokenTimeout)
		defer cancel()
		result, err := t.client.AcquireTokenByCredential(asking, []string{scope})
		if err != nil {
			return "", tokenError(err, t.now())
		}
		return result.AccessToken, nil
	}))
	select {
	case <-ctx.Done():
		return "", unavailable(fmt.Errorf("token: %w", outbound.Reason(ctx.Err())))
	case outcome := <-done:
		token, _ := outcome.Val.(string)
		return token, outcome.Err
	}
}

// tokenError describes a failure in our own words. The library's errors contain the answer's body, and the request with
// the secret.
func tokenError(err error, now time.Time) error {
	call, ok := errors.AsType[msal.CallErr](err)
	if !ok {
		return unavailable(fmt.Errorf("token: %w", outbound.Reason(err)))
	}
	var answer struct {
		Codes []int `json:"error_codes"` // the numbers of AADSTS…
	}
	if body, readErr := io.ReadAll(call.Resp.Body); readErr == nil {
		_ = json.Unmarshal(body, &answer) // an answer that is not JSON has no number
	}
	cause := fmt.Errorf("token: status %d, codes %d", call.Resp.StatusCode, answer.Codes)
	switch call.Resp.StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return credentialsRefused(cause)
	default:
		return unavailable(cause).WithRetryAfter(outbound.RetryAfter(call.Resp.Header, now))
	}
}

// isGUID says whether s is a GUID in its canonical text form.
func isGUID(s string) bool { return s != "" && guid[ids.Any](s).String() == s }
