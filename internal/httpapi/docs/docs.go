package docs

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"

	"timetracker/api"
)

//go:embed docs.css
var pageCSS string

// Spec serves the contract as it is written (RFC 9512 names the media type).
func Spec() (http.Handler, error) { return newServed("application/yaml", "", api.Spec) }

// New makes the contract a page for people, which has no script and loads nothing.
func New(spec *openapi3.T) (http.Handler, error) {
	var html bytes.Buffer
	if err := page(describeDocument(spec)).Render(&html); err != nil {
		return nil, fmt.Errorf("docs: %w", err)
	}
	return newServed("text/html; charset=utf-8", "default-src 'none'; style-src 'sha256-"+digest([]byte(pageCSS))+
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", html.Bytes())
}

// digest is the SHA-256 in base64, as a Content-Security-Policy writes it.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}
