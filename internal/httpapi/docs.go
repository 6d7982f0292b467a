package httpapi

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"timetracker/api"
)

var (
	//go:embed docs.html
	docsHTML string
	//go:embed docs.css
	docsCSS string
)

// serveSpec serves the contract as it is written (RFC 9512 names the media type).
func serveSpec(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "application/yaml")
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", `"`+digest(api.Spec)+`"`)
	http.ServeContent(w, r, "openapi.yaml", time.Time{}, bytes.NewReader(api.Spec))
}

// docsPage is the contract as a page for people. It has no script and loads nothing.
type docsPage struct {
	html   []byte
	etag   string
	policy string
}

// newDocs renders the page once: the contract never changes while the program runs.
func newDocs(document *openapi3.T) (*docsPage, error) {
	page, err := template.New("docs.html").Funcs(template.FuncMap{
		"fields": labelFields, "paragraphs": paragraphs,
	}).Parse(docsHTML)
	if err != nil {
		return nil, fmt.Errorf("httpapi: docs.html: %w", err)
	}
	content := docsContent(document)
	content.CSS = template.CSS(docsCSS) // #nosec G203 -- a file of ours
	var html bytes.Buffer
	if err := page.Execute(&html, content); err != nil {
		return nil, fmt.Errorf("httpapi: docs.html: %w", err)
	}
	return &docsPage{
		html: html.Bytes(),
		etag: `"` + digest(html.Bytes()) + `"`,
		policy: "default-src 'none'; style-src 'sha256-" + digest([]byte(docsCSS)) +
			"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}, nil
}

// digest is the SHA-256 in base64, as a Content-Security-Policy writes it.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// ServeHTTP implements http.Handler.
func (d *docsPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-cache")
	header.Set("Content-Security-Policy", d.policy)
	header.Set("ETag", d.etag)
	http.ServeContent(w, r, "docs.html", time.Time{}, bytes.NewReader(d.html))
}

// What the page shows, in its order.
type (
	docsDocument struct {
		CSS                         template.CSS
		Title, Summary, Description string
		Groups                      []docsGroup
		Schemas                     []docsSchema
	}
	docsGroup struct {
		Name, Description string
		Operations        []docsOperation
	}
	docsOperation struct {
		ID, Method, Path, Summary, Description string
		Parameters                             []docsField
		Bodies                                 []docsBody
		Responses                              []docsResponse
	}
	docsBody struct {
		MediaType string
		Type      docsType
	}
	docsResponse struct {
		Status, Description string
		Bodies              []docsBody
	}
	docsSchema struct {
		Name, Description string
		Type              docsType
		Fields            []docsField
	}
	docsField struct {
		Name, In, Description string
		Required              bool
		Type                  docsType
	}
	// docsType is a type in words; Schema, when set, is the name of the schema to read on at.
	docsType struct {
		Words, Schema string
		List          bool
	}
)

// docsTable is a table of fields with its name for screen readers.
type docsTable struct {
	Label  string
	Fields []docsField
}

func labelFields(label string, fields []docsField) docsTable {
	return docsTable{Label: label, Fields: fields}
}

// paragraphs reads as much of Markdown as the contract's descriptions use: blank lines and code in backquotes.
func paragraphs(description string) []template.HTML {
	var list []template.HTML
	for text := range strings.SplitSeq(strings.TrimSpace(description), "\n\n") {
		var html strings.Builder
		for i, part := range strings.Split(text, "`") {
			part = template.HTMLEscapeString(part)
			if i%2 == 1 {
				part = "<code>" + part + "</code>"
			}
			html.WriteString(part)
		}
		list = append(list, template.HTML(html.String())) // #nosec G203 -- each part is escaped
	}
	return list
}

func docsContent(document *openapi3.T) docsDocument {
	content := docsDocument{
		Title: document.Info.Title, Summary: document.Info.Summary, Description: document.Info.Description,
	}
	for _, tag := range document.Tags {
		group := docsGroup{Name: tag.Name, Description: tag.Description}
		for _, path := range document.Paths.InMatchingOrder() {
			item := document.Paths.Value(path)
			for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
				described := item.GetOperation(method)
				if described != nil && slices.Contains(described.Tags, tag.Name) {
					group.Operations = append(group.Operations, docsOperationOf(method, path, item, described))
				}
			}
		}
		slices.SortStableFunc(group.Operations, func(a, b docsOperation) int { return strings.Compare(a.Path, b.Path) })
		content.Groups = append(content.Groups, group)
	}
	for name, ref := range document.Components.Schemas {
		content.Schemas = append(content.Schemas, docsSchema{
			Name: name, Description: ref.Value.Description,
			Type: docsTypeOf(&openapi3.SchemaRef{Value: ref.Value}), Fields: docsFieldsOf(ref.Value),
		})
	}
	slices.SortFunc(content.Schemas, func(a, b docsSchema) int { return strings.Compare(a.Name, b.Name) })
	return content
}

func docsOperationOf(method, path string, item *openapi3.PathItem, described *openapi3.Operation) docsOperation {
	o := docsOperation{
		ID: described.OperationID, Method: method, Path: api.Prefix + path,
		Summary: described.Summary, Description: described.Description,
	}
	for _, ref := range slices.Concat(item.Parameters, described.Parameters) {
		o.Parameters = append(o.Parameters, docsField{
			Name: ref.Value.Name, In: ref.Value.In, Description: ref.Value.Description,
			Required: ref.Value.Required, Type: docsTypeOf(ref.Value.Schema),
		})
	}
	if described.RequestBody != nil {
		o.Bodies = docsBodiesOf(described.RequestBody.Value.Content)
	}
	for status, ref := range described.Responses.Map() {
		response := docsResponse{Status: status, Bodies: docsBodiesOf(ref.Value.Content)}
		if ref.Value.Description != nil {
			response.Description = *ref.Value.Description
		}
		o.Responses = append(o.Responses, response)
	}
	slices.SortFunc(o.Responses, func(a, b docsResponse) int { return strings.Compare(a.Status, b.Status) })
	return o
}

func docsBodiesOf(content openapi3.Content) []docsBody {
	var bodies []docsBody
	for mediaType, described := range content {
		bodies = append(bodies, docsBody{MediaType: mediaType, Type: docsTypeOf(described.Schema)})
	}
	slices.SortFunc(bodies, func(a, b docsBody) int { return strings.Compare(a.MediaType, b.MediaType) })
	return bodies
}

func docsFieldsOf(schema *openapi3.Schema) []docsField {
	var fields []docsField
	for name, ref := range schema.Properties {
		fields = append(fields, docsField{
			Name: name, Description: ref.Value.Description, Required: slices.Contains(schema.Required, name),
			Type: docsTypeOf(ref),
		})
	}
	slices.SortFunc(fields, func(a, b docsField) int {
		if a.Required != b.Required {
			if a.Required {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return fields
}

// docsTypeOf puts a schema's type and bounds into words.
func docsTypeOf(ref *openapi3.SchemaRef) docsType {
	if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok {
		return docsType{Schema: name}
	}
	schema := ref.Value
	if schema.Items != nil {
		items := docsTypeOf(schema.Items)
		items.List = true
		return items
	}
	words := []string{strings.Join(schema.Type.Slice(), " or ")}
	if schema.Format != "" {
		words[0] += " (" + schema.Format + ")"
	}
	if len(schema.Enum) > 0 {
		words = append(words, "one of "+listed(schema.Enum))
	}
	if schema.MinLength > 0 && schema.MaxLength != nil {
		words = append(words, fmt.Sprintf("%d to %d characters", schema.MinLength, *schema.MaxLength))
	} else if schema.MaxLength != nil {
		words = append(words, fmt.Sprintf("at most %d characters", *schema.MaxLength))
	}
	if schema.Min != nil && schema.Max != nil {
		words = append(words, fmt.Sprintf("%v to %v", *schema.Min, *schema.Max))
	}
	if schema.Default != nil {
		words = append(words, fmt.Sprintf("default %v", schema.Default))
	}
	return docsType{Words: strings.Join(words, ", ")}
}

func listed(values []any) string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = fmt.Sprint(value)
	}
	return strings.Join(words, ", ")
}
