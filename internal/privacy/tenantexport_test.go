package privacy_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"timetracker/internal/errs"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
)

// whole is the export of the life's organization, by file.
func (l *life) whole() map[string][]byte {
	l.t.Helper()
	var kept, packed bytes.Buffer
	l.must(privacy.NewExports(l.Store, l.Proof, l.Clock.Now).Collect(l.t.Context(), l.ada, &kept))
	l.must(privacy.Pack(&packed, bytes.NewReader(kept.Bytes())))
	archive, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	l.must(err)
	files := map[string][]byte{}
	for _, file := range archive.File {
		in, err := file.Open()
		l.must(err)
		files[file.Name], err = io.ReadAll(in)
		l.must(err, in.Close())
	}
	return files
}

// An organization that leaves takes everything along, to the last column, and can show that nobody has altered it.
func TestTheExportOfAnOrganization(t *testing.T) {
	l := newLife(t)
	l.name()
	l.holds()
	rows := l.rows(l.ada.Tenant.ID)
	files := l.whole()
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
