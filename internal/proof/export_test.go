package proof_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/personal"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
)

func (s *sealed) export() string {
	s.t.Helper()
	var out bytes.Buffer
	if err := s.proof.Export(s.t.Context(), s.ada, &out); err != nil {
		s.t.Fatal(err)
	}
	return out.String()
}

// TestExport verifies an export as the database.
func TestExport(t *testing.T) {
	s := newSealed(t)
	raw := s.note("no UTF-8: \xff, and <b>\u2028")
	s.seal()
	s.Clock.Add(time.Minute)
	s.note("Waits")
	text := s.export()
	var links []proof.Sealed
	header, report, err := proof.VerifyExport(strings.NewReader(text), func(l proof.Sealed) { links = append(links, l) })
	if err != nil {
		t.Fatal(err)
	}
	if header.Tenant != s.ada.Tenant.ID || header.Name != "Contoso" || !header.ExportedAt.Equal(s.Clock.Now()) {
		t.Errorf("the header is %+v", header)
	}
	if want := s.holds(); report != want {
		t.Errorf("the export says %+v, the database %+v", report, want)
	}
	if int64(len(links)) != report.Links || links[len(links)-1].Link.RowID != ids.Any(raw.ID) {
		t.Errorf("%d links were read", len(links))
	}
	if err := s.proof.Export(t.Context(), s.Join(t, s.ada, "Bob"), new(bytes.Buffer)); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a user exports it: %v", err)
	}
}

// TestTamperedExport changes each line of an export, and the lines' order.
func TestTamperedExport(t *testing.T) {
	s := newSealed(t)
	s.Clock.Add(time.Minute)
	s.note("Waits")
	lines := strings.SplitAfter(strings.TrimSuffix(s.export(), "\n"), "\n")
	lines[len(lines)-1] += "\n"
	last := len(lines) - 1 // the end
	check := func(what string, changed []string, reason proof.Reason, seq int64) {
		t.Helper()
		_, report, err := proof.VerifyExport(strings.NewReader(strings.Join(changed, "")), nil)
		switch {
		case reason == "" && err == nil:
			t.Errorf("%s: it was read, with %v", what, report.Fault)
		case reason != "" && (err != nil || report.Fault == nil || report.Fault.Reason != reason || report.Fault.Seq != seq):
			t.Errorf("%s: %v, %v; want %s at %d", what, report.Fault, err, reason, seq)
		}
	}
	edit := func(line int, old, changed string) []string {
		t.Helper()
		edited := append([]string{}, lines...)
		if edited[line] = strings.Replace(lines[line], old, changed, 1); edited[line] == lines[line] {
			t.Fatalf("%q is not in %s", old, lines[line])
		}
		return edited
	}
	swapped := append([]string{}, lines...)
	swapped[4], swapped[5] = swapped[5], swapped[4]
	without := append(append([]string{}, lines[:4]...), lines[5:]...)
	fewer := append([]string{}, without...)
	fewer[last-1] = strings.Replace(fewer[last-1], fmt.Sprint(events+1), fmt.Sprint(events), 1)
	twice := append(append(append([]string{}, lines[:5]...), lines[4]), lines[5:]...)
	twice[last+1] = strings.Replace(twice[last+1], fmt.Sprint(events+1), fmt.Sprint(events+2), 1)

	check("a text", edit(4, "Project 2", "Project 7"), proof.RowAltered, 4)
	check("a field's name", edit(4, "target_name", "target_nome"), proof.RowAltered, 4)
	check("a field's type", edit(4, `"text","tenant_changed"`, `"text_hex","00"`), proof.RowAltered, 4)
	check("a link's time", edit(4, `"sealed_at":1`, `"sealed_at":2`), proof.LinkAltered, 4)
	check("a link's kind", edit(4, `"audit_event"`, `"adjustment"`), proof.LinkAltered, 4)
	check("a salt", edit(4, `"salt":`, `"erased_by":5,"salt":`), proof.SaltMissing, 4)
	check("the row", edit(4, `"row":{`, `"row":null,"unknown":{`), "", 0)
	check("a kind for a terminal", edit(4, `"audit_event"`, `"\u001b[2J"`), "", 0)
	check("a kind of a later program", edit(4, `"audit_event"`, `"later_kind"`), proof.LinkAltered, 4)
	check("an order", swapped, proof.LinkReordered, 4)
	check("a line less", without, "", 0)
	check("a line less, also at the end", fewer, proof.LinkRemoved, 4)
	check("a line twice", twice, proof.LinkInserted, 4)
	check("no end", lines[:last], "", 0)
	check("no header", lines[1:], "", 0)
	check("something after the end", append(append([]string{}, lines...), "{}"), "", 0)
	check("a link after the others", append(append(append([]string{}, lines[:last]...), lines[4]), lines[last]), "", 0)
	check("half a line", append(append([]string{}, lines[:4]...), lines[4][:100]), "", 0)
	check("another version", edit(0, `"version":1`, `"version":2`), "", 0)
	check("other fields before the row's", edit(4, `"row":{`, `"row":{"public":[],`), "", 0)
	check("another row before it", edit(4, `"row":{`, `"ROW":{"public":[],"personal":[]},"row":{`), "", 0)
	check("another end before it", edit(last, `"end":{`, `"end":{"links":0,"unsealed":0},"end":{`), "", 0)
	check("another name before the tenant's", edit(0, `"tenant":`, `"tenant":"Fabrikam","tenant":`), "", 0)
	check("another name, by a letter that is folded", edit(4, `"personal":`, `"per\u017fonal":[],"personal":`), "", 0)
	check("two values in a line", edit(4, "}\n", "} {}\n"), "", 0)
	check("an empty line", edit(4, "}\n", "}\n\n"), "", 0)
	check("another tenant", edit(0, s.ada.Tenant.ID.String(), ids.New[ids.Tenant]().String()), proof.LinkAltered, 1)
	check("an unsealed row in the past", edit(last-1, `"row_at":1`, `"row_at":-1`), proof.RowInserted, 0)
}

// TestWithheldRows takes rows out of an export in the name of a restriction.
func TestWithheldRows(t *testing.T) {
	s := newSealed(t)
	s.Clock.Add(time.Minute)
	if text := s.export(); strings.Contains(text, "withheld") || strings.Contains(text, "left_out") {
		t.Error("something is left out, although nobody is restricted")
	}
	ben := s.Join(t, s.ada, "Ben")
	s.seal()
	s.Clock.Add(time.Minute)
	s.tx(func(ctx context.Context) error {
		return s.Store.InsertAudit(ctx, s.ada.Tenant.ID, audit.NewEvent(s.ada.User.Actor(), audit.RoleChanged, audit.Target{
			Kind: audit.TargetUser, ID: ids.Any(ben.User.ID), Name: "Ben",
		}, s.Clock.Now()))
	})
	s.tx(func(ctx context.Context) error {
		return s.Store.SavePrivacyChoices(ctx, s.ada.Tenant.ID, ben.User.ID, privacy.Choices{RestrictedAt: s.Clock.Now(), Revision: 1})
	})
	text := s.export()
	check := func(what, old, changed, fault string) {
		t.Helper()
		if !strings.Contains(text, old) {
			t.Fatalf("%s: %q is not in the export:\n%s", what, old, text)
		}
		_, report, err := proof.VerifyExport(strings.NewReader(strings.Replace(text, old, changed, 1)), nil)
		switch {
		case fault != "" && (err == nil || !strings.Contains(err.Error(), fault)):
			t.Errorf("%s: %v; want %q", what, err, fault)
		case fault == "" && (err != nil || report.Fault != nil || report.Withheld != 2 || report.Unsealed != 1):
			t.Errorf("%s: %+v, %v", what, report, err)
		}
	}
	check("as it is", "", "", "")
	check("nobody is left out", `"left_out":1`, `"left_out":0`, "nobody is")
	check("with a salt", `"withheld":true`, `"withheld":true,"salt":"`+strings.Repeat("0", 64)+`"`, "a line must be")
	check("with a row", `"withheld":true}`, `"withheld":true},"row":{"public":[],"personal":[]}`, "a line must be")
	check("a row that waits, and isn't there", `,"withheld":true}}`+"\n"+`{"end"`, `}}`+"\n"+`{"end"`, "a line must be")
	withheld := 0
	for line := range strings.Lines(text) {
		if !strings.Contains(line, `"withheld":true`) {
			continue
		}
		withheld++
		for _, kind := range []proof.Kind{proof.BillingRecord, proof.Erasure, "later_kind"} {
			check(string(kind), line, strings.Replace(line, `"audit_event"`, `"`+string(kind)+`"`, 1), "a line must be")
		}
	}
	if withheld != 2 {
		t.Errorf("%d rows are withheld", withheld)
	}
	if strings.Contains(text, "Ben") || strings.Contains(text, hex.EncodeToString(ben.User.ID[:])) {
		t.Errorf("Ben is in it:\n%s", text)
	}
}

// TestInsertedLink has somebody insert a link that follows from the one before.
func TestInsertedLink(t *testing.T) {
	s := newSealed(t)
	var links []proof.Sealed
	if _, _, err := proof.VerifyExport(strings.NewReader(s.export()), func(l proof.Sealed) { links = append(links, l) }); err != nil {
		t.Fatal(err)
	}
	for at := range links {
		v := proof.NewVerifier(s.ada.Tenant.ID)
		for i, l := range links {
			if i == at {
				var previous proof.Hash
				if i > 0 {
					previous = links[i-1].Link.Hash
				}
				forged := proof.Forge(t, s.ada.Tenant.ID, previous, l)
				if err := v.Link(forged); err != nil {
					t.Fatal(err)
				}
			}
			if i >= at {
				l.Link.Seq++
			}
			if err := v.Link(l); err != nil {
				t.Fatal(err)
			}
		}
		if fault := v.Report().Fault; fault == nil || fault.Reason != proof.LinkInserted || fault.Seq != int64(at)+1 {
			t.Errorf("inserted as %d: %v", at+1, fault)
		}
	}
}

// TestErasureDuringExport erases somebody while the chain is read.
func TestErasureDuringExport(t *testing.T) {
	s := newSealed(t)
	store := &erasing{Store: s.Store, erase: func() {
		s.tx(func(ctx context.Context) error {
			return s.proof.ErasePerson(ctx, s.ada.Tenant.ID, personal.Subject{User: s.ada.User.ID})
		})
	}}
	reader := proof.NewService(store, s.Clock.Now)
	report, err := reader.Verify(t.Context(), s.ada.Tenant.ID)
	if err != nil || report.Fault != nil || report.Erased == 0 {
		t.Errorf("somebody was erased meanwhile: %+v, %v", report, err)
	}
	store.again = true
	if err := reader.Export(t.Context(), s.ada, new(bytes.Buffer)); errs.CodeOf(err) != "chain_changed" {
		t.Errorf("somebody was erased during the export: %v", err)
	}
}

// erasing is a store that erases somebody after the links were read.
type erasing struct {
	proof.Store
	erase func()
	again bool
	done  bool
}

func (e *erasing) Links(ctx context.Context, id ids.Tenant, after, until int64, limit int) ([]proof.LinkedRow, error) {
	links, err := e.Store.Links(ctx, id, after, until, limit)
	if !e.done {
		e.done = true
		e.erase()
	}
	return links, err
}

func (e *erasing) EndingsAfter(ctx context.Context, id ids.Tenant, seq int64) (bool, error) {
	if e.again {
		return true, nil
	}
	return e.Store.EndingsAfter(ctx, id, seq)
}

// TestEveryByteCounts changes a byte of an export, again and again. What is read then is what it was, or is told.
func TestEveryByteCounts(t *testing.T) {
	s := newSealed(t)
	text := s.export()
	var original []proof.Sealed
	if _, _, err := proof.VerifyExport(strings.NewReader(text), func(l proof.Sealed) { original = append(original, l) }); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	told := 0
	for range 800 {
		changed := []byte(text)
		at := random.IntN(len(changed))
		changed[at] ^= byte(1 + random.IntN(255))
		var links []proof.Sealed
		_, report, err := proof.VerifyExport(bytes.NewReader(changed), func(l proof.Sealed) { links = append(links, l) })
		if err != nil || report.Fault != nil {
			told++
			continue
		}
		if diff := cmp.Diff(original, links); diff != "" {
			t.Errorf("byte %d became %q, which was not told:\n%s", at, changed[at], diff)
		}
	}
	if told < 600 {
		t.Errorf("only %d changes were told", told)
	}
}

// FuzzExport reads any file. What holds has been read.
func FuzzExport(f *testing.F) {
	f.Add([]byte(`{"format":"timetracker-chain","version":1,"tenant_id":"0193a5b0-0000-7000-8000-000000000001","tenant":"","exported_at":"2026-11-29T00:00:00Z"}
{"end":{"links":0,"unsealed":0}}
`))
	zeros := strings.Repeat("0", 64)
	f.Add([]byte(`{"format":"timetracker-chain","version":1,"tenant_id":"0193a5b0-0000-7000-8000-000000000001","tenant":"","exported_at":"2026-11-29T00:00:00Z"}
{"link":{"seq":1,"kind":"audit_event","row_id":"0193a5b0-0000-7000-8000-000000000001","row_at":1,"sealed_at":1,"public":"` + zeros +
		`","commitment":"` + zeros + `","hash":"` + zeros + `"},"row":{"public":[["a","text","b"],["c","null"]],"personal":[["d","integer",1],["e","bytes","00"]]}}
{"unsealed":{"kind":"adjustment","row_id":"0193a5b0-0000-7000-8000-000000000001","row_at":1},"row":{"public":[],"personal":[]}}
{"end":{"links":1,"unsealed":1}}
`))
	f.Fuzz(func(t *testing.T, text []byte) {
		links := int64(0)
		_, report, err := proof.VerifyExport(bytes.NewReader(text), func(proof.Sealed) { links++ })
		if err == nil && (report.Links > links || (report.Fault == nil && report.Links != links)) {
			t.Errorf("%d of %d links hold, with %v", report.Links, links, report.Fault)
		}
	})
}
