package privacy_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// whole is the export of a member's organization, by file.
func whole(t *testing.T, w *domaintest.World, m tenant.Member) map[string][]byte {
	t.Helper()
	must := func(failed ...error) {
		t.Helper()
		if err := errors.Join(failed...); err != nil {
			t.Fatal(err)
		}
	}
	var kept, packed bytes.Buffer
	must(privacy.NewExports(w.Store, w.Proof, w.Clock.Now).Collect(t.Context(), m, &kept))
	must(privacy.Pack(&packed, bytes.NewReader(kept.Bytes())))
	archive, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	must(err)
	files := map[string][]byte{}
	for _, file := range archive.File {
		in, err := file.Open()
		must(err)
		files[file.Name], err = io.ReadAll(in)
		must(err, in.Close())
	}
	return files
}

// An organization that leaves takes everything along, to the last column, and can show that nobody has altered it.
func TestTheExportOfAnOrganization(t *testing.T) {
	l := newLife(t)
	l.name()
	l.holds()
	l.Exec(t, `UPDATE privacy_choices SET restricted_at = NULL`)
	rows := l.rows(l.ada.Tenant.ID)
	files := whole(t, l.World, l.ada)
	readme := string(files["README.txt"])
	for _, c := range privacy.Schema() {
		content, there := files[c.Table+".json"]
		if !there {
			if !strings.Contains(readme, "\n"+c.Table+": ") {
				t.Errorf("%s is not there, and nothing says why", c.Table)
			}
			continue
		}
		var records []map[string]any
		if err := json.Unmarshal(content, &records); err != nil {
			t.Fatalf("%s: %v", c.Table, err)
		}
		table := strings.TrimPrefix(string(files[c.Table+".csv"]), "\ufeff")
		lines, err := csv.NewReader(strings.NewReader(table)).ReadAll()
		if err != nil || len(lines) != len(records)+1 || len(records) != rows[c.Table] {
			t.Errorf("%s has %d rows, %d in JSON and %d lines of CSV, %v", c.Table, rows[c.Table], len(records), len(lines), err)
		}
		for _, name := range c.Names {
			has := len(records) == 0
			if !has {
				_, has = records[0][name]
			}
			if !has && !strings.Contains(readme, "\n"+c.Table+"."+name+": ") {
				t.Errorf("%s.%s is not there, and nothing says why", c.Table, name)
			}
		}
	}
	header, report, err := proof.VerifyExport(bytes.NewReader(files["chain.jsonl"]), nil)
	if err != nil || report.Fault != nil || report.Links == 0 || header.Tenant != l.ada.Tenant.ID {
		t.Errorf("the chain within: %+v, %v", report, err)
	}
	l.spelled(files)
	err = privacy.NewExports(l.Store, l.Proof, l.Clock.Now).Collect(t.Context(), l.linus, io.Discard)
	refused(t, err, errs.Forbidden, "role_required")
}

// spelled looks whether values are written for people.
func (l *life) spelled(files map[string][]byte) {
	l.t.Helper()
	for file, want := range map[string]string{
		"time_entries.json":   `"source": "timer"`,
		"users.csv":           graceName,
		"timesheets.json":     `"first_day": "2026-`,
		"tenants.json":        l.ada.Tenant.DirectoryID.String(),
		"timer_events.json":   `"event_type": "started"`,
		"billing_records.csv": graceAddress,
	} {
		if !bytes.Contains(files[file], []byte(want)) {
			l.t.Errorf("%s lacks %q in\n%.400s", file, want, files[file])
		}
	}
}

// Whoever is restricted is in no file of the organization's, and the chain of what is there holds without the product.
func TestTheExportLacksTheRestricted(t *testing.T) {
	o := newOffice(t)
	seal := func() {
		t.Helper()
		o.Clock.Add(2 * time.Hour)
		o.must(o.Proof.SealAll(t.Context()))
	}
	seal()
	_, err := o.Timers.Change(t.Context(), o.ada, o.entry, 2, timer.Patch{Details: timer.Details{Note: new("Waits")}, Reason: "For a link"})
	o.must(err)
	if files := whole(t, o.World, o.ada); len(naming(files, o.ben.User.ID, o.entry)) < 5 || bytes.Contains(files["README.txt"], []byte("NOT ALL")) {
		t.Fatalf("Ben is in %v", naming(files, o.ben.User.ID, o.entry))
	}
	asked, _ := ask(t, o.World, o.ben, privacy.RightRestriction, "")
	granted, err := o.Requests.Decide(t.Context(), o.ada, asked.ID, asked.Revision, privacy.Decision{Grant: true})
	o.must(err)
	files := whole(t, o.World, o.ada)
	if found := naming(files, o.ben.User.ID, o.entry); len(found) > 0 {
		t.Errorf("Ben is restricted, and in %v", found)
	}
	if found := naming(files, o.cleo.User.ID, o.entry); len(found) < 5 {
		t.Errorf("Cleo is only in %v", found)
	}
	if !bytes.Contains(files["README.txt"], []byte("THIS IS NOT ALL. People who are left out, since they restrict the use of their data: 1.")) {
		t.Errorf("nothing says so:\n%.900s", files["README.txt"])
	}
	header, exported, err := proof.VerifyExport(bytes.NewReader(files["chain.jsonl"]), nil)
	if err != nil || exported.Fault != nil || exported.Withheld == 0 || header.LeftOut != 1 {
		t.Errorf("the chain within: %+v, %+v, %v", header, exported, err)
	}
	held, err := o.Proof.Verify(t.Context(), o.ada.Tenant.ID)
	if exported.Withheld = 0; err != nil || exported != held {
		t.Errorf("the export's chain is %+v, the database's %+v, %v", exported, held, err)
	}
	_, err = o.Requests.Complete(t.Context(), o.ada, asked.ID, granted.Revision, "The dispute is settled.")
	o.must(err)
	if files := whole(t, o.World, o.ada); len(naming(files, o.ben.User.ID, o.entry)) < 5 {
		t.Error("the restriction has ended, and Ben isn't there")
	}
}

// naming are the files that have the id of a person or of an entry, as a table or as a chain writes it.
func naming(files map[string][]byte, user ids.User, entry ids.Entry) (names []string) {
	for name, content := range files {
		for _, id := range []ids.Any{ids.Any(user), ids.Any(entry)} {
			if bytes.Contains(content, []byte(id.String())) || bytes.Contains(content, []byte(hex.EncodeToString(id[:]))) {
				names = append(names, name)
				break
			}
		}
	}
	return names
}
