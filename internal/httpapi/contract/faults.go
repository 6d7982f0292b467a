package contract

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"timetracker/internal/errs"
)

// maxFaults is how many faults of one request are reported.
const maxFaults = 20

// maxEcho is how many bytes of a client's made-up name are repeated.
const maxEcho = 64

// faultKind is how a parameter or field is wrong. Together they make the problem's code, such as field_unknown.
type faultKind string

const (
	unknown  faultKind = "unknown"
	repeated faultKind = "repeated"
	missing  faultKind = "missing"
	invalid  faultKind = "invalid"
)

// faults collects what is wrong with a request's parameters or with its body's fields.
type faults struct {
	what   string // parameter or field
	fields []errs.Field
	kinds  map[string]faultKind // by pointer
}

func (f *faults) add(as faultKind, at, code, detail string) {
	if f.kinds == nil {
		f.kinds = make(map[string]faultKind)
	}
	f.kinds[at] = as
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
	first := f.kinds[f.fields[0].Pointer]
	message := map[faultKind]string{
		unknown:  "The request has a %s that is not known here.",
		repeated: "The request repeats a %s.",
		missing:  "The request lacks a %s.",
		invalid:  "The request has a %s with a wrong value.",
	}[first]
	err := errs.Newf(errs.Malformed, f.what+"_"+string(first), message, f.what)
	err.Fields = f.fields[:min(len(f.fields), maxFaults)]
	return err
}

// addSchemaErrors reports the findings of the schema's validator in our own words, since its words quote the input.
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
			at += Pointer(shorten(token))
		}
	}
	switch k := found.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			f.add(missing, at+Pointer(name), string(missing), "is required")
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			f.add(unknown, at+Pointer(shorten(name)), string(unknown), "is not known here")
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
		f.add(invalid, at, "enum", "must be one of "+joinValues(k.Want))
	case *kind.Const:
		f.add(invalid, at, "const", fmt.Sprintf("must be %v", k.Want))
	case *kind.Format:
		if k.Want == formatLine || k.Want == formatLines {
			f.add(invalid, at, "characters", DescribeFormat(k.Want))
			return
		}
		f.add(invalid, at, "format", DescribeFormat(k.Want)+f.plusHint(k.Got))
	default:
		f.add(invalid, at, string(invalid), "has a wrong value")
	}
}

// PlusHint explains a value whose offset came as a blank, which a bare plus in a query means.
const PlusHint = "; a + in a query is written as %2B"

// plusHint is PlusHint for an instant that would be one with a plus.
func (f *faults) plusHint(got any) string {
	given, ok := got.(string)
	if !ok || f.what != "parameter" {
		return ""
	}
	if _, err := time.Parse(time.RFC3339, strings.Replace(given, " ", "+", 1)); err != nil || !strings.Contains(given, " ") {
		return ""
	}
	return PlusHint
}

// DescribeFormat says how a value of the format of a schema must look.
func DescribeFormat(format string) string {
	switch format {
	case "date-time":
		return "must be an instant in whole milliseconds, such as 2026-11-21T08:30:14.250Z"
	case "date":
		return "must be a day of the calendar, such as 2026-11-21"
	case formatLine:
		return "must be one line, without characters that can't be seen or that turn the direction of others"
	case formatLines:
		return "must have no characters that can't be seen or that turn the direction of others"
	default:
		return "must be a " + format
	}
}

func joinValues(values []any) string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = fmt.Sprint(value)
	}
	return strings.Join(words, ", ")
}

// shorten cuts a client's made-up name between two characters.
func shorten(name string) string {
	if len(name) <= maxEcho && utf8.ValidString(name) {
		return name
	}
	return strings.ToValidUTF8(name[:min(len(name), maxEcho)], "") + "…"
}
