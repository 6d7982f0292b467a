package privacy_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/personal"
	"timetracker/internal/privacy"
	"timetracker/internal/timer"
)

// download is what is held about a user, as the ZIP has it.
type download struct {
	files map[string]string
	sets  map[string][]map[string]any // the JSON
}

func (l *life) download(user ids.User) download {
	l.t.Helper()
	var kept, packed bytes.Buffer
	l.must(l.Privacy.Collect(l.t.Context(), l.ada.Tenant.ID, user, &kept), privacy.Pack(&packed, bytes.NewReader(kept.Bytes())))
	in, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	l.must(err)
	d := download{files: map[string]string{}, sets: map[string][]map[string]any{}}
	for _, file := range in.File {
		opened, err := file.Open()
		l.must(err)
		content, err := io.ReadAll(opened)
		l.must(err)
		d.files[file.Name] = string(content)
		if name, ok := strings.CutSuffix(file.Name, ".json"); ok {
			var rows []map[string]any
			l.must(json.Unmarshal(content, &rows))
			d.sets[name] = rows
		}
	}
	return d
}

// Whoever asks for their data must get all of it: each column that is promised, in the set that is promised.
func TestADownloadHasEveryColumnThatIsPromised(t *testing.T) {
	l := newLife(t)
	downloads := []download{l.download(l.grace.User.ID), l.download(l.rita), l.download(l.ada.User.ID)}
	for _, c := range privacy.Schema() {
		if c.Export == "" {
			continue
		}
		first, field, renamed := strings.Cut(c.Export, ".")
		for _, where := range places(first, c.Also, c.Names) {
			name, column := where[0], where[1]
			if !renamed {
				field = column
			}
			found := slices.ContainsFunc(downloads, func(d download) bool {
				return slices.ContainsFunc(d.sets[name], func(row map[string]any) bool {
					value, ok := row[field]
					return ok && value != nil
				})
			})
			if !found {
				t.Errorf("%s.%s is in no record of %s, as %s", c.Table, column, name, field)
			}
		}
	}
}

// The two forms must say the same, and the readme must name every set.
func TestTheFilesOfADownloadSayTheSame(t *testing.T) {
	l := newLife(t)
	d := l.download(l.grace.User.ID)
	if len(d.sets) < 20 {
		t.Fatalf("only %d record sets", len(d.sets))
	}
	for name, rows := range d.sets {
		text := d.files[name+".csv"]
		records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(records) != len(rows)+1 {
			t.Errorf("%s has %d records as CSV and %d as JSON", name, len(records)-1, len(rows))
			continue
		}
		for i, row := range rows {
			for j, field := range records[0] {
				value, ok := row[field]
				if !ok {
					t.Errorf("%s.json has no %s", name, field)
				}
				if text, isText := value.(string); isText && strings.TrimPrefix(records[i+1][j], "'") != text {
					t.Errorf("%s.%s is %q as CSV and %q as JSON", name, field, records[i+1][j], text)
				}
				if value == nil && records[i+1][j] != "" {
					t.Errorf("%s.%s is %q as CSV and nothing as JSON", name, field, records[i+1][j])
				}
			}
		}
		if !strings.Contains(d.files["README.txt"], fmt.Sprintf("%s.json, %s.csv: %d records", name, name, len(rows))) {
			t.Errorf("the readme doesn't name %s with its %d records", name, len(rows))
		}
	}
}

// places are the record sets that have columns, each with each column.
func places(first, also string, columns []string) (all [][2]string) {
	for _, set := range []string{first, also} {
		for _, column := range columns {
			if set != "" {
				all = append(all, [2]string{set, column})
			}
		}
	}
	return all
}

// Whatever the ZIP has, its readme and the list of what is held say what it is, what for, and for how long.
func TestEveryRecordSetIsHeldForSomething(t *testing.T) {
	l := newLife(t)
	d := l.download(l.grace.User.ID)
	sections := map[string]string{}
	for section := range strings.SplitSeq(d.files["README.txt"], "\r\n\r\n") {
		name, _, _ := strings.Cut(section, ".json, ")
		sections[name] = section
	}
	listed := map[string]bool{}
	for _, h := range privacy.Held() {
		listed[h.RecordSet] = true
		if d.sets[h.RecordSet] == nil {
			t.Errorf("%s is held, and not in the ZIP", h.RecordSet)
		}
		if h.Class == "" || h.Purpose == "" || h.Retention == "" || h.Erasure == "" {
			t.Errorf("%s is held as %+v", h.RecordSet, h)
		}
		for _, field := range h.Fields {
			says := 0
			for line := range strings.SplitSeq(sections[h.RecordSet], "\r\n") {
				names, about, ok := strings.Cut(strings.TrimSpace(line), " (")
				if ok && slices.Contains(strings.Split(names, ", "), field) &&
					about == fmt.Sprintf("%s). For: %s. Kept: %s.", h.Class, h.Purpose, h.Retention) {
					says++
				}
			}
			header, _, _ := strings.Cut(strings.TrimPrefix(d.files[h.RecordSet+".csv"], "\ufeff"), "\r\n")
			if says != 1 || !slices.Contains(strings.Split(header, ","), field) {
				t.Errorf("the readme says %d times what %s of %s is; the file has %s", says, field, h.RecordSet, header)
			}
		}
	}
	for name := range d.sets {
		if !listed[name] {
			t.Errorf("%s is in the ZIP, and nothing says what for", name)
		}
	}
}

func TestWhatADownloadSaysOfTime(t *testing.T) {
	l := newLife(t)
	d := l.download(l.grace.User.ID)
	i := slices.IndexFunc(d.sets["time_entries"], func(row map[string]any) bool { return row["note"] == "=1+1 asked "+graceName })
	if i < 0 {
		t.Fatalf("the entry is missing in %v", d.sets["time_entries"])
	}
	for field, want := range map[string]any{
		"started_at": "2026-11-20T09:00:00.000Z", "stopped_at": "2026-11-20T10:30:00.000Z", "elapsed_ms": 5_400_000.0, "elapsed": "1:30:00",
		"project": "Payments", "organization": "contoso", "work_item": "101", "work_item_title": "Compiler of " + graceName, "voided_at": nil,
		"billable": true, "existing_hours": 1.5,
	} {
		if got := d.sets["time_entries"][i][field]; got != want {
			t.Errorf("%s is %v, want %v", field, got, want)
		}
	}
	if !strings.Contains(d.files["time_entries.csv"], ",'=1+1 asked") {
		t.Error("a spreadsheet would read the note as a formula")
	}
	changes := d.files["time_entry_changes.json"]
	for _, want := range []string{`"old_value": "102", "new_value": "103"`, `"changed_by": "Ada"`} {
		if !strings.Contains(changes, want) {
			t.Errorf("the history lacks %s:\n%s", want, changes)
		}
	}
}

// What is somebody else's must not come with it.
func TestADownloadHasNothingOfOthers(t *testing.T) {
	l := newLife(t)
	for name, content := range l.download(l.linus.User.ID).files {
		for _, others := range []string{"with a moth", "never happened", "as was answered", "=1+1 asked", l.grace.User.ObjectID.String(), l.ada.User.Email} {
			if strings.Contains(content, others) {
				t.Errorf("%s of Linus' has %q", name, others)
			}
		}
	}
}

// longLife is a store with very many entries of a person's, and nothing else that grows.
type longLife struct {
	privacy.Store
	entries int
	largest uint64 // the heap at its largest
}

func (s *longLife) Entries(_ context.Context, _ ids.Tenant, _ timer.EntryFilter, request page.Request) ([]timer.Entry, error) {
	var memory runtime.MemStats
	if s.entries%50_000 == 0 {
		runtime.GC()
		runtime.ReadMemStats(&memory)
		s.largest = max(s.largest, memory.HeapAlloc)
	}
	rows := make([]timer.Entry, min(request.Limit, s.entries))
	for i := range rows {
		s.entries--
		rows[i] = timer.Entry{ID: ids.New[ids.Entry](), Note: strings.Repeat("note ", 200), StartedAt: start, StoppedAt: start.Add(time.Hour)}
	}
	return rows, nil
}

var start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func (*longLife) Events(context.Context, ids.Tenant, audit.Filter, page.Request) ([]timer.Event, error) {
	return nil, nil
}

func (*longLife) ChangesOf(context.Context, ids.Tenant, []ids.Entry) ([]timer.Change, error) {
	return nil, nil
}

func (*longLife) ChangesElsewhere(context.Context, ids.Tenant, ids.User, personal.Key, int) ([]timer.Change, error) {
	return nil, nil
}

// counting counts the records that it takes.
type counting map[string]int

func (c counting) Set(name string, _ []personal.Column, each func(add personal.Add) error) error {
	return each(func(...any) error { c[name]++; return nil })
}

// A long life must not need more memory than a short one: 200,000 entries with notes of 1,000 letters are 200 MB.
func TestADownloadIsNotHeldInMemory(t *testing.T) {
	store, taken := &longLife{entries: 200_000}, counting{}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	err := timer.NewPersonal(store).ExportPerson(t.Context(), ids.New[ids.Tenant](), personal.Subject{}, taken)
	if err != nil || taken["time_entries"] != 200_000 {
		t.Fatalf("%v were taken: %v", taken, err)
	}
	if grown := int64(store.largest) - int64(before.HeapAlloc); grown > 20<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}
