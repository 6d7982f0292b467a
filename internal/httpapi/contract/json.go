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

// errTooDeep ends the reading of a value that is nested deeper than maxDepth.
var errTooDeep = errors.New("nested too deep")

// parseJSON reads a body as one JSON value. encoding/json takes the last of two equal names, lets anything follow the
// value and replaces what is not UTF-8. RFC 8259 and RFC 7493 (I-JSON) ask to refuse each. Objects become map[string]any,
// arrays []any, numbers float64.
func parseJSON(body []byte) (any, error) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(body))
	value, err := readValue(decoder)
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
	case errors.Is(err, strconv.ErrRange):
		return nil, malformed("json_number_range", "A number is too large.", at)
	default:
		return nil, malformed("json_invalid", "The body is not valid JSON in UTF-8.", at)
	}
}

func malformed(code, message, at string) error {
	return errs.New(errs.Malformed, code, message).WithField(at, code, message)
}

func readValue(decoder *jsontext.Decoder) (any, error) {
	token, err := decoder.ReadToken()
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
		return readObject(decoder)
	default:
		return readArray(decoder)
	}
}

func readObject(decoder *jsontext.Decoder) (any, error) {
	if decoder.StackDepth() > maxDepth {
		return nil, errTooDeep
	}
	object := make(map[string]any)
	for decoder.PeekKind() != '}' {
		name, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String() // the token does not outlive the next read
		if object[key], err = readValue(decoder); err != nil {
			return nil, err
		}
	}
	_, err := decoder.ReadToken()
	return object, err
}

func readArray(decoder *jsontext.Decoder) (any, error) {
	if decoder.StackDepth() > maxDepth {
		return nil, errTooDeep
	}
	array := []any{}
	for decoder.PeekKind() != ']' {
		value, err := readValue(decoder)
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	_, err := decoder.ReadToken()
	return array, err
}
