package httpapi

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"timetracker/internal/errs"
)

// maxFaults is how many faults of one request are told.
const maxFaults = 20

// maxEcho is how many bytes of a name that the client has made up are said back.
const maxEcho = 64

// validate holds a request to the contract. Whatever does not fit is errs.Malformed, with each fault in Fields. The
// generated code binds the very value that was validated, so that the body is parsed once.
func (s *server) validate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o := s.contract.operation(r)
		if err := o.checkParameters(r); err != nil {
			s.fail(w, r, err)
			return
		}
		body, err := o.readBody(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if r.Header[idempotencyKey] != nil {
			exchangeOf(r.Context()).hash = requestHash(r, body)
		}
		next.ServeHTTP(w, r)
	})
}

// requestHash tells requests with the same Idempotency-Key apart.
func requestHash(r *http.Request, body []byte) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s %s\n", r.Method, r.URL.EscapedPath())
	hash.Write(body)
	return hex.EncodeToString(hash.Sum(nil))
}

func (o *operation) checkParameters(r *http.Request) error {
	found := faults{what: "parameter"}
	for _, p := range o.path {
		found.check(p, chi.URLParam(r, p.name))
	}
	for _, p := range o.headers {
		switch values := r.Header[p.name]; {
		case len(values) > 1:
			found.add(repeated, p.name, string(repeated), "must not be repeated")
		case len(values) == 1:
			found.check(p, values[0])
		case p.required:
			found.add(missing, p.name, string(missing), "is required")
		}
	}
	if r.URL.RawQuery != "" {
		values, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return errs.New(errs.Malformed, "query_malformed", "The query string can't be read.")
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			p, known := o.query[name]
			switch {
			case !known:
				found.add(unknown, shorten(name), string(unknown), "is not known here")
			case len(values[name]) > 1:
				found.add(repeated, name, string(repeated), "must not be repeated")
			default:
				found.check(p, values[name][0])
			}
		}
		for name, p := range o.query {
			if p.required && !values.Has(name) {
				found.add(missing, name, string(missing), "is required")
			}
		}
		return found.err()
	}
	for name, p := range o.query {
		if p.required {
			found.add(missing, name, string(missing), "is required")
		}
	}
	return found.err()
}

// check parses a parameter's text by its kind and holds the value to its schema.
func (f *faults) check(p parameter, text string) {
	if !utf8.ValidString(text) {
		f.add(invalid, p.name, "utf8", "must be UTF-8")
		return
	}
	var value any = text
	switch p.kind {
	case "integer":
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			f.add(invalid, p.name, "type", "must be a whole number")
			return
		}
		value = number
	case "boolean":
		if text != "true" && text != "false" {
			f.add(invalid, p.name, "type", "must be true or false")
			return
		}
		value = text == "true"
	}
	if err := p.schema.Validate(value); err != nil {
		f.addSchemaErrors(err, p.name)
	}
}

// readBody reads, parses and checks the body, and puts what it found back into the request.
func (o *operation) readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength == 0 {
		return nil, o.checkNoBody()
	}
	if o.body != nil {
		if err := o.body.checkMediaType(r.Header); err != nil {
			return nil, err
		}
	}
	body, err := io.ReadAll(r.Body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, bodyTooLarge()
	}
	if err != nil {
		// The cause names the client's address and is not kept.
		return nil, errs.New(errs.Malformed, "body_unreadable", "The request's body ended too early.")
	}
	if len(body) == 0 {
		return nil, o.checkNoBody()
	}
	if o.body == nil {
		return nil, errs.New(errs.Malformed, "body_unexpected", "This request takes no body.")
	}
	value, err := parseJSON(body)
	if err != nil {
		return nil, err
	}
	if err := o.body.schema.Validate(value); err != nil {
		found := faults{what: "field"}
		found.addSchemaErrors(err, "")
		return nil, found.err()
	}
	r.Body = parsedBody{Reader: bytes.NewReader(body), value: value}
	return body, nil
}

func (o *operation) checkNoBody() error {
	if o.body != nil && o.body.required {
		return errs.New(errs.Malformed, "body_missing", "The request needs a body.")
	}
	return nil
}

// checkMediaType takes the contract's media type alone. A charset is not a parameter of JSON (RFC 8259 section 11), but
// so many clients send utf-8 that it is let through.
func (b *requestBody) checkMediaType(header http.Header) error {
	values := header["Content-Type"]
	if len(values) == 1 && header["Content-Encoding"] == nil {
		if values[0] == b.mediaType {
			return nil
		}
		mediaType, parameters, err := mime.ParseMediaType(values[0])
		charset, hasCharset := parameters["charset"]
		if hasCharset && strings.EqualFold(charset, "utf-8") {
			delete(parameters, "charset")
		}
		if err == nil && mediaType == b.mediaType && len(parameters) == 0 {
			return nil
		}
	}
	return errs.Newf(errs.UnsupportedMedia, "unsupported_media_type", "The body must be %s, without an encoding.", b.mediaType)
}

// parsedBody carries the validated value to the generated code, which binds it instead of parsing the text again
// (runtime.BindJSONBody).
type parsedBody struct {
	*bytes.Reader
	value any
}

// ValidatedValue gives the parsed body.
func (b parsedBody) ValidatedValue() any { return b.value }

// Close implements io.Closer.
func (parsedBody) Close() error { return nil }

// class is what sort of fault a request has; with what is faulty it makes the problem's code, such as field_unknown.
type class string

const (
	unknown  class = "unknown"
	repeated class = "repeated"
	missing  class = "missing"
	invalid  class = "invalid"
)

// faults collects what is wrong with a request's parameters or with its body's fields.
type faults struct {
	what   string // parameter or field
	fields []errs.Field
	class  map[string]class // by pointer
}

func (f *faults) add(c class, at, code, detail string) {
	if f.class == nil {
		f.class = make(map[string]class)
	}
	f.class[at] = c
	f.fields = append(f.fields, errs.Field{Pointer: at, Code: code, Detail: detail})
}

// err is nil when nothing is wrong. The problem's code is that of the first fault.
func (f *faults) err() error {
	if len(f.fields) == 0 {
		return nil
	}
	slices.SortStableFunc(f.fields, func(a, b errs.Field) int {
		return cmp.Or(cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Code, b.Code))
	})
	first := f.class[f.fields[0].Pointer]
	message := map[class]string{
		unknown:  "The request has a %s that is not known here.",
		repeated: "The request repeats a %s.",
		missing:  "The request lacks a %s.",
		invalid:  "The request has a %s with a wrong value.",
	}[first]
	err := errs.Newf(errs.Malformed, f.what+"_"+string(first), message, f.what)
	err.Fields = f.fields[:min(len(f.fields), maxFaults)]
	return err
}

// addSchemaErrors puts what the schema's validator has found into our own words. Its words quote the input.
func (f *faults) addSchemaErrors(err error, at string) {
	found, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		f.add(invalid, at, string(invalid), "has a wrong value")
		return
	}
	if len(found.Causes) > 0 {
		for _, cause := range found.Causes {
			f.addSchemaErrors(cause, at)
		}
		return
	}
	if f.what == "field" {
		at = ""
		for _, token := range found.InstanceLocation {
			at += pointer(shorten(token))
		}
	}
	switch k := found.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			f.add(missing, at+pointer(name), string(missing), "is required")
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			f.add(unknown, at+pointer(shorten(name)), string(unknown), "is not known here")
		}
	case *kind.Type:
		f.add(invalid, at, "type", "must be of type "+strings.Join(k.Want, " or "))
	case *kind.MinLength:
		f.add(invalid, at, "too_short", fmt.Sprintf("must have at least %d characters", k.Want))
	case *kind.MaxLength:
		f.add(invalid, at, "too_long", fmt.Sprintf("must have at most %d characters", k.Want))
	case *kind.Minimum:
		f.add(invalid, at, "too_small", "must be at least "+k.Want.RatString())
	case *kind.Maximum:
		f.add(invalid, at, "too_large", "must be at most "+k.Want.RatString())
	case *kind.MinProperties:
		f.add(invalid, at, "empty", "must not be empty")
	case *kind.MinItems:
		f.add(invalid, at, "too_few", fmt.Sprintf("must have at least %d items", k.Want))
	case *kind.MaxItems:
		f.add(invalid, at, "too_many", fmt.Sprintf("must have at most %d items", k.Want))
	case *kind.Pattern:
		f.add(invalid, at, "pattern", "has the wrong form")
	case *kind.Enum:
		f.add(invalid, at, "enum", "must be one of "+join(k.Want))
	case *kind.Const:
		f.add(invalid, at, "const", fmt.Sprintf("must be %v", k.Want))
	case *kind.Format:
		f.add(invalid, at, "format", formatDetail(k.Want))
	default:
		f.add(invalid, at, string(invalid), "has a wrong value")
	}
}

func formatDetail(format string) string {
	switch format {
	case "date-time":
		return "must be an instant in whole milliseconds, such as 2026-11-21T08:30:14.250Z"
	case "date":
		return "must be a day of the calendar, such as 2026-11-21"
	default:
		return "must be a " + format
	}
}

func join(values []any) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = fmt.Sprint(value)
	}
	return strings.Join(texts, ", ")
}

// shorten cuts what the client has made up, between two characters.
func shorten(text string) string {
	if len(text) <= maxEcho && utf8.ValidString(text) {
		return text
	}
	return strings.ToValidUTF8(text[:min(len(text), maxEcho)], "") + "…"
}
