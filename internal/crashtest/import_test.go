package crashtest

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"timetracker/internal/apptest"
	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/jobs"
	"timetracker/internal/page"
	"timetracker/internal/sqlstore"
	"timetracker/internal/sqlstore/enginetest"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// importedRows are of the file that is imported. Each is an hour of a person.
const importedRows = 2000

// importOptions say how a process works on imports.
type importOptions struct {
	URL   string // of the database
	Name  string // of the process
	Lease string // which it needs for that
	// Ahead is how far its clock is ahead of ours. A lease of a process that was killed has ended by its clock.
	Ahead time.Duration
}

// leaseTime is how long another process waits after one has died.
const leaseTime = time.Minute

// runImport works on imports as a replica does, until it is killed.
func runImport(ctx context.Context, o importOptions) error {
	store, _, err := openStore(ctx, o.URL)
	if err != nil {
		return err
	}
	defer store.Close()
	now := func() time.Time { return time.Now().Add(o.Ahead) }
	runner := jobs.Runner{
		Leases: store, Holder: o.Name, Now: now, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Observe: func(string, error) {},
	}
	fmt.Fprintln(os.Stdout, "ready")
	runner.Run(ctx, jobs.Job{Name: o.Lease, Every: 10 * time.Millisecond, Timeout: leaseTime, Run: imports(store, now).Work})
	return nil
}

func imports(store *sqlstore.Store, now func() time.Time) *importer.Service {
	work := workitem.NewService(store, nil, now)
	return importer.NewService(store, tenant.NewService(store, now, calendar.CheckZone), work, timer.NewService(store, work, now), now)
}

// importWatch is an import that other processes work on.
type importWatch struct {
	url     string
	store   *sqlstore.Store
	service *importer.Service
	admin   tenant.Member
	file    string
	started int // processes

	importer.Import              // as it was seen last
	all             []ids.Import // that there were
}

func newImportWatch(t *testing.T, url string) *importWatch {
	t.Helper()
	store, members, err := openStore(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	var file strings.Builder
	file.WriteString("id,user_email,started_at,stopped_at,project,work_item_id,note\n")
	first := time.Now().UTC().Truncate(time.Hour).AddDate(0, -1, 0)
	for row := range importedRows {
		start := first.Add(time.Duration(row/len(members)) * time.Hour)
		fmt.Fprintf(&file, "%d,%s,%s,%s,Payments,%d,row %d\n", row, members[row%len(members)].User.Email,
			start.Format(time.RFC3339), start.Add(time.Hour).Format(time.RFC3339), 1+row%70, row)
	}
	return &importWatch{url: url, store: store, service: imports(store, time.Now), admin: members[0], file: file.String()}
}

// worker is a process that works on imports while it has the lease.
type worker struct {
	*apptest.Process

	lease string
}

func (w *importWatch) worker(t *testing.T, lease string) worker {
	t.Helper()
	o := importOptions{URL: w.url, Name: strconv.Itoa(w.started), Lease: lease, Ahead: time.Duration(w.started) * (leaseTime + time.Second)}
	w.started++
	process := start(t, roleImport, o)
	process.AwaitLine(t, "ready")
	return worker{process, lease}
}

// upload sends the file, and has it looked at.
func (w *importWatch) upload(t *testing.T) {
	t.Helper()
	i, err := w.service.Begin(t.Context(), w.admin, importer.Options{FileName: "time.csv"})
	if err == nil {
		err = w.service.PutPart(t.Context(), w.admin, i.ID, 1, w.file)
	}
	if err == nil {
		i, err = w.service.Check(t.Context(), w.admin, i.ID, 1)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Import, w.all = i, append(w.all, i.ID)
}

// begin has the import run or undone.
func (w *importWatch) begin(
	t *testing.T, what func(context.Context, tenant.Member, ids.Import, int64) (importer.Import, error),
) {
	t.Helper()
	i, err := what(t.Context(), w.admin, w.ID, w.Revision)
	if err != nil {
		t.Fatal(err)
	}
	w.Import = i
}

// await waits until some rows are done in a state, or until the state has ended. What is done never becomes less.
func (w *importWatch) await(t *testing.T, state importer.State, rows int) (ended bool) {
	t.Helper()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	deadline := time.After(2 * time.Minute)
	for {
		seen, err := w.store.Import(t.Context(), w.admin.Tenant.ID, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		before, _ := w.Progress()
		w.Import = seen
		done, total := w.Progress()
		if w.State != state {
			return true
		}
		if done < before {
			t.Errorf("%s: %d of %d rows are done after %d", state, done, total, before)
		}
		if total > 0 && done >= rows {
			return false
		}
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("the import is %s with %d of %d rows", w.State, done, total)
		}
	}
}

// outlive kills workers in turn while the import is in a state. Each time another one takes over.
func (w *importWatch) outlive(t *testing.T, state, end importer.State, workers []worker) {
	t.Helper()
	const kills = 3
	for kill := range kills {
		if w.await(t, state, importedRows*(kill+1)/(kills+2)) {
			// Another worker has ended it while one was started.
			if kill == 0 || len(workers) == 1 {
				t.Fatalf("the import was %s before kill %d: the test has not tested", w.State, kill+1)
			}
			break
		}
		killed := &workers[kill%len(workers)]
		killed.Kill()
		w.check(t)
		*killed = w.worker(t, killed.lease)
	}
	if w.State == state {
		w.await(t, state, importedRows+1)
	}
	if w.State != end {
		t.Fatalf("the import is %s, want %s: %+v", w.State, end, w.Problem)
	}
	w.check(t)
}

// stored is everything that there is of imports.
type stored struct {
	imports []importer.Import
	rows    [][]importer.CheckedRow // of each
	entries []timer.Entry
	events  []timer.Event
	changes []timer.Change
}

// read reads everything between two steps of the import.
func (w *importWatch) read(t *testing.T) (found stored) {
	t.Helper()
	id, everything := w.admin.Tenant.ID, page.Request{Limit: 1_000_000}
	err := w.store.Tx(t.Context(), id, func(ctx context.Context) (err error) {
		found = stored{}
		for _, one := range w.all {
			i, err := w.store.LockImport(ctx, id, one)
			if err != nil {
				return err
			}
			rows, err := w.store.Rows(ctx, id, one, importer.RowFilter{}, 0, everything.Limit)
			if err != nil {
				return err
			}
			found.imports, found.rows = append(found.imports, i), append(found.rows, rows)
		}
		if found.entries, err = w.store.Entries(ctx, id, timer.EntryFilter{IncludeVoided: true}, everything); err != nil {
			return err
		}
		if found.events, err = w.store.Events(ctx, id, audit.Filter{}, everything); err != nil {
			return err
		}
		of := make([]ids.Entry, len(found.entries))
		for n, entry := range found.entries {
			of[n] = entry.ID
		}
		found.changes, err = w.store.ChangesOf(ctx, id, of)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// check holds what is stored against itself: the counts, the rows, their entries, and what log and history say of those.
// Nobody records anything else.
func (w *importWatch) check(t *testing.T) {
	t.Helper()
	found := w.read(t)
	entries, told := map[ids.Entry]timer.Entry{}, map[ids.Entry]string{}
	for _, entry := range found.entries {
		entries[entry.ID] = entry
	}
	// The clocks of the processes are minutes apart, so the times of two events are no order of them.
	slices.SortStableFunc(found.events, func(a, b timer.Event) int { return cmp.Compare(a.Type, b.Type) })
	for _, event := range found.events {
		told[event.EntryID] += string(event.Type) + " "
	}
	for _, change := range found.changes {
		told[change.EntryID] += string(change.Operation.Kind) + " " + change.Field + " "
	}
	for n, i := range found.imports {
		counts := map[importer.Outcome]int{}
		for at, row := range found.rows[n] {
			counts[row.Outcome]++
			if row.Number != at+2 { // the head is row 1
				t.Fatalf("row %d has the number %d", at+2, row.Number)
			}
			checkImported(t, row, entries[row.Entry], told[row.Entry])
			delete(entries, row.Entry)
		}
		if len(found.rows[n]) != i.Rows {
			t.Errorf("the import says that it has %d rows, and %d are there", i.Rows, len(found.rows[n]))
		}
		for _, outcome := range importer.Outcomes {
			if counts[outcome] != i.Counts[outcome] {
				t.Errorf("the import says that %d rows are %s, and %d are", i.Counts[outcome], outcome, counts[outcome])
			}
		}
	}
	if len(entries) > 0 {
		t.Errorf("%d entries are of no row, or of a row that has another one, too", len(entries))
	}
	if t.Failed() {
		t.FailNow()
	}
}

// checkImported holds a row against its entry, and what log and history tell of it.
func checkImported(t *testing.T, row importer.CheckedRow, entry timer.Entry, told string) {
	t.Helper()
	want, known := map[importer.Outcome]string{
		importer.New:     "",
		importer.Added:   "added import source ",
		importer.Removed: "added voided import source undo voided_at ",
	}[row.Outcome]
	switch {
	case !known || told != want:
		t.Fatalf("row %d is %s (%s), and of its entry is told: %s", row.Number, row.Outcome, row.Problem.Code, told)
	case row.Entry.IsZero():
		if row.Outcome != importer.New {
			t.Fatalf("row %d is %s and has no entry", row.Number, row.Outcome)
		}
	case entry.User.ID != row.Owner || !entry.StartedAt.Equal(row.StartedAt) || !entry.StoppedAt.Equal(row.StoppedAt) ||
		entry.Note != row.Note || entry.WorkItem.Number != row.WorkItem || entry.Voided() != (row.Outcome == importer.Removed):
		t.Fatalf("row %+v has the entry %+v", row, entry)
	}
}

// An import that is looked at, run and undone is so once, however many of the processes that work on it are killed. What was
// undone can be imported again, also by two processes that work at the same time without knowing of each other.
func TestAnImportOutlivesItsProcesses(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, url string) {
		w := newImportWatch(t, url)
		w.upload(t)
		workers := []worker{w.worker(t, "import")}
		w.outlive(t, importer.Checking, importer.Ready, workers)
		w.begin(t, w.service.Run)
		w.outlive(t, importer.Running, importer.Done, workers)
		w.holds(t, importer.Added)
		w.begin(t, w.service.Undo)
		w.outlive(t, importer.Undoing, importer.Undone, workers)
		w.holds(t, importer.Removed)

		workers = append(workers, w.worker(t, "import, without the other's lease"))
		w.upload(t)
		w.outlive(t, importer.Checking, importer.Ready, workers)
		w.begin(t, w.service.Run)
		w.outlive(t, importer.Running, importer.Done, workers)
		w.holds(t, importer.Added)
		w.begin(t, w.service.Undo)
		w.outlive(t, importer.Undoing, importer.Undone, workers)
		w.holds(t, importer.Removed)
		t.Logf("%d processes have worked on it", w.started)
	})
}

// holds says that all rows are one outcome.
func (w *importWatch) holds(t *testing.T, outcome importer.Outcome) {
	t.Helper()
	if w.Counts[outcome] != importedRows || w.Rows != importedRows {
		t.Errorf("of %d rows are %s: %v", importedRows, outcome, w.Counts)
	}
}
