package workitem_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// numbers are the work items on which everything happens.
var numbers = []int{101, 102, 103}

// fates is a random history of people, of Azure DevOps and of the processes that write to it.
type fates struct {
	*domaintest.World
	t       *testing.T
	random  *rand.Rand
	tracker *domaintest.Tracker
	people  []tenant.Member
	others  map[int]int64 // thousandths of an hour that others have in Completed Work
	part    map[ids.Entry]bool
	late    []lateWrite
	calm    bool // nothing fails any more
	log     []string
}

// lateWrite is a change that is still on its way, while its sender has given up.
type lateWrite struct {
	as      workitem.Credential
	number  string
	rev     int64
	hours   workitem.Hours
	arrives time.Time // at the latest
}

func newFates(t *testing.T, seed uint64) *fates {
	w := domaintest.New(t)
	f := &fates{
		World: w, t: t, random: rand.New(rand.NewPCG(seed, seed)), others: map[int]int64{}, part: map[ids.Entry]bool{},
	}
	completed := map[int]float64{}
	for i, number := range numbers {
		f.others[number] = int64(i * 1371)
		completed[number] = float64(f.others[number]) / 1000
	}
	f.tracker = domaintest.NewTracker(completed)
	ada := w.SignUp(t)
	f.people = []tenant.Member{ada, w.Join(t, ada, "Linus"), w.Join(t, ada, "Grace")}
	f.set(func(s *tenant.Settings) { s.WriteBack = true })
	return f
}

// set changes the tenant's settings.
func (f *fates) set(change func(s *tenant.Settings)) {
	f.t.Helper()
	id := f.people[0].Tenant.ID
	err := f.Store.Tx(f.t.Context(), id, func(ctx context.Context) error {
		t, err := f.Store.LockTenant(ctx, id)
		if err != nil {
			return err
		}
		change(&t.Settings)
		t.Revision++
		return f.Store.UpdateTenant(ctx, id, t)
	})
	if err != nil {
		f.t.Fatal(err)
	}
	for i := range f.people {
		f.people[i] = f.Again(f.t, f.people[i])
	}
}

func (f *fates) chance(percent int) bool { return f.random.IntN(100) < percent }

func (f *fates) noted(format string, args ...any) {
	f.log = append(f.log, fmt.Sprintf(format, args...))
}

// pass lets time pass. What is on its way has arrived or is lost by then.
func (f *fates) pass(d time.Duration) {
	f.arrive(f.Clock.Now().Add(d))
	f.Clock.Add(d)
}

// arrive delivers what is on its way and may not be later.
func (f *fates) arrive(by time.Time) {
	f.late = slices.DeleteFunc(f.late, func(l lateWrite) bool {
		if l.arrives.After(by) && !f.chance(50) {
			return false
		}
		if f.chance(80) {
			_, err := f.tracker.WriteHours(context.Background(), l.as, "contoso", l.number, l.rev, l.hours)
			f.noted("a late change of %s at %d: %v", l.number, l.rev, err)
		}
		return true
	})
}

// act is something that a person does.
func (f *fates) act() {
	m := f.people[f.random.IntN(len(f.people))]
	ctx := f.t.Context()
	entries, _, _, err := f.Timers.List(ctx, m, timer.ListRequest{Filter: timer.Filter{Users: []ids.User{m.User.ID}}, IncludeVoided: true}, page.Request{Limit: 100})
	if err != nil {
		f.t.Fatal(err)
	}
	what := f.random.IntN(10)
	if len(entries) == 0 || what < 3 {
		f.work(m, numbers[f.random.IntN(len(numbers))])
		return
	}
	e := entries[f.random.IntN(len(entries))]
	switch {
	case what < 6:
		stop := e.StartedAt.Add(time.Duration(1+f.random.Int64N(4*3_600_000)) * time.Millisecond)
		_, err = f.Timers.Change(ctx, m, e.ID, e.Revision, timer.Patch{StoppedAt: &stop})
	case what < 7:
		_, err = f.Timers.Void(ctx, m, e.ID, e.Revision, "")
	case what < 9:
		_, err = f.Timers.Undo(ctx, m, e.ID, e.Revision, "")
	default:
		if _, err = f.Timers.Resume(ctx, m, e.ID, e.Revision); err == nil {
			f.stopped(m, f.stop(m))
		}
	}
	f.noted("%s: %d on %s: %v", m.User.Name, what, e.ID, err)
	if errs.KindOf(err) == errs.Internal && err != nil {
		f.t.Fatal(err)
	}
}

// work records time on a work item.
func (f *fates) work(m tenant.Member, number int) {
	if _, err := f.Timers.Start(f.t.Context(), m, timer.StartRequest{WorkItem: domaintest.Item(number)}); err != nil {
		f.t.Fatal(err)
	}
	f.pass(time.Duration(1+f.random.Int64N(7_200_000)) * time.Millisecond)
	f.stopped(m, f.stop(m))
}

func (f *fates) stop(m tenant.Member) timer.Entry {
	e, err := f.Timers.Stop(f.t.Context(), m, ids.Entry{})
	if err != nil {
		f.t.Fatal(err)
	}
	f.noted("%s stopped %s on %s after %v", m.User.Name, e.ID, e.WorkItem.Number, e.Elapsed(e.StoppedAt))
	return e
}

func (f *fates) stopped(m tenant.Member, e timer.Entry) {
	f.part[e.ID] = f.part[e.ID] || m.Tenant.Settings.WriteBack
}

// meddle is somebody's change in Azure DevOps. It leaves at least what is ours.
func (f *fates) meddle() {
	number := numbers[f.random.IntN(len(numbers))]
	// Nobody knows who has made a change that looks like ours. Ours never change the thousandths.
	by := (f.random.Int64N(500)-200)*10 + 1 + f.random.Int64N(9)
	if f.others[number]+by < 0 {
		by = 0 // a change of something else
	}
	f.others[number] += by
	f.tracker.Edit(number, func(hours workitem.Hours) workitem.Hours {
		changed := float64(int64(*hours.Completed*1000+0.5)+by) / 1000
		hours.Completed = &changed
		return hours
	})
	f.noted("others change %d by %d", number, by)
}

// longestCall is how late a change can arrive.
const longestCall = 90 * time.Second

var errCrash = errors.New("the process has died")

// process is one process that drains. Between its steps others act.
type process struct {
	workitem.WriteBackStore
	*fates
	yield func(struct{}) bool
	dead  bool
}

// step lets others act, and may be the last thing that the process does.
func (p *process) step() error {
	p.yield(struct{}{})
	if p.dead = p.dead || (!p.calm && p.chance(4)); p.dead {
		return errCrash
	}
	return nil
}

func (p *process) Tx(ctx context.Context, id ids.Tenant, fn func(context.Context) error) error {
	if err := p.step(); err != nil {
		return err
	}
	if err := p.WriteBackStore.Tx(ctx, id, fn); err != nil {
		return err
	}
	return p.step()
}

func (p *process) OpenWriteBacks(
	ctx context.Context, id ids.Tenant, user ids.User, item ids.WorkItem, due time.Time, limit int,
) ([]workitem.WriteBack, error) {
	if err := p.step(); err != nil {
		return nil, err
	}
	return p.WriteBackStore.OpenWriteBacks(ctx, id, user, item, due, limit)
}

func (p *process) Read(ctx context.Context, as workitem.Credential, site string, wanted []string) ([]workitem.Facts, error) {
	if err := p.step(); err != nil {
		return nil, err
	}
	if !p.calm && p.chance(5) {
		return nil, workitem.RemoteUnavailable(nil, time.Minute)
	}
	return p.tracker.Read(ctx, as, site, wanted)
}

func (p *process) ReadAt(ctx context.Context, as workitem.Credential, site, number string, revision int64) (workitem.Facts, error) {
	if err := p.step(); err != nil {
		return workitem.Facts{}, err
	}
	facts, err := p.tracker.ReadAt(ctx, as, site, number, revision)
	if facts.ChangedBy != as.ObjectID() && p.chance(50) {
		facts.ChangedBy = "" // others are not always known
	}
	return facts, err
}

func (p *process) Search(context.Context, workitem.Credential, string, workitem.Query) ([]workitem.Facts, error) {
	return nil, nil
}

func (p *process) LastChange(context.Context, workitem.Credential, string, string, time.Time, time.Time) (time.Time, error) {
	return time.Time{}, nil
}

func (p *process) WriteHours(
	ctx context.Context, as workitem.Credential, site, number string, revision int64, hours workitem.Hours,
) (workitem.Facts, error) {
	sent := p.Clock.Now()
	if err := p.step(); err != nil {
		return workitem.Facts{}, err
	}
	fate := p.random.IntN(100)
	switch {
	case p.Clock.Now().Sub(sent) > longestCall:
		p.noted("%s gives up writing %v to %s at %d", as.ObjectID(), *hours.Completed, number, revision)
	case p.calm || fate < 45:
		facts, err := p.tracker.WriteHours(ctx, as, site, number, revision, hours)
		p.noted("%s writes %v to %s at %d: %v", as.ObjectID(), *hours.Completed, number, revision, err)
		if crash := p.step(); crash != nil {
			return workitem.Facts{}, crash
		}
		return facts, err
	case fate < 57: // made, and nobody learns of it
		_, err := p.tracker.WriteHours(ctx, as, site, number, revision, hours)
		p.noted("%s writes %v to %s at %d, and doesn't know: %v", as.ObjectID(), *hours.Completed, number, revision, err)
	case fate < 65: // lost on the way
		p.noted("%s loses %v to %s at %d", as.ObjectID(), *hours.Completed, number, revision)
	case fate < 90:
		p.noted("%s writes %v to %s at %d, later", as.ObjectID(), *hours.Completed, number, revision)
		p.late = append(p.late, lateWrite{as, number, revision, hours, sent.Add(longestCall)})
	default:
		return workitem.Facts{}, workitem.RemoteUnavailable(nil, time.Minute)
	}
	return workitem.Facts{}, workitem.AnswerLost(nil, time.Second)
}

// keep is told what the tracker has said: something of each item that was asked for, since none is deleted.
func (p *process) keep(_ context.Context, _ tenant.Member, _ workitem.SiteRef, asked []string, facts []workitem.Facts) error {
	said := make([]string, len(facts))
	for i, f := range facts {
		said[i] = f.Number
	}
	if !slices.Equal(said, asked) {
		p.t.Errorf("of %q, %q are kept", asked, said)
	}
	return nil
}

// write writes what is due of a person's. An admin also sets work items right meanwhile, whoever has worked on them.
func (p *process) write(m tenant.Member) error {
	as := workitem.NewCredential(m.Tenant.DirectoryID.String(), m.User.ObjectID.String(), "token")
	writeBacks := workitem.NewWriteBacks(p, p, p.keep, p.Clock.Now)
	if p.calm || m.User.Role == tenant.RoleUser || p.chance(50) {
		_, _, err := writeBacks.Drain(p.t.Context(), m, as)
		return err
	}
	item, err := p.Work.Find(p.t.Context(), m, domaintest.Item(numbers[p.random.IntN(len(numbers))]))
	if err != nil || item.ID.IsZero() {
		return err
	}
	done, err := workitem.NewCorrections(p.Work, writeBacks).Correct(p.t.Context(), m, as, item.ID)
	p.noted("%s sets %s right: added %v: %v, %v", m.User.Name, item.Number, done.Added, err, done.Problem)
	if done.Restored != 0 {
		p.t.Errorf("#%s was raised by %v, and nobody had lowered it", item.Number, done.Restored)
	}
	if errs.KindOf(err) != errs.Internal {
		return nil
	}
	return err
}

// drain runs some processes at the same time, each for a person.
func (f *fates) drain(processes int) {
	f.t.Helper()
	type runner struct {
		next func() (struct{}, bool)
		stop func()
	}
	var running []runner
	for range processes {
		m := f.people[f.random.IntN(len(f.people))]
		next, stop := iter.Pull(func(yield func(struct{}) bool) {
			p := &process{WriteBackStore: f.Store, fates: f, yield: yield}
			if err := p.write(m); err != nil && !errors.Is(err, errCrash) {
				f.t.Errorf("draining: %v", err)
			}
		})
		running = append(running, runner{next, stop})
	}
	for len(running) > 0 {
		i := f.random.IntN(len(running))
		if _, more := running[i].next(); !more {
			running[i].stop()
			running = slices.Delete(running, i, i+1)
		}
		if f.calm {
			continue
		}
		switch f.random.IntN(18) {
		case 0:
			f.meddle()
		case 1:
			f.act()
		case 2:
			f.pass(time.Duration(f.random.IntN(90)) * time.Second)
		case 3, 4, 5, 6:
			f.arrive(f.Clock.Now())
		}
	}
}

// settle drains until nothing is open any more.
func (f *fates) settle() {
	f.t.Helper()
	f.calm = true
	for range 50 {
		f.pass(25 * time.Hour)
		f.drain(6)
		if f.Count(f.t, "SELECT COUNT(*) FROM write_backs WHERE next_at IS NOT NULL") == 0 {
			return
		}
	}
	f.t.Fatal("something is never written")
}

// check compares Completed Work with what others have and with what was recorded.
func (f *fates) check(step int) {
	f.t.Helper()
	recorded := map[int]time.Duration{}
	for id := range f.part {
		e, _, err := f.Timers.Get(f.t.Context(), f.people[0], id)
		if err != nil {
			f.t.Fatal(err)
		}
		if !f.part[id] || e.Voided() || e.NeedsReview || e.Running() {
			continue
		}
		for _, number := range numbers {
			if e.WorkItem.Number == fmt.Sprint(number) {
				recorded[number] += e.StoppedAt.Sub(e.StartedAt)
			}
		}
	}
	unit := time.Duration(step) * 36 * time.Second
	for _, number := range numbers {
		ours := int64((recorded[number]+unit/2)/unit) * int64(step)
		want := float64(f.others[number]+ours*10) / 1000
		const ofItem = " FROM write_backs b JOIN work_items w ON w.id = b.work_item_id AND w.tenant_id = b.tenant_id WHERE w.number = ?"
		if books := f.Count(f.t, "SELECT COALESCE(SUM(b.written_hundredths), 0)"+ofItem, fmt.Sprint(number)); int64(books) != ours {
			f.t.Errorf("of #%d %d hundredths are in our books, want %d", number, books, ours)
		}
		if got := *f.tracker.Facts(number).Hours.Completed; got != want {
			f.t.Errorf("#%d has %v hours, want %v: others' %d thousandths, ours %d hundredths (%v)",
				number, got, want, f.others[number], ours, recorded[number])
		}
	}
	if n := f.Count(f.t, "SELECT COUNT(*) FROM contributions WHERE rev_after IS NULL"); n > 0 {
		f.t.Errorf("%d contributions are in doubt", n)
	}
	if n := f.Count(f.t, "SELECT COUNT(*) FROM write_backs WHERE wanted_ms <> written_ms"); n > 0 {
		f.t.Errorf("%d rows are not written", n)
	}
}

// TestCompletedWorkIsExact lets people edit, others write, answers get lost, processes die and settings change. In the end
// Completed Work is what others have put there, and what was recorded.
func TestCompletedWorkIsExact(t *testing.T) {
	seeds := uint64(25)
	if testing.Short() {
		seeds = 5
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			f := newFates(t, seed)
			t.Cleanup(func() {
				if t.Failed() {
					for _, line := range f.log {
						t.Log(line)
					}
				}
			})
			step := 1
			for range 100 {
				switch f.random.IntN(10) {
				case 0:
					on := f.chance(70)
					f.set(func(s *tenant.Settings) { s.WriteBack = on })
					f.noted("written back: %v", on)
				case 1:
					step = tenant.WriteBackSteps[f.random.IntN(len(tenant.WriteBackSteps))]
					f.set(func(s *tenant.Settings) { s.WriteBackStep = step })
					f.noted("the step is %d", step)
				case 2, 3, 4:
					f.act()
				case 5:
					f.meddle()
				case 6:
					f.pass(time.Duration(f.random.IntN(7200)) * time.Second)
				default:
					f.drain(1 + f.random.IntN(3))
				}
			}
			f.set(func(s *tenant.Settings) { s.WriteBack = true })
			f.noted("calm")
			for _, number := range numbers {
				f.work(f.people[0], number) // so that each item is rounded to the last step
			}
			f.settle()
			f.check(step)
		})
	}
}
