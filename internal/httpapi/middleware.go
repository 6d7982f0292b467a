package httpapi

import (
	"fmt"
	"net/http"

	"github.com/klauspost/compress/gzhttp"

	"timetracker/internal/httpapi/contract"
)

// maxBody is the longest request body, in bytes.
const maxBody = 1 << 20

// minCompressed is the shortest answer that is compressed, in bytes. Anything shorter fits in one packet.
const minCompressed = 1400

// loggedMethods appear by name in log and metrics.
var loggedMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
	http.MethodOptions,
}

// newCompression makes what sends texts in gzip to whoever takes it. Answers hold no secret that a request could guess by
// their length: tokens are in headers alone.
func newCompression() (func(http.Handler) http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(minCompressed),
		gzhttp.EnableZstd(false),
		gzhttp.ContentTypes([]string{
			"application/json", "application/problem+json", "text/csv", "text/html", "application/yaml",
		}),
	)
	if err != nil {
		return nil, fmt.Errorf("compression: %w", err)
	}
	return func(next http.Handler) http.Handler { return wrap(next) }, nil
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
