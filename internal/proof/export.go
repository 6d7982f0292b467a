package proof

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// An export is JSON, one value a line. A Header is followed by the links with their rows, the rows that wait for a link, and
// the end. See docs/proof.md.

const (
	exportFormat  = "timetracker-chain"
	exportVersion = 1
	// maxLine is the longest line that is read. The longest one has the people of a billing record.
	maxLine = 256 << 20
)

// Header is the first line of an export.
type Header struct {
	Format     string     `json:"format"`
	Version    int        `json:"version"`
	Tenant     ids.Tenant `json:"tenant_id"`
	Name       string     `json:"tenant"`
	ExportedAt time.Time  `json:"exported_at"`
	// LeftOut is how many people are restricted, so that their rows aren't in the export.
	LeftOut int `json:"left_out,omitempty"`
}

// exportLine is any other line.
type exportLine struct {
	Link     *exportedLink     `json:"link,omitempty"`
	Row      *Fields           `json:"row,omitempty"` // of Link or Unsealed
	Unsealed *exportedUnsealed `json:"unsealed,omitempty"`
	End      *exportEnd        `json:"end,omitempty"`
}

type exportedLink struct {
	Seq        int64   `json:"seq"`
	Kind       Kind    `json:"kind"`
	RowID      ids.Any `json:"row_id"`
	RowAt      int64   `json:"row_at"`
	SealedAt   int64   `json:"sealed_at"`
	Public     Hash    `json:"public"`
	Commitment Hash    `json:"commitment"`
	Salt       *Salt   `json:"salt,omitempty"`
	ErasedBy   int64   `json:"erased_by,omitempty"`
	ExpiredBy  int64   `json:"expired_by,omitempty"`
	Hash       Hash    `json:"hash"`
	Withheld   bool    `json:"withheld,omitempty"`
}

type exportedUnsealed struct {
	Kind  Kind    `json:"kind"`
	RowID ids.Any `json:"row_id"`
	RowAt int64   `json:"row_at"`
	// Withheld says that the row isn't given.
	Withheld bool `json:"withheld,omitempty"`
}

type exportEnd struct {
	Links    int64 `json:"links"`
	Unsealed int64 `json:"unsealed"`
}

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(text []byte) (err error) {
	*h, err = ParseHash(string(text))
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (s Salt) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, s[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Salt) UnmarshalText(text []byte) error {
	hash, err := ParseHash(string(text))
	*s = Salt(hash)
	return err
}

// The types of values, as an export calls them.
const (
	nullName    = "null"
	integerName = "integer"
	textName    = "text"
	bytesName   = "bytes"
	// rawTextName is a text that is no UTF-8, in hexadecimal digits. It is hashed as any other text.
	rawTextName = "text_hex"
)

// MarshalJSON writes a field as ["name", "type", value], so that everybody can hash it without knowing the tables.
func (f Field) MarshalJSON() ([]byte, error) {
	switch value := f.Value.(type) {
	case nil:
		return json.Marshal([]any{f.Name, nullName})
	case int64:
		return json.Marshal([]any{f.Name, integerName, value})
	case string:
		if !utf8.ValidString(value) {
			return json.Marshal([]any{f.Name, rawTextName, hex.EncodeToString([]byte(value))})
		}
		return json.Marshal([]any{f.Name, textName, value})
	case []byte:
		return json.Marshal([]any{f.Name, bytesName, hex.EncodeToString(value)})
	default:
		return nil, fmt.Errorf("the field %s of a row can't be a %T", f.Name, value)
	}
}

var errField = errors.New(`a field must be ["name", "type", value]`)

// UnmarshalJSON reads what MarshalJSON writes.
func (f *Field) UnmarshalJSON(text []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil || len(parts) < 2 {
		return errField
	}
	var kind string
	if err := errors.Join(json.Unmarshal(parts[0], &f.Name), json.Unmarshal(parts[1], &kind)); err != nil {
		return errField
	}
	if kind == nullName && len(parts) == 2 {
		f.Value = nil
		return nil
	}
	if len(parts) != 3 {
		return errField
	}
	var number int64
	var words string
	switch kind {
	case integerName:
		err := json.Unmarshal(parts[2], &number)
		f.Value = number
		return err
	case textName:
		err := json.Unmarshal(parts[2], &words)
		f.Value = words
		return err
	case bytesName, rawTextName:
		if err := json.Unmarshal(parts[2], &words); err != nil {
			return err
		}
		value, err := hex.DecodeString(words)
		if f.Value = value; kind == rawTextName {
			f.Value = string(value)
		}
		return err
	default:
		return errField
	}
}

// MarshalJSON writes no null for no fields.
func (f Fields) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Public   []Field `json:"public"`
		Personal []Field `json:"personal"`
	}{append([]Field{}, f.Public...), append([]Field{}, f.Personal...)})
}

// Export writes a tenant's chain with its rows, but those of restricted people. super_admins only. Nothing is kept in memory
// but a page of it.
func (s *Service) Export(ctx context.Context, m tenant.Member, w io.Writer) error {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return err
	}
	withheld, err := tenant.Withhold(ctx, s.store, m)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	at := s.now().UTC().Truncate(time.Millisecond)
	err = encoder.Encode(Header{exportFormat, exportVersion, m.Tenant.ID, m.Tenant.Name, at, withheld.People()})
	if err != nil {
		return err
	}
	var end exportEnd
	err = s.walk(ctx, m.Tenant.ID, withheld.Of, func(sealed Sealed) error {
		end.Links++
		return encoder.Encode(exportLine{Link: exported(sealed), Row: sealed.Fields})
	}, func(row Row, left bool) error {
		end.Unsealed++
		line := exportLine{Unsealed: &exportedUnsealed{row.Kind, row.ID, row.At.UnixMilli(), left}}
		if !left {
			fields := row.fields()
			line.Row = &fields
		}
		return encoder.Encode(line)
	})
	if errors.Is(err, errMoved) {
		return moved()
	}
	if err != nil {
		return err
	}
	if err := encoder.Encode(exportLine{End: &end}); err != nil {
		return err
	}
	return out.Flush()
}

func exported(s Sealed) *exportedLink {
	l := s.Link
	return &exportedLink{
		l.Seq, l.Kind, l.RowID, l.RowAt.UnixMilli(), l.SealedAt.UnixMilli(), l.Public, l.Commitment, l.Salt, l.ErasedBy, l.ExpiredBy, l.Hash,
		s.Withheld,
	}
}

// plausible says whether a row that is withheld isn't there.
func (l exportedLink) plausible(row *Fields) bool {
	return !l.Withheld || (row == nil && l.Salt == nil && l.Kind.tellsOfOne())
}

func (l exportedLink) link() Link {
	return Link{
		l.Seq, l.Kind, l.RowID, time.UnixMilli(l.RowAt).UTC(), time.UnixMilli(l.SealedAt).UTC(), l.Public, l.Commitment, l.Salt,
		l.ErasedBy, l.ExpiredBy, l.Hash,
	}
}

// VerifyExport looks at the chain in an export. each is called with every link that was read; nil: nobody asks for them.
// An error says that it is no export, or not a whole one.
func VerifyExport(r io.Reader, each func(Sealed), kept ...Head) (Header, Report, error) {
	reader := bufio.NewScanner(r)
	reader.Buffer(make([]byte, 0, 64<<10), maxLine)
	line := 0
	next := func(into any) error {
		if !reader.Scan() {
			if err := reader.Err(); err != nil {
				return err
			}
			return errors.New("the file ends before its end: a part of it is missing")
		}
		line++
		return decodeLine(reader.Bytes(), into)
	}
	fail := func(err error) (Header, Report, error) {
		return Header{}, Report{}, fmt.Errorf("line %d of the export: %w", line, err)
	}
	var header Header
	if err := next(&header); err != nil {
		return fail(err)
	}
	if header.Format != exportFormat || header.Version != exportVersion {
		return fail(fmt.Errorf("this is no %s of version %d", exportFormat, exportVersion))
	}
	v := NewVerifier(header.Tenant, kept...)
	var read exportEnd
	for {
		var l exportLine
		if err := next(&l); err != nil {
			return fail(err)
		}
		if l.End != nil {
			if *l.End != read {
				return fail(fmt.Errorf("there should be %d links and %d rows without one, and there are %d and %d: a part of the file is missing",
					l.End.Links, l.End.Unsealed, read.Links, read.Unsealed))
			}
			if reader.Scan() {
				return fail(errors.New("the file goes on after its end"))
			}
			report := v.Report()
			if report.Withheld > 0 && header.LeftOut == 0 {
				return fail(errors.New("rows are left out, but nobody is"))
			}
			return header, report, reader.Err()
		}
		if err := l.look(v, &read, each); err != nil {
			return fail(err)
		}
	}
}

// look has a verifier look at a line.
func (l exportLine) look(v *Verifier, read *exportEnd, each func(Sealed)) error {
	switch {
	case l.Link != nil && l.Unsealed == nil && read.Unsealed == 0 && l.Link.Kind.plain() && l.Link.plausible(l.Row):
		read.Links++
		sealed := Sealed{Link: l.Link.link(), Fields: l.Row, Withheld: l.Link.Withheld}
		if each != nil {
			each(sealed)
		}
		return v.Link(sealed)
	case l.Unsealed != nil && l.Link == nil && (l.Row == nil) == l.Unsealed.Withheld && l.Unsealed.Kind.plain() &&
		(!l.Unsealed.Withheld || l.Unsealed.Kind.tellsOfOne()):
		read.Unsealed++
		if l.Unsealed.Withheld {
			v.report.Withheld++
		}
		v.Unsealed(l.Unsealed.Kind, l.Unsealed.RowID, time.UnixMilli(l.Unsealed.RowAt).UTC())
		return nil
	default:
		return errors.New("a line must be a link of a kind, a row without one after all links, or the end")
	}
}

// decodeLine reads one JSON value, and nothing that isn't known.
func decodeLine(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return errors.New("a line must have one value")
	}
	return namedOnce(json.NewDecoder(bytes.NewReader(text)))
}

// namedOnce refuses an object in which a name is there twice, in any case. Of two values we read the last one, and other readers
// may show the first. The value is one that was decoded, so its depth is known.
func namedOnce(decoder *json.Decoder) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	opened, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	var names []string
	for decoder.More() {
		if opened == '{' {
			token, err := decoder.Token()
			if err != nil {
				return err
			}
			name, _ := token.(string)
			if slices.ContainsFunc(names, func(other string) bool { return strings.EqualFold(name, other) }) {
				return fmt.Errorf("%q is there twice", name)
			}
			names = append(names, name)
		}
		if err := namedOnce(decoder); err != nil {
			return err
		}
	}
	_, err = decoder.Token() // the end
	return err
}
