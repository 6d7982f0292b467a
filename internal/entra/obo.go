package entra

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
	"golang.org/x/sync/singleflight"

	"timetracker/internal/errs"
	"timetracker/internal/outbound"
)

const (
	// exchangeTimeout is the longest that an exchange takes. It includes the metadata that the first one of a directory
	// needs.
	exchangeTimeout = 10 * time.Second
	// renewBefore is how long before its end a token is exchanged again, so that it outlives the call it is used for.
	renewBefore = 5 * time.Minute
	// maxExchanged is the greatest number of kept tokens, of some 3 KB each.
	maxExchanged = 5_000
)

// Resource is an API of Microsoft's, for which tokens are exchanged. It has its own words for what may be in the way.
type Resource struct {
	Scope string // names the API and a permission
	// ConsentRequired makes the error, of kind errs.Forbidden, that somebody of the organization has to agree first.
	ConsentRequired func(cause error) error
	// Unavailable makes the error, of kind errs.Unavailable, that there is no token now. wait is until when.
	Unavailable func(cause error, wait time.Duration) error
}

// OnBehalfOfConfig says as which app tokens are exchanged. Either Secret or Certificate is required, and all other
// fields are.
type OnBehalfOfConfig struct {
	Authority   string // https origin, such as https://login.microsoftonline.com
	ClientID    string // the API's app id
	Secret      string
	Certificate []byte // PEM: a certificate and its private key
	HTTPClient  *http.Client
	Now         func() time.Time
	// Refused is told when Entra refuses the app's credential, which no user can help. nil: nobody is.
	Refused func(ctx context.Context, err error)
}

// OnBehalfOf exchanges people's access tokens for this API for tokens with which it calls Microsoft's APIs in their
// name: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
//
// It is safe for concurrent use.
type OnBehalfOf struct {
	authority  *url.URL
	clientID   string
	credential confidential.Credential
	client     *http.Client
	now        func() time.Time
	refused    func(ctx context.Context, err error)
	exchanges  singleflight.Group

	mu   sync.Mutex
	kept map[exchange]exchanged
}

// exchange is what a token was given for.
type exchange struct {
	assertion          digest
	directoryID, scope string
}

type exchanged struct {
	token string
	until time.Time
}

// NewOnBehalfOf makes an OnBehalfOf. It makes no call.
func NewOnBehalfOf(c OnBehalfOfConfig) (*OnBehalfOf, error) {
	authority, err := outbound.Origin(c.Authority)
	if err != nil {
		return nil, fmt.Errorf("entra: the authority %w", err)
	}
	if c.HTTPClient == nil || c.Now == nil {
		return nil, errors.New("entra: the HTTP client or the clock is missing")
	}
	credential, err := outbound.Credential(c.Secret, c.Certificate)
	if err != nil {
		return nil, fmt.Errorf("entra: %w", err)
	}
	if !isGUID(c.ClientID) {
		return nil, errors.New("entra: the client id is not a GUID")
	}
	return &OnBehalfOf{
		authority: authority, clientID: c.ClientID, credential: credential, client: outbound.Confine(authority, c.HTTPClient, outbound.MaxAnswer),
		now: c.Now, refused: c.Refused, kept: make(map[exchange]exchanged),
	}, nil
}

// Token gives a token for a resource, on behalf of the person whom accessToken is about. The caller must have validated
// accessToken and directoryID, its tid. Callers with the same token share one exchange.
//
// Errors are those of the resource, and InteractionRequired.
func (o *OnBehalfOf) Token(ctx context.Context, resource Resource, directoryID, accessToken string) (string, error) {
	if !isGUID(directoryID) { // it becomes a part of an address
		return "", resource.Unavailable(errors.New("the directory's id is not a GUID"), retryEvery)
	}
	wanted := exchange{assertion: digestOf(accessToken), directoryID: directoryID, scope: resource.Scope}
	if token, ok := o.recall(wanted); ok {
		return token, nil
	}
	key := string(wanted.assertion[:]) + directoryID + resource.Scope
	done := o.exchanges.DoChan(key, errs.Guarded(func() (any, error) {
		if token, ok := o.recall(wanted); ok {
			return token, nil
		}
		// The caller who waits first may leave first, which must not end the others' exchange.
		exchanging, cancel := context.WithTimeout(context.WithoutCancel(ctx), exchangeTimeout)
		defer cancel()
		result, err := o.exchange(exchanging, wanted, accessToken)
		if err != nil {
			return "", o.exchangeError(ctx, resource, err)
		}
		life := time.Until(result.ExpiresOn) //nolint:forbidigo // the library has added it to the time of its own clock
		o.keep(wanted, exchanged{token: result.AccessToken, until: o.now().Add(life - renewBefore)})
		return result.AccessToken, nil
	}))
	select {
	case <-ctx.Done():
		return "", resource.Unavailable(ctx.Err(), retryEvery)
	case outcome := <-done:
		token, _ := outcome.Val.(string)
		return token, outcome.Err
	}
}

// exchange makes a client of the library for each exchange. A shared one would keep tokens forever, with refresh tokens
// that we don't need, and find them by the assertion without the directory. The price is one call for the directory's
// metadata.
func (o *OnBehalfOf) exchange(ctx context.Context, wanted exchange, accessToken string) (confidential.AuthResult, error) {
	client, err := confidential.New(o.authority.JoinPath(wanted.directoryID).String(), o.clientID, o.credential,
		confidential.WithHTTPClient(o.client),
		// The operator chooses the authority. With instance discovery, every authority outside Microsoft's list would
		// fail.
		confidential.WithInstanceDiscovery(false))
	if err != nil {
		return confidential.AuthResult{}, err
	}
	return client.AcquireTokenOnBehalfOf(ctx, accessToken, []string{wanted.scope})
}

func (o *OnBehalfOf) recall(wanted exchange) (string, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	found, ok := o.kept[wanted]
	return found.token, ok && o.now().Before(found.until)
}

func (o *OnBehalfOf) keep(given exchange, e exchanged) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.now()
	for key, old := range o.kept {
		if !now.Before(old.until) {
			delete(o.kept, key)
		}
	}
	for key := range o.kept {
		if len(o.kept) < maxExchanged {
			break
		}
		delete(o.kept, key) // any one will do, since its bearer only needs one more exchange
	}
	if now.Before(e.until) {
		o.kept[given] = e
	}
}

// Forget drops a token that the resource has not accepted, so that the next one is exchanged anew.
func (o *OnBehalfOf) Forget(resource Resource, directoryID, accessToken string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.kept, exchange{assertion: digestOf(accessToken), directoryID: directoryID, scope: resource.Scope})
}

// ClaimsChallenge is what a new token of the person must have, as the directory has said it in JSON. The client passes it
// on to the sign-in; empty: another sign-in is enough:
// https://learn.microsoft.com/entra/identity-platform/claims-challenge
type ClaimsChallenge string

// maxChallenge is the length of the longest challenge that is passed on, since it travels in a header.
const maxChallenge = 4 << 10

// NewClaimsChallenge takes a challenge from an answer, and leaves out what is no JSON object.
func NewClaimsChallenge(claims string) ClaimsChallenge {
	var object map[string]json.RawMessage
	if len(claims) > maxChallenge || json.Unmarshal([]byte(claims), &object) != nil {
		return ""
	}
	return ClaimsChallenge(claims)
}

// These are the errors by which the directory says that somebody has to act first:
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow#error-response-example
var (
	consentErrors     = []string{"consent_required", "access_denied"}
	interactionErrors = []string{"interaction_required", "invalid_grant"}
)

// consentMissing is the number of the error that also says invalid_grant, but is about consent:
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
const consentMissing = 65001

// credentialErrors are the numbers of a secret that is wrong or has expired, and of a certificate that isn't the app's. The
// error invalid_client alone may also be about the customer's directory:
// https://learn.microsoft.com/azure/developer/java/sdk/troubleshooting-authentication-service-principal
var credentialErrors = []int{7000215, 7000222, 700027}

// exchangeError describes a failure in our own words. The library's errors contain the answer's body, and the request
// with the secret and the assertion.
func (o *OnBehalfOf) exchangeError(ctx context.Context, r Resource, err error) error {
	call, ok := errors.AsType[msal.CallErr](err)
	if !ok {
		return r.Unavailable(fmt.Errorf("exchange: %w", outbound.Reason(err)), retryEvery)
	}
	var answer struct {
		Error    string `json:"error"`
		Suberror string `json:"suberror"`
		Codes    []int  `json:"error_codes"` // the numbers of AADSTS…
		Claims   string `json:"claims"`
	}
	if body, readErr := io.ReadAll(call.Resp.Body); readErr == nil {
		_ = json.Unmarshal(body, &answer) // an answer that is not JSON is no refusal
	}
	cause := fmt.Errorf("exchange: status %d, codes %d", call.Resp.StatusCode, answer.Codes)
	refused := call.Resp.StatusCode < http.StatusInternalServerError
	switch {
	case refused && (slices.Contains(consentErrors, answer.Error) || slices.Contains(consentErrors, answer.Suberror) ||
		slices.Contains(answer.Codes, consentMissing)):
		return r.ConsentRequired(cause)
	case refused && slices.Contains(interactionErrors, answer.Error):
		return InteractionRequired(cause, NewClaimsChallenge(answer.Claims))
	case refused && o.refused != nil && slices.ContainsFunc(answer.Codes, func(code int) bool { return slices.Contains(credentialErrors, code) }):
		o.refused(ctx, cause)
	}
	return r.Unavailable(cause, cmp.Or(outbound.RetryAfter(call.Resp.Header, o.now()), retryEvery))
}

// InteractionRequired says that only the person can help, in a sign-in window, as with a second factor. The error is of
// kind errs.Unauthenticated and has the code interaction_required; its subject is the challenge.
func InteractionRequired(cause error, challenge ClaimsChallenge) error {
	return errs.Wrap(cause, errs.Unauthenticated, "interaction_required",
		"Your organization asks you to confirm your sign-in, for instance with a second factor.").WithSubject(challenge)
}
