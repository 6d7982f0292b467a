package contract

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"timetracker/api"
)

// Contract is an OpenAPI document, ready for validating requests. It never changes.
type Contract struct {
	Document   *openapi3.T
	operations map[route]*Operation
}

// route identifies an operation by what the router has matched.
type route struct{ method, pattern string }

// Operation is what a request to one operation may contain.
type Operation struct {
	ID      string // operationId
	path    []parameter
	headers []parameter
	query   map[string]parameter
	body    *requestBody // nil: none
}

// parameter is one value in the path, the query or a header.
type parameter struct {
	name     string // of a header: in canonical form
	kind     string // string, integer, boolean or, for texts in the query, array
	required bool
	schema   *jsonschema.Schema
}

// requestBody is a JSON body of one media type.
type requestBody struct {
	required  bool
	mediaType string
	schema    *jsonschema.Schema
}

// Published gives the contract of this program. It is read once, since that takes longer than most tests.
var Published = sync.OnceValues(func() (*Contract, error) { return Load(api.Spec) })

// Load reads an OpenAPI 3.1 document and compiles the schemas of everything that a request can carry. OpenAPI 3.1 uses the
// schemas of JSON Schema 2020-12. openapi3filter would compile them for each request, which takes longer than the request.
func Load(spec []byte) (*Contract, error) {
	document, err := openapi3.NewLoader().LoadFromData(spec)
	if err != nil {
		return nil, fmt.Errorf("contract: read openapi.yaml: %w", err)
	}
	if err := document.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("contract: openapi.yaml: %w", err)
	}
	schemas, err := newSchemas(document)
	if err != nil {
		return nil, err
	}
	c := &Contract{Document: document, operations: make(map[route]*Operation)}
	for path, item := range document.Paths.Map() {
		for method, described := range item.Operations() {
			o := &Operation{ID: described.OperationID, query: make(map[string]parameter)}
			at := Pointer("paths", path)
			if err := o.addParameters(schemas, item.Parameters, at); err != nil {
				return nil, err
			}
			at += Pointer(strings.ToLower(method))
			if err := o.addParameters(schemas, described.Parameters, at); err != nil {
				return nil, err
			}
			if err := o.addBody(schemas, described.RequestBody, at); err != nil {
				return nil, err
			}
			c.operations[route{method: method, pattern: api.Prefix + path}] = o
		}
	}
	return c, nil
}

func (o *Operation) addParameters(schemas *schemas, described openapi3.Parameters, at string) error {
	for i, ref := range described {
		where := at + Pointer("parameters", fmt.Sprint(i))
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
			return fmt.Errorf("contract: openapi.yaml: a parameter in %s is not supported", ref.Value.In)
		}
	}
	return nil
}

func (o *Operation) addBody(schemas *schemas, described *openapi3.RequestBodyRef, at string) error {
	if described == nil {
		return nil
	}
	if len(described.Value.Content) != 1 {
		return fmt.Errorf("contract: openapi.yaml: %s takes more than one media type", o.ID)
	}
	for mediaType := range described.Value.Content {
		schema, err := schemas.compile(at + Pointer("requestBody", "content", mediaType, "schema"))
		if err != nil {
			return err
		}
		o.body = &requestBody{required: described.Value.Required, mediaType: mediaType, schema: schema}
	}
	return nil
}

// Operation gives the operation that the router has found for the request.
func (c *Contract) Operation(r *http.Request) *Operation {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return c.operations[route{method: method, pattern: r.Pattern}]
}
