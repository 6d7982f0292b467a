package ids_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"timetracker/internal/ids"
)

func TestNewSortsByTime(t *testing.T) {
	last := ids.New[ids.Entry]()
	for range 10_000 {
		next := ids.New[ids.Entry]()
		if last.Compare(next) >= 0 || last.String() >= next.String() {
			t.Fatalf("%s comes before %s", next, last)
		}
		if uuid.UUID(next).Version() != 7 {
			t.Fatalf("%s is no UUIDv7", next)
		}
		last = next
	}
}

func TestParse(t *testing.T) {
	const text = "0193a5b0-1234-7abc-8def-00000000000a"
	for _, good := range []string{text, "0193A5B0-1234-7ABC-8DEF-00000000000A"} {
		if id, err := ids.Parse[ids.User](good); err != nil || id.String() != text {
			t.Errorf("%q is read as %s (%v)", good, id, err)
		}
	}
	for _, bad := range []string{
		"", "0193a5b0", "{0193a5b0-1234-7abc-8def-00000000000a}", "urn:uuid:" + text, "0193a5b012347abc8def00000000000a",
		"0193a5b0-1234-7abc-8def-00000000000g", " " + text[1:], text + "\n",
	} {
		if id, err := ids.Parse[ids.User](bad); err == nil {
			t.Errorf("%q is read as %s", bad, id)
		}
	}
}

func TestTextAndDatabase(t *testing.T) {
	type row struct {
		ID   ids.Tenant
		None ids.Tenant
	}
	want := row{ID: ids.New[ids.Tenant]()}
	written, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got row
	if err := json.Unmarshal(written, &got); err != nil || got != want {
		t.Errorf("%s is read as %+v (%v)", written, got, err)
	}
	for _, id := range []ids.Tenant{want.ID, {}} {
		value, err := id.Value()
		if err != nil || (len(value.([]byte)) == 0) != id.IsZero() {
			t.Errorf("%s is stored as %v (%v)", id, value, err)
		}
		read := ids.New[ids.Tenant]()
		if err := read.Scan(value); err != nil || read != id {
			t.Errorf("%s is read back as %s (%v)", id, read, err)
		}
	}
	for _, bad := range []any{int64(1), "x", []byte("short"), make([]byte, 17)} {
		if err := new(ids.Tenant).Scan(bad); err == nil {
			t.Errorf("%v is taken for an id", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("0193a5b0-1234-7abc-8def-00000000000a")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ids.Parse[ids.Any](text)
		if err != nil || id.IsZero() {
			return
		}
		if again, err := ids.Parse[ids.Any](id.String()); err != nil || again != id {
			t.Errorf("%q is %s, which is read as %s (%v)", text, id, again, err)
		}
	})
}
