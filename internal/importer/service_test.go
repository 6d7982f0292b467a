package importer_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/page"
	"timetracker/internal/privacy"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// office is a tenant with two people, of whom Ada is an admin, and time on item 101 of Payments.
type office struct {
	*domaintest.World
	t         *testing.T
	ada, zoe  tenant.Member
	adaEmail  string
	zoeEmail  string
	firstTime timer.Entry
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{World: domaintest.New(t), t: t}
	o.ada = o.SignUp(t)
	o.zoe = o.Join(t, o.ada, "Zoe")
	o.adaEmail, o.zoeEmail = o.ada.User.Email, o.zoe.User.Email
	now := o.Clock.Now()
	o.firstTime = domaintest.Entry(o.ada, domaintest.Item(101), now.Add(-2*time.Hour), now.Add(-time.Hour))
	o.Save(t, o.ada, o.firstTime)
	return o
}

// send uploads a file in parts of a few bytes.
func (o *office) send(options importer.Options, file string) importer.Import {
	o.t.Helper()
	options.FileName = "time.csv"
	i, err := o.Imports.Begin(o.t.Context(), o.ada, options)
	if err != nil {
		o.t.Fatal(err)
	}
	parts := 0
	for text := range slices.Chunk([]byte(file), 37) {
		parts++
		if err := o.Imports.PutPart(o.t.Context(), o.ada, i.ID, parts, string(text)); err != nil {
			o.t.Fatal(err)
		}
	}
	if i, err = o.Imports.Check(o.t.Context(), o.ada, i.ID, parts); err != nil {
		o.t.Fatal(err)
	}
	return i
}

// work lets imports go on, and gives the one as it is then.
func (o *office) work(id ids.Import) importer.Import {
	o.t.Helper()
	if err := o.Imports.Work(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	i, _, err := o.Imports.Get(o.t.Context(), o.ada, id)
	if err != nil {
		o.t.Fatal(err)
	}
	return i
}

// checked is an import whose rows were looked at.
func (o *office) checked(options importer.Options, file string) importer.Import {
	o.t.Helper()
	return o.work(o.send(options, file).ID)
}

func (o *office) run(i importer.Import) importer.Import {
	o.t.Helper()
	i, err := o.Imports.Run(o.t.Context(), o.ada, i.ID, i.Revision)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.work(i.ID)
}

// outcomes are the rows' numbers with what became of them.
func (o *office) outcomes(i importer.Import) []string {
	o.t.Helper()
	rows, _, err := o.Imports.Rows(o.t.Context(), o.ada, i.ID, "", 0, 1000)
	if err != nil {
		o.t.Fatal(err)
	}
	var all []string
	for _, row := range rows {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%d %s %s", row.Number, row.Outcome, row.Problem.Code)))
	}
	return all
}

// entries are a person's entries that count, the earliest first.
func (o *office) entries(m tenant.Member) []string {
	o.t.Helper()
	found, _, _, err := o.Timers.List(o.t.Context(), o.ada, timer.ListRequest{Filter: timer.Filter{Users: []ids.User{m.User.ID}}}, page.Request{Limit: 500})
	if err != nil {
		o.t.Fatal(err)
	}
	var all []string
	for _, e := range slices.Backward(found) {
		all = append(all, fmt.Sprintf("%s-%s %s#%s %s %t %s", e.StartedAt.Format("02 15:04"), e.StoppedAt.Format("15:04"),
			e.WorkItem.Project.Name, e.WorkItem.Number, e.Activity.Name, e.Billable, e.Note))
	}
	return all
}

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

const head = "id,user_email,started_at,stopped_at,project,work_item_id,activity,billable,note\n"

func TestAnImportIsLookedAtThenRunThenUndone(t *testing.T) {
	o := newOffice(t)
	before := o.entries(o.ada)
	file := head +
		"1," + o.adaEmail + ",2026-11-18T09:00:00Z,2026-11-18T10:30:00Z,Payments,101,Review,false,seen\n" +
		"2," + strings.ToUpper(o.zoeEmail) + ",2026-11-18T09:00:00Z,2026-11-18T10:00:00Z,Storefront,7,,,\n" +
		"3,nobody@contoso.example,2026-11-18T09:00:00Z,2026-11-18T10:00:00Z,Payments,101,,,\n" +
		"4," + o.adaEmail + ",2026-11-18T10:00:00Z,2026-11-18T11:00:00Z,Payments,101,,,\n" + // overlaps row 1
		"5," + o.adaEmail + ",2026-11-20T07:30:00Z,2026-11-20T08:30:00Z,Payments,101,,,\n" + // overlaps what is there
		"6," + o.adaEmail + ",2026-11-21T07:30:00Z,2026-11-21T08:30:00Z,Payments,101,,,\n" + // tomorrow
		"7," + o.adaEmail + ",2026-11-17T07:30:00Z,2026-11-17T08:30:00Z,Payments,101,Gardening,,\n" +
		"8," + o.adaEmail + ",2026-11-17T07:30:00Z,2026-11-17T08:30:00Z,Payments,,,,\n" // general time isn't allowed
	i := o.checked(importer.Options{}, file)
	equal(t, "state", importer.Ready, i.State)
	equal(t, "format", importer.TimeTracker, i.Format)
	want := []string{
		"2 new", "3 new", "4 refused person_unknown", "5 refused interval_overlaps", "6 refused interval_overlaps",
		"7 refused interval_in_future", "8 refused activity_unknown", "9 refused general_not_allowed",
	}
	equal(t, "outcomes", want, o.outcomes(i))
	equal(t, "entries before it is run", before, o.entries(o.ada))

	i = o.run(i)
	equal(t, "state", importer.Done, i.State)
	equal(t, "counts", map[importer.Outcome]int{importer.New: 0, importer.Added: 2, importer.Refused: 6, importer.Known: 0, importer.Removed: 0, importer.Kept: 0}, i.Counts)
	equal(t, "Ada's", append([]string{"18 09:00-10:30 Payments#101 Review false seen"}, before...), o.entries(o.ada))
	equal(t, "Zoe's", []string{"18 09:00-10:00 Storefront#7 Development true "}, o.entries(o.zoe))

	again := o.checked(importer.Options{}, file)
	equal(t, "outcomes of a second run", []string{"2 known", "3 known"}, o.outcomes(again)[:2])

	// Zoe corrects hers, so that undoing leaves it.
	zoes, _, _, err := o.Timers.List(t.Context(), o.zoe, timer.ListRequest{Filter: timer.Filter{Users: []ids.User{o.zoe.User.ID}}}, page.Request{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	stop := zoes[0].StoppedAt.Add(time.Minute)
	if _, err := o.Timers.Change(t.Context(), o.zoe, zoes[0].ID, zoes[0].Revision, timer.Patch{StoppedAt: &stop}); err != nil {
		t.Fatal(err)
	}
	undoing, err := o.Imports.Undo(t.Context(), o.ada, i.ID, i.Revision)
	if err != nil {
		t.Fatal(err)
	}
	i = o.work(undoing.ID)
	equal(t, "state", importer.Undone, i.State)
	equal(t, "outcomes", []string{"2 removed", "3 kept"}, o.outcomes(i)[:2])
	equal(t, "Ada's after undoing", before, o.entries(o.ada))
	equal(t, "Zoe's after undoing", []string{"18 09:00-10:01 Storefront#7 Development true "}, o.entries(o.zoe))

	third := o.checked(importer.Options{}, file)
	equal(t, "outcomes afterwards", []string{"2 new", "3 refused interval_overlaps"}, o.outcomes(third)[:2])
}

// Each row of another product becomes one entry, also where a file has it twice, or two files that were looked at have it.
func TestEntriesOfAReportAreImported(t *testing.T) {
	o := newOffice(t)
	i := o.checked(importer.Options{}, "\ufefffirst_day,2026-10-01,,,,,,\r\nlast_day,2026-10-31,,,,,,\r\ntime_zone,Europe/Berlin,,,,,,\r\nrounding,none,,,,,,\r\n"+
		"entry_id,started_at,stopped_at,user,project,work_item_id,note,kind\r\n"+
		"a,2026-10-05T08:00:00.000Z,2026-10-05T09:00:00.000Z,Zoe,Payments,101,'-2,entry\r\n"+
		"b,2026-10-06T08:00:00.000Z,2026-10-06T09:00:00.000Z,Zoe,Payments,101,,entry\r\n"+
		"total,,,,,,,\r\n")
	if diff := cmp.Diff([]string{"6 new", "7 new"}, o.outcomes(i)); diff != "" || i.State != importer.Ready {
		t.Errorf("the import is %s (-want +got):\n%s", i.State, diff)
	}
	if o.run(i); len(o.entries(o.zoe)) != 2 || !strings.HasSuffix(o.entries(o.zoe)[0], "-2") {
		t.Errorf("the entries are %q", o.entries(o.zoe))
	}
}

func TestARowIsOneEntry(t *testing.T) {
	o := newOffice(t)
	row := "1," + o.adaEmail + ",2026-11-18T09:00:00Z,2026-11-18T10:00:00Z,Payments,101,,,\n"
	twice := row + strings.Replace(row, "T09:00:00Z,2026-11-18T10", "T11:00:00Z,2026-11-18T12", 1)
	first, second := o.checked(importer.Options{}, head+twice), o.checked(importer.Options{}, head+row)
	equal(t, "twice in a file", []string{"2 new", "3 refused row_repeated"}, o.outcomes(first))
	equal(t, "looked at before the other ran", []string{"2 new"}, o.outcomes(second))
	equal(t, "first", []string{"2 added", "3 refused row_repeated"}, o.outcomes(o.run(first)))
	second = o.run(second)
	equal(t, "second", []string{"2 known"}, o.outcomes(second))
	equal(t, "state", importer.Done, second.State)
	equal(t, "counts", 1, second.Counts[importer.Known])
}

// Time of a closed period is neither imported nor taken back.
func TestAClosedPeriodStays(t *testing.T) {
	o := newOffice(t)
	file := head +
		"1," + o.adaEmail + ",2026-11-18T09:00:00Z,2026-11-18T10:00:00Z,Payments,101,,,\n" +
		"2," + o.adaEmail + ",2026-11-09T09:00:00Z,2026-11-09T10:00:00Z,Payments,101,,,\n"
	i := o.run(o.checked(importer.Options{}, file))
	equal(t, "added", 2, i.Counts[importer.Added])
	o.Exec(t, `UPDATE tenants SET lock_after_days = 7`)
	o.ada = o.Again(t, o.ada)
	later := o.checked(importer.Options{}, strings.ReplaceAll(strings.ReplaceAll(file, "\n1,", "\n11,"), "T09:00:00Z,2026-11-09T10:00:00Z", "T11:00:00Z,2026-11-09T12:00:00Z"))
	equal(t, "outcomes", []string{"2 refused interval_overlaps", "3 known"}, o.outcomes(later))
	other := o.checked(importer.Options{}, head+"12,"+o.adaEmail+",2026-11-09T11:00:00Z,2026-11-09T12:00:00Z,Payments,101,,,\n")
	equal(t, "outcomes", []string{"2 refused period_locked"}, o.outcomes(other))
	undoing, err := o.Imports.Undo(t.Context(), o.ada, i.ID, i.Revision)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "outcomes of undoing", []string{"2 removed", "3 kept"}, o.outcomes(o.work(undoing.ID)))
}

// Rows that name only their day begin at nine by the person's clocks, after what is there.
func TestRowsOfADayFindRoom(t *testing.T) {
	o := newOffice(t)
	noon := time.Date(2026, 11, 18, 10, 0, 0, 0, time.UTC)
	o.Save(t, o.zoe, domaintest.Entry(o.zoe, domaintest.Item(101), noon, noon.Add(time.Hour)))
	file := "Work Item ID,Email,Date,Hours\n" +
		"101," + o.zoeEmail + ",2026-11-18,1\n" + "101," + o.zoeEmail + ",2026-11-18,2.5\n" + "101," + o.zoeEmail + ",2026-11-18,0:30\n" +
		"101," + o.zoeEmail + ",2026-11-18,12\n" + "101," + o.zoeEmail + ",2026-11-18,24\n"
	i := o.run(o.checked(importer.Options{TimeZone: "UTC"}, file))
	equal(t, "outcomes", []string{"2 added", "3 added", "4 added", "5 refused day_full", "6 refused day_full"}, o.outcomes(i))
	equal(t, "Zoe's", []string{
		"18 09:00-10:00 Payments#101 Development true ", "18 10:00-11:00 Payments#101 Development true ",
		"18 11:00-13:30 Payments#101 Development true ", "18 13:30-14:00 Payments#101 Development true ",
	}, o.entries(o.zoe))
}

func TestWhatAFileDoesNotTell(t *testing.T) {
	o := newOffice(t)
	const columns = "Work Item ID,Email,Date,Hours\n"
	row := func(day string) string { return "101," + o.adaEmail + "," + day + ",1\n" }
	// 7pace's own table has the month first, also with points.
	const template = "WorkItem,UserName,TimeStamp,Duration\n"
	for _, test := range []struct {
		name, file string
		order      importer.DateOrder
		state      importer.State
		problem    string
		found      importer.DateOrder
	}{
		{"months first", columns + row("3/4/2026") + row("11/18/2026"), "", importer.Ready, "", importer.MonthFirst},
		{"days first", columns + row("3/4/2026") + row("18/11/2026"), "", importer.Ready, "", importer.DayFirst},
		{"neither", columns + row("3/4/2026"), "", importer.Failed, "import_date_order_unknown", ""},
		{"neither, but said", columns + row("3/4/2026"), importer.DayFirst, importer.Ready, "", importer.DayFirst},
		{"both", columns + row("13/4/2026") + row("4/13/2026"), "", importer.Failed, "import_date_order_unknown", ""},
		{"7pace's table", template + row("3.4.2026 9:00"), "", importer.Ready, "", importer.MonthFirst},
		{"7pace's table with days first", template + row("3.4.2026 9:00") + row("18.11.2026 9:00"), "", importer.Ready, "", importer.DayFirst},
		{"7pace's table, as said", template + row("3/4/2026 9:00"), importer.DayFirst, importer.Ready, "", importer.DayFirst},
		{"no such columns", "a,b\n1,2\n", "", importer.Failed, "import_format_unknown", ""},
		{"no CSV", columns + "101,\"x,2026-11-18,1\n", "", importer.Failed, "import_not_csv", ""},
		{"no rows", columns, "", importer.Ready, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			i := o.checked(importer.Options{DateOrder: test.order}, test.file)
			equal(t, "state", test.state, i.State)
			equal(t, "problem", test.problem, i.Problem.Code)
			equal(t, "order", test.found, i.DateOrder)
			if err := o.Imports.Discard(t.Context(), o.ada, i.ID, i.Revision); err != nil {
				t.Fatal(err)
			}
			if _, _, err := o.Imports.Get(t.Context(), o.ada, i.ID); !errs.Is(err, errs.NotFound) {
				t.Errorf("it is still there: %v", err)
			}
		})
	}
}

// A replica that stops leaves what it has done, and another goes on from there.
func TestAnImportGoesOnWhereItStopped(t *testing.T) {
	o := newOffice(t)
	const rows = 1_250
	file := o.rowsOf(rows)
	// The same rows again, which overlap.
	text := file + strings.ReplaceAll(strings.SplitN(file, "\n", 3)[1], "0,", "x,") + "\n"
	parts := o.sendLarge(text)
	for n := range 40 {
		// Each attempt is stopped after a while, as by the end of a lease.
		ctx, cancel := context.WithCancel(t.Context())
		stop := time.AfterFunc(time.Duration(n%40)*100*time.Microsecond, cancel)
		_ = o.Imports.Work(ctx) // what it has not come to stays
		stop.Stop()
		cancel()
	}
	i := o.work(parts.ID)
	equal(t, "problem", importer.Problem{}, i.Problem)
	equal(t, "state", importer.Ready, i.State)
	equal(t, "counts", map[importer.Outcome]int{importer.New: rows, importer.Refused: 1, importer.Added: 0, importer.Known: 0, importer.Removed: 0, importer.Kept: 0}, i.Counts)
	i = o.run(i)
	equal(t, "added", rows, i.Counts[importer.Added])
	equal(t, "in the table", rows+1, o.Count(t, `SELECT COUNT(*) FROM time_entries WHERE voided_at IS NULL`))
	equal(t, "overlaps", 0, o.Count(t, `SELECT COUNT(*) FROM time_entries a JOIN time_entries b ON a.user_id = b.user_id AND a.id < b.id
		AND a.started_at < b.stopped_at AND b.started_at < a.stopped_at`))
}

func (o *office) sendLarge(file string) importer.Import {
	o.t.Helper()
	i, err := o.Imports.Begin(o.t.Context(), o.ada, importer.Options{FileName: "large.csv"})
	if err != nil {
		o.t.Fatal(err)
	}
	if err := o.Imports.PutPart(o.t.Context(), o.ada, i.ID, 1, file); err != nil {
		o.t.Fatal(err)
	}
	if i, err = o.Imports.Check(o.t.Context(), o.ada, i.ID, 1); err != nil {
		o.t.Fatal(err)
	}
	return i
}

func TestWhoImportsAndWhen(t *testing.T) {
	o := newOffice(t)
	refused := func(what string, err error, kind errs.Kind, code string) {
		t.Helper()
		if !errs.Is(err, kind) || errs.CodeOf(err) != code {
			t.Errorf("%s: the error is %v, want %s", what, err, code)
		}
	}
	_, err := o.Imports.Begin(t.Context(), o.zoe, importer.Options{FileName: "x.csv"})
	refused("a user begins", err, errs.Forbidden, "role_required")
	_, err = o.Imports.Begin(t.Context(), o.ada, importer.Options{FileName: "  "})
	refused("without a name", err, errs.RuleBroken, "file_name_invalid")
	_, err = o.Imports.Begin(t.Context(), o.ada, importer.Options{FileName: "x", TimeZone: "Mars/Olympus"})
	refused("without a zone", err, errs.RuleBroken, "time_zone_unknown")

	i := o.send(importer.Options{}, head+"1,"+o.adaEmail+",2026-11-18T09:00:00Z,2026-11-18T10:00:00Z,Payments,101,,,\n")
	other := o.SignUp(t)
	_, _, err = o.Imports.Get(t.Context(), other, i.ID)
	refused("another tenant", err, errs.NotFound, "import_not_found")
	_, err = o.Imports.Run(t.Context(), o.ada, i.ID, i.Revision)
	refused("before it was looked at", err, errs.Conflict, "import_state")
	err = o.Imports.PutPart(t.Context(), o.ada, i.ID, 1, "x")
	refused("a part after the last", err, errs.Conflict, "import_state")
	i = o.work(i.ID)
	_, err = o.Imports.Run(t.Context(), o.ada, i.ID, i.Revision-1)
	refused("by an old revision", err, errs.Stale, "stale")

	// Whoever has begun it loses the role: nothing more is recorded in their name.
	running, err := o.Imports.Run(t.Context(), o.ada, i.ID, i.Revision)
	if err != nil {
		t.Fatal(err)
	}
	o.Exec(t, `UPDATE users SET role = 'user' WHERE id = ?`, o.ada.User.ID.Key())
	if err := o.Imports.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Exec(t, `UPDATE users SET role = 'super_admin' WHERE id = ?`, o.ada.User.ID.Key())
	i, _, err = o.Imports.Get(t.Context(), o.ada, running.ID)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "state", importer.Stopped, i.State)
	equal(t, "problem", "role_required", i.Problem.Code)
	equal(t, "added", 0, i.Counts[importer.Added])
	i = o.run(i)
	equal(t, "state once they are an admin again", importer.Done, i.State)
	equal(t, "problem then", importer.Problem{}, i.Problem)
	equal(t, "added then", 1, i.Counts[importer.Added])

	for range 10 {
		o.send(importer.Options{}, "x")
	}
	_, err = o.Imports.Begin(t.Context(), o.ada, importer.Options{FileName: "x.csv"})
	refused("too many that wait", err, errs.RuleBroken, "too_many_imports")
}

// rowsOf are rows of half an hour each, one after the other.
func (o *office) rowsOf(count int) string {
	var file strings.Builder
	file.WriteString(head)
	start := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for n := range count {
		from := start.Add(time.Duration(n) * 30 * time.Minute)
		fmt.Fprintf(&file, "%d,%s,%s,%s,Payments,%d,,,\n", n, o.adaEmail, from.Format(time.RFC3339), from.Add(20*time.Minute).Format(time.RFC3339), 100+n%7)
	}
	return file.String()
}

// watched is a store that tells of the end of each transaction.
type watched struct {
	*sqlstore.Store
	ended func()
}

func (w watched) Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error {
	err := w.Store.Tx(ctx, id, fn)
	w.ended()
	return err
}

// workWatched lets imports go on, and calls each with the import after each transaction.
func (o *office) workWatched(id ids.Import, each func(i importer.Import)) {
	o.t.Helper()
	store := watched{o.Store, func() {
		if i, _, err := o.Imports.Get(o.t.Context(), o.ada, id); err == nil {
			each(i)
		}
	}}
	if err := importer.NewService(store, o.Tenants, o.Work, o.Timers, o.Clock.Now).Work(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) get(id ids.Import) importer.Import {
	o.t.Helper()
	i, _, err := o.Imports.Get(o.t.Context(), o.ada, id)
	if err != nil {
		o.t.Fatal(err)
	}
	return i
}

// What is stopped stays as it is, and goes on when somebody asks for it.
func TestAnImportIsStopped(t *testing.T) {
	o := newOffice(t)
	const rows = 450
	i := o.work(o.sendLarge(o.rowsOf(rows)).ID)
	stop := func(outcome importer.Outcome) importer.Import {
		t.Helper()
		o.workWatched(i.ID, func(now importer.Import) {
			if now.Counts[outcome] == 0 || (now.State != importer.Running && now.State != importer.Undoing) {
				return
			}
			if _, err := o.Imports.Stop(t.Context(), o.ada, now.ID, now.Revision); err != nil {
				t.Error(err)
			}
		})
		return o.get(i.ID)
	}
	must := func(i importer.Import, err error) importer.Import {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	must(o.Imports.Run(t.Context(), o.ada, i.ID, i.Revision))
	i = stop(importer.Added)
	added := i.Counts[importer.Added]
	if i.State != importer.Stopped || added == 0 || added == rows || i.Counts[importer.New] != rows-added {
		t.Fatalf("it is %s, with %d added and %d new rows", i.State, added, i.Counts[importer.New])
	}
	equal(t, "entries", added+1, o.Count(t, `SELECT COUNT(*) FROM time_entries WHERE voided_at IS NULL`))
	if err := o.Imports.Discard(t.Context(), o.ada, i.ID, i.Revision); errs.CodeOf(err) != "import_state" {
		t.Errorf("what has recorded something is discarded: %v", err)
	}
	i = must(o.Imports.Run(t.Context(), o.ada, i.ID, i.Revision))
	if done, total := i.Progress(); done != 0 || total != rows-added {
		t.Errorf("it goes on with %d of %d", done, total)
	}
	i = o.work(i.ID)
	equal(t, "state", importer.Done, i.State)
	equal(t, "added", rows, i.Counts[importer.Added])

	must(o.Imports.Undo(t.Context(), o.ada, i.ID, i.Revision))
	i = stop(importer.Removed)
	removed := i.Counts[importer.Removed]
	if i.State != importer.Stopped || removed == 0 || removed == rows {
		t.Fatalf("it is %s, with %d removed rows", i.State, removed)
	}
	_, err := o.Imports.Stop(t.Context(), o.ada, i.ID, i.Revision)
	if errs.CodeOf(err) != "import_state" {
		t.Errorf("what has stopped is stopped: %v", err)
	}
	must(o.Imports.Undo(t.Context(), o.ada, i.ID, i.Revision))
	i = o.work(i.ID)
	equal(t, "state", importer.Undone, i.State)
	equal(t, "removed", rows, i.Counts[importer.Removed])
	equal(t, "entries", 1, o.Count(t, `SELECT COUNT(*) FROM time_entries WHERE voided_at IS NULL`))
}

// Whoever waits is told how many rows of how many are done, in each state, and never fewer than before.
func TestProgress(t *testing.T) {
	o := newOffice(t)
	const rows = 1_100
	i := o.sendLarge(o.rowsOf(rows) + "\n,,,,,,,,\n\n")
	follow := func(state importer.State, steps int) {
		t.Helper()
		last, seen := -1, 0
		o.workWatched(i.ID, func(now importer.Import) {
			done, total := now.Progress()
			if now.State != state {
				if total != 0 {
					t.Errorf("%s: %d of %d", now.State, done, total)
				}
				return
			}
			if total != rows || done < last || done > total {
				t.Errorf("%s: %d of %d after %d", state, done, total, last)
			}
			if done > last {
				seen++
			}
			last = done
		})
		if seen < steps || last != rows {
			t.Errorf("%s: %d steps to %d", state, seen, last)
		}
	}
	follow(importer.Checking, 3)
	i = o.get(i.ID)
	if _, err := o.Imports.Run(t.Context(), o.ada, i.ID, i.Revision); err != nil {
		t.Fatal(err)
	}
	follow(importer.Running, 10)
	i = o.get(i.ID)
	if _, err := o.Imports.Undo(t.Context(), o.ada, i.ID, i.Revision); err != nil {
		t.Fatal(err)
	}
	follow(importer.Undoing, 10)
}

// An import can be discarded while its rows are looked at. It is gone for people at once, and from the tables soon.
func TestAnImportIsDiscardedWhileItIsLookedAt(t *testing.T) {
	o := newOffice(t)
	i := o.sendLarge(o.rowsOf(1_100))
	o.workWatched(i.ID, func(now importer.Import) {
		if now.State == importer.Checking && now.Rows > 0 {
			if err := o.Imports.Discard(t.Context(), o.ada, now.ID, now.Revision); err != nil {
				t.Error(err)
			}
		}
	})
	if _, _, err := o.Imports.Get(t.Context(), o.ada, i.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("it is still there: %v", err)
	}
	if _, _, err := o.Imports.Rows(t.Context(), o.ada, i.ID, "", 0, 10); !errs.Is(err, errs.NotFound) {
		t.Errorf("its rows are still there: %v", err)
	}
	if err := o.Imports.PutPart(t.Context(), o.ada, i.ID, 1, "x"); !errs.Is(err, errs.NotFound) {
		t.Errorf("it takes a part: %v", err)
	}
	if all, _, err := o.Imports.List(t.Context(), o.ada, page.Request{Limit: 10}); err != nil || len(all) != 0 {
		t.Errorf("it is in the list: %v (%v)", all, err)
	}
	if err := o.Imports.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"imports", "import_parts", "import_rows"} {
		equal(t, table, 0, o.Count(t, `SELECT COUNT(*) FROM `+table))
	}
}

// Whether another tenant has a person can't be found out by a file with their address.
func TestPeopleOfAnotherTenantAreStrangers(t *testing.T) {
	o := newOffice(t)
	far := o.Join(t, o.SignUp(t), "Frances")
	file := "Work Item ID,Email,User,Date,Hours\n"
	for _, who := range []string{far.User.Email + ",", ",Frances", "nobody@nowhere.example,", ",Nobody"} {
		file += "101," + who + ",2026-11-18,1\n"
	}
	i := o.checked(importer.Options{}, file)
	rows, _, err := o.Imports.Rows(t.Context(), o.ada, i.ID, "", 0, 10)
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows (%v)", len(rows), err)
	}
	for _, row := range rows {
		if row.Outcome != importer.Refused || row.Problem != rows[3].Problem || !row.Owner.IsZero() || !row.StartedAt.IsZero() {
			t.Errorf("%s%s is told from nobody: %+v", row.Email, row.Person, row)
		}
	}
}

// Characters that nobody sees are left out of what a file says, and keep nothing from being recorded.
func TestTextsOfAFileAreCleaned(t *testing.T) {
	o := newOffice(t)
	i := o.run(o.checked(importer.Options{}, head+
		"1,"+o.adaEmail+",2026-11-18T09:00:00Z,2026-11-18T10:00:00Z,Pay\u202ements,101,Rev\ufeffiew,,\"a\u202eb\x00\nc \u2066می\u200cخواهم\"\n"))
	equal(t, "outcomes", []string{"2 added"}, o.outcomes(i))
	equal(t, "entry", "18 09:00-10:00 Payments#101 Review true ab\nc می\u200cخواهم", o.entries(o.ada)[0])
}

// restrict lets somebody's time be shown to nobody else.
func (o *office) restrict(m tenant.Member) {
	o.t.Helper()
	asked, _, err := o.Requests.Ask(o.t.Context(), m, privacy.NewRequest{Kind: privacy.RightRestriction})
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.Requests.Decide(o.t.Context(), o.ada, asked.ID, 1, privacy.Decision{Grant: true}); err != nil {
		o.t.Fatal(err)
	}
}

// problems are the counted problems of an import, as an admin is told them.
func (o *office) problems(i importer.Import) []importer.ProblemCount {
	o.t.Helper()
	_, problems, err := o.Imports.Get(o.t.Context(), o.ada, i.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	return problems
}

// A file tells nothing of the time of whoever is restricted, whatever its rows ask, and changes nothing of it.
func TestAnImportLeavesOutWhoeverIsRestricted(t *testing.T) {
	o := newOffice(t)
	zoes := func(id, day, from, to string) string {
		return id + "," + o.zoeEmail + "," + day + "T" + from + ":00Z," + day + "T" + to + ":00Z,Payments,101,,,\n"
	}
	adas := "1," + o.adaEmail + ",2026-11-18T09:00:00Z,2026-11-18T10:00:00Z,Payments,101,,,\n"
	older := o.run(o.checked(importer.Options{}, head+adas+zoes("2", "2026-11-18", "09:00", "10:00")))
	ready := o.checked(importer.Options{}, head+zoes("3", "2026-11-17", "09:00", "10:00")+zoes("2", "2026-11-18", "09:00", "10:00"))
	equal(t, "before", []string{"2 new", "3 known"}, o.outcomes(ready))
	o.restrict(o.zoe)

	asking := o.checked(importer.Options{}, head+zoes("4", "2026-11-18", "09:30", "11:00")+zoes("5", "2026-11-16", "09:00", "10:00")+
		zoes("2", "2026-11-18", "09:00", "10:00")+zoes("5", "2026-11-16", "09:00", "10:00")+zoes("6", "2026-11-30", "09:00", "never")+
		"7,"+o.zoeEmail+",2026-11-16T09:00:00Z,2026-11-16T10:00:00Z,Payments,101,Gardening,,\n"+strings.Replace(adas, "1,", "8,", 1))
	days := o.checked(importer.Options{TimeZone: "UTC"}, "Work Item ID,Email,Date,Hours\n101,"+o.zoeEmail+",2026-11-18,24\n")
	equal(t, "refused alike", []importer.ProblemCount{
		{Problem: importer.Problem{Code: "person_left_out", Detail: "The time of some people isn't shown to you, and you can't import any for them."}, Rows: 6},
		{Problem: importer.Problem{Code: "interval_overlaps", Detail: "Another entry or row covers a part of this time."}, Rows: 1},
	}, o.problems(asking))
	equal(t, "of a day", "person_left_out", o.problems(days)[0].Code)
	equal(t, "listed", []string{"8 refused interval_overlaps"}, o.outcomes(asking))
	equal(t, "listed of the older one", []string{"2 added"}, o.outcomes(older))

	ready = o.run(ready)
	equal(t, "added", 0, ready.Counts[importer.Added])
	equal(t, "refused", 1, ready.Counts[importer.Refused])
	undoing, err := o.Imports.Undo(t.Context(), o.ada, older.ID, older.Revision)
	if err != nil {
		t.Fatal(err)
	}
	older = o.work(undoing.ID)
	equal(t, "removed", 1, older.Counts[importer.Removed])
	equal(t, "kept", 1, older.Counts[importer.Kept])
	equal(t, "Zoe's time", 1, o.Count(t, `SELECT COUNT(*) FROM time_entries WHERE user_id = ? AND voided_at IS NULL`, o.zoe.User.ID.Key()))
}

// What is counted says what a code means, and quotes no entry.
func TestTheSumOfAnImportQuotesNothing(t *testing.T) {
	o := newOffice(t)
	i := o.checked(importer.Options{}, head+"5,"+o.adaEmail+",2026-11-20T07:30:00Z,2026-11-20T08:30:00Z,Payments,101,,,\n")
	equal(t, "problems", []importer.ProblemCount{{
		Problem: importer.Problem{Code: "interval_overlaps", Detail: "Another entry or row covers a part of this time."}, Rows: 1,
	}}, o.problems(i))
}

// An import that was looked at before gives nobody new time who was erased since.
func TestWhoeverWasErasedGetsNoTime(t *testing.T) {
	o := newOffice(t)
	i := o.checked(importer.Options{}, head+
		"1,"+o.zoeEmail+",2026-11-18T09:00:00Z,2026-11-18T10:00:00Z,Payments,101,,,\n"+
		"2,"+o.adaEmail+",2026-11-18T09:00:00Z,2026-11-18T10:00:00Z,Payments,101,,,\n")
	equal(t, "before", []string{"2 new", "3 new"}, o.outcomes(i))
	if err := o.Erasures.Erase(t.Context(), o.ada.Tenant.ID, o.zoe.User.ID, o.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	equal(t, "after", []string{"2 refused person_erased", "3 added"}, o.outcomes(o.run(i)))
}

// Whoever time was imported for stays, invited or not, since the time is theirs.
func TestAnInvitationWithTimeIsNotWithdrawn(t *testing.T) {
	o := newOffice(t)
	invited, err := o.Tenants.Invite(t.Context(), o.Again(t, o.ada), []tenant.Invitation{{Email: "new@contoso.example", Name: "New"}})
	if err != nil {
		t.Fatal(err)
	}
	i := o.checked(importer.Options{}, head+"1,new@contoso.example,2026-11-18T09:00:00Z,2026-11-18T10:00:00Z,Payments,101,,,\n")
	equal(t, "looked at", []string{"2 new"}, o.outcomes(i))
	err = o.Tenants.Withdraw(t.Context(), o.Again(t, o.ada), invited[0].ID, invited[0].Revision)
	if errs.CodeOf(err) != "invitation_in_use" {
		t.Errorf("withdrawn: %v", err)
	}
	equal(t, "run", []string{"2 added"}, o.outcomes(o.run(i)))
}
