package standin

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
)

const (
	// ErrorPrefix begins the errors of the sandbox's exported functions. Answers to people leave it out.
	ErrorPrefix = "sandbox: "
	// ControlPrefix is the path of what the real service does not have: the endpoints that steer the stand-in.
	ControlPrefix = "/_sandbox/"
	// MaxBody is the size of the largest body that a stand-in reads, in bytes.
	MaxBody = 64 << 10
)

// WriteJSON answers with a value as JSON.
func WriteJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// The status has been sent, so a failure to write the rest can't be reported.
	_ = json.NewEncoder(w).Encode(value)
}

// ReadJSON decodes the request's body: one JSON object with known members only, of at most MaxBody bytes.
func ReadJSON(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, MaxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

// WriteProblem answers a request to one of the sandbox's own endpoints that can't be fulfilled.
func WriteProblem(w http.ResponseWriter, status int, message string) {
	WriteJSON(w, status, map[string]string{"error": message})
}

// SameOriginOnly refuses requests that a browser sends for a page of another origin. Programs that are no browser
// pass.
func SameOriginOnly(handler http.HandlerFunc) http.HandlerFunc {
	protection := http.NewCrossOriginProtection()
	return func(w http.ResponseWriter, r *http.Request) {
		if protection.Check(r) != nil {
			WriteProblem(w, http.StatusForbidden, "only the sandbox's own pages may do this")
			return
		}
		handler(w, r)
	}
}

// Origin returns the origin of an absolute address.
func Origin(address *url.URL) string { return address.Scheme + "://" + address.Host }
