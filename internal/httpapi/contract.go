package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"timetracker/api"
)

// comesBeforeSignIn says whether the operation's caller need not be a user yet.
func comesBeforeSignIn(o *operation) bool {
	switch o.id {
	case "signUp", "requestToJoin", "resolveLanding", "takeSubscription":
		return true
	default:
		return false
	}
}

// contract is openapi.yaml, ready for validating requests.
type contract struct {
	document   *openapi3.T
	operations map[route]*operation
}

// route finds an operation by what the router has matched.
type route struct{ method, pattern string }

// operation is what a request to one operation may carry.
type operation struct {
	id      string
	path    []parameter
	headers []parameter
	query   map[string]parameter
	body    *requestBody // nil: none
}

// parameter is one value in the path, the query or a header.
type parameter struct {
	name     string // of a header: in canonical form
	kind     string // string, integer or boolean
	required bool
	schema   *jsonschema.Schema
}

// requestBody is a JSON body of one media type.
type requestBody struct {
	required  bool
	mediaType string
	schema    *jsonschema.Schema
}

// published is the contract of this program, which nobody changes once it is read.
var published = sync.OnceValues(func() (*contract, error) { return loadContract(api.Spec) })

// loadContract reads an OpenAPI 3.1 document and compiles the schemas of everything that a request can carry. The schemas
// of OpenAPI 3.1 are those of JSON Schema 2020-12. openapi3filter would compile them again for each request, which takes
// longer than all the rest of it.
func loadContract(spec []byte) (*contract, error) {
	document, err := openapi3.NewLoader().LoadFromData(spec)
	if err != nil {
		return nil, fmt.Errorf("httpapi: read openapi.yaml: %w", err)
	}
	if err := document.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("httpapi: openapi.yaml: %w", err)
	}
	schemas, err := newSchemas(document)
	if err != nil {
		return nil, err
	}
	c := &contract{document: document, operations: make(map[route]*operation)}
	for path, item := range document.Paths.Map() {
		for method, described := range item.Operations() {
			o := &operation{id: described.OperationID, query: make(map[string]parameter)}
			at := pointer("paths", path)
			if err := o.addParameters(schemas, item.Parameters, at); err != nil {
				return nil, err
			}
			at += pointer(strings.ToLower(method))
			if err := o.addParameters(schemas, described.Parameters, at); err != nil {
				return nil, err
			}
			if err := o.addBody(schemas, described.RequestBody, at); err != nil {
				return nil, err
			}
			c.operations[route{method: method, pattern: apiPrefix + path}] = o
		}
	}
	return c, nil
}

func (o *operation) addParameters(schemas *schemas, described openapi3.Parameters, at string) error {
	for i, ref := range described {
		where := at + pointer("parameters", fmt.Sprint(i))
		if ref.Ref != "" {
			where = strings.TrimPrefix(ref.Ref, "#")
		}
		schema, err := schemas.compile(where + "/schema")
		if err != nil {
			return err
		}
		p := parameter{
			name: ref.Value.Name, kind: ref.Value.Schema.Value.Type.Slice()[0], required: ref.Value.Required, schema: schema,
		}
		switch ref.Value.In {
		case openapi3.ParameterInPath:
			o.path = append(o.path, p)
		case openapi3.ParameterInQuery:
			o.query[p.name] = p
		case openapi3.ParameterInHeader:
			p.name = http.CanonicalHeaderKey(p.name)
			o.headers = append(o.headers, p)
		default:
			return fmt.Errorf("httpapi: openapi.yaml: a parameter in %s is not supported", ref.Value.In)
		}
	}
	return nil
}

func (o *operation) addBody(schemas *schemas, described *openapi3.RequestBodyRef, at string) error {
	if described == nil {
		return nil
	}
	if len(described.Value.Content) != 1 {
		return fmt.Errorf("httpapi: openapi.yaml: %s takes more than one media type", o.id)
	}
	for mediaType := range described.Value.Content {
		schema, err := schemas.compile(at + pointer("requestBody", "content", mediaType, "schema"))
		if err != nil {
			return err
		}
		o.body = &requestBody{required: described.Value.Required, mediaType: mediaType, schema: schema}
	}
	return nil
}

// operation is the one that the router has found for the request.
func (c *contract) operation(r *http.Request) *operation {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return c.operations[route{method: method, pattern: r.Pattern}]
}

// schemas compiles parts of the document, each by its JSON pointer.
type schemas struct{ compiler *jsonschema.Compiler }

// documentURL names the document within the compiler; nothing is fetched.
const documentURL = "https://timetracker.invalid/openapi.json"

func newSchemas(document *openapi3.T) (*schemas, error) {
	text, err := document.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("httpapi: openapi.yaml: %w", err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("httpapi: openapi.yaml: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiler.RegisterFormat(&jsonschema.Format{Name: "date-time", Validate: checkInstant})
	if err := compiler.AddResource(documentURL, value); err != nil {
		return nil, fmt.Errorf("httpapi: openapi.yaml: %w", err)
	}
	return &schemas{compiler: compiler}, nil
}

func (s *schemas) compile(at string) (*jsonschema.Schema, error) {
	schema, err := s.compiler.Compile(documentURL + "#" + at)
	if err != nil {
		return nil, fmt.Errorf("httpapi: openapi.yaml: %w", err)
	}
	return schema, nil
}

// checkInstant holds an instant to what api.Timestamp can carry.
func checkInstant(value any) error {
	text, ok := value.(string)
	if !ok {
		return nil
	}
	if err := new(api.Timestamp).UnmarshalText([]byte(text)); err != nil {
		return errors.New("not an instant in whole milliseconds")
	}
	return nil
}

// pointer writes a JSON pointer (RFC 6901).
func pointer(tokens ...string) string {
	var text strings.Builder
	for _, token := range tokens {
		text.WriteByte('/')
		text.WriteString(pointerEscapes.Replace(token))
	}
	return text.String()
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")
