package contract

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"timetracker/internal/errs"
)

// Validate checks a request against its operation. Whatever does not fit is errs.Malformed, with each fault in Fields.
// It replaces the request's body by a Body.
func (o *Operation) Validate(r *http.Request) error {
	if err := o.checkParameters(r); err != nil {
		return err
	}
	return o.readBody(r)
}

func (o *Operation) checkParameters(r *http.Request) error {
	found := faults{what: "parameter"}
	for _, p := range o.path {
		found.check(p, r.PathValue(p.name))
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
			case p.kind == "array":
				found.checkEach(p, values[name])
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

// check parses a parameter by its kind and checks the value against its schema.
func (f *faults) check(p parameter, raw string) {
	if !utf8.ValidString(raw) {
		f.add(invalid, p.name, "utf8", "must be UTF-8")
		return
	}
	var value any = raw
	switch p.kind {
	case "integer":
		number, err := strconv.ParseInt(raw, 10, 64)
		if err != nil {
			f.add(invalid, p.name, "type", "must be a whole number")
			return
		}
		value = number
	case "boolean":
		if raw != "true" && raw != "false" {
			f.add(invalid, p.name, "type", "must be true or false")
			return
		}
		value = raw == "true"
	}
	if err := p.schema.Validate(value); err != nil {
		f.addSchemaErrors(err, p.name)
	}
}

// checkEach checks the values of a parameter that may be repeated. They are texts.
func (f *faults) checkEach(p parameter, raw []string) {
	values := make([]any, len(raw))
	for i, text := range raw {
		if !utf8.ValidString(text) {
			f.add(invalid, p.name, "utf8", "must be UTF-8")
			return
		}
		values[i] = text
	}
	if err := p.schema.Validate(values); err != nil {
		f.addSchemaErrors(err, p.name)
	}
}

// readBody reads, parses and checks the body, and puts the parsed one into the request.
func (o *Operation) readBody(r *http.Request) error {
	if r.ContentLength == 0 {
		return o.checkNoBody()
	}
	if o.body != nil {
		if err := o.body.checkMediaType(r.Header); err != nil {
			return err
		}
	}
	body, err := io.ReadAll(r.Body)
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return BodyTooLarge(large.Limit)
	}
	if err != nil {
		// The cause contains the client's address and is dropped.
		return errs.New(errs.Malformed, "body_unreadable", "The request's body ended too early.")
	}
	if len(body) == 0 {
		return o.checkNoBody()
	}
	if o.body == nil {
		return errs.New(errs.Malformed, "body_unexpected", "This request takes no body.")
	}
	// RFC 8259 lets a parser ignore a byte-order mark, which some programs put before everything.
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	value, err := parseJSON(body)
	if err != nil {
		return err
	}
	if err := o.body.schema.Validate(value); err != nil {
		found := faults{what: "field"}
		found.addSchemaErrors(err, "")
		return found.err()
	}
	r.Body = parsedBody{Reader: bytes.NewReader(body), raw: body, value: value}
	return nil
}

func (o *Operation) checkNoBody() error {
	if o.body != nil && o.body.required {
		return errs.New(errs.Malformed, "body_missing", "The request needs a body.")
	}
	return nil
}

// checkMediaType accepts only the contract's media type. JSON has no parameter charset (RFC 8259 section 11), but many
// clients send utf-8, which is accepted.
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

// BodyTooLarge is the refusal of a body that is longer than the limit, in bytes.
func BodyTooLarge(limit int64) error {
	return errs.Newf(errs.TooLarge, "body_too_large", "A request body has at most %d bytes.", limit)
}

// parsedBody passes the validated value to the generated code, which binds it instead of parsing the JSON again
// (runtime.BindJSONBody).
type parsedBody struct {
	*bytes.Reader
	raw   []byte
	value any
}

// Body gives the bytes of the body of a validated request; nil when it has none.
func Body(r *http.Request) []byte {
	body, _ := r.Body.(parsedBody)
	return body.raw
}

// ValidatedValue gives the parsed body.
func (b parsedBody) ValidatedValue() any { return b.value }

// Close implements io.Closer.
func (parsedBody) Close() error { return nil }
