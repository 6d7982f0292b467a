package docs

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"timetracker/api"
)

var (
	//go:embed docs.html
	pageHTML string
	//go:embed docs.css
	pageCSS string
)

// ServeSpec serves the contract as it is written (RFC 9512 names the media type).
func ServeSpec(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "application/yaml")
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", `"`+digest(api.Spec)+`"`)
	http.ServeContent(w, r, "openapi.yaml", time.Time{}, bytes.NewReader(api.Spec))
}

// Page is the contract as a page for people. It has no script and loads nothing.
type Page struct {
	html   []byte
	etag   string
	policy string
}

// New renders the page once, since the contract never changes while the program runs.
func New(spec *openapi3.T) (*Page, error) {
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
	return &Page{
		html: html.Bytes(),
		etag: `"` + digest(html.Bytes()) + `"`,
		policy: "default-src 'none'; style-src 'sha256-" + digest([]byte(pageCSS)) +
			"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}, nil
}

// digest is the SHA-256 in base64, as a Content-Security-Policy writes it.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// ServeHTTP implements http.Handler.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-cache")
	header.Set("Content-Security-Policy", p.policy)
	header.Set("ETag", p.etag)
	http.ServeContent(w, r, "docs.html", time.Time{}, bytes.NewReader(p.html))
}
