package contract

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"timetracker/internal/errs"
)

// maxDepth is how deep arrays and objects may be nested in a request. The contract needs three.
const maxDepth = 16

// maxValues is how many values and names a request has. The contract needs some thousand.
const maxValues = 10_000

var (
	// errTooDeep ends the reading of a value that is nested deeper than maxDepth.
	errTooDeep = errors.New("nested too deep")
	// errTooMany ends the reading of more than maxValues, each of which costs more than its bytes.
	errTooMany = errors.New("too many values")
)

// reader reads a value and counts what is in it.
type reader struct {
	*jsontext.Decoder

	values int
}

// parseJSON reads a body as one JSON value. encoding/json takes the last of two equal names, lets anything follow the
// value and replaces what is not UTF-8. RFC 8259 and RFC 7493 (I-JSON) ask to refuse each. Objects become map[string]any,
// arrays []any, numbers float64.
func parseJSON(body []byte) (any, error) {
	decoder := &reader{Decoder: jsontext.NewDecoder(bytes.NewBuffer(body))}
	value, err := decoder.readValue()
	if err == nil {
		_, err = decoder.ReadToken()
		if errors.Is(err, io.EOF) {
			return value, nil
		}
		return nil, malformed("json_trailing_data", "Something follows the JSON value.", "")
	}
	at := shorten(string(decoder.StackPointer()))
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
			at = shorten(string(syntactic.JSONPointer))
		}
		return nil, malformed("json_duplicate_name", "A name stands twice in one object.", at)
	case errors.Is(err, errTooDeep):
		return nil, malformed("json_too_deep", "The JSON is nested too deep.", at)
	case errors.Is(err, errTooMany):
		return nil, malformed("json_too_many_values", "The JSON has too many values.", at)
	case errors.Is(err, strconv.ErrRange):
		return nil, malformed("json_number_range", "A number is too large.", at)
	default:
		return nil, malformed("json_invalid", "The body is not valid JSON in UTF-8.", at)
	}
}

func malformed(code, message, at string) error {
	return errs.New(errs.Malformed, code, message).WithField(at, code, message)
}

func (r *reader) readValue() (any, error) {
	if r.values++; r.values > maxValues {
		return nil, errTooMany
	}
	token, err := r.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return token.Bool(), nil
	case '"':
		return token.String(), nil
	case '0':
		return strconv.ParseFloat(token.String(), 64)
	case '{':
		return r.readObject()
	default:
		return r.readArray()
	}
}

func (r *reader) readObject() (any, error) {
	if r.StackDepth() > maxDepth {
		return nil, errTooDeep
	}
	object := make(map[string]any)
	for r.PeekKind() != '}' {
		name, err := r.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String() // the token does not outlive the next read
		if object[key], err = r.readValue(); err != nil {
			return nil, err
		}
	}
	_, err := r.ReadToken()
	return object, err
}

func (r *reader) readArray() (any, error) {
	if r.StackDepth() > maxDepth {
		return nil, errTooDeep
	}
	array := []any{}
	for r.PeekKind() != ']' {
		value, err := r.readValue()
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	_, err := r.ReadToken()
	return array, err
}
