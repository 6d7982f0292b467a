package docs

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"

	"timetracker/api"
)

var (
	//go:embed docs.html
	pageHTML string
	//go:embed docs.css
	pageCSS string
)

// Spec serves the contract as it is written (RFC 9512 names the media type).
func Spec() (http.Handler, error) { return newServed("application/yaml", "", api.Spec) }

// New makes the contract a page for people, which has no script and loads nothing.
func New(spec *openapi3.T) (http.Handler, error) {
	parsed, err := template.New("docs.html").Funcs(template.FuncMap{
		"fields": labelFields, "paragraphs": paragraphs,
	}).Parse(pageHTML)
	if err != nil {
		return nil, fmt.Errorf("docs: docs.html: %w", err)
	}
	content := describeDocument(spec)
	content.CSS = template.CSS(pageCSS) // #nosec G203 -- a file of ours
	var html bytes.Buffer
	if err := parsed.Execute(&html, content); err != nil {
		return nil, fmt.Errorf("docs: docs.html: %w", err)
	}
	return newServed("text/html; charset=utf-8", "default-src 'none'; style-src 'sha256-"+digest([]byte(pageCSS))+
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", html.Bytes())
}

// digest is the SHA-256 in base64, as a Content-Security-Policy writes it.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}
