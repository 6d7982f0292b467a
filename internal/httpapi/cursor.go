package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/errs"
	"timetracker/internal/timer"
)

// A cursor is, in base64url: its version, the instant in ms since 1970, the id as 16 bytes, and the first bytes of a hash
// of the list and filter that it belongs to. It is no secret: it names a place in a list, and what the list shows is
// decided anew for each request.
const (
	cursorVersion  = 1
	filterHashSize = 8
	cursorSize     = 1 + 8 + 16 + filterHashSize
)

// listFilter stands for a list and everything that narrows it.
type listFilter [filterHashSize]byte

// filterOf hashes the name of a list and its parameters, of which limit and cursor must have been taken out.
func filterOf(list string, parameters any) listFilter {
	text, err := json.Marshal(parameters)
	if err != nil {
		panic(err) // a struct of texts, flags and instants
	}
	hash := sha256.Sum256(append([]byte(list), text...))
	return listFilter(hash[:filterHashSize])
}

// next is the cursor behind a position; nil when the list has ended.
func (f listFilter) next(position timer.Position) *string {
	if position == (timer.Position{}) {
		return nil
	}
	id := uuid.MustParse(position.ID)
	raw := make([]byte, 0, cursorSize)
	raw = append(raw, cursorVersion)
	raw = binary.BigEndian.AppendUint64(raw, uint64(position.At.UnixMilli()))
	raw = append(raw, id[:]...)
	raw = append(raw, f[:]...)
	text := base64.RawURLEncoding.EncodeToString(raw)
	return &text
}

// position reads a cursor of the same list and filter; nil is the list's start.
func (f listFilter) position(cursor *string) (timer.Position, error) {
	if cursor == nil {
		return timer.Position{}, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(*cursor)
	if err != nil || len(*cursor) != base64.RawURLEncoding.EncodedLen(cursorSize) || len(raw) != cursorSize || raw[0] != cursorVersion || listFilter(raw[25:]) != f {
		return timer.Position{}, errs.New(errs.Malformed, "cursor_invalid",
			"This cursor does not belong to this list. Begin again without one.").
			WithField("cursor", "invalid", "must come from the page before, with the same parameters")
	}
	return timer.Position{
		At: time.UnixMilli(int64(binary.BigEndian.Uint64(raw[1:9]))).UTC(),
		ID: uuid.UUID(raw[9:25]).String(),
	}, nil
}
