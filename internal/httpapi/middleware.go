package httpapi

import (
	"net/http"

	"timetracker/internal/httpapi/contract"
)

// maxBody is the longest request body, in bytes.
const maxBody = 1 << 20

// loggedMethods appear by name in log and metrics.
var loggedMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
	http.MethodOptions,
}

// Header values that never change are shared between answers.
var (
	noSniff       = []string{"nosniff"}
	noStore       = []string{"no-store"}
	noReferrer    = []string{"no-referrer"}
	nothingLoaded = []string{"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
)

// secureHeaders sets the headers of every answer. Pages that load or embed something replace the policy.
func secureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header["X-Content-Type-Options"] = noSniff
		header["Cache-Control"] = noStore
		header["Referrer-Policy"] = noReferrer
		header["Content-Security-Policy"] = nothingLoaded
		next.ServeHTTP(w, r)
	})
}

// limitBody refuses a body whose announced length is too large, and stops reading one that becomes too large.
func (s *server) limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > maxBody {
			s.fail(w, r, contract.BodyTooLarge(maxBody))
			return
		}
		if r.Body != http.NoBody {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		}
		next.ServeHTTP(w, r)
	})
}
