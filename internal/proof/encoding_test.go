package proof

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
	"time"

	"timetracker/internal/ids"
)

// vectors are docs/proof-vectors.json, which another implementation of docs/proof.md has made.
type vectors struct {
	Tenant string
	Fields []struct {
		What, Salt, Public, Commitment string
		Fields                         [][]any
	}
	Links []struct {
		Seq        int64
		Kind       Kind
		Row        string `json:"row_id"`
		RowAt      int64  `json:"row_at"`
		SealedAt   int64  `json:"sealed_at"`
		Public     string
		Commitment string
		Hash       string
	}
	Named []struct {
		Links []int64
		Hash  string
	}
}

func unhex[T ~[16]byte | ~[32]byte](t *testing.T, text string) (value T) {
	t.Helper()
	decoded, err := hex.DecodeString(text)
	if err != nil || len(decoded) != len(value) {
		t.Fatalf("%q has not the right length: %v", text, err)
	}
	for i, b := range decoded {
		value[i] = b
	}
	return value
}

func TestVectors(t *testing.T) {
	text, err := os.ReadFile("../../docs/proof-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	if len(v.Fields) == 0 || len(v.Links) == 0 || len(v.Named) == 0 {
		t.Fatal("there are no vectors")
	}
	for _, c := range v.Fields {
		var fields []Field
		for _, f := range c.Fields {
			fields = append(fields, fieldOf(t, f))
		}
		public, publicErr := publicHash(fields)
		commitment, err := commit(unhex[Salt](t, c.Salt), fields)
		if publicErr != nil || err != nil || public.String() != c.Public || commitment.String() != c.Commitment {
			t.Errorf("%s: public %s, commitment %s, %v, %v", c.What, public, commitment, publicErr, err)
		}
	}
	var previous Hash
	for _, c := range v.Links {
		l := Link{
			Seq: c.Seq, Kind: c.Kind, RowID: unhex[ids.Any](t, c.Row), RowAt: time.UnixMilli(c.RowAt), SealedAt: time.UnixMilli(c.SealedAt),
			Public: unhex[Hash](t, c.Public), Commitment: unhex[Hash](t, c.Commitment),
		}
		if previous = hashOf(unhex[ids.Tenant](t, v.Tenant), previous, l); previous.String() != c.Hash {
			t.Errorf("link %d: hash %s", c.Seq, previous)
		}
	}
	for _, c := range v.Named {
		names := newNamed()
		for _, seq := range c.Links {
			names.add(seq)
		}
		if sum := names.encoder.sum(); sum.String() != c.Hash {
			t.Errorf("named %v: %s", c.Links, sum)
		}
	}
}

func fieldOf(t *testing.T, parts []any) Field {
	t.Helper()
	field := Field{Name: parts[0].(string)}
	switch parts[1] {
	case "integer":
		number, err := parts[2].(json.Number).Int64()
		if err != nil {
			t.Fatal(err)
		}
		field.Value = number
	case "text":
		field.Value = parts[2]
	case "bytes":
		decoded, err := hex.DecodeString(parts[2].(string))
		if err != nil {
			t.Fatal(err)
		}
		field.Value = decoded
	}
	return field
}

// TestNoOtherValues refuses what would be hashed by chance.
func TestNoOtherValues(t *testing.T) {
	for _, value := range []any{1, 1.5, true, time.Time{}, []string{"a"}} {
		if _, err := publicHash([]Field{{"a", value}}); err == nil {
			t.Errorf("%v was hashed", value)
		}
		if _, err := commit(Salt{}, []Field{{"a", value}}); err == nil {
			t.Errorf("%v was committed to", value)
		}
	}
}
