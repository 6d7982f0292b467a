package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
)

// MaxAnswer is the longest answer in bytes that an adapter should read: many times what a page of 100 subscriptions
// needs. An adapter whose answers are shorter sets a lower limit.
const MaxAnswer = 4 << 20

// maxRetryAfter is the longest wait that an answer can ask for.
const maxRetryAfter = 10 * time.Minute

// NewClient makes the client that a process calls other services with. It trusts only the roots. Each adapter confines
// it.
func NewClient(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Timeout: 10 * time.Second,
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			TLSClientConfig:       &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: 10 * time.Second,
			ForceAttemptHTTP2:     true,
		},
	}
}

// Origin reads the https origin of a service, such as https://dev.azure.com. Its error continues a sentence that begins
// with the name of the setting.
func Origin(text string) (*url.URL, error) {
	origin, err := url.Parse(text)
	if err != nil || origin.Scheme != "https" || origin.Host == "" || origin.User != nil ||
		strings.Trim(origin.Path, "/") != "" || origin.RawQuery != "" || origin.Fragment != "" {
		return nil, errors.New("must be an https origin without a path")
	}
	return origin, nil
}

// refused is an exchange that the client has stopped.
type refused string

// Error implements error.
func (r refused) Error() string { return string(r) }

const (
	errOtherOrigin = refused("a call to another origin was refused")
	errTooLong     = refused("the answer is too long")
)

// Confine gives a client that calls only the origin, follows no redirect and reads at most maxBytes of an answer. So
// nothing in an answer can send a secret elsewhere. A body that is longer, or that does not arrive, fails when it is
// read: the head is an answer without it.
func Confine(origin *url.URL, client *http.Client, maxBytes int64) *http.Client {
	confined := *client
	confined.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	transport := client.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	confined.Transport = confinedTransport{origin: origin, to: transport, maxBytes: maxBytes}
	return &confined
}

type confinedTransport struct {
	origin   *url.URL
	to       http.RoundTripper
	maxBytes int64
}

// RoundTrip implements http.RoundTripper.
func (c confinedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != c.origin.Scheme || r.URL.Host != c.origin.Host {
		return nil, errOtherOrigin
	}
	response, err := c.to.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, c.maxBytes+1))
	if err == nil && int64(len(body)) > c.maxBytes {
		err = errTooLong
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		response.Body = io.NopCloser(failing{err})
	}
	return response, nil
}

// failing is a body that can't be read.
type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) { return 0, f.err }

// Reason says in our own words why there is no answer. The errors of net and net/http hold addresses and pieces of
// malformed answers, which must not be logged.
func Reason(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in time")
	}
	if errors.Is(err, context.Canceled) {
		return errors.New("nobody waits for the answer any more")
	}
	if given, ok := errors.AsType[refused](err); ok {
		return given
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return errors.New("the name could not be resolved")
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return errors.New("the certificate is not trusted")
	}
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return number
	}
	return errors.New("the connection failed")
}

// RetryAfter reads the header of RFC 9110, section 10.2.3, as one second to ten minutes. Zero: the header is missing or
// can't be read.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	var wait time.Duration
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	} else {
		return 0
	}
	return min(max(wait, time.Second), maxRetryAfter)
}

// Credential makes a credential of an app's secret, or of its certificate with the private key as PEM; exactly one is
// given. Its errors contain no part of either.
func Credential(secret string, certificate []byte) (credential confidential.Credential, err error) {
	if (secret == "") == (len(certificate) == 0) {
		return credential, errors.New("either a secret or a certificate is needed")
	}
	if secret != "" {
		credential, err = confidential.NewCredFromSecret(secret)
	} else if certificates, key, pemErr := confidential.CertFromPEM(certificate, ""); pemErr == nil {
		credential, err = confidential.NewCredFromCert(certificates, key)
	} else {
		err = pemErr
	}
	if err != nil {
		return credential, errors.New("the secret or the certificate is not valid")
	}
	return credential, nil
}
