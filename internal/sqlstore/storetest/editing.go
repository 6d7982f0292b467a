package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// desk is Ada with her entries, as two processes serve her at the same time.
type desk struct {
	*company
	timers [2]*timer.Service
	ticks  atomic.Int64 // milliseconds since 20:00; each look at the clock is one
}

func newDesk(t *testing.T, stores [2]Store) *desk {
	t.Helper()
	d := &desk{company: newCompany(t, stores[0])}
	for i, store := range stores {
		d.timers[i] = d.service(store)
	}
	return d
}

func (d *desk) now() time.Time {
	return at(20, 0).Add(time.Duration(d.ticks.Add(1)) * time.Millisecond)
}

func (d *desk) member() tenant.Member { return tenant.Member{Tenant: d.tenant, User: d.ada} }

// keepHours records an hour for each start.
func (d *desk) keepHours(starts ...int) []timer.Entry {
	d.t.Helper()
	made := make([]timer.Entry, len(starts))
	for i, hour := range starts {
		made[i] = entry(d.ada, item("Payments", "101"), at(hour, 0), at(hour+1, 0))
		d.keep(made[i])
	}
	return made
}

// all are Ada's entries with the void ones, the earliest first.
func (d *desk) all() []timer.Entry {
	d.t.Helper()
	return d.read(d.t.Context(), d.store)
}

func (d *desk) read(ctx context.Context, store Store) []timer.Entry {
	d.t.Helper()
	filter := timer.EntryFilter{Selection: timer.Selection{Users: []ids.User{d.ada.ID}}, IncludeVoided: true}
	entries, err := store.Entries(ctx, d.tenant.ID, filter, page.Request{Limit: 500})
	if err != nil {
		d.t.Error(err)
	}
	slices.Reverse(entries)
	return entries
}

func (d *desk) history(id ids.Entry) []timer.Change {
	d.t.Helper()
	return must[[]timer.Change](d.t)(d.store.Changes(d.t.Context(), d.tenant.ID, id))
}

// tirelessly makes a call again for as long as the database is too busy for it.
func tirelessly(call func() error) error {
	for {
		if err := call(); !errs.Is(err, errs.Unavailable) {
			return err
		}
	}
}

// movedTo is the change of an entry to another hour.
func movedTo(start time.Time) timer.Patch {
	stop := start.Add(time.Hour)
	return timer.Patch{StartedAt: &start, StoppedAt: &stop}
}

// testOneVersion has many tabs of two processes change one version of an entry, each to a time of its own.
func testOneVersion(t *testing.T, stores [2]Store) {
	d := newDesk(t, stores)
	seen := d.keepHours(8)[0]
	const tabs = 12
	results := inParallel(tabs, func(i int) error {
		return tirelessly(func() error {
			_, err := d.timers[i%2].Change(t.Context(), d.member(), seen.ID, seen.Revision, movedTo(at(8, i+1)))
			return err
		})
	})
	equal(t, "changed it", 1, succeeded(t, results, errs.Stale, "stale"))
	winner := slices.Index(results, nil)
	got := must[timer.Entry](t)(stores[1].Entry(t.Context(), d.tenant.ID, seen.ID))
	equal(t, "start", at(8, winner+1), got.StartedAt)
	equal(t, "stop", at(9, winner+1), got.StoppedAt)
	equal(t, "revision", 2, got.Revision)
	equal(t, "history", 2, len(d.history(seen.ID)))
	for _, err := range results {
		if refusal, ok := err.(*errs.Error); ok { //nolint:errorlint // the service's own error, which nobody wraps
			current, _ := refusal.Subject.(timer.Entry)
			equal(t, "what the losers are told", got.StartedAt, current.StartedAt)
		}
	}
}

// testOnePlace has many tabs of two processes move, copy, add and restore time to the same hour.
func testOnePlace(t *testing.T, stores [2]Store) {
	d := newDesk(t, stores)
	hours := d.keepHours(1, 3, 5, 7, 9, 11, 14)
	voided := must[timer.Entry](t)(d.timers[0].Void(t.Context(), d.member(), hours[6].ID, 1, ""))
	m, free := d.member(), at(14, 0)
	ways := []func(service *timer.Service, of timer.Entry) error{
		func(service *timer.Service, of timer.Entry) error {
			_, err := service.Change(t.Context(), m, of.ID, of.Revision, movedTo(free))
			return err
		},
		func(service *timer.Service, of timer.Entry) error {
			_, err := service.Copy(t.Context(), m, of.ID, timer.CopyRequest{StartedAt: free.Add(30 * time.Minute)})
			return err
		},
		func(service *timer.Service, of timer.Entry) error {
			versions := []timer.EntryVersion{{ID: of.ID, Revision: of.Revision}}
			results, err := service.ChangeAll(t.Context(), m, versions, timer.BulkChange{Shift: free.Sub(of.StartedAt)}, "")
			if err == nil {
				err = results[0].Refusal
			}
			return err
		},
		func(service *timer.Service, _ timer.Entry) error {
			_, err := service.Undo(t.Context(), m, voided.ID, voided.Revision, "")
			return err
		},
	}
	results := inParallel(6, func(i int) error {
		return tirelessly(func() error { return ways[i%len(ways)](d.timers[i%2], hours[i]) })
	})
	equal(t, "got the place", 1, succeeded(t, results, errs.RuleBroken, "interval_overlaps"))
	d.checkApart()
}

// checkApart fails where two of Ada's entries share time.
func (d *desk) checkApart() {
	d.t.Helper()
	var before timer.Entry
	for _, e := range d.all() {
		if e.Voided() {
			continue
		}
		if e.StartedAt.Before(before.StoppedAt) {
			d.t.Errorf("%s-%s overlaps %s-%s", before.StartedAt, before.StoppedAt, e.StartedAt, e.StoppedAt)
		}
		before = e
	}
}

// checkHistory fails where a change was lost: each value follows the one before, and the last one is the entry's. It gives
// the operations that are told.
func (d *desk) checkHistory() map[ids.EntryOperation]timer.OperationKind {
	d.t.Helper()
	operations := map[ids.EntryOperation]timer.OperationKind{}
	for _, e := range d.all() {
		last := map[string]string{}
		for _, change := range d.history(e.ID) {
			operations[change.Operation.ID] = change.Operation.Kind
			if before, changed := last[change.Field]; changed && before != change.Old {
				d.t.Errorf("%s of %s went from %q, but was %q", change.Field, e.ID, change.Old, before)
			}
			last[change.Field] = change.New
		}
		instant := func(at time.Time) string {
			if at.IsZero() {
				return ""
			}
			return at.UTC().Format(calendar.InstantLayout)
		}
		for field, want := range map[string]string{
			"started_at": instant(e.StartedAt), "stopped_at": instant(e.StoppedAt), "voided_at": instant(e.VoidedAt),
			"billable": strconv.FormatBool(e.Billable), "note": e.Note,
		} {
			if got, changed := last[field]; changed && got != want {
				d.t.Errorf("%s of %s is %q, but its history ends with %q", field, e.ID, want, got)
			}
		}
	}
	return operations
}

// testStorm has six tabs of two processes do everything that can be done to entries, each by what it has just read.
func testStorm(t *testing.T, stores [2]Store) {
	d := newDesk(t, stores)
	d.keepHours(0, 1, 2, 4, 6, 8, 9)
	var done atomic.Int64
	results := inParallel(6, func(tab int) error {
		random := rand.New(rand.NewPCG(uint64(tab), 7))
		for range 15 {
			err := tirelessly(func() error { return d.act(t.Context(), d.timers[tab%2], random) })
			switch errs.KindOf(err) {
			case errs.Stale, errs.RuleBroken, errs.Conflict:
			case errs.Internal:
				if err != nil {
					return err
				}
				done.Add(1)
			default:
				return err
			}
		}
		return nil
	})
	for _, err := range results {
		if err != nil {
			t.Error(err)
		}
	}
	d.checkApart()
	kinds := map[timer.OperationKind]int{}
	operations := d.checkHistory()
	for _, kind := range operations {
		kinds[kind]++
	}
	equal(t, fmt.Sprintf("operations (%v)", kinds), int(done.Load()), len(operations))
	if len(kinds) < 4 {
		t.Errorf("too little was done to tell anything: %v", kinds)
	}
}

// act does something to an entry or two, by what the process reads first.
func (d *desk) act(ctx context.Context, service *timer.Service, random *rand.Rand) error {
	m := d.member()
	request := timer.ListRequest{Filter: timer.Filter{Users: []ids.User{d.ada.ID}}, IncludeVoided: true}
	listed, _, _, err := service.List(ctx, m, request, page.Request{Limit: 500})
	if err != nil {
		return err
	}
	one := listed[random.IntN(len(listed))]
	minutes := time.Duration(1+random.IntN(40)) * time.Minute
	if random.IntN(2) == 0 {
		minutes = -minutes
	}
	switch random.IntN(8) {
	case 0:
		start, stop := one.StartedAt.Add(minutes), one.StoppedAt.Add(minutes)
		_, err = service.Change(ctx, m, one.ID, one.Revision, timer.Patch{StartedAt: &start, StoppedAt: &stop})
	case 1:
		billable := !one.Billable
		_, err = service.Change(ctx, m, one.ID, one.Revision, timer.Patch{Details: timer.Details{Billable: &billable}})
	case 2:
		half := one.StartedAt.Add(one.StoppedAt.Sub(one.StartedAt) / 2).Truncate(time.Millisecond)
		_, _, err = service.Split(ctx, m, one.ID, one.Revision, timer.SplitRequest{At: half})
	case 3:
		others := listed[random.IntN(len(listed)):]
		versions := []timer.EntryVersion{}
		for _, e := range others[:min(2, len(others))] {
			versions = append(versions, timer.EntryVersion{ID: e.ID, Revision: e.Revision})
		}
		_, err = service.Merge(ctx, m, timer.MergeRequest{Entries: versions, Bridge: true})
	case 4:
		_, err = service.Void(ctx, m, one.ID, one.Revision, "")
	case 5:
		_, err = service.Undo(ctx, m, one.ID, one.Revision, "")
	case 6:
		_, err = service.Copy(ctx, m, one.ID, timer.CopyRequest{StartedAt: one.StoppedAt})
	default:
		err = shiftAll(ctx, service, m, listed, minutes)
	}
	return err
}

// shiftAll moves all entries by minutes in one go. It fails as the first of them when none could be moved.
func shiftAll(ctx context.Context, service *timer.Service, m tenant.Member, all []timer.Entry, by time.Duration) error {
	versions := make([]timer.EntryVersion, len(all))
	for i, e := range all {
		versions[i] = timer.EntryVersion{ID: e.ID, Revision: e.Revision}
	}
	results, err := service.ChangeAll(ctx, m, versions, timer.BulkChange{Shift: by}, "")
	if err != nil {
		return err
	}
	for _, result := range results {
		if result.Refusal == nil {
			return nil
		}
	}
	return results[0].Refusal
}

// watched is a store that tells when a transaction is to begin, and when a person's time was locked in it. It tells, too, when
// a check has found that time open. What isn't set tells nothing.
type watched struct {
	Store
	begins  func()
	locked  func(ctx context.Context)
	checked func()
}

func (w watched) Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error {
	if w.begins != nil {
		w.begins()
	}
	return w.Store.Tx(ctx, id, fn)
}

func (w watched) ClosedPeriod(
	ctx context.Context, id ids.Tenant, user ids.User, from, to time.Time,
) (timer.ClosedPeriod, bool, error) {
	period, ok, err := w.Store.ClosedPeriod(ctx, id, user, from, to)
	if w.checked != nil && !ok {
		w.checked()
	}
	return period, ok, err
}

func (w watched) LockTimeline(ctx context.Context, id ids.Tenant, user ids.User) (timer.Timeline, error) {
	timeline, err := w.Store.LockTimeline(ctx, id, user)
	if w.locked != nil && err == nil {
		w.locked(ctx)
	}
	return timeline, err
}

// service is that of a process with this store.
func (d *desk) service(store Store) *timer.Service {
	return timer.NewService(store, workitem.NewService(store, nil, d.now), d.now)
}

// submit hands Ada's week in by a process with this store.
func (d *desk) submit(store Store) error {
	service := timesheet.NewService(store, workitem.NewService(store, nil, d.now), d.now)
	return tirelessly(func() error {
		_, err := service.Submit(d.t.Context(), d.member(), firstDay)
		return err
	})
}

// anEdit does something to the first of Ada's entries, or to both, by a process with this store.
type anEdit func(ctx context.Context, d *desk, store Store, of []timer.Entry) error

// edits are all ways to change what is in a week.
var edits = map[string]anEdit{
	"a change": func(ctx context.Context, d *desk, store Store, of []timer.Entry) error {
		_, err := d.service(store).Change(ctx, d.member(), of[0].ID, 1, movedTo(at(8, 10)))
		return err
	},
	"a change and its undo": func(ctx context.Context, d *desk, store Store, of []timer.Entry) error {
		changed, err := d.service(store).Change(ctx, d.member(), of[0].ID, 1, movedTo(at(8, 10)))
		if err == nil {
			_, err = d.service(store).Undo(ctx, d.member(), of[0].ID, changed.Revision, "")
		}
		return err
	},
	"time that is added": func(ctx context.Context, d *desk, store Store, of []timer.Entry) error {
		request := timer.AddRequest{WorkItem: claim(of[0].WorkItem), StartedAt: at(12, 0), StoppedAt: at(13, 0)}
		_, err := d.service(store).Add(ctx, d.member(), request)
		return err
	},
	"a split": func(ctx context.Context, d *desk, store Store, of []timer.Entry) error {
		_, _, err := d.service(store).Split(ctx, d.member(), of[0].ID, 1, timer.SplitRequest{At: at(8, 20)})
		return err
	},
	"a merge": func(ctx context.Context, d *desk, store Store, of []timer.Entry) error {
		versions := []timer.EntryVersion{{ID: of[0].ID, Revision: 1}, {ID: of[1].ID, Revision: 1}}
		_, err := d.service(store).Merge(ctx, d.member(), timer.MergeRequest{Entries: versions, Bridge: true})
		return err
	},
	"a copy": func(ctx context.Context, d *desk, store Store, of []timer.Entry) error {
		_, err := d.service(store).Copy(ctx, d.member(), of[0].ID, timer.CopyRequest{StartedAt: at(14, 0)})
		return err
	},
	"a void": func(ctx context.Context, d *desk, store Store, of []timer.Entry) error {
		_, err := d.service(store).Void(ctx, d.member(), of[0].ID, 1, "")
		return err
	},
	"a change of many": func(ctx context.Context, d *desk, store Store, of []timer.Entry) error {
		return shiftAll(ctx, d.service(store), d.member(), of, 5*time.Minute)
	},
	"an import": func(ctx context.Context, d *desk, store Store, of []timer.Entry) error {
		admin := d.member()
		admin.User.Role = tenant.RoleAdmin
		wanted := timer.Imported{Owner: d.ada.ID, WorkItem: claim(of[0].WorkItem), StartedAt: at(12, 0), StoppedAt: at(13, 0)}
		var results []timer.ImportResult
		err := store.Tx(ctx, d.tenant.ID, func(ctx context.Context) (err error) {
			results, err = d.service(store).Import(ctx, admin, "Moved in", []timer.Imported{wanted})
			return err
		})
		if err == nil && results[0].Refusal != nil {
			return results[0].Refusal
		}
		return err
	},
}

// testClosedMeanwhile closes a week by one process while the other one edits what is in it. It does so before the edit's
// transaction, and then after the edit's check.
func testClosedMeanwhile(t *testing.T, stores [2]Store) {
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			closeBefore(t, stores, edit)
			for range 3 {
				closeMeanwhile(t, stores, edit)
			}
		})
	}
}

func closeBefore(t *testing.T, stores [2]Store, edit anEdit) {
	t.Helper()
	d := newDesk(t, stores)
	hours := d.keepHours(8, 10)
	closing := sync.OnceFunc(func() {
		if err := d.submit(stores[1]); err != nil {
			t.Error(err)
		}
	})
	err := edit(t.Context(), d, watched{Store: stores[0], begins: closing}, hours)
	fails(t, err, errs.RuleBroken, "period_locked")
	equal(t, "the week", hours, d.all())
}

// closeMeanwhile has one of both come first. What is in the week when it is closed stays as it is.
func closeMeanwhile(t *testing.T, stores [2]Store, edit anEdit) {
	t.Helper()
	d := newDesk(t, stores)
	hours := d.keepHours(8, 10)
	open := make(chan struct{})
	found := sync.OnceFunc(func() { close(open) })
	var handed []timer.Entry
	results := inParallel(2, func(i int) error {
		if i == 0 {
			defer found()
			return tirelessly(func() error {
				return edit(t.Context(), d, watched{Store: stores[0], checked: found}, hours)
			})
		}
		<-open
		return d.submit(watched{Store: stores[1], locked: func(ctx context.Context) { handed = d.read(ctx, stores[1]) }})
	})
	if results[1] != nil {
		t.Fatal(results[1])
	}
	equal(t, "the week after it was handed in", handed, d.all())
	if results[0] != nil {
		fails(t, results[0], errs.RuleBroken, "period_locked")
	}
}
