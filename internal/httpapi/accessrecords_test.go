package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"timetracker/api"
	"timetracker/internal/audit"
	"timetracker/internal/httpapi"
	"timetracker/internal/ids"
)

// accessesOf are the records that somebody is shown, as texts: who, how, whose, how often.
func (w *offices) accessesOf(who string) (lines []string) {
	w.t.Helper()
	for _, r := range as[api.AccessRecordPage](w.t, w.do(call{as: who, path: "/api/v1/me/access-records?limit=200"}), 200).Data {
		whose := "own"
		if r.Everybody {
			whose = "everybody"
		}
		by := "?"
		for user, id := range w.ids {
			if r.By.Id != nil && *r.By.Id == id {
				by = strings.Split(user, "@")[0]
			}
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %d", by, r.Kind, whose, r.Reads))
	}
	slices.Sort(lines)
	return lines
}

// nextHour begins an hour without records.
func (w *offices) nextHour() { w.clock.advance(time.Hour) }

// newAccesses are the records of the hour.
func (w *offices) newAccesses(who string, do func()) []string {
	w.t.Helper()
	w.nextHour()
	before := w.accessesOf(who)
	do()
	after := w.accessesOf(who)
	return slices.DeleteFunc(after, func(line string) bool {
		i := slices.Index(before, line)
		if i < 0 {
			return false
		}
		before[i] = ""
		return true
	})
}

// TestReadsOfOthersAreRecorded reads as an admin, an approver and oneself, and looks at what the person is shown.
func TestReadsOfOthersAreRecorded(t *testing.T) {
	w := newOffices(t)
	w.setUser(ada, w.ids[linus], `{"approver_id":"`+w.ids[margaret]+`"}`)
	entry := w.entry(linus)
	w.start(linus, "777")
	id, runsOn := w.ids[linus], "/work-items/time?project=Payments&id=777"
	for _, test := range []struct {
		as, path string
		want     []string // of Linus
	}{
		{grace, runsOn, []string{"grace list own 1"}},
		{ada, runsOn, []string{"ada list own 1"}},
		{joan, runsOn, nil}, // who runs a timer there is told to every colleague
		{linus, runsOn, nil},
		{grace, "/work-items/time?project=Payments&id=778", nil},
		{grace, "/time-entries?user_id=" + id, []string{"grace list own 1"}},
		{grace, "/time-entries?scope=tenant", []string{"grace list everybody 1"}},
		{grace, "/time-entries", nil},
		{grace, "/time-entries?user_id=" + w.ids[joan], nil},
		{grace, "/timers", []string{"grace list everybody 1"}},
		{grace, "/time-entries/" + entry.id, []string{"grace entry own 1"}},
		{grace, "/time-entries/" + entry.id + "/history", []string{"grace history own 1"}},
		{grace, "/timer-events?scope=tenant", []string{"grace log everybody 1"}},
		{grace, "/timer-events?scope=tenant&format=csv&user_id=" + id, []string{"grace export own 1"}},
		{grace, "/actions", []string{"grace log everybody 1"}},
		{grace, "/audit-events?format=csv", []string{"grace export everybody 1"}},
		{grace, "/reports/time" + someDays, nil},
		{grace, "/reports/time" + someDays + "&format=pdf", nil},
		{grace, "/reports/time" + someDays + "&group_by=project,user", []string{"grace report everybody 1"}},
		{grace, "/reports/time" + someDays + "&user_id=" + id, []string{"grace report own 1"}},
		{grace, "/reports/entries" + someDays, []string{"grace report everybody 1"}},
		{grace, "/reports/entries" + someDays + "&format=csv&user_id=" + id, []string{"grace export own 1"}},
		{grace, "/timesheets?first_day=2026-11-16", []string{"grace timesheet everybody 1"}},
		{grace, "/timesheets/pending", nil},
		{grace, "/targets?user_id=" + id, []string{"grace timesheet own 1"}},
		{grace, "/targets", nil},
		{grace, "/adjustments", []string{"grace list everybody 1"}},
		{grace, "/users", []string{"grace person everybody 1"}},
		{grace, "/users/" + id, []string{"grace person own 1"}},
		{grace, "/me/export", nil},
		{ada, "/tenant/proof", []string{"ada export everybody 1"}},
		{ada, "/billing-records", []string{"ada billing everybody 1"}},
		{margaret, "/timesheets?first_day=2026-11-16", []string{"margaret timesheet own 1"}},
		{margaret, "/timesheets?first_day=2026-11-16&user_id=" + id, []string{"margaret timesheet own 1"}},
		{linus, "/time-entries", nil},
		{linus, "/timesheets?first_day=2026-11-16", nil},
		{linus, "/reports/entries" + someDays, nil},
	} {
		got := w.newAccesses(linus, func() {
			if answer := w.do(call{as: test.as, path: "/api/v1" + test.path}); answer.status != 200 {
				t.Errorf("%s %s: %d %s", test.as, test.path, answer.status, answer.body)
			}
		})
		if !slices.Equal(test.want, got) {
			t.Errorf("%s reads %s: %q, want %q", test.as, test.path, got, test.want)
		}
	}
}

// TestReadsOfConfirmationsAreRecorded tells of a super_admin who reads what became of somebody's request, and not of the person.
func TestReadsOfConfirmationsAreRecorded(t *testing.T) {
	w := newOffices(t)
	asked := w.askPrivacy(linus, `{"kind":"restriction"}`)
	w.granted(linus, asked)
	for who, want := range map[string][]string{ada: {"ada person own 1"}, linus: nil} {
		got := w.newAccesses(linus, func() {
			if answer := w.do(call{as: who, path: "/api/v1/privacy-requests/" + asked.id + "/confirmation"}); answer.status != 200 {
				t.Errorf("%s: %d %s", who, answer.status, answer.body)
			}
		})
		if !slices.Equal(want, got) {
			t.Errorf("%s reads it: %q, want %q", who, got, want)
		}
	}
}

// TestPollingAddsNoRows reads the same again and again.
func TestPollingAddsNoRows(t *testing.T) {
	w := newOffices(t)
	got := w.newAccesses(linus, func() {
		for range 5 {
			w.do(call{as: grace, path: "/api/v1/timers"})
			w.clock.advance(time.Minute)
		}
	})
	if !slices.Equal(got, []string{"grace list everybody 5"}) {
		t.Errorf("%q", got)
	}
	page := as[api.AccessRecordPage](t, w.do(call{as: linus, path: "/api/v1/me/access-records?limit=1"}), 200)
	if r := page.Data[0]; !r.LastAt.Equal(r.FirstAt.Add(4*time.Minute)) || *r.By.Name == "" || *r.By.Role != api.RoleAdmin {
		t.Errorf("%+v", r)
	}
	next := as[api.AccessRecordPage](t, w.do(call{as: linus, path: "/api/v1/me/access-records?limit=1&cursor=" + *page.Page.NextCursor}), 200)
	if next.Data[0].Id == page.Data[0].Id {
		t.Error("the next page begins again")
	}
}

// TestChangesOfOthersAreReads looks at what the answer to a change, or to a refused one, tells of somebody else.
func TestChangesOfOthersAreReads(t *testing.T) {
	w := newOffices(t)
	entry := w.entry(linus)
	change := func(who, etag string) reply {
		return w.change(who, "/time-entries/"+entry.id, etag, `{"note":"Seen","reason":"To see it"}`)
	}
	got := w.newAccesses(linus, func() {
		if answer := change(grace, `"1"`); answer.status != 412 || !strings.Contains(answer.body, `"time_entry"`) {
			t.Errorf("refused: %d %s", answer.status, answer.body)
		}
	})
	if !slices.Equal(got, []string{"grace entry own 1"}) {
		t.Errorf("a refusal with the entry: %q", got)
	}
	got = w.newAccesses(linus, func() { as[api.TimeEntry](t, change(grace, entry.etag), 200) })
	if !slices.Equal(got, []string{"grace entry own 1"}) {
		t.Errorf("a change: %q", got)
	}
}

// deaf is an AccessStore that can't keep what is read, from some moment on.
type deaf struct {
	audit.AccessStore
	broken bool
}

func (d *deaf) NoteReads(ctx context.Context, id ids.Tenant, records []audit.AccessRecord) error {
	if d.broken {
		return errors.New("the disk is full")
	}
	return d.AccessStore.NoteReads(ctx, id, records)
}

// TestWhatIsNotRecordedIsNotShown reads what can't be recorded, and changes it.
func TestWhatIsNotRecordedIsNotShown(t *testing.T) {
	store := &deaf{}
	w := newOffices(t, func(c *httpapi.Config) {
		store.AccessStore = c.Keys.(audit.AccessStore)
		c.Accesses = audit.NewAccesses(store, c.Now)
	})
	entry := w.entry(linus)
	store.broken = true
	for _, path := range []string{
		"/time-entries?scope=tenant", "/time-entries/" + entry.id, "/reports/entries" + someDays + "&format=csv", "/users", "/tenant/proof",
	} {
		got := w.do(call{as: ada, path: "/api/v1" + path})
		problem(t, got, 503, "access_not_recorded")
		if got.header.Get("Retry-After") == "" || got.header.Get("Content-Disposition") != "" {
			t.Errorf("%s: %v", path, got.header)
		}
	}
	refused := w.change(grace, "/time-entries/"+entry.id, `"1"`, `{"note":"Seen","reason":"To see it"}`)
	if refused.status != 412 || strings.Contains(refused.body, `"time_entry"`) {
		t.Errorf("a refusal: %d %s", refused.status, refused.body)
	}
	problem(t, w.change(grace, "/time-entries/"+entry.id, entry.etag, `{"note":"Seen","reason":"To see it"}`), 503, "access_not_recorded")
	for _, path := range []string{"/me", "/time-entries", "/time-entries/" + entry.id, "/timers/current", "/me/access-records", "/me/export"} {
		if got := w.do(call{as: linus, path: "/api/v1" + path}); got.status != 200 {
			t.Errorf("one's own %s: %d %s", path, got.status, got.body)
		}
	}
	if mine := as[api.TimeEntry](t, w.do(call{as: linus, path: "/api/v1/time-entries/" + entry.id}), 200); mine.Note != nil {
		t.Error("what was answered with an error was changed")
	}
	as[api.TimerStarted](t, w.do(call{as: ada, method: "POST", path: "/api/v1/timers", body: item("1")}), 201)
}
