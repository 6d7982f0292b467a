package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"time"
	"unicode/utf8"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
)

// defaultLimit is the length of a page when the request gives none.
const defaultLimit = 50

// A cursor is base64url. It has its version, the instant in ms since 1970, the id as 16 bytes, the hash of its listing
// and the name. It is no secret. It names a position in a list, and each request decides anew what the list shows.
const (
	cursorVersion   = 1
	listingHashSize = 8
	cursorHeadSize  = 1 + 8 + 16 + listingHashSize
)

// listing identifies a tenant's list with everything that narrows it, by the first bytes of a hash.
type listing [listingHashSize]byte

// newListing hashes the tenant, the name of a list and its parameters without limit and cursor.
func newListing(id ids.Tenant, name string, parameters any) listing {
	hashed, err := json.Marshal([]any{id, name, parameters})
	if err != nil {
		panic(err) // structs of strings, flags and instants
	}
	hash := sha256.Sum256(hashed)
	return listing(hash[:listingHashSize])
}

// next is the cursor behind a position; nil when the list has ended.
func (l listing) next(position page.Position) *string {
	if position == (page.Position{}) {
		return nil
	}
	raw := make([]byte, 0, cursorHeadSize+len(position.Name))
	raw = append(raw, cursorVersion)
	raw = binary.BigEndian.AppendUint64(raw, uint64(position.At.UnixMilli()))
	raw = append(raw, position.ID[:]...)
	raw = append(raw, l[:]...)
	raw = append(raw, position.Name...)
	cursor := base64.RawURLEncoding.EncodeToString(raw)
	return &cursor
}

// page is the part of the list that a request asks for, which begins at the start without a cursor. The cursor must
// come from the same list.
func (l listing) page(cursor *string, limit *int) (page.Request, error) {
	p := page.Request{Limit: defaultLimit}
	if limit != nil {
		p.Limit = *limit
	}
	if cursor == nil {
		return p, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(*cursor)
	if err != nil || len(raw) < cursorHeadSize || len(*cursor) != base64.RawURLEncoding.EncodedLen(len(raw)) ||
		raw[0] != cursorVersion || listing(raw[25:cursorHeadSize]) != l || !utf8.Valid(raw[cursorHeadSize:]) {
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

// reader reads a part of a list.
type reader[T any] func(page.Request) (rows []T, next page.Position, err error)

// readPage reads the part of a list that a request asks for.
func readPage[T any](l listing, cursor *string, limit *int, read reader[T]) ([]T, api.Page, error) {
	request, err := l.page(cursor, limit)
	if err != nil {
		return nil, api.Page{}, err
	}
	rows, next, err := read(request)
	return rows, api.Page{NextCursor: l.next(next)}, err
}
