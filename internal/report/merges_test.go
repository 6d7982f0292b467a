package report_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// books are a tenant's, kept by hand beside the product.
type books struct {
	*domaintest.World
	t        *testing.T
	ada      tenant.Member
	random   *rand.Rand
	recorded map[ids.Project]int64 // in ms, by the project that was recorded under
}

// TestMergesEqualBruteForce merges projects, undoes it, renames and records in any order. Reports and lists, by a project's
// id as by its name, must give what adding up by hand gives.
func TestMergesEqualBruteForce(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			b := &books{
				World: domaintest.New(t), t: t, random: rand.New(rand.NewPCG(seed, 0)), recorded: map[ids.Project]int64{},
			}
			b.ada = b.SignUp(t)
			for step := range 80 {
				b.doSomething()
				if step%8 == 7 {
					b.compare()
				}
			}
		})
	}
}

func (b *books) projects() []workitem.ProjectDetails {
	b.t.Helper()
	all, _, err := b.Work.Projects(b.t.Context(), b.ada, workitem.ProjectFilter{}, page.Request{Limit: 100})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func (b *books) doSomething() {
	b.t.Helper()
	all := b.projects()
	if len(all) < 3 {
		b.record()
		return
	}
	one, other := all[b.random.IntN(len(all))], all[b.random.IntN(len(all))]
	var err error
	switch b.random.IntN(8) {
	case 0, 1:
		_, err = b.Work.Merge(b.t.Context(), b.ada, one.ID, other.ID)
	case 2:
		_, err = b.Work.Unmerge(b.t.Context(), b.ada, one.ID, one.Revision)
	case 3:
		name := one.Names[b.random.IntN(len(one.Names))]
		_, err = b.Work.ChangeProject(b.t.Context(), b.ada, one.ID, one.Revision, workitem.ProjectPatch{Name: &name})
	default:
		b.record()
	}
	// What must not be merged or undone is refused.
	if err != nil && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.RuleBroken) {
		b.t.Fatal(err)
	}
}

func (b *books) record() {
	b.t.Helper()
	pick := func(words ...string) string { return words[b.random.IntN(len(words))] }
	guid := func(of byte) string { return ids.Any{15: of}.String() }
	started, err := b.Timers.Start(b.t.Context(), b.ada, timer.StartRequest{WorkItem: workitem.Claim{
		Tracker: workitem.AzureDevOps, Site: workitem.Named{Name: pick("contoso", "fabrikam")},
		Project: workitem.Named{
			Name:     pick("Payments", "PAYMENTS", "Billing", "Straße", "STRASSE", "e\u0301", "é"),
			StableID: pick("", "", guid(1), guid(2)),
		},
		Number: pick("1", "2"),
	}})
	if err != nil {
		b.t.Fatal(err)
	}
	b.Clock.Add(time.Duration(1+b.random.IntN(1e6)) * time.Millisecond)
	stopped, err := b.Timers.Stop(b.t.Context(), b.ada, started.Timer.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	b.recorded[stopped.ProjectID] += stopped.StoppedAt.Sub(stopped.StartedAt).Milliseconds()
}

func (b *books) compare() {
	b.t.Helper()
	all := b.projects()
	into := make(map[ids.Project]ids.Project, len(all))
	for _, p := range all {
		into[p.ID] = p.MergedInto
	}
	shown := func(id ids.Project) ids.Project {
		for steps := 0; !into[id].IsZero(); steps++ {
			if steps > len(all) {
				b.t.Fatal("merges go in a circle")
			}
			id = into[id]
		}
		return id
	}
	want := map[ids.Project]int64{}
	var total int64
	for id, ms := range b.recorded {
		want[shown(id)] += ms
		total += ms
	}
	for _, p := range all {
		if p.CountsAs.ID != shown(p.ID) {
			b.t.Errorf("%s counts as %s", p.Name, p.CountsAs.Name)
		}
	}
	for _, dimensions := range [][]report.Dimension{{report.Project}, {report.WorkItem, report.Day}, {report.User, report.Project}} {
		sums, whole := b.add("", dimensions...)
		if whole != total {
			b.t.Errorf("%v adds up to %d, want %d", dimensions, whole, total)
		}
		for id, ms := range sums {
			if !id.IsZero() && ms != want[id] {
				b.t.Errorf("%v: %s has %d, want %d", dimensions, id, ms, want[id])
			}
		}
	}
	for _, p := range all {
		if _, whole := b.add(p.ID.String(), report.WorkItem); whole != want[shown(p.ID)] {
			b.t.Errorf("%s by id is %d, want %d", p.Name, whole, want[shown(p.ID)])
		}
		if listed := b.listed(p.ID.String(), p.Site.ID.String()); listed != want[shown(p.ID)] {
			b.t.Errorf("the list of %s by id has %d, want %d", p.Name, listed, want[shown(p.ID)])
		}
		// Of several with the name, which one is meant is up to the rule that claims are resolved by.
		named := false
		for _, other := range all {
			if other.SiteID == p.SiteID && other.ID != p.ID && workitem.NameKey(other.Name) == workitem.NameKey(p.Name) {
				named = true
			}
		}
		if listed := b.listed(" "+p.Name, p.Site.Name); !named && listed != want[shown(p.ID)] {
			b.t.Errorf("the list of %s by name has %d, want %d", p.Name, listed, want[shown(p.ID)])
		}
	}
}

// add reads a report: its time by project where it is grouped so, and as a whole.
func (b *books) add(project string, dimensions ...report.Dimension) (sums map[ids.Project]int64, whole int64) {
	b.t.Helper()
	var filter report.Filter
	if project != "" {
		filter.Projects = []string{project}
	}
	made, err := b.Reports.Time(b.t.Context(), b.ada, report.Request{
		From: calendar.Day{Year: 2026, Month: time.November, Date: 1}, To: calendar.Day{Year: 2026, Month: time.December, Date: 31},
		GroupBy: dimensions, Filter: filter,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	sums = map[ids.Project]int64{}
	for row, err := range made.Rows {
		if err != nil {
			b.t.Fatal(err)
		}
		sums[row.Project.ID] += row.ElapsedMS
		whole += row.ElapsedMS
	}
	return sums, whole
}

// listed adds up a list of entries, page by page.
func (b *books) listed(project, site string) (ms int64) {
	b.t.Helper()
	request := page.Request{Limit: 7}
	for {
		entries, next, _, err := b.Timers.List(b.t.Context(), b.ada, timer.ListRequest{Filter: timer.Filter{
			Users: []ids.User{b.ada.User.ID}, Organizations: []string{site}, Projects: []string{project},
		}}, request)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, e := range entries {
			ms += e.StoppedAt.Sub(e.StartedAt).Milliseconds()
		}
		if next == (page.Position{}) {
			return ms
		}
		request.After = next
	}
}
