package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"

	"timetracker/internal/ids"
)

// Everything that is hashed begins with what it is and the version of its encoding, so that no hash can be taken for another.
const (
	publicTag   = "timetracker/proof/1/public"
	personalTag = "timetracker/proof/1/personal"
	linkTag     = "timetracker/proof/1/link"
	namedTag    = "timetracker/proof/1/named"
)

// The types of values in a hash.
const (
	typeNull byte = iota
	typeInteger
	typeText
	typeBytes
)

// Hash is a SHA-256.
type Hash [sha256.Size]byte

// String writes it in hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads what String writes.
func ParseHash(text string) (h Hash, err error) {
	bytes, err := hex.DecodeString(text)
	if err != nil || len(bytes) != len(h) {
		return Hash{}, errors.New("a hash has 64 hexadecimal digits")
	}
	return Hash(bytes), nil
}

// encoder hashes parts, each with its length before it.
type encoder struct{ hash hash.Hash }

func newEncoder(tag string) encoder {
	e := encoder{sha256.New()}
	e.bytes([]byte(tag))
	return e
}

func (e encoder) bytes(part []byte) {
	e.integer(int64(len(part)))
	e.hash.Write(part)
}

func (e encoder) integer(number int64) {
	var bytes [8]byte
	binary.BigEndian.PutUint64(bytes[:], uint64(number)) // in two's complement
	e.hash.Write(bytes[:])
}

// fields hashes each field as its name, its type and its value.
func (e encoder) fields(fields []Field) error {
	e.integer(int64(len(fields)))
	for _, field := range fields {
		e.bytes([]byte(field.Name))
		switch value := field.Value.(type) {
		case nil:
			e.hash.Write([]byte{typeNull})
		case int64:
			e.hash.Write([]byte{typeInteger})
			e.integer(value)
		case string:
			e.hash.Write([]byte{typeText})
			e.bytes([]byte(value))
		case []byte:
			e.hash.Write([]byte{typeBytes})
			e.bytes(value)
		default:
			return fmt.Errorf("the field %s of a row can't be a %T", field.Name, value)
		}
	}
	return nil
}

func (e encoder) sum() Hash { return Hash(e.hash.Sum(nil)) }

// publicHash is Link.Public of public fields.
func publicHash(fields []Field) (Hash, error) {
	e := newEncoder(publicTag)
	err := e.fields(fields)
	return e.sum(), err
}

// commit is Link.Commitment to personal fields.
func commit(salt Salt, fields []Field) (Hash, error) {
	e := newEncoder(personalTag)
	e.bytes(salt[:])
	err := e.fields(fields)
	return e.sum(), err
}

// hashOf is Link.Hash of a link that follows another.
func hashOf(id ids.Tenant, previous Hash, l Link) Hash {
	e := newEncoder(linkTag)
	e.bytes(id[:])
	e.integer(l.Seq)
	e.bytes(previous[:])
	e.bytes([]byte(l.Kind))
	e.bytes(l.RowID[:])
	e.integer(l.RowAt.UnixMilli())
	e.integer(l.SealedAt.UnixMilli())
	e.bytes(l.Public[:])
	e.bytes(l.Commitment[:])
	return e.sum()
}

// named hashes the numbers of the links that name an erasure or a retention.
type named struct {
	encoder encoder
	count   int64
	first   int64
}

func newNamed() *named { return &named{encoder: newEncoder(namedTag)} }

func (n *named) add(seq int64) {
	if n.count == 0 {
		n.first = seq
	}
	n.count++
	n.encoder.integer(seq)
}

// fields are the public fields of a link that others name.
func (n *named) fields() []Field {
	sum := n.encoder.sum()
	return []Field{{"links", n.count}, {"named", sum[:]}}
}
