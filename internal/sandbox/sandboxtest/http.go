package sandboxtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Answer is a response with its whole body.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Object decodes the body, which must be a JSON object.
func (a Answer) Object(t *testing.T) map[string]any {
	t.Helper()
	object := map[string]any{}
	if err := json.Unmarshal([]byte(a.Body), &object); err != nil {
		t.Fatalf("not a JSON object: %v in %q", err, a.Body)
	}
	return object
}

// Location returns the redirect's target and the parameters in its query and fragment.
func (a Answer) Location(t *testing.T) (target string, query, fragment url.Values) {
	t.Helper()
	location := a.Header.Get("Location")
	if a.Status != http.StatusFound {
		t.Fatalf("status %d, want a redirect: %s", a.Status, a.Body)
	}
	before, rawFragment, _ := strings.Cut(location, "#")
	target, rawQuery, _ := strings.Cut(before, "?")
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		t.Fatal(err)
	}
	fragment, err = url.ParseQuery(rawFragment)
	if err != nil {
		t.Fatal(err)
	}
	return target, query, fragment
}

// Send sends a request and reads the whole answer.
func Send(t *testing.T, client *http.Client, method, address, body string, header map[string]string) Answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{response.StatusCode, response.Header, string(content)}
}
