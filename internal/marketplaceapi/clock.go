package marketplaceapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"timetracker/internal/outbound"
)

// Clock is Microsoft's clock, as the API's answers show it.
type Clock struct {
	base   *url.URL
	client *http.Client
}

// NewClock makes a Clock of the API at an address such as https://marketplaceapi.microsoft.com/api. It makes no call.
func NewClock(address string, client *http.Client) (*Clock, error) {
	base, err := baseURL(address)
	if err != nil {
		return nil, err
	}
	return &Clock{base: base, client: outbound.Confine(base, client, outbound.MaxAnswer)}, nil
}

// Now is the Date of an answer (RFC 9110, section 6.6.1), in whole seconds. Every answer has one, so the call has no
// token, and neither status nor body is of interest. It is a GET, since some proxies let no HEAD through. The error is
// errs.Unavailable.
func (c *Clock) Now(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.String(), http.NoBody)
	if err != nil {
		return time.Time{}, unavailable(errors.New("clock: the request can't be made"))
	}
	request.Header.Set("Cache-Control", "no-cache") // the answer of a cache would have an old date
	response, err := c.client.Do(request)
	if err != nil {
		return time.Time{}, unavailable(fmt.Errorf("clock: %w", outbound.Reason(err)))
	}
	defer response.Body.Close()
	at, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return time.Time{}, unavailable(fmt.Errorf("clock: status %d without a date", response.StatusCode))
	}
	return at.UTC().Add(age(response.Header)), nil
}

// age is how long ago a cache has got its answer (RFC 9111, section 5.1). Some keep answers whatever they are asked.
func age(header http.Header) time.Duration {
	seconds, err := strconv.ParseUint(header.Get("Age"), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// Now is what Microsoft's clock shows; see Clock.
func (c *Client) Now(ctx context.Context) (time.Time, error) {
	return (&Clock{base: c.base, client: c.client}).Now(ctx)
}
