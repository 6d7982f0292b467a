package entra

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
	"golang.org/x/sync/singleflight"

	"timetracker/internal/errs"
)

const (
	// exchangeTimeout bounds an exchange, with the metadata that the first one of a directory needs.
	exchangeTimeout = 10 * time.Second
	// renewBefore is how long before its end a token is exchanged anew, so that it outlives the call it is for.
	renewBefore = 5 * time.Minute
	// maxExchanged bounds the number of kept tokens.
	maxExchanged = 1_000
)

// OnBehalfOfConfig says as whom tokens are exchanged. Either Secret or Certificate is required, and everything else.
type OnBehalfOfConfig struct {
	Authority   string // https origin, such as https://login.microsoftonline.com
	ClientID    string // the API's app id
	Secret      string
	Certificate []byte // PEM: a certificate and its private key
	HTTPClient  *http.Client
	Now         func() time.Time
}

// OnBehalfOf exchanges people's access tokens for this API for tokens with which it calls Microsoft's in their name:
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
//
// It is safe for concurrent use.
type OnBehalfOf struct {
	authority  *url.URL
	clientID   string
	credential confidential.Credential
	client     *http.Client
	now        func() time.Time
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

// NewOnBehalfOf makes an OnBehalfOf. It calls nobody.
func NewOnBehalfOf(c OnBehalfOfConfig) (*OnBehalfOf, error) {
	authority, err := originURL(c.Authority)
	if err != nil {
		return nil, fmt.Errorf("entra: the authority %w", err)
	}
	if c.HTTPClient == nil || c.Now == nil {
		return nil, errors.New("entra: the HTTP client or the clock is missing")
	}
	credential, err := c.credential()
	if err != nil {
		return nil, err
	}
	if !isGUID(c.ClientID) {
		return nil, errors.New("entra: the client id is not a GUID")
	}
	return &OnBehalfOf{
		authority: authority, clientID: c.ClientID, credential: credential, client: confinedTo(authority, c.HTTPClient),
		now: c.Now, kept: make(map[exchange]exchanged),
	}, nil
}

func (c OnBehalfOfConfig) credential() (credential confidential.Credential, err error) {
	if (c.Secret == "") == (len(c.Certificate) == 0) {
		return credential, errors.New("entra: either a secret or a certificate is needed")
	}
	if c.Secret != "" {
		credential, err = confidential.NewCredFromSecret(c.Secret)
	} else if certificates, key, pemErr := confidential.CertFromPEM(c.Certificate, ""); pemErr == nil {
		credential, err = confidential.NewCredFromCert(certificates, key)
	} else {
		err = pemErr
	}
	if err != nil {
		return credential, errors.New("entra: the secret or the certificate is not valid")
	}
	return credential, nil
}

// Token gives a token for scope, on behalf of whom accessToken speaks for. Both accessToken and directoryID, its tid, must
// have been validated. Callers with the same token share one exchange. Errors are of kind Forbidden, with the code
// consent_required, where somebody has to agree first, and of kind Unavailable, with the code directory_unavailable.
func (o *OnBehalfOf) Token(ctx context.Context, directoryID, accessToken, scope string) (string, error) {
	if !isGUID(directoryID) { // it becomes a part of an address
		return "", directoryUnavailable(errors.New("the directory's id is not a GUID"), retryEvery)
	}
	wanted := exchange{assertion: digestOf(accessToken), directoryID: directoryID, scope: scope}
	if token, ok := o.recall(wanted); ok {
		return token, nil
	}
	key := string(wanted.assertion[:]) + directoryID + scope
	done := o.exchanges.DoChan(key, func() (any, error) {
		if token, ok := o.recall(wanted); ok {
			return token, nil
		}
		// Who waits first may leave first, and must not take the others' exchange along.
		exchanging, cancel := context.WithTimeout(context.WithoutCancel(ctx), exchangeTimeout)
		defer cancel()
		result, err := o.exchange(exchanging, wanted, accessToken)
		if err != nil {
			return "", exchangeError(err, o.now())
		}
		o.keep(wanted, exchanged{token: result.AccessToken, until: result.ExpiresOn.Add(-renewBefore)})
		return result.AccessToken, nil
	})
	select {
	case <-ctx.Done():
		return "", directoryUnavailable(ctx.Err(), retryEvery)
	case outcome := <-done:
		token, _ := outcome.Val.(string)
		return token, outcome.Err
	}
}

// exchange uses a client of the library for one exchange alone: the library never forgets a token, finds tokens by the
// assertion whatever the directory, and keeps refresh tokens that nobody needs here. The price is one call for the
// directory's metadata.
func (o *OnBehalfOf) exchange(ctx context.Context, wanted exchange, accessToken string) (confidential.AuthResult, error) {
	client, err := confidential.New(o.authority.JoinPath(wanted.directoryID).String(), o.clientID, o.credential,
		confidential.WithHTTPClient(o.client),
		// The authority is the operator's choice; asking Microsoft whether it is one of theirs would make every other fail.
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
		delete(o.kept, key) // any one will do: it costs its bearer one more exchange
	}
	if now.Before(e.until) {
		o.kept[given] = e
	}
}

// forget drops a token that was not accepted.
func (o *OnBehalfOf) forget(directoryID, accessToken, scope string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.kept, exchange{assertion: digestOf(accessToken), directoryID: directoryID, scope: scope})
}

// refusals are the errors by which the directory says that a person or an administrator has to do something first: consent,
// sign in with a second factor, sign in again.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow#error-response-example
var refusals = []string{"invalid_grant", "interaction_required", "consent_required", "access_denied"}

// exchangeError says what went wrong in words of our own: the library's errors hold the answer's body, and the request
// with the secret and the assertion.
func exchangeError(err error, now time.Time) error {
	call, ok := errors.AsType[msal.CallErr](err)
	if !ok {
		return directoryUnavailable(fmt.Errorf("exchange: %w", transportError(err)), retryEvery)
	}
	var answer struct {
		Error string `json:"error"`
		Codes []int  `json:"error_codes"` // the numbers of AADSTS…
	}
	if body, readErr := io.ReadAll(call.Resp.Body); readErr == nil {
		_ = json.Unmarshal(body, &answer) // what is no JSON is no refusal
	}
	cause := fmt.Errorf("exchange: status %d, codes %d", call.Resp.StatusCode, answer.Codes)
	if call.Resp.StatusCode < http.StatusInternalServerError && slices.Contains(refusals, answer.Error) {
		return consentRequired(cause)
	}
	return directoryUnavailable(cause, retryAfter(call.Resp.Header, now))
}

func consentRequired(cause error) error {
	return errs.Wrap(cause, errs.Forbidden, "consent_required",
		"Your organization has not allowed TimeTracker to search its directory. An administrator can consent; "+
			"or type the address instead.")
}

func directoryUnavailable(cause error, wait time.Duration) error {
	return errs.Wrap(cause, errs.Unavailable, "directory_unavailable",
		"The directory can't be searched at the moment. Type the address instead, or try again.").WithRetryAfter(wait)
}

// maxRetryAfter is the longest that an answer can make us wait.
const maxRetryAfter = 10 * time.Minute

// retryAfter reads the header of RFC 9110, section 10.2.3, with retryEvery where it is missing.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	wait := retryEvery
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, time.Second), maxRetryAfter)
}

// confinedTo is the client, but it calls no other origin, follows no redirect and reads no endless answer.
func confinedTo(origin *url.URL, client *http.Client) *http.Client {
	confined := *client
	confined.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	transport := client.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	confined.Transport = confinedTransport{origin: origin, to: transport}
	return &confined
}

type confinedTransport struct {
	origin *url.URL
	to     http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (c confinedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != c.origin.Scheme || r.URL.Host != c.origin.Host {
		return nil, errors.New("entra: a call to another origin was refused")
	}
	response, err := c.to.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBodyBytes+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxBodyBytes {
		return nil, errors.New("entra: an answer was too long")
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}
