package azuredevops

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strings"
	"sync/atomic"

	"timetracker/internal/entra"
	"timetracker/internal/outbound"
	"timetracker/internal/plaintext"
)

// failure is a call without an answer that can be used. It says so in our own words, without any part of an answer.
type failure struct {
	status  int         // of the answer; zero: there is none
	header  http.Header // of the answer
	number  string      // of a refusal, such as TF401232; empty: none
	message string      // of a refusal, with its number. It is not for the log.
	reason  string      // where the status doesn't say it
	// page says that there is a page instead of an answer. challenge says what a token lacks that was refused.
	page      bool
	challenge entra.ClaimsChallenge
	// sent says that the request may have left, so that it may have been carried out.
	sent bool
}

// Error implements error.
func (f *failure) Error() string {
	text := "azure devops"
	if f.status != 0 {
		text += fmt.Sprintf(": status %d", f.status)
	}
	for _, part := range []string{f.number, f.reason} {
		if part != "" {
			text += ": " + part
		}
	}
	return text
}

// signInFailed says that the token was not accepted. A page without an error is one to sign in:
// https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/authentication-guidance
//
// Only Azure DevOps itself says 401 and 203, before it carries anything out. Whoever else has put a page, or the way to one,
// into the place of an answer may have let a change through.
func (f *failure) signInFailed(changes bool) bool {
	return f.status == http.StatusUnauthorized || f.status == http.StatusNonAuthoritativeInfo ||
		(!changes && (redirects(f.status) || (f.status == http.StatusOK && f.page)))
}

func redirects(status int) bool {
	return status >= http.StatusMultipleChoices && status < http.StatusBadRequest
}

// barred says that Azure DevOps knows the person, who may not use the organization. Then they see nothing there.
func (f *failure) barred() bool {
	return f.status == http.StatusUnauthorized && f.number == "TF400813" && f.challenge == ""
}

// transport carries the calls of one person to one organization. Whatever is no usable answer becomes a *failure, since the
// library loses statuses and headers, and takes a page to sign in for an answer.
type transport struct {
	to    http.RoundTripper
	site  string
	noted func(http.Header) // is told the header of each answer
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodOptions {
		return addresses(r), nil
	}
	var sent atomic.Bool
	trace := httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }}
	request := r.Clone(httptrace.WithClientTrace(r.Context(), &trace))
	request.URL.Path = "/" + t.site + r.URL.Path
	if r.URL.RawPath != "" {
		request.URL.RawPath = "/" + t.site + r.URL.RawPath
	}
	// The library names its own version, and one session for all tenants of a process.
	request.Header.Del("X-TFS-Session")
	request.Header.Set("User-Agent", "TimeTracker")
	response, err := t.to.RoundTrip(request)
	if err != nil {
		return nil, &failure{reason: outbound.Reason(err).Error(), sent: sent.Load()}
	}
	defer response.Body.Close()
	t.noted(response.Header)
	content, err := io.ReadAll(response.Body)
	failed := &failure{status: response.StatusCode, header: response.Header, sent: true, page: !isJSON(response.Header)}
	switch {
	case err != nil:
		failed.reason = outbound.Reason(err).Error()
		failed.page = false
	case response.StatusCode == http.StatusOK && !failed.page:
		response.Body = io.NopCloser(bytes.NewReader(content))
		return response, nil
	case failed.page:
		failed.reason = "a page instead of an answer"
	case response.StatusCode >= http.StatusBadRequest && response.StatusCode < http.StatusInternalServerError:
		failed.number, failed.message = readError(content)
	}
	if response.StatusCode == http.StatusUnauthorized {
		failed.challenge = challengeOf(response.Header)
	}
	return nil, failed
}

func isJSON(header http.Header) bool {
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

var errorNumber = regexp.MustCompile(`^(?:TF|VS)[0-9]{3,7}\b`)

// maxMessage is the length of the longest message that is passed on, in characters.
const maxMessage = 400

// readError takes from an error what tells it from others, and what it says to people.
func readError(content []byte) (number, message string) {
	var answer struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(content, &answer) != nil {
		return "", ""
	}
	message = cut(outbound.WithoutAddresses(plaintext.CleanLine(answer.Message)), maxMessage)
	return errorNumber.FindString(message), message
}

// challengePattern finds the claims of a challenge by which a token is refused:
// https://learn.microsoft.com/entra/identity-platform/claims-challenge
var challengePattern = regexp.MustCompile(`(?i)\bclaims="([A-Za-z0-9+/_=-]+)"`)

func challengeOf(header http.Header) entra.ClaimsChallenge {
	for _, value := range header.Values("Www-Authenticate") {
		found := challengePattern.FindStringSubmatch(value)
		if found == nil {
			continue
		}
		encoded := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(found[1], "="))
		if claims, err := base64.RawStdEncoding.DecodeString(encoded); err == nil {
			return entra.NewClaimsChallenge(string(claims))
		}
	}
	return ""
}

// cut is the beginning of a text, of at most so many characters.
func cut(text string, length int) string {
	if characters := []rune(text); len(characters) > length {
		return strings.TrimSpace(string(characters[:length]))
	}
	return text
}
