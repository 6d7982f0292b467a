package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"time"
	"unicode/utf8"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
)

// defaultLimit is the length of a page whose request does not say.
const defaultLimit = 50

// A cursor is, in base64url: its version, the instant in ms since 1970, the id as 16 bytes, the first bytes of a hash of
// the list that it belongs to, and the name. It is no secret: it names a place in a list, and what the list shows is decided
// anew for each request.
const (
	cursorVersion  = 1
	listHashSize   = 8
	cursorHeadSize = 1 + 8 + 16 + listHashSize
)

// list stands for a tenant's list and everything that narrows it.
type list [listHashSize]byte

// listOf hashes the tenant, the name of a list and its parameters, of which limit and cursor must have been taken out.
func listOf(id ids.Tenant, name string, parameters any) list {
	text, err := json.Marshal([]any{id, name, parameters})
	if err != nil {
		panic(err) // structs of texts, flags and instants
	}
	hash := sha256.Sum256(text)
	return list(hash[:listHashSize])
}

// next is the cursor behind a position; nil when the list has ended.
func (l list) next(position page.Position) *string {
	if position == (page.Position{}) {
		return nil
	}
	raw := make([]byte, 0, cursorHeadSize+len(position.Name))
	raw = append(raw, cursorVersion)
	raw = binary.BigEndian.AppendUint64(raw, uint64(position.At.UnixMilli()))
	raw = append(raw, position.ID[:]...)
	raw = append(raw, l[:]...)
	raw = append(raw, position.Name...)
	text := base64.RawURLEncoding.EncodeToString(raw)
	return &text
}

// page is the part of the list that a request asks for; without a cursor it is the list's start. The cursor must be one of
// the same list.
func (l list) page(cursor *string, limit *int) (page.Request, error) {
	p := page.Request{Limit: defaultLimit}
	if limit != nil {
		p.Limit = *limit
	}
	if cursor == nil {
		return p, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(*cursor)
	if err != nil || len(raw) < cursorHeadSize || len(*cursor) != base64.RawURLEncoding.EncodedLen(len(raw)) ||
		raw[0] != cursorVersion || list(raw[25:cursorHeadSize]) != l || !utf8.Valid(raw[cursorHeadSize:]) {
		return page.Request{}, errs.New(errs.Malformed, "cursor_invalid",
			"This cursor does not belong to this list. Begin again without one.").
			WithField("cursor", "invalid", "must come from the page before, with the same parameters")
	}
	p.After = page.Position{
		At:   time.UnixMilli(int64(binary.BigEndian.Uint64(raw[1:9]))).UTC(),
		ID:   ids.Any(raw[9:25]),
		Name: string(raw[cursorHeadSize:]),
	}
	return p, nil
}
