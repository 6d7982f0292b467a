package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/oapi-codegen/runtime"

	"timetracker/api"
	"timetracker/internal/errs"
)

func loadTestContract(tb testing.TB) *Contract {
	tb.Helper()
	c, err := Load(api.Spec)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestContractKeepsItsPromises(t *testing.T) {
	for at, o := range loadTestContract(t).operations {
		names := make([]string, len(o.headers))
		for i, p := range o.headers {
			names[i] = p.name
		}
		// These change nothing when repeated, with a key or without.
		twice := []string{"requestToJoin", "resolveLanding", "takeSubscription"}
		if at.method == http.MethodPost && !slices.Contains(twice, o.ID) && !slices.Contains(names, "Idempotency-Key") {
			t.Errorf("%s %s takes no Idempotency-Key", at.method, at.pattern)
		}
		whole := []string{"unpinWorkItem", "leaveOutWriteBack", "dismissReminder", "stopTenantDeletion"} // what has no version that the caller could have missed
		if (at.method == http.MethodPatch || at.method == http.MethodDelete) && !slices.Contains(whole, o.ID) && !slices.Contains(names, "If-Match") {
			t.Errorf("%s %s takes no If-Match", at.method, at.pattern)
		}
	}
}

// Whatever somebody types is held against the rule of texts. The rest has a form of its own, or is cleaned where it is read.
func TestEveryTypedTextHasAForm(t *testing.T) {
	cleaned := map[string]string{
		"/work_item/organization": "is cleaned by workitem", "/work_item/project": "is cleaned by workitem",
		"/work_item/title": "is cleaned by workitem", "/work_item/type": "is cleaned by workitem",
		"/work_item/id": "is a number", "/text": "is a part of a file, whose cells are cleaned by importer",
		"/time_zone": "is looked up", "/token": "is Microsoft's", "/etag": "is compared", "/logo": "is a picture",
	}
	used := map[string]bool{}
	var walk func(operation, at string, schema *openapi3.Schema)
	walk = func(operation, at string, schema *openapi3.Schema) {
		for _, parts := range [][]*openapi3.SchemaRef{schema.AllOf, schema.OneOf, schema.AnyOf} {
			for _, part := range parts {
				walk(operation, at, part.Value)
			}
		}
		if schema.Items != nil {
			walk(operation, at, schema.Items.Value)
		}
		for name, property := range schema.Properties {
			walk(operation, at+"/"+name, property.Value)
		}
		if rest := schema.AdditionalProperties.Schema; rest != nil {
			walk(operation, at+"/*", rest.Value)
		}
		if !schema.Type.Includes("string") || schema.Format != "" || len(schema.Enum) > 0 || schema.Const != nil || schema.Pattern != "" {
			return
		}
		for suffix := range cleaned {
			if strings.HasSuffix(at, suffix) {
				used[suffix] = true
				return
			}
		}
		t.Errorf("%s: %s may be any text: give it the format line or lines", operation, at)
	}
	document := loadTestContract(t).Document
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.RequestBody == nil {
				continue
			}
			for _, media := range operation.RequestBody.Value.Content {
				walk(operation.OperationID, "", media.Schema.Value)
			}
		}
	}
	for suffix := range cleaned {
		if !used[suffix] {
			t.Errorf("no request has a text %s", suffix)
		}
	}
}

func TestBrokenContract(t *testing.T) {
	good := string(api.Spec)
	for name, spec := range map[string]string{
		"no YAML":           "{",
		"no OpenAPI":        "openapi: 3.1.0",
		"a dangling $ref":   strings.Replace(good, "#/components/schemas/Me\"", "#/components/schemas/Nobody\"", 1),
		"a cookie":          strings.Replace(good, "in: query", "in: cookie", 1),
		"a pattern of none": strings.Replace(good, `"^[!-~]+$"`, `"^[!-~+$"`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Load([]byte(spec)); err == nil {
				t.Error("no error")
			}
		})
	}
}

// FuzzBody compares what is accepted with three other readers of the same bytes: encoding/json, kin-openapi's validator
// and the generated code. The validator is another implementation of the same schema.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"work_item":{"project":"Payments","id":"101","title":"T","type":"Bug","organization":"o","tracker":"azure_devops"},"existing_hours":1.5}`,
		`{"work_item":{"project":"","id":"1"},"x":1}`, `{"a":1,"\u0061":2}`, `[[[[1e400]]]]`, "\"\xff\"", `{} {}`, `{"work_item":null}`,
	} {
		f.Add([]byte(seed))
	}
	c := loadTestContract(f)
	schema := c.operations[route{http.MethodPost, api.Prefix + "/timers"}].body.schema
	other := c.Document.Components.Schemas["StartTimer"].Value
	f.Fuzz(func(t *testing.T, body []byte) {
		value, err := parseJSON(body)
		if err != nil {
			if known, ok := errors.AsType[*errs.Error](err); !ok || known.Kind != errs.Malformed || !strings.HasPrefix(known.Code, "json_") {
				t.Fatalf("%v", err)
			}
			return
		}
		if !utf8.Valid(body) || !json.Valid(body) {
			t.Fatalf("accepted %q", body)
		}
		var plain any
		if err := json.Unmarshal(body, &plain); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(plain, value); diff != "" {
			t.Fatalf("encoding/json reads it otherwise (-encoding/json +ours):\n%s", diff)
		}
		ours := schema.Validate(value)
		if theirs := other.VisitJSON(plain, openapi3.VisitAsRequest()); (ours == nil) != (theirs == nil) {
			t.Fatalf("ours: %v\ntheirs: %v", ours, theirs)
		}
		if ours != nil {
			found := faults{what: "field"}
			found.addSchemaErrors(ours, "")
			known, ok := errors.AsType[*errs.Error](found.err())
			if !ok || len(known.Fields) == 0 || len(known.Fields) > maxFaults {
				t.Fatalf("%v is told as %v", ours, found.err())
			}
			return
		}
		var bound api.StartTimer
		if err := runtime.BindJSONValue(value, &bound); err != nil {
			t.Fatalf("valid and not bound: %v", err)
		}
		var decoded api.StartTimer
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&decoded); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(decoded, bound); diff != "" {
			t.Fatalf("bound otherwise (-encoding/json +bound):\n%s", diff)
		}
	})
}

func TestManyFaultsAreCut(t *testing.T) {
	found := faults{what: "field"}
	for i := range 100 {
		found.add(unknown, Pointer(strings.Repeat("f", i)), "unknown", "is not known here")
	}
	known, ok := errors.AsType[*errs.Error](found.err())
	if !ok || len(known.Fields) != maxFaults {
		t.Errorf("%v", found.err())
	}
}
