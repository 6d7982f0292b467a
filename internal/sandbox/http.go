package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// The status is on its way; a client that has gone away can't be told anything more.
	_ = json.NewEncoder(w).Encode(value)
}

// readJSON decodes the request's body, one JSON object of known members and at most maxBody bytes.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

// writeProblem answers a request to one of the sandbox's own endpoints that can't be fulfilled.
func writeProblem(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"error": message})
}

// sameOriginOnly keeps pages of other origins from using handler with the browser of whoever runs the sandbox.
// Programs that are no browser pass.
func sameOriginOnly(handler http.HandlerFunc) http.HandlerFunc {
	protection := http.NewCrossOriginProtection()
	return func(w http.ResponseWriter, r *http.Request) {
		if protection.Check(r) != nil {
			writeProblem(w, http.StatusForbidden, "only the sandbox's own pages may do this")
			return
		}
		handler(w, r)
	}
}

// repeated returns a parameter that is there more than once, which OAuth forbids (RFC 6749, section 3.1).
func repeated(values url.Values) (name string, found bool) {
	for name, given := range values {
		if len(given) > 1 {
			return name, true
		}
	}
	return "", false
}

// newGUID returns a random GUID as Entra's trace and correlation ids are.
func newGUID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never returns an error
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return formatGUID(id)
}

func formatGUID(id [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
