package timer_test

import (
	"strings"
	"testing"
	"time"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// described is a world in which Ada has worked on Payments and Storefront, with the tenant's activities.
type described struct {
	*domaintest.World
	t   *testing.T
	ada tenant.Member

	development, review, meeting tenant.Activity
	payments, storefront         ids.Project
}

func newDescribed(t *testing.T) *described {
	t.Helper()
	d := &described{World: domaintest.New(t), t: t}
	d.ada = d.SignUp(t)
	all := must[[]tenant.Activity](t)(d.Tenants.Activities(t.Context(), d.ada))
	d.development, d.review, d.meeting = all[0], all[1], all[2]
	for _, project := range []struct {
		name string
		id   *ids.Project
	}{{"Payments", &d.payments}, {"Storefront", &d.storefront}} {
		*project.id = start(t, d.World, d.ada, domaintest.ItemOf(project.name, 900)).Timer.ProjectID
		d.Clock.Add(time.Minute)
		stop(t, d.World, d.ada)
	}
	d.Clock.Add(time.Minute)
	return d
}

// rule changes a project as an admin does.
func (d *described) rule(project ids.Project, patch workitem.ProjectPatch) {
	d.t.Helper()
	p := must[workitem.ProjectDetails](d.t)(d.Work.Project(d.t.Context(), d.ada, project))
	must[workitem.ProjectDetails](d.t)(d.Work.ChangeProject(d.t.Context(), d.ada, project, p.Revision, patch))
}

func (d *described) billable(project ids.Project, billable *bool) {
	d.t.Helper()
	d.rule(project, workitem.ProjectPatch{Billable: &billable})
}

func TestDefaultsOfANewEntry(t *testing.T) {
	d := newDescribed(t)
	yes, no := new(true), new(false)
	for _, test := range []struct {
		name     string
		project  *bool // of Payments
		named    timer.Details
		activity string
		billable bool
	}{
		{"the tenant's default", nil, timer.Details{}, "Development", true},
		{"the named activity", nil, timer.Details{Activity: d.meeting.ID}, "Meeting", false},
		{"the project before the activity", no, timer.Details{}, "Development", false},
		{"the project before another activity", yes, timer.Details{Activity: d.meeting.ID}, "Meeting", true},
		{"what is named before both", yes, timer.Details{Activity: d.meeting.ID, Billable: no}, "Meeting", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			d.t = t
			d.billable(d.payments, test.project)
			result := must[timer.StartResult](t)(d.Timers.Start(t.Context(), d.ada,
				timer.StartRequest{WorkItem: domaintest.Item(101), Details: test.named}))
			d.Clock.Add(time.Minute)
			stopped := stop(t, d.World, d.ada)
			for what, e := range map[string]timer.Entry{"started": result.Timer, "stopped": stopped, "stored": stored(t, d.World, d.ada, stopped.ID)} {
				if e.Activity.Name != test.activity || e.Billable != test.billable {
					t.Errorf("%s: %s, billable %t; want %s, %t", what, e.Activity.Name, e.Billable, test.activity, test.billable)
				}
			}
		})
	}
}

func TestAChangeOfActivityOrProjectDecidesBillableAnew(t *testing.T) {
	d := newDescribed(t)
	d.billable(d.storefront, new(true))
	storefront, payments := domaintest.ItemOf("Storefront", 102), domaintest.Item(101)
	start(t, d.World, d.ada, payments)
	d.Clock.Add(time.Minute)
	entry := stop(t, d.World, d.ada)
	for _, step := range []struct {
		name     string
		patch    timer.Patch
		billable bool
	}{
		{"another activity", timer.Patch{Details: timer.Details{Activity: d.meeting.ID}}, false},
		{"by hand", timer.Patch{Details: timer.Details{Billable: new(true)}}, true},
		{"a note changes nothing of it", timer.Patch{Details: timer.Details{Note: new("x")}}, true},
		{"the same activity doesn't either", timer.Patch{Details: timer.Details{Activity: d.meeting.ID}}, true},
		{"named with another activity", timer.Patch{Details: timer.Details{Activity: d.development.ID, Billable: new(false)}}, false},
		{"another project", timer.Patch{WorkItem: &storefront}, true},
		{"back, as the activity says", timer.Patch{WorkItem: &payments}, true},
		{"an activity that isn't", timer.Patch{Details: timer.Details{Activity: d.meeting.ID}}, false},
	} {
		d.Clock.Add(time.Second)
		entry = must[timer.Entry](t)(d.Timers.Change(t.Context(), d.ada, entry.ID, entry.Revision, step.patch))
		if entry.Billable != step.billable {
			t.Fatalf("%s: billable is %t", step.name, entry.Billable)
		}
		equal(t, step.name, stored(t, d.World, d.ada, entry.ID), entry)
	}
}

func TestActivitiesThatCannotBeChosen(t *testing.T) {
	d := newDescribed(t)
	archived := true
	review := must[tenant.Activity](t)(d.Tenants.ChangeActivity(t.Context(), d.ada, d.review.ID, d.review.Revision, tenant.ActivityPatch{Archived: &archived}))
	for name, id := range map[string]ids.Activity{"archived": review.ID, "none": ids.New[ids.Activity]()} {
		t.Run(name, func(t *testing.T) {
			named := timer.Details{Activity: id}
			_, err := d.Timers.Start(t.Context(), d.ada, timer.StartRequest{WorkItem: domaintest.Item(101), Details: named})
			refused(t, err, errs.RuleBroken, "activity_unknown")
			_, err = d.Timers.Add(t.Context(), d.ada, timer.AddRequest{
				WorkItem: domaintest.Item(101), Details: named, StartedAt: d.Clock.Now().Add(-time.Hour), StoppedAt: d.Clock.Now().Add(-30 * time.Minute),
			})
			refused(t, err, errs.RuleBroken, "activity_unknown")
		})
	}
	// Who has it already may name it.
	entry := domaintest.Entry(d.ada, domaintest.Item(101), d.Clock.Now().Add(-time.Hour), d.Clock.Now().Add(-30*time.Minute))
	entry.Activity = review.Ref()
	d.Save(t, d.ada, entry)
	patch := timer.Patch{Details: timer.Details{Activity: review.ID, Note: new("kept")}}
	changed := must[timer.Entry](t)(d.Timers.Change(t.Context(), d.ada, entry.ID, 1, patch))
	equal(t, "activity", changed.Activity, review.Ref())
}

func TestNotes(t *testing.T) {
	d := newDescribed(t)
	for name, test := range map[string]struct{ given, want string }{
		"blanks around it":   {"  Paired\twith Grace \n", "Paired\twith Grace"},
		"lines":              {"one\r\ntwo\n\nthree", "one\ntwo\n\nthree"},
		"control characters": {"a\x00b\x1bc", "abc"},
		"the longest":        {strings.Repeat("🕰", timer.MaxNote), strings.Repeat("🕰", timer.MaxNote)},
	} {
		t.Run(name, func(t *testing.T) {
			result := must[timer.StartResult](t)(d.Timers.Start(t.Context(), d.ada,
				timer.StartRequest{WorkItem: domaintest.Item(101), Details: timer.Details{Note: &test.given}}))
			equal(t, "note", stored(t, d.World, d.ada, result.Timer.ID).Note, test.want)
			d.Clock.Add(time.Minute)
			stop(t, d.World, d.ada)
		})
	}
	_, err := d.Timers.Start(t.Context(), d.ada, timer.StartRequest{
		WorkItem: domaintest.Item(101), Details: timer.Details{Note: new(strings.Repeat("x", timer.MaxNote+1))},
	})
	refused(t, err, errs.RuleBroken, "text_too_long")
}

func TestGeneralTimeNeedsThePermissionOfItsProject(t *testing.T) {
	d := newDescribed(t)
	general := timer.StartRequest{General: d.payments}
	refuse := func() {
		t.Helper()
		_, err := d.Timers.Start(t.Context(), d.ada, general)
		refused(t, err, errs.RuleBroken, "general_not_allowed")
	}
	refuse()
	_, err := d.Timers.Start(t.Context(), d.ada, timer.StartRequest{General: ids.New[ids.Project]()})
	refused(t, err, errs.RuleBroken, "general_not_allowed")
	start(t, d.World, d.ada, domaintest.Item(101))
	d.Clock.Add(time.Minute)
	entry := stop(t, d.World, d.ada)
	_, err = d.Timers.Change(t.Context(), d.ada, entry.ID, entry.Revision, timer.Patch{General: d.payments})
	refused(t, err, errs.RuleBroken, "general_not_allowed")

	d.rule(d.payments, workitem.ProjectPatch{GeneralAllowed: new(true)})
	result := must[timer.StartResult](t)(d.Timers.Start(t.Context(), d.ada, general))
	if e := result.Timer; !e.General() || e.WorkItem.Project.Name != "Payments" || e.WorkItem.Site.Name != "contoso" {
		t.Errorf("general time is on %+v", e.WorkItem)
	}
	equal(t, "stored", stored(t, d.World, d.ada, result.Timer.ID), result.Timer)
	d.Clock.Add(time.Minute)
	stop(t, d.World, d.ada)
	d.rule(d.payments, workitem.ProjectPatch{GeneralAllowed: new(false)})
	refuse()
}

func TestGeneralTimeOfAMergedProjectIsThatOfTheOther(t *testing.T) {
	d := newDescribed(t)
	d.rule(d.storefront, workitem.ProjectPatch{GeneralAllowed: new(true)})
	must[workitem.ProjectDetails](t)(d.Work.Merge(t.Context(), d.ada, d.payments, d.storefront))
	result := must[timer.StartResult](t)(d.Timers.Start(t.Context(), d.ada, timer.StartRequest{General: d.payments}))
	equal(t, "project", result.Timer.ProjectID, d.storefront)
	equal(t, "shown", result.Timer.WorkItem.Project.Name, "Storefront")
}

func TestTheSameWorkAgainChangesNothing(t *testing.T) {
	d := newDescribed(t)
	d.rule(d.payments, workitem.ProjectPatch{GeneralAllowed: new(true)})
	d.rule(d.storefront, workitem.ProjectPatch{GeneralAllowed: new(true)})
	standUp := timer.Details{Activity: d.meeting.ID, Note: new("Stand-up")}
	for _, test := range []struct {
		name          string
		first, second timer.StartRequest
		again         bool
	}{
		{"general time", timer.StartRequest{General: d.payments, Details: standUp}, timer.StartRequest{General: d.payments, Details: standUp}, true},
		{"what isn't named", timer.StartRequest{General: d.payments, Details: standUp}, timer.StartRequest{General: d.payments}, true},
		{"another note", timer.StartRequest{General: d.payments, Details: standUp},
			timer.StartRequest{General: d.payments, Details: timer.Details{Note: new("Retrospective")}}, false},
		{"another activity", timer.StartRequest{General: d.payments, Details: standUp},
			timer.StartRequest{General: d.payments, Details: timer.Details{Activity: d.review.ID}}, false},
		{"another project", timer.StartRequest{General: d.payments}, timer.StartRequest{General: d.storefront}, false},
		{"an item of the project", timer.StartRequest{General: d.payments}, timer.StartRequest{WorkItem: domaintest.Item(101)}, false},
		{"the project of an item", timer.StartRequest{WorkItem: domaintest.Item(101)}, timer.StartRequest{General: d.payments}, false},
		{"an item", timer.StartRequest{WorkItem: domaintest.Item(101)}, timer.StartRequest{WorkItem: domaintest.Item(101)}, true},
		{"an item with another activity", timer.StartRequest{WorkItem: domaintest.Item(101)},
			timer.StartRequest{WorkItem: domaintest.Item(101), Details: timer.Details{Activity: d.review.ID}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			first := must[timer.StartResult](t)(d.Timers.Start(t.Context(), d.ada, test.first))
			d.Clock.Add(time.Minute)
			second := must[timer.StartResult](t)(d.Timers.Start(t.Context(), d.ada, test.second))
			if again := !second.Created && second.Timer.ID == first.Timer.ID; again != test.again {
				t.Errorf("the timer goes on: %t, want %t", again, test.again)
			}
			if switched := second.Stopped != nil; switched == test.again {
				t.Errorf("the timer was stopped: %t", switched)
			}
			d.Clock.Add(time.Minute)
			stop(t, d.World, d.ada)
		})
	}
}

func TestChangingTheRunningTimer(t *testing.T) {
	d := newDescribed(t)
	d.rule(d.payments, workitem.ProjectPatch{GeneralAllowed: new(true)})
	hours := 3.5
	result := must[timer.StartResult](t)(d.Timers.Start(t.Context(), d.ada, timer.StartRequest{WorkItem: domaintest.Item(101), ExistingHours: &hours}))
	entry := result.Timer
	change := func(patch timer.Patch) {
		t.Helper()
		d.Clock.Add(time.Second)
		entry = must[timer.Entry](t)(d.Timers.ChangeRunning(t.Context(), d.ada, entry.ID, entry.Revision, patch))
		equal(t, "current", running(t, d.World, d.ada), entry)
	}
	change(timer.Patch{Details: timer.Details{Activity: d.review.ID, Note: new("Reading")}})
	equal(t, "hours", *entry.ExistingHours, hours)
	change(timer.Patch{General: d.payments})
	if !entry.General() || entry.ExistingHours != nil {
		t.Errorf("general time has %+v and %v hours", entry.WorkItem, entry.ExistingHours)
	}
	item := domaintest.Item(102)
	change(timer.Patch{WorkItem: &item, Details: timer.Details{Billable: new(false)}})
	equal(t, "item", entry.WorkItem.Number, "102")
	revision := entry.Revision
	change(timer.Patch{Details: timer.Details{Note: new("Reading")}})
	equal(t, "nothing changed", entry.Revision, revision)
	_, err := d.Timers.ChangeRunning(t.Context(), d.ada, entry.ID, revision-1, timer.Patch{Details: timer.Details{Note: new("late")}})
	refused(t, err, errs.Stale, "stale")

	var told [][3]string
	for _, change := range history(t, d.World, d.ada, entry.ID) {
		told = append(told, [3]string{change.Field, change.Old, change.New})
	}
	equal(t, "history", told, [][3]string{
		{"activity", "Development", "Review"}, {"note", "", "Reading"}, {"work_item", "101", ""}, {"work_item", "", "102"}, {"billable", "true", "false"},
	})
}

func TestUndoOfWhatDescribesAnEntry(t *testing.T) {
	d := newDescribed(t)
	d.rule(d.payments, workitem.ProjectPatch{GeneralAllowed: new(true)})
	start(t, d.World, d.ada, domaintest.Item(101))
	d.Clock.Add(time.Minute)
	before := stop(t, d.World, d.ada)
	for name, patch := range map[string]timer.Patch{
		"details": {Details: timer.Details{Activity: d.meeting.ID, Note: new("A note"), Billable: new(true)}},
		"general": {General: d.payments},
	} {
		t.Run(name, func(t *testing.T) {
			d.Clock.Add(time.Second)
			now := stored(t, d.World, d.ada, before.ID)
			changed := must[timer.Entry](t)(d.Timers.Change(t.Context(), d.ada, before.ID, now.Revision, patch))
			d.Clock.Add(time.Second)
			undone := undo(t, d.World, d.ada, changed)
			want := before
			want.Revision = undone.Revision
			equal(t, "undone", undone, want)
			again := undo(t, d.World, d.ada, undone)
			changed.Revision = again.Revision
			equal(t, "undone twice", again, changed)
			d.Clock.Add(time.Second)
			undo(t, d.World, d.ada, again)
		})
	}
}
