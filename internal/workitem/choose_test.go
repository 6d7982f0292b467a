package workitem_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/workitem"
)

func (f *floor) search(query workitem.Query) []string {
	f.t.Helper()
	found, err := f.Work.Search(f.t.Context(), f.linus, as(f.linus), query)
	if err != nil {
		f.t.Fatal(err)
	}
	var shown []string
	for _, item := range found {
		line := fmt.Sprintf("#%s %s, %s, %s, %s in %s/%s", item.Number, item.Title, item.Type, item.Reading.State,
			item.Reading.Assignee, item.Site.Name, item.Project.Name)
		if !item.ID.IsZero() {
			line += ", known"
		}
		shown = append(shown, line)
	}
	return shown
}

func TestSearch(t *testing.T) {
	f := newFloor(t)
	f.answer("5", "", 1)
	f.Boards.Hide(f.linus.User.ObjectID.String(), "5")
	const hit = "#132 Title 1 of 132, Bug, Active, Grace in contoso/Payments"
	for _, test := range []struct {
		name  string
		query workitem.Query
		asked workitem.Query // zero: one item is read
		want  []string
	}{
		{"a number", workitem.Query{Words: " 132 "}, workitem.Query{}, []string{hit}},
		{"a number after a sign, among others'", workitem.Query{Words: "#132", Mine: true, Project: "Shop"}, workitem.Query{}, []string{hit}},
		{"a number of nothing", workitem.Query{Words: "133"}, workitem.Query{}, nil},
		{"a number that isn't shown to the person", workitem.Query{Words: "5"}, workitem.Query{}, nil},
		{"words", workitem.Query{Words: " late  refund", Project: " Payments ", Limit: 7}, workitem.Query{Words: "late  refund", Project: "Payments", Limit: 7}, []string{hit}},
		{"mine", workitem.Query{Mine: true, Words: " "}, workitem.Query{Mine: true, Open: true}, []string{hit}},
		{"words of mine", workitem.Query{Mine: true, Words: "late"}, workitem.Query{Mine: true, Words: "late"}, []string{hit}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f.t = t
			if diff := gocmp.Diff(test.want, f.search(test.query)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if test.asked == (workitem.Query{}) {
				if reads := f.Boards.Taken(); len(reads) != 1 {
					t.Errorf("read %v", reads)
				}
			} else if asked := f.Boards.Asked(); asked != test.asked {
				t.Errorf("asked for %+v, want %+v", asked, test.asked)
			}
		})
	}
	f.t = t
	item := f.start(f.linus, "132", "Guess").WorkItem.ID
	if diff := gocmp.Diff([]string{hit + ", known"}, f.search(workitem.Query{Words: "132"})); diff != "" {
		t.Errorf("what was worked on (-want +got):\n%s", diff)
	}
	f.Boards.Taken()
	f.shows("what was found", f.linus, item, "Title 1 of 132, Active, Payments")
	f.taken("what was found")

	var err error
	for _, words := range []string{" ", "\x00", "\u202e\u00a0\u2066", "\x1b\u200b"} {
		_, err = f.Work.Search(t.Context(), f.linus, as(f.linus), workitem.Query{Words: words})
		refused(t, err, errs.RuleBroken, "search_empty")
	}
	f.Boards.Hide(f.linus.User.ObjectID.String(), "132")
	if found := f.search(workitem.Query{Words: "132"}); len(found) != 0 {
		t.Errorf("what is hidden by now is found: %v", found)
	}
	f.Boards.Taken()
	f.shows("what a search didn't find by its number", f.linus, item, ", , Payments")
	f.taken("what a search didn't find by its number")
	f.Boards.Fail(workitem.RemoteUnavailable(nil, time.Minute))
	_, err = f.Work.Search(t.Context(), f.linus, as(f.linus), workitem.Query{Words: "late"})
	refused(t, err, errs.Unavailable, "tracker_unavailable")
	_, err = workitem.NewService(f.Store, nil, f.Clock.Now).Search(t.Context(), f.linus, as(f.linus), workitem.Query{Words: "late"})
	refused(t, err, errs.Unavailable, "tracker_unavailable")
}

// TestOnesSearchesGoOneAfterTheOther: many at once would use up what the tracker allows a person.
func TestOnesSearchesGoOneAfterTheOther(t *testing.T) {
	f := newFloor(t)
	begun := false
	f.Boards.Before = func() {
		if begun {
			return
		}
		begun = true
		left, leave := context.WithCancel(t.Context())
		leave()
		_, err := f.Work.Search(left, f.linus, as(f.linus), workitem.Query{Words: "3"})
		refused(t, err, errs.Unavailable, "tracker_unavailable") // waiting, until its caller has left
		if _, err := f.Work.Search(t.Context(), f.ada, as(f.ada), workitem.Query{Words: "4"}); err != nil {
			t.Errorf("somebody else's waits too: %v", err)
		}
	}
	for _, words := range []string{"1", "2"} {
		if _, err := f.Work.Search(t.Context(), f.linus, as(f.linus), workitem.Query{Words: words}); err != nil || !begun {
			t.Errorf("%s: %v", words, err)
		}
	}
}

func claimed(number string) workitem.Claim {
	return workitem.Claim{
		Tracker: workitem.AzureDevOps, Project: workitem.Named{Name: "Payments"}, Number: number, Title: "Title of " + number,
	}
}

// recent are the member's recent items, pinned ones with a sign, and when they were used.
func (f *floor) recent() (shown []string) {
	f.t.Helper()
	recent, err := f.Work.Recent(f.t.Context(), f.linus)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, r := range recent {
		line := r.WorkItem.SeenBy(f.linus).Title
		if r.Pinned() {
			line = "* " + line
		}
		if !r.UsedAt.IsZero() {
			line += r.UsedAt.Format(" 15:04")
		}
		shown = append(shown, line)
	}
	return shown
}

func TestRecentAndPinned(t *testing.T) {
	f := newFloor(t)
	pin := func(number string) ids.WorkItem {
		t.Helper()
		pinned, err := f.Work.Pin(t.Context(), f.linus, claimed(number))
		if err != nil || !pinned.Pinned() || pinned.WorkItem.SeenBy(f.linus).Title != "Title of "+number {
			t.Fatalf("pinned %+v (%v)", pinned, err)
		}
		f.Clock.Add(time.Minute)
		return pinned.WorkItem.ID
	}
	work := func(number string) {
		t.Helper()
		f.start(f.linus, number, "Title of "+number)
		f.Clock.Add(time.Minute)
	}
	for _, number := range []string{"1", "2", "3", "1"} {
		work(number)
	}
	f.start(f.ada, "9", "Ada's own") // nobody else's
	pin("5")
	second := pin("2")
	pin("5") // again
	want := []string{"* Title of 5", "* Title of 2 09:01", "Title of 1 09:03", "Title of 3 09:02"}
	if diff := gocmp.Diff(want, f.recent()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := f.Work.Unpin(t.Context(), f.linus, second); err != nil {
		t.Error(err)
	}
	refused(t, f.Work.Unpin(t.Context(), f.linus, second), errs.NotFound, "pin_not_found")
	if diff := gocmp.Diff([]string{"* Title of 5", "Title of 1 09:03", "Title of 3 09:02", "Title of 2 09:01"}, f.recent()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	late := f.linus
	late.Tenant.TrialEndsAt = f.Clock.Now()
	refused(t, f.Work.Unpin(t.Context(), late, second), errs.PaymentRequired, "trial_expired")
	_, err := f.Work.Pin(t.Context(), late, claimed("6"))
	refused(t, err, errs.PaymentRequired, "trial_expired")
	_, err = f.Work.Pin(t.Context(), f.linus, claimed("abc"))
	refused(t, err, errs.RuleBroken, "work_item_invalid")

	for i := range workitem.MaxPins - 1 {
		pin(strconv.Itoa(100 + i))
	}
	_, err = f.Work.Pin(t.Context(), f.linus, claimed("1000"))
	refused(t, err, errs.RuleBroken, "too_many_pins")
	pin("5") // which is pinned
	if shown := f.recent(); len(shown) != workitem.MaxRecent || shown[0] != "* Title of 5" {
		t.Errorf("%d are shown, first %s", len(shown), shown[0])
	}
}
