package privacy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/page"
	"timetracker/internal/personal"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/report"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// spellings are what nobody may find of Grace in the file: names, addresses and the object id.
func (l *life) spellings() (all []string) {
	object := l.grace.User.ObjectID.String()
	all = []string{
		graceName, formerName, "Hopper, Grace", "Grace Hopper", graceAddress, graceOther, "grace.hopper", object,
		strings.ReplaceAll(object, "-", ""),
	}
	for _, text := range slices.Clone(all) {
		all = append(all, url.QueryEscape(text), url.PathEscape(text), escaped(text))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// escaped writes each letter as JSON may write it.
func escaped(text string) string {
	var all strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&all, `\u%04x`, unit)
	}
	return all.String()
}

// found counts the spellings in bytes, without regard to case, in UTF-8 and in UTF-16.
func (l *life) found(content []byte) map[string]int {
	found := map[string]int{}
	folded := bytes.ToLower(content)
	count := func(what string, wanted []byte) {
		if n := bytes.Count(folded, bytes.ToLower(wanted)); n > 0 {
			found[what] += n
		}
	}
	for _, text := range l.spellings() {
		count(text, []byte(text))
		var wide []byte
		for _, unit := range utf16.Encode([]rune(text)) {
			wide = append(wide, byte(unit), byte(unit>>8))
		}
		count(text+" in UTF-16", wide)
	}
	object := l.grace.User.ObjectID
	microsoft := object
	slices.Reverse(microsoft[0:4])
	slices.Reverse(microsoft[4:6])
	slices.Reverse(microsoft[6:8])
	for what, id := range map[string]ids.Object{"object id": object, "object id in Microsoft's order": microsoft} {
		if n := bytes.Count(content, id[:]); n > 0 {
			found[what] = n
		}
	}
	return found
}

// textColumns are the columns that an erasure takes a person out of, as the classes of columns say, with SQLite's type TEXT.
func (l *life) textColumns() (all [][2]string) {
	keeps := []privacy.Erasure{
		privacy.Nothing, privacy.Pseudonym, privacy.ForTotals, privacy.KeptByLaw, privacy.OfTheOrganization,
	}
	for _, c := range privacy.Schema() {
		if slices.Contains(keeps, c.Erasure) {
			continue
		}
		for _, name := range c.Names {
			kind := l.Texts(l.t, `SELECT type FROM pragma_table_info(?) WHERE name = ?`, c.Table, name)
			if len(kind) == 1 && kind[0] == "TEXT" {
				all = append(all, [2]string{c.Table, name})
			}
		}
	}
	return all
}

// noTexts are columns with words of ours or settings, and those of an erasure itself, which begins later.
var noTexts = []string{
	"users.role", "users.status", "users.auth_provider", "users.time_zone", "users.week_start", "users.csv_format", "actions.action_type", "actions.page",
	"privacy_choices.objections", "erasures.subject", "erasures.at_table", "erasures.at_row",
}

// name puts Grace into every column with texts where the life hasn't. Nothing was sealed yet.
func (l *life) name() {
	l.t.Helper()
	l.Exec(l.t, `UPDATE tenants SET admin_email = ?`, strings.ToUpper(graceAddress))
	l.Exec(l.t, `UPDATE users SET claimed_email = ? WHERE id IN (?, ?)`, graceOther, l.rita[:], l.grace.User.ID[:])
	l.Exec(l.t, `UPDATE import_parts SET content = content || ? WHERE part = 2`, "\n"+strings.Join(l.spellings(), "\n"))
	l.Exec(l.t, `UPDATE import_rows SET decided = json_set(decided, '$.of', ?)`, strings.Join(l.spellings(), "\n"))
	l.Exec(l.t, `UPDATE privacy_requests SET kept = json_array(json_object('what', ?, 'why', 'x', 'until', '2033-01-01T00:00:00Z'))`, graceName)
	l.Exec(l.t, `UPDATE access_records SET operator = ?, actor_id = NULL, actor_role = NULL`, "For "+graceName)
	note := ""
	for _, spelling := range l.spellings() {
		if len(note+spelling) < 900 {
			note += strings.ToUpper(spelling[:1]) + spelling[1:] + ", "
		}
	}
	l.Exec(l.t, `UPDATE time_entries SET note = ? WHERE note = ''`, note)
	_, _, err := l.Requests.Ask(l.t.Context(), l.ada, privacy.NewRequest{Kind: privacy.RightCorrection, Note: "I worked with others"})
	l.must(err)
	names := personal.NewRedactor(l.subject())
	for _, column := range l.textColumns() {
		at := column[0] + "." + column[1]
		if slices.Contains(noTexts, at) {
			continue
		}
		texts := l.Texts(l.t, `SELECT `+column[1]+` FROM `+column[0])
		if !slices.ContainsFunc(texts, names.Names) {
			if slices.ContainsFunc(texts, func(text string) bool { return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") }) {
				l.t.Errorf("%s is JSON, and the life puts nobody into it", at)
			}
			l.Exec(l.t, fmt.Sprintf(`UPDATE %s SET %s = ? WHERE (SELECT MIN(%[2]s) FROM %[1]s) = %[2]s`, column[0], column[1]), "of "+graceName+" ("+column[1]+")")
		}
		if n := l.Count(l.t, `SELECT COUNT(*) FROM `+column[0]); n == 0 {
			l.t.Errorf("%s has no row", at)
		}
		l.nameByOthers(column[0], column[1], names)
	}
}

// nameByOthers has a row of somebody else name Grace too, since her own may be removed or cleared as a whole.
func (l *life) nameByOthers(table, column string, names *personal.Redactor) {
	l.t.Helper()
	if l.Count(l.t, fmt.Sprintf(`SELECT COUNT(*) FROM pragma_table_info('%s') WHERE name = 'user_id'`, table)) == 0 {
		return
	}
	of := fmt.Sprintf(`FROM %s WHERE user_id <> x'%x'`, table, l.grace.User.ID[:])
	texts := l.Texts(l.t, `SELECT `+column+` `+of)
	if len(texts) == 0 || slices.ContainsFunc(texts, names.Names) || strings.HasPrefix(texts[0], "{") || strings.HasPrefix(texts[0], "[") {
		return
	}
	l.Exec(l.t, fmt.Sprintf(`UPDATE %s SET %s = ? WHERE user_id <> ? AND %[2]s = ?`, table, column), "of "+graceName+" ("+column+")", l.grace.User.ID[:], texts[0])
}

func (l *life) subject() personal.Subject {
	l.t.Helper()
	subject, err := tenant.NewPersonal(l.Store).Subject(l.t.Context(), l.ada.Tenant.ID, l.grace.User.ID)
	l.must(err)
	return subject
}

// erase erases Grace to the end.
func (l *life) erase() {
	l.t.Helper()
	l.must(l.Erasures.Erase(l.t.Context(), l.ada.Tenant.ID, l.grace.User.ID, l.Clock.Now()))
	l.Clock.Add(2 * time.Minute)
	l.finishErasures()
}

// finishErasures works on erasures until none goes on.
func (l *life) finishErasures() {
	l.t.Helper()
	for range 5 {
		l.must(l.Erasures.Work(l.t.Context()))
		if open, err := l.Store.OpenErasures(l.t.Context(), 1); err != nil || len(open) == 0 {
			l.must(err)
			return
		}
	}
	l.t.Error("the erasure doesn't end")
}

// holds fails the test when the chain does not hold.
func (l *life) holds() {
	l.t.Helper()
	l.must(l.Proof.SealAll(l.t.Context()))
	found, err := l.Proof.Verify(l.t.Context(), l.ada.Tenant.ID)
	l.must(err)
	if found.Fault != nil || found.Links == 0 {
		l.t.Errorf("the chain of %d links does not hold: %v", found.Links, found.Fault)
	}
}

// Nobody who has the file may find out that Grace was ever there, whatever they look for, but in what the law makes us keep.
func TestNothingIsLeftInTheFile(t *testing.T) {
	l := newLife(t)
	l.name()
	l.holds()
	l.again()
	before := l.found(l.Bytes(t))
	for _, what := range []string{graceName, graceAddress, graceOther, formerName, "object id", url.QueryEscape(graceAddress), escaped("grace.hopper")} {
		if before[what] == 0 {
			t.Errorf("%q isn't there before: the search does not find it", what)
		}
	}
	billed := 0
	for _, people := range l.Texts(t, `SELECT COALESCE(active, '') || COALESCE(inactive, '') FROM billing_records`) {
		billed += strings.Count(people, graceAddress)
	}
	if billed < 2 {
		t.Fatalf("only %d billing records name her", billed)
	}
	l.erase()
	l.holds()
	want := map[string]int{graceAddress: billed, "grace.hopper": billed}
	if diff := cmp.Diff(want, l.found(l.Bytes(t))); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
	names := personal.NewRedactor(personal.Subject{User: l.grace.User.ID, Object: l.grace.User.ObjectID}.
		Named([]string{graceName, formerName}, []string{graceAddress, graceOther}))
	for _, column := range l.textColumns() {
		for _, text := range l.Texts(t, `SELECT `+column[1]+` FROM `+column[0]) {
			if names.Names(text) {
				t.Errorf("%s.%s is %q", column[0], column[1], text)
			}
		}
	}
	if n := l.Count(t, `SELECT COUNT(*) FROM erasures WHERE finished_at IS NOT NULL AND subject IS NULL AND at_row = ''`); n != 1 {
		t.Errorf("%d erasures are finished", n)
	}
	if admin := l.Again(t, l.ada).Tenant.AdminEmail; !strings.EqualFold(admin, l.ada.User.Email) {
		t.Errorf("the administration has the address %q", admin)
	}
}

// totals are what is added up of all time, by months and people, and what was billed.
func (l *life) totals() string {
	l.t.Helper()
	made, err := l.Reports.Time(l.t.Context(), l.ada, report.Request{
		From: calendar.Day{Year: 2026, Month: time.September, Date: 1}, To: calendar.Day{Year: 2026, Month: time.December, Date: 31},
		GroupBy: []report.Dimension{report.Project, report.User},
	})
	l.must(err)
	var all strings.Builder
	for row, err := range made.Rows {
		l.must(err)
		fmt.Fprintln(&all, row.User.ID, row.Project.Name, row.ElapsedMS, row.BillableMS, row.AdjustedMS, row.ReviewMS, row.Entries)
	}
	for _, line := range l.Texts(l.t, `SELECT kind || month || people || '/' || billed || '/' || total_minor || active FROM billing_records WHERE month IS NOT NULL ORDER BY id`) {
		fmt.Fprintln(&all, line)
	}
	return all.String()
}

// An erasure takes a person, not what was worked, nor what it costs.
func TestTotalsStay(t *testing.T) {
	l := newLife(t)
	l.Exec(t, `UPDATE privacy_choices SET restricted_at = NULL`) // others see her time
	l.holds()
	before := l.totals()
	if !strings.Contains(before, l.grace.User.ID.String()) {
		t.Fatalf("no time of hers in\n%s", before)
	}
	l.erase()
	l.holds()
	l.must(l.Billing.Bill(t.Context(), calendar.Month{Year: 2026, Month: time.September}, billing.Options{}))
	if after := l.totals(); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
	entries, _, _, err := l.Timers.List(t.Context(), l.ada, timer.ListRequest{Filter: timer.Filter{Users: []ids.User{l.grace.User.ID}}}, page.Request{Limit: 50})
	l.must(err)
	if len(entries) == 0 || entries[0].User.Name != personal.ErasedName(l.grace.User.ID) {
		t.Errorf("her time is shown as %+v", entries)
	}
}

// What people were to come to in the past stays, also of those who are erased; what they miss and have beyond it, too.
func TestPastTargetsStay(t *testing.T) {
	l := newLife(t)
	l.Exec(t, `UPDATE privacy_choices SET restricted_at = NULL`)    // others see her time
	l.Exec(t, `UPDATE users SET week_start = NULL, time_zone = ''`) // weeks are the organization's
	ctx := t.Context()
	october := calendar.Day{Year: 2026, Month: time.October, Date: 1}
	l.settings(tenant.SettingsPatch{JoinPolicy: new(tenant.JoinDirectory)})
	left := l.Join(t, l.ada, "Lea")
	set := func(user ids.User, from calendar.Day, hours timesheet.Hours) {
		t.Helper()
		before, err := l.Timesheets.TargetsOf(ctx, l.ada, user)
		l.must(err)
		_, err = l.Timesheets.SetTarget(ctx, l.ada, timesheet.SetTargetRequest{
			User: user, From: from, Hours: &hours, Revision: before.Revision(!user.IsZero()),
		})
		l.must(err)
	}
	set(ids.User{}, sunday.AddDays(-100), timesheet.Hours{time.Monday: 8 * time.Hour, time.Thursday: 7 * time.Hour})
	set(left.User.ID, calendar.DayOf(l.Clock.Now(), time.UTC).AddDays(7), timesheet.Hours{})
	l.Exec(t, `UPDATE users SET status = 'deactivated', created_at = ? WHERE id = ?`, sunday.AddDays(-60).Number()*24*60*60*1000, left.User.ID[:])
	l.Clock.Add(21 * 24 * time.Hour)
	erased := calendar.DayOf(l.Clock.Now(), time.UTC)
	past := func() (told string) {
		for month := range 2 {
			made, err := l.Reports.Time(ctx, l.ada, report.Request{
				From: october.AddDays(31 * month), To: october.AddDays(31 * (month + 1)), GroupBy: []report.Dimension{report.User},
			})
			l.must(err)
			for row, err := range made.Rows {
				l.must(err)
				told += fmt.Sprintln(row.User.ID, row.ElapsedMS, row.AdjustedMS)
			}
			told += fmt.Sprintf("%+v, %d left out\n", *made.Target, made.LeftOut)
		}
		for week := range 10 {
			for _, user := range []ids.User{l.grace.User.ID, left.User.ID} {
				sheet, err := l.Timesheets.Get(ctx, l.ada, user, sunday.AddDays(7*(week-7)))
				l.must(err)
				told += fmt.Sprintln(sheet.Days, sheet.Missing, sheet.Excess)
			}
		}
		return told
	}
	before := past()
	l.must(l.Erasures.Erase(ctx, l.ada.Tenant.ID, left.User.ID, l.Clock.Now()))
	l.erase()
	for _, when := range []string{"at once", "a month later"} {
		if after := past(); after != before {
			t.Errorf("%s (-before +after):\n%s", when, cmp.Diff(strings.Split(before, "\n"), strings.Split(after, "\n")))
		}
		l.Clock.Add(31 * 24 * time.Hour)
	}
	if count := l.Count(t, `SELECT COUNT(*) FROM targets WHERE user_id IS NOT NULL AND from_day > ?`, erased.Number()); count != 0 {
		t.Errorf("%d targets begin after the erasure", count)
	}
}

// Somebody else may be called alike. What is assigned to them by an address that is known stays, and isn't in the download.
func TestNamesakesAreToldApart(t *testing.T) {
	l := newLife(t)
	assign := func(number, name, address string) {
		t.Helper()
		l.Exec(t, `UPDATE work_items SET assigned_to = ?, assigned_address = NULLIF(?, '') WHERE number = ?`, name, address, number)
	}
	numbers := l.Texts(t, `SELECT number FROM work_items ORDER BY number`)
	if len(numbers) < 2 {
		t.Fatalf("there is only %v", numbers)
	}
	mine, others := numbers[0], numbers[1]
	assign(others, graceName, strings.ToUpper(l.linus.User.Email))
	own := l.download(l.grace.User.ID).sets["assigned_work_items"]
	if len(own) != 1 || own[0]["work_item"] != mine || own[0]["assigned_address"] != graceAddress {
		t.Errorf("assigned to her: %v", own)
	}
	l.erase()
	assigned := func(number string) string {
		return l.Texts(t, `SELECT COALESCE(assigned_to, '-') || ' ' || COALESCE(assigned_address, '-') FROM work_items WHERE number = '`+number+`'`)[0]
	}
	if got := assigned(mine); got != "- -" {
		t.Errorf("hers: %s", got)
	}
	if got := assigned(others); got != graceName+" "+strings.ToUpper(l.linus.User.Email) {
		t.Errorf("her namesake's: %s", got)
	}
}

// Whoever was erased is gone at once, and comes back as somebody new.
func TestErasedPeopleHaveNoPast(t *testing.T) {
	l := newLife(t)
	l.settings(tenant.SettingsPatch{JoinPolicy: new(tenant.JoinDirectory)})
	running, err := l.Timers.Start(t.Context(), l.grace, timer.StartRequest{WorkItem: domaintest.Item(101)})
	l.must(err)
	beside := l.Beside(t)
	_, err = beside.Tenants.SignIn(t.Context(), person(l.grace)) // which is remembered
	l.must(err)
	l.Clock.Add(time.Hour)
	l.must(l.Erasures.Erase(t.Context(), l.ada.Tenant.ID, l.grace.User.ID, l.Clock.Now()))
	stopped, err := l.Store.Entry(t.Context(), l.ada.Tenant.ID, running.Timer.ID)
	l.must(err)
	if stopped.Running() || stopped.StoppedAt.Sub(stopped.StartedAt) != time.Hour {
		t.Errorf("her timer is %+v", stopped)
	}
	for _, tenants := range []*tenant.Service{l.Tenants, beside.Tenants} {
		if _, ok, err := tenants.Known(t.Context(), person(l.grace)); ok || err != nil {
			t.Errorf("she is known: %v", err)
		}
	}
	fresh, err := beside.Tenants.SignIn(t.Context(), person(l.grace))
	l.must(err)
	if fresh.User.ID == l.grace.User.ID || fresh.User.Role != tenant.RoleUser || len(l.entries(fresh)) != 0 {
		t.Errorf("she came back as %+v", fresh.User)
	}
	// Doing it again changes nothing of the new one.
	l.must(l.Erasures.Erase(t.Context(), l.ada.Tenant.ID, l.grace.User.ID, l.Clock.Now()))
	if again := l.Again(t, fresh); again.User.ID != fresh.User.ID || again.User.Name != graceName {
		t.Errorf("now she is %+v", again.User)
	}
	people, _, _, err := l.Tenants.People(t.Context(), l.ada, tenant.UserFilter{}, page.Request{Limit: 50})
	l.must(err)
	for _, person := range people {
		if person.Status == tenant.UserErased {
			t.Errorf("%s is among the people", person.Name)
		}
	}
	role := tenant.RoleAdmin
	_, err = l.Tenants.ChangeUser(t.Context(), l.Again(t, l.ada), l.grace.User.ID, -1, tenant.UserPatch{Role: &role})
	if errs.CodeOf(err) != "user_erased" {
		t.Errorf("an erased person is changed: %v", err)
	}
}

func TestTheLastSuperAdminStays(t *testing.T) {
	l := newLife(t)
	err := l.Erasures.Erase(t.Context(), l.ada.Tenant.ID, l.ada.User.ID, l.Clock.Now())
	if errs.CodeOf(err) != "last_super_admin" {
		t.Errorf("the last super_admin: %v", err)
	}
	if again := l.Again(t, l.ada); again.User.Name != l.ada.User.Name || l.Count(t, `SELECT COUNT(*) FROM erasures`) != 0 {
		t.Errorf("she is %+v", again.User)
	}
}

// failing is a store that fails at one of its writes, as a process does that is killed there.
type failing struct {
	*sqlstore.Store

	left int
}

var errKilled = errors.New("killed")

func (f *failing) RewriteTexts(ctx context.Context, id ids.Tenant, table privacy.TextTable, rows []privacy.TextRow, at time.Time) error {
	if f.left--; f.left < 0 {
		return errKilled
	}
	return f.Store.RewriteTexts(ctx, id, table, rows, at)
}

func (f *failing) Rewrite(ctx context.Context) error {
	if f.left--; f.left < 0 {
		return errKilled
	}
	return f.Store.Rewrite(ctx)
}

// An erasure that stops anywhere goes on there, also in another process, and ends the same.
func TestAnErasureGoesOn(t *testing.T) {
	l := newLife(t)
	l.name()
	l.must(l.Proof.SealAll(t.Context()))
	l.must(l.Erasures.Erase(t.Context(), l.ada.Tenant.ID, l.grace.User.ID, l.Clock.Now()))
	l.must(l.Erasures.Work(t.Context()))
	if left := l.Count(t, `SELECT COUNT(*) FROM erasures WHERE at_table = '' AND finished_at IS NULL`); left != 1 {
		t.Error("it did not wait for calls in flight")
	}
	l.Clock.Add(2 * time.Minute)
	stops := 0
	for ; stops < 100; stops++ {
		store := &failing{l.Store, 1}
		eraser := privacy.NewErasures(store, proof.NewService(store, l.Clock.Now), l.Timers, l.Clock.Now)
		err := eraser.Work(t.Context())
		open, openErr := l.Store.OpenErasures(t.Context(), 1)
		if l.must(openErr); len(open) == 0 {
			break
		}
		if err != nil && !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		l.must(l.Proof.SealAll(t.Context())) // between, what is not rewritten yet is sealed
		l.holds()
	}
	if stops < 10 {
		t.Errorf("it was stopped only %d times", stops)
	}
	for what := range l.found(l.Bytes(t)) {
		if what != graceAddress && what != "grace.hopper" {
			t.Errorf("%q is left", what)
		}
	}
	l.holds()
}

// What is written while an erasure goes on is sealed with the name, and loses it nevertheless.
func TestRowsSealedMeanwhile(t *testing.T) {
	l := newLife(t)
	l.must(l.Proof.SealAll(t.Context()))
	l.must(l.Erasures.Erase(t.Context(), l.ada.Tenant.ID, l.grace.User.ID, l.Clock.Now()))
	_, err := l.Tenants.Invite(t.Context(), l.Again(t, l.ada), []tenant.Invitation{{Email: "x@contoso.example", Name: graceName + " again"}})
	l.must(err, l.Proof.SealAll(t.Context()))
	l.Clock.Add(2 * time.Minute)
	l.finishErasures()
	l.holds()
	for _, text := range l.Texts(t, `SELECT target_name FROM audit_events`) {
		if strings.Contains(text, graceName) {
			t.Errorf("the audit has %q", text)
		}
	}
}

// Processes whose clocks differ wait for calls in flight and repeat sweeps as long as ones whose clocks agree.
func TestErasuresGoByOneClock(t *testing.T) {
	for name, off := range map[string]time.Duration{"behind": -time.Hour, "ahead": time.Hour, "the same": 0} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t)
			shared := func(context.Context) (time.Time, error) { return l.Clock.Now(), nil }
			wrong := func() time.Time { return l.Clock.Now().Add(off) }
			l.must(privacy.NewErasures(l.Store, l.Proof, l.Timers, wrong).TimedBy(shared).
				Erase(t.Context(), l.ada.Tenant.ID, l.grace.User.ID, wrong()))
			store := &copying{Store: l.Store}
			work := privacy.NewErasures(store, l.Proof, l.Timers, func() time.Time { return l.Clock.Now().Add(-off) }).TimedBy(shared).Work
			sweeps := func() int { // and whether the first one finds somebody, who has come back
				store.copyBack = func() {
					l.Exec(t, `UPDATE time_entries SET note = ? WHERE id = (SELECT MIN(id) FROM time_entries)`, "for "+graceName)
				}
				l.must(work(t.Context()))
				if store.copyBack != nil {
					return 0
				}
				return 1
			}
			if l.Clock.Add(59 * time.Second); sweeps() != 0 {
				t.Error("it did not wait for calls in flight")
			}
			if l.Clock.Add(2 * time.Second); sweeps() != 1 {
				t.Error("it waits although no call is in flight")
			}
			l.must(work(t.Context()), work(t.Context()))
			if left := l.Count(t, `SELECT COUNT(*) FROM time_entries WHERE note LIKE '%Hopper%'`); left != 0 {
				t.Errorf("%d rows are left", left)
			}
		})
	}
}

// copying puts a text back that names the person, once the sweep has gone past its table. An import does so that has read its
// row before.
type copying struct {
	*sqlstore.Store
	copyBack func()
}

func (c *copying) Texts(
	ctx context.Context, id ids.Tenant, table privacy.TextTable, after string, limit int,
) ([]privacy.TextRow, error) {
	if table.Name == "import_rows" && c.copyBack != nil {
		c.copyBack()
		c.copyBack = nil
	}
	return c.Store.Texts(ctx, id, table, after, limit)
}

// What comes back behind a sweep is found by the next one, and so is what the person has kept in the last moment.
func TestASweepIsRepeatedUntilItFindsNobody(t *testing.T) {
	l := newLife(t)
	l.must(l.Erasures.Erase(t.Context(), l.ada.Tenant.ID, l.grace.User.ID, l.Clock.Now()))
	l.Clock.Add(2 * time.Minute)
	store := &copying{l.Store, func() {
		l.Exec(t, `UPDATE time_entries SET note = ? WHERE id = (SELECT MIN(id) FROM time_entries)`, "for "+graceName)
		l.Exec(t, `INSERT INTO privacy_choices (tenant_id, user_id, objections, nominee_name, nominee_email, nominee_named_at, revision)
			VALUES (?, ?, '', 'Vincent', 'vincent@example.com', 1, 1)`, l.ada.Tenant.ID[:], l.grace.User.ID[:])
	}}
	erasures := privacy.NewErasures(store, proof.NewService(store, l.Clock.Now), l.Timers, l.Clock.Now)
	l.must(erasures.Work(t.Context()))
	if open, err := l.Store.OpenErasures(t.Context(), 1); err != nil || len(open) != 1 {
		t.Errorf("after the first sweep %d erasures go on, %v", len(open), err)
	}
	l.finishErasures()
	if left := l.Count(t, `SELECT COUNT(*) FROM time_entries WHERE note LIKE '%Hopper%'`) +
		l.Count(t, `SELECT COUNT(*) FROM privacy_choices WHERE nominee_name = 'Vincent'`); left != 0 {
		t.Errorf("%d rows have come back", left)
	}
}

// A call that began before an erasure gives the person nothing back.
func TestASignInDoesNotBringAnErasedPersonBack(t *testing.T) {
	l := newLife(t)
	p := person(l.grace)
	p.SignedInAt, p.Name = l.Clock.Now().Add(time.Hour), "Grace Murray"
	before := l.Count(t, `SELECT COUNT(*) FROM users`)
	store := &erasedMeanwhile{Store: l.Store}
	store.erase = func() {
		store.erase = nil
		l.must(l.Erasures.Erase(t.Context(), l.ada.Tenant.ID, l.grace.User.ID, l.Clock.Now()))
	}
	if _, err := tenant.NewService(store, l.Clock.Now, calendar.CheckZone).SignIn(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if left := l.Count(t, `SELECT COUNT(*) FROM users WHERE status = 'erased' AND (last_sign_in_at IS NOT NULL OR email <> '')`); left != 0 ||
		l.Count(t, `SELECT COUNT(*) FROM users`) != before {
		t.Errorf("%d erased people are known again", left)
	}
}

// erasedMeanwhile erases somebody between the moment in which they were found and what is written of them.
type erasedMeanwhile struct {
	*sqlstore.Store
	erase func()
}

func (e *erasedMeanwhile) Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error {
	if e.erase != nil {
		e.erase()
	}
	return e.Store.Tx(ctx, id, fn)
}

// Whoever comes back while the sweep goes on, or is called alike, keeps their name in the log. So it doesn't tell who the erased
// person was.
func TestANameBesideAnotherIDStays(t *testing.T) {
	l := newLife(t)
	l.settings(tenant.SettingsPatch{JoinPolicy: new(tenant.JoinDirectory)})
	l.must(l.Erasures.Erase(t.Context(), l.ada.Tenant.ID, l.grace.User.ID, l.Clock.Now()))
	fresh, err := l.Tenants.SignIn(t.Context(), person(l.grace))
	l.must(err)
	l.Clock.Add(2 * time.Minute)
	l.finishErasures()
	label := personal.ErasedName(l.grace.User.ID)
	if n := l.Count(t, `SELECT COUNT(*) FROM audit_events WHERE (actor_name = ? AND actor_id = ?) OR (target_name = ? AND target_id = ?)`,
		label, fresh.User.ID[:], label, fresh.User.ID[:]); n != 0 {
		t.Errorf("%d lines call her by the label of her earlier life", n)
	}
	subject, err := tenant.NewPersonal(l.Store).Subject(t.Context(), l.ada.Tenant.ID, fresh.User.ID)
	if l.must(err); slices.ContainsFunc(subject.Names, personal.IsErasedName) {
		t.Errorf("she is known as %q", subject.Names)
	}
}

// An erasure ends everything that its person has asked for.
func TestAnErasureEndsAllRequests(t *testing.T) {
	l := newLife(t)
	asked, _, err := l.Requests.Ask(t.Context(), l.grace, privacy.NewRequest{Kind: privacy.RightErasure})
	l.must(err)
	l.must(l.Erasures.EraseBy(t.Context(), "Olga", l.ada.Tenant.ID, l.grace.User.ID))
	l.Clock.Add(2 * time.Minute)
	l.finishErasures()
	if open := l.Count(t, `SELECT COUNT(*) FROM privacy_requests WHERE closed_at IS NULL`); open != 0 {
		t.Errorf("%d requests are open", open)
	}
	done, err := l.Store.PrivacyRequest(t.Context(), l.ada.Tenant.ID, asked.ID)
	if l.must(err); done.Status != privacy.Done || done.DecidedAt.IsZero() || done.Digest.IsZero() {
		t.Errorf("the request for an erasure is %+v", done)
	}
	if overdue, err := l.Requests.Overdue(t.Context()); err != nil || overdue != 0 {
		t.Errorf("%d are overdue, %v", overdue, err)
	}
}

// Whoever was only invited asks, too, and is gone like everybody else. Meanwhile nobody withdraws the invitation.
func TestTheInvitedAreErased(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	const address = "vera.invited@contoso.example"
	_, err := w.Tenants.Invite(t.Context(), ada, []tenant.Invitation{{Email: address}})
	if err != nil {
		t.Fatal(err)
	}
	vera := domaintest.Person(ada.Tenant.DirectoryID, "Vera")
	vera.Email, vera.EmailVerified = address, true
	m, err := w.Tenants.Subject(t.Context(), vera)
	if err != nil {
		t.Fatal(err)
	}
	asked, _ := ask(t, w, m, privacy.RightErasure, "I don't want to join")
	err = w.Tenants.Withdraw(t.Context(), ada, m.User.ID, m.User.Revision)
	refused(t, err, errs.Conflict, "invitation_in_use")
	if _, err := w.Requests.Decide(t.Context(), ada, asked.ID, 1, privacy.Decision{Grant: true}); err != nil {
		t.Fatal(err)
	}
	_, err = w.Tenants.Subject(t.Context(), vera)
	refused(t, err, errs.Forbidden, "not_known")
	w.Clock.Add(2 * time.Minute)
	for range 2 {
		if err := w.Erasures.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if done, err := w.Store.PrivacyRequest(t.Context(), ada.Tenant.ID, asked.ID); err != nil || done.Status != privacy.Done {
		t.Errorf("the request is %+v, %v", done, err)
	}
	if content := bytes.ToLower(w.Bytes(t)); bytes.Contains(content, []byte("vera.invited")) {
		t.Error("her address is left in the file")
	}
}

// A row of a file without ids is known again by a digest of its text. All else of the text stays, so the digest would show who
// guesses the name.
func TestADigestTellsNobodyWhoWasErased(t *testing.T) {
	l := newLife(t)
	file := "user_email,started_at,stopped_at,project,work_item_id,activity,billable,note\n" +
		graceAddress + ",2026-11-11T09:00:00Z,2026-11-11T10:00:00Z,Payments,101,,,hers\n" +
		l.linus.User.Email + ",2026-11-11T09:00:00Z,2026-11-11T10:00:00Z,Payments,101,,,with " + graceName + "\n" +
		l.linus.User.Email + ",2026-11-11T11:00:00Z,2026-11-11T12:00:00Z,Payments,101,,,alone\n"
	begun, err := l.Imports.Begin(t.Context(), l.ada, importer.Options{FileName: "again.csv", Project: "Payments"})
	l.must(err, l.Imports.PutPart(t.Context(), l.ada, begun.ID, 1, file))
	_, err = l.Imports.Check(t.Context(), l.ada, begun.ID, 1)
	l.must(err, l.Imports.Work(t.Context()))
	digests := func(of string) []string {
		return l.Texts(t, `SELECT row_number || ' ' || HEX(external_id) FROM import_rows WHERE import_id `+of+` ? ORDER BY import_id, row_number`, begun.ID[:])
	}
	before, others := digests("="), digests("<>")
	l.erase()
	after := digests("=")
	if len(before) != 3 || before[0] == after[0] || before[1] == after[1] {
		t.Errorf("rows that named her have the digests %q, and had %q", after, before)
	}
	if before[2] != after[2] {
		t.Errorf("a row without her has the digest %q, and had %q", after[2], before[2])
	}
	if diff := cmp.Diff(others, digests("<>")); diff != "" {
		t.Errorf("rows with ids of their product aren't known again: %s", diff)
	}
}

// Names that have become the same by an erasure are told apart, since a rule of the schema says so.
func TestRedactedNamesStayUnique(t *testing.T) {
	l := newLife(t)
	for _, name := range []string{"With Grace Hopper", "With Hopper, Grace", "With Grace-Hopper"} {
		_, err := l.Tenants.AddActivity(t.Context(), l.ada, tenant.NewActivity{Name: name})
		l.must(err)
	}
	l.erase()
	label := "With " + personal.ErasedName(l.grace.User.ID)
	names := l.Texts(t, `SELECT name FROM activities WHERE name LIKE 'With %'`)
	if len(names) != 3 || !slices.Contains(names, label) {
		t.Errorf("the names are %q", names)
	}
}

func TestErasureByAnOperator(t *testing.T) {
	l := newLife(t)
	l.must(l.Erasures.EraseBy(t.Context(), "Olga", l.ada.Tenant.ID, l.grace.User.ID))
	events := l.Texts(t, `SELECT actor_name || ': ' || target_name FROM audit_events WHERE action = 'user_erased'`)
	if diff := cmp.Diff([]string{"Olga: " + personal.ErasedName(l.grace.User.ID)}, events); diff != "" {
		t.Error(diff)
	}
}

// person is Grace as her directory vouches for her.
func person(m tenant.Member) tenant.Person {
	p := domaintest.AsPerson(m)
	p.EmailVerified = true
	return p
}

// A request that was granted is closed once all is gone, and leaves nothing either.
func TestAGrantedErasure(t *testing.T) {
	l := newLife(t)
	l.Exec(t, `UPDATE users SET claimed_email = ? WHERE id = ?`, graceOther, l.grace.User.ID[:])
	l.holds()
	asked, reference, err := l.Requests.Ask(t.Context(), l.grace, privacy.NewRequest{Kind: privacy.RightErasure, Note: "I am " + graceName})
	l.must(err)
	if reference == "" {
		t.Error("she was told no reference")
	}
	_, err = l.Requests.Decide(t.Context(), l.ada, asked.ID, asked.Revision, privacy.Decision{Grant: true, Reason: "as " + graceName + " wants"})
	l.must(err)
	l.holds() // the decision is sealed with her name before the texts are gone through
	l.Clock.Add(2 * time.Minute)
	l.finishErasures()
	l.holds()
	done, err := l.Store.PrivacyRequest(t.Context(), l.ada.Tenant.ID, asked.ID)
	l.must(err)
	if done.Status != privacy.Done || done.ClosedAt.IsZero() || done.Note != "" || strings.Contains(done.Reason, graceName) {
		t.Errorf("the request is %+v", done)
	}
	for what := range l.found(l.Bytes(t)) {
		if what != graceAddress && what != "grace.hopper" {
			t.Errorf("%q is left", what)
		}
	}
}

// Tax law keeps people in billing records for 7 years, and not longer.
func TestBillingRecordsLosePeople(t *testing.T) {
	l := newLife(t)
	l.erase()
	retentions := privacy.NewRetentions(l.Store, l.Proof, l.Clock.Now)
	people := func() (names, records int) {
		for _, text := range l.Texts(t, `SELECT COALESCE(active, '') || COALESCE(inactive, '') FROM billing_records`) {
			names, records = names+strings.Count(text, "@"), records+strings.Count(text, l.grace.User.ID.String())
		}
		return names, records
	}
	end := func(dryRun bool) int {
		t.Helper()
		ended, err := retentions.End(t.Context(), dryRun)
		l.must(err)
		return rowsOf(ended, privacy.BilledPeople)
	}
	before, mentions := people()
	l.Clock.Set(l.Clock.Now().AddDate(7, 0, -60))
	if n := end(false); n != 0 || before < 2 || mentions < 2 {
		t.Fatalf("%d records of %d addresses have ended too early", n, before)
	}
	l.Clock.Set(l.Clock.Now().AddDate(0, 0, 61))
	due := end(true)
	if now, _ := people(); due < 2 || now != before {
		t.Errorf("a dry run of %d records leaves %d of %d addresses", due, now, before)
	}
	if n := end(false); n != due {
		t.Errorf("%d of %d records have ended", n, due)
	}
	if now, still := people(); now != 0 || still != mentions {
		t.Errorf("%d addresses are left, and %d of %d ids", now, still, mentions)
	}
	if n := end(false); n != 0 {
		t.Errorf("%d records have ended again", n)
	}
	l.holds()
}
