package httpserver

import "net/http"

// Header values that never change are shared between answers.
var (
	noSniff       = []string{"nosniff"}
	noStore       = []string{"no-store"}
	noReferrer    = []string{"no-referrer"}
	sameOrigin    = []string{"same-origin"}
	httpsOnly     = []string{"max-age=31536000; includeSubDomains"}
	nothingLoaded = []string{"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
)

// SecureHeaders is a middleware that sets the headers of every answer, so that one which is forgotten is shut rather than open.
// Pages that load or embed something replace the policy. Over plain http browsers must not be told to use https (RFC 6797
// section 7.2).
func SecureHeaders(https bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			header := w.Header()
			header["X-Content-Type-Options"] = noSniff
			header["Cache-Control"] = noStore
			header["Referrer-Policy"] = noReferrer
			header["Content-Security-Policy"] = nothingLoaded
			header["Cross-Origin-Resource-Policy"] = sameOrigin
			if https {
				header["Strict-Transport-Security"] = httpsOnly
			}
			next.ServeHTTP(w, r)
		})
	}
}
