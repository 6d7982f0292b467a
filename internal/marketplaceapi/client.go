package marketplaceapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/billing"
	"timetracker/internal/errs"
	"timetracker/internal/marketplace"
	"timetracker/internal/outbound"
)

const (
	apiVersion = "2018-08-31"
	// callTimeout is the longest for a call about one subscription. A webhook is answered within 8 s, and needs more
	// than one call.
	callTimeout = 3 * time.Second
	// bulkTimeout is the longest for a page of a list, or a batch. Recorded pages have up to 89 subscriptions.
	bulkTimeout = 20 * time.Second
	// maxPages and maxListing bound a list whose end does not come: 1,000 pages have more than 60,000 subscriptions. What
	// is done with them between two pages does not count.
	maxPages   = 1000
	maxListing = 10 * time.Minute
	// maxCalls is how many calls run at the same time. Microsoft publishes no limit.
	maxCalls = 8
)

// Config says where the API is and as which app it is called. Either Secret or Certificate is required, and all other
// fields are.
type Config struct {
	BaseURL     string // such as https://marketplaceapi.microsoft.com/api; plain http only on this machine
	Authority   string // https origin, such as https://login.microsoftonline.com
	DirectoryID string // the publisher's directory
	ClientID    string // the publisher's single-tenant app
	Secret      string
	Certificate []byte // PEM: a certificate and its private key
	HTTPClient  *http.Client
	Now         func() time.Time
}

// Client calls the APIs. It is safe for concurrent use.
type Client struct {
	base   *url.URL
	tokens *tokens
	client *http.Client
	now    func() time.Time
	slots  chan struct{}
	// The timeouts are callTimeout and bulkTimeout.
	callTimeout, bulkTimeout time.Duration
}

var (
	_ marketplace.Fulfillment = (*Client)(nil)
	_ billing.Metering        = (*Client)(nil)
)

// New makes a Client. It makes no call.
func New(c Config) (*Client, error) {
	base, err := baseURL(c.BaseURL)
	if err != nil {
		return nil, err
	}
	if c.HTTPClient == nil || c.Now == nil {
		return nil, errors.New("marketplaceapi: the HTTP client or the clock is missing")
	}
	source, err := newTokens(c)
	if err != nil {
		return nil, err
	}
	return &Client{
		base: base, tokens: source, client: outbound.Confine(base, c.HTTPClient, outbound.MaxAnswer), now: c.Now,
		slots: make(chan struct{}, maxCalls), callTimeout: callTimeout, bulkTimeout: bulkTimeout,
	}, nil
}

func baseURL(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, errors.New("marketplaceapi: the base URL is not an address")
	}
	local := base.Hostname() == "localhost"
	if ip := net.ParseIP(base.Hostname()); ip != nil {
		local = ip.IsLoopback()
	}
	if base.Scheme != "https" && (base.Scheme != "http" || !local) {
		return nil, errors.New("marketplaceapi: the base URL must be https")
	}
	return base, nil
}

// call is one request.
type call struct {
	method   string
	path     string // below the base URL, escaped
	query    url.Values
	token    string // of a landing page
	body     any    // sent as JSON; nil: no body
	headOnly bool   // the status is the answer; its body says nothing that we need
	timeout  time.Duration
	refusals map[int]refusal // by HTTP status; every other status but 2xx is an outage
}

// refusal is the meaning of a status in terms of the product.
type refusal struct {
	kind          errs.Kind
	code, message string
}

// do gives the body of an answer with a status of success; nil where the status is all that is needed. It sends the request once, since a change may have been made
// although its answer was lost. The caller knows whether a repetition does harm. When a kept connection turns out to be
// closed, net/http repeats a GET, and any request that was not written.
func (c *Client) do(ctx context.Context, k call) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, k.timeout)
	defer cancel()
	token, err := c.tokens.get(ctx)
	if err != nil {
		return nil, err
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return nil, unavailable(fmt.Errorf("%s %s: %d calls are under way", k.method, k.path, maxCalls))
	}
	id := uuid.NewString()
	request, err := c.request(ctx, k, token, id)
	if err != nil {
		return nil, unavailable(fmt.Errorf("%s %s: the request can't be made", k.method, k.path))
	}
	response, err := c.client.Do(request)
	if err != nil {
		return nil, unavailable(fmt.Errorf("%s %s, request %s: %w", k.method, k.path, id, outbound.Reason(err)))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	status := response.StatusCode
	switch {
	case status/100 == 2 && isSignIn(response, body):
		return nil, credentialsRefused(fmt.Errorf("%s %s, request %s: status %d with a web page", k.method, k.path, id, status))
	case status/100 == 2 && k.headOnly:
		return nil, nil
	case err != nil:
		return nil, unavailable(fmt.Errorf("%s %s, request %s: %w", k.method, k.path, id, outbound.Reason(err)))
	case status/100 == 2:
		return body, nil
	}
	cause := fmt.Errorf("%s %s, request %s: status %d%s", k.method, k.path, id, status, codeIn(body))
	known, ok := k.refusals[status]
	switch {
	case isPage(body): // a gateway's page, which says nothing about subscriptions
		return nil, unavailable(cause).WithRetryAfter(outbound.RetryAfter(response.Header, c.now()))
	case ok:
		return nil, errs.Wrap(cause, known.kind, known.code, known.message)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return nil, credentialsRefused(cause)
	default:
		return nil, unavailable(cause).WithRetryAfter(outbound.RetryAfter(response.Header, c.now()))
	}
}

// isPage says whether a body is HTML, as gateways in front of Microsoft's API send it.
func isPage(body []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) }

// isSignIn says whether an answer with a status of success is the page that asks a person to sign in. Whoever sends it
// has not passed the call on, so nothing was done. Microsoft's services send such a page with 203.
func isSignIn(response *http.Response, body []byte) bool {
	if response.StatusCode == http.StatusNonAuthoritativeInfo {
		return true
	}
	said, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		said = ""
	}
	return said == "text/html" || said == "application/xhtml+xml" || strings.HasPrefix(http.DetectContentType(body), "text/html")
}

func (c *Client) request(ctx context.Context, k call, token, id string) (*http.Request, error) {
	to := c.base.JoinPath(k.path)
	query := url.Values{"api-version": {apiVersion}}
	for name, values := range k.query {
		query[name] = values
	}
	to.RawQuery = query.Encode()
	var body io.Reader = http.NoBody
	if k.body != nil {
		content, err := json.Marshal(k.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(content)
	}
	request, err := http.NewRequestWithContext(ctx, k.method, to.String(), body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	// Microsoft's support finds a call by these. An id of ours serves as theirs.
	request.Header.Set("X-Ms-Requestid", id)
	request.Header.Set("X-Ms-Correlationid", id)
	if k.token != "" {
		request.Header.Set("X-Ms-Marketplace-Token", k.token)
	}
	return request, nil
}

// codes are what Microsoft calls failures.
var codes = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)

// codeIn is the code of a failure, for the log; empty where there is none. The message may name whoever has bought, and is
// never kept: Microsoft's support finds it by the request's id.
func codeIn(body []byte) string {
	var answer struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(body, &answer) != nil || !codes.MatchString(answer.Code) {
		return ""
	}
	return ", " + answer.Code
}

func unavailable(cause error) *errs.Error {
	return errs.Wrap(cause, errs.Unavailable, "marketplace_unavailable",
		"The Azure Marketplace doesn't answer at the moment. Try again shortly.")
}

// credentialsRefused is an outage, which only operators can end. They must correct what answers in Microsoft's place, the
// app's registration, its secret, or the offer's technical configuration with the ids of directory and app:
// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-registration
func credentialsRefused(cause error) *errs.Error {
	return errs.Wrap(cause, errs.Unavailable, marketplace.CredentialsRefused,
		"The Azure Marketplace can't be asked at the moment. Try again later.")
}

// misunderstood is the error for an answer with other content than expected.
func misunderstood(k call, what error) error {
	return unavailable(fmt.Errorf("%s %s: the answer can't be understood: %w", k.method, k.path, what))
}
