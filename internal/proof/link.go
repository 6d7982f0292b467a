package proof

import (
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"

	"timetracker/internal/ids"
)

// Salt is random. Nobody can guess one, so that nobody can try what a commitment is of.
type Salt [32]byte

// Link seals a row, or says that other links have lost something.
type Link struct {
	Seq        int64 // from 1, without a gap
	Kind       Kind
	RowID      ids.Any // of Erasure: the person's
	RowAt      time.Time
	SealedAt   time.Time
	Public     Hash  // of the row's public fields
	Commitment Hash  // to its personal fields
	Salt       *Salt // of the commitment; nil once it is removed
	ErasedBy   int64 // the number of the erasure that has removed the salt; 0: none has
	ExpiredBy  int64 // the number of the retention that has removed it, and maybe the row; 0: none has
	Hash       Hash  // of all above but the last three, and of the link before
}

// Head names a link by its number and its hash. Whoever has kept one can tell whether the chain up to it is what it was.
type Head struct {
	Seq  int64
	Hash Hash
}

// String writes it as 42:9f86…, and an empty chain's as an empty text.
func (h Head) String() string {
	if h.Seq == 0 {
		return ""
	}
	return strconv.FormatInt(h.Seq, 10) + ":" + h.Hash.String()
}

// ParseHead reads what String writes of a link.
func ParseHead(text string) (Head, error) {
	number, digits, _ := strings.Cut(text, ":")
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil || seq < 1 || strconv.FormatInt(seq, 10) != number {
		return Head{}, fmt.Errorf("%q is no head: it must be a number, a colon, and 64 hexadecimal digits", text)
	}
	hash, err := ParseHash(digits)
	if err != nil {
		return Head{}, fmt.Errorf("%q is no head: %w", text, err)
	}
	return Head{seq, hash}, nil
}

// head names the link.
func (l Link) head() Head { return Head{l.Seq, l.Hash} }

// chain adds links to the end of a tenant's chain.
type chain struct {
	tenant   ids.Tenant
	head     Head
	sealedAt time.Time // of the last link
}

// seal makes the link of a row.
func (c *chain) seal(r Row, now time.Time) (Link, error) {
	fields := r.fields()
	return c.add(Link{Kind: r.Kind, RowID: r.ID, RowAt: r.At}, fields, now)
}

// end makes the link that others name.
func (c *chain) end(kind Kind, id ids.Any, at time.Time, names *named, now time.Time) (Link, error) {
	return c.add(Link{Kind: kind, RowID: id, RowAt: at}, Fields{Public: names.fields()}, now)
}

func (c *chain) add(l Link, fields Fields, now time.Time) (_ Link, err error) {
	l.Seq = c.head.Seq + 1
	l.SealedAt = now.UTC().Truncate(time.Millisecond)
	if l.SealedAt.Before(c.sealedAt) { // the clock of another replica is ahead
		l.SealedAt = c.sealedAt
	}
	l.Salt = new(Salt)
	if _, err := rand.Read(l.Salt[:]); err != nil {
		return Link{}, err
	}
	if l.Public, err = publicHash(fields.Public); err != nil {
		return Link{}, err
	}
	if l.Commitment, err = commit(*l.Salt, fields.Personal); err != nil {
		return Link{}, err
	}
	l.Hash = hashOf(c.tenant, c.head.Hash, l)
	c.head, c.sealedAt = l.head(), l.SealedAt
	return l, nil
}
