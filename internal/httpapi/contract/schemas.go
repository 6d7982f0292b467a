package contract

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"timetracker/api"
	"timetracker/internal/plaintext"
)

// schemas compiles parts of the document, each by its JSON pointer.
type schemas struct{ compiler *jsonschema.Compiler }

// documentURL names the document within the compiler; nothing is fetched.
const documentURL = "https://timetracker.invalid/openapi.json"

func newSchemas(document *openapi3.T) (*schemas, error) {
	marshaled, err := document.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("contract: openapi.yaml: %w", err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(marshaled))
	if err != nil {
		return nil, fmt.Errorf("contract: openapi.yaml: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiler.RegisterFormat(&jsonschema.Format{Name: "date-time", Validate: checkInstant})
	compiler.RegisterFormat(&jsonschema.Format{Name: formatLine, Validate: checkText(plaintext.IsLine)})
	compiler.RegisterFormat(&jsonschema.Format{Name: formatLines, Validate: checkText(plaintext.IsLines)})
	if err := compiler.AddResource(documentURL, value); err != nil {
		return nil, fmt.Errorf("contract: openapi.yaml: %w", err)
	}
	return &schemas{compiler: compiler}, nil
}

func (s *schemas) compile(at string) (*jsonschema.Schema, error) {
	schema, err := s.compiler.Compile(documentURL + "#" + at)
	if err != nil {
		return nil, fmt.Errorf("contract: openapi.yaml: %w", err)
	}
	return schema, nil
}

// checkInstant refuses what api.Timestamp can't carry.
func checkInstant(value any) error {
	instant, ok := value.(string)
	if !ok {
		return nil
	}
	if err := new(api.Timestamp).UnmarshalText([]byte(instant)); err != nil {
		return errors.New("not an instant in whole milliseconds")
	}
	return nil
}

// The formats of texts that people type.
const (
	formatLine  = "line"
	formatLines = "lines"
)

// checkText refuses a text with characters that no text of its kind has.
func checkText(fits func(text string) bool) func(value any) error {
	return func(value any) error {
		if text, ok := value.(string); ok && !fits(text) {
			return errors.New("a character that no text has")
		}
		return nil
	}
}

// Pointer writes a JSON pointer (RFC 6901).
func Pointer(tokens ...string) string {
	var pointer strings.Builder
	for _, token := range tokens {
		pointer.WriteByte('/')
		pointer.WriteString(pointerEscapes.Replace(token))
	}
	return pointer.String()
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")
