package workitem

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// Comparison is what TimeTracker has added to a work item, beside what the tracker says.
type Comparison struct {
	WrittenTotal

	WorkItem WorkItem // with its Reading
	Stale    bool     // the tracker has not said the hours for this comparison
	Hidden   bool     // the tracker shows the member no such item
}

// Waiting is what isn't written, negative when it is to be taken away.
func (c Comparison) Waiting() time.Duration { return c.Recorded - c.Written }

// Ours are the hours that TimeTracker has added.
func (c Comparison) Ours() float64 { return hoursOf(c.Rounded) }

// Others are the hours that came from elsewhere; nil when Completed Work is unknown or has no value.
func (c Comparison) Others() *float64 { return othersOf(c.WorkItem.Reading.Hours.Completed, c.Rounded) }

// Missing is by how many hours Completed Work is below what TimeTracker has added. Nothing is missing of an item that was
// never read.
func (c Comparison) Missing() float64 {
	if c.WorkItem.Reading.At.IsZero() {
		return 0
	}
	return hoursOf(missingOf(c.WorkItem.Reading.Hours.Completed, c.Rounded))
}

// Differs says whether something isn't written or is missing.
func (c Comparison) Differs() bool { return c.Waiting() != 0 || c.Missing() > 0 }

// Corrections compares Completed Work with what was recorded and sets it right, for admins.
type Corrections struct {
	items      *Service
	writeBacks *WriteBacks
}

// NewCorrections makes a Corrections.
func NewCorrections(items *Service, writeBacks *WriteBacks) *Corrections {
	return &Corrections{items: items, writeBacks: writeBacks}
}

const (
	// compareBatches is how many times MaxRead items are looked at for a page of those that differ.
	compareBatches = 5
	// compareTime is how long further batches are begun.
	compareTime = 10 * time.Second
)

// Compared is a page of comparisons.
type Compared struct {
	Items   []Comparison
	Next    page.Position // zero: the list has ended
	Problem error         // why the tracker could not be asked; nil: it was
}

// Compare lists the work items whose time takes part in the writing of Completed Work, by id, the greatest first. The
// tracker is asked for them with the member's rights. Admins only.
//
// With onlyDifferent it looks at so many items at most, and for so long, that a page may be short and not the last. It fails with
// errs.Unauthenticated, interaction_required, when the member has to confirm the sign-in. Whatever else keeps the tracker
// from answering is told beside the hours that were read last.
func (s *Corrections) Compare(
	ctx context.Context, m tenant.Member, as Credential, onlyDifferent bool, request page.Request,
) (Compared, error) {
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return Compared{}, err
	}
	batches, size := 1, min(request.Limit, MaxRead)
	if onlyDifferent {
		batches, size = compareBatches, MaxRead
	}
	leftOut, err := tenant.LeftOut(ctx, s.items.store, m, tenant.TeamReports)
	if err != nil {
		return Compared{}, err
	}
	found, until := Compared{Next: request.After}, s.items.now().Add(compareTime)
	for range batches {
		totals, err := s.writeBacks.store.WrittenTotals(ctx, m.Tenant.ID, ids.WorkItem{}, leftOut,
			page.Request{After: found.Next, Limit: size}.WithOneMore())
		if err != nil {
			return Compared{}, err
		}
		totals, next := page.Cut(totals, size, WrittenTotal.position)
		batch, err := s.compare(ctx, m, as, totals, &found.Problem)
		if err != nil {
			return Compared{}, err
		}
		for _, c := range batch {
			if onlyDifferent && !c.Differs() {
				continue
			}
			if len(found.Items) == request.Limit {
				found.Next = found.Items[request.Limit-1].position()
				return found, nil
			}
			found.Items = append(found.Items, c)
		}
		if found.Next = next; next == (page.Position{}) || !s.items.now().Before(until) {
			break
		}
	}
	return found, nil
}

func (t WrittenTotal) position() page.Position { return page.Position{ID: ids.Any(t.WorkItemID)} }

// compare asks the tracker for work items, unless there is a problem already, and tells of a new one.
func (s *Corrections) compare(
	ctx context.Context, m tenant.Member, as Credential, totals []WrittenTotal, problem *error,
) ([]Comparison, error) {
	began := s.items.now()
	if *problem == nil {
		items := make([]ids.WorkItem, len(totals))
		for i, t := range totals {
			items[i] = t.WorkItemID
		}
		var err error
		if *problem, err = s.items.Refresh(ctx, m, as, items, began); err != nil {
			return nil, err
		}
		if errs.Is(*problem, errs.Unauthenticated) {
			return nil, *problem
		}
	}
	return s.known(ctx, m, totals, began)
}

// known compares with what is known of work items. What was read before an instant is stale.
func (s *Corrections) known(
	ctx context.Context, m tenant.Member, totals []WrittenTotal, fresh time.Time,
) ([]Comparison, error) {
	items := make([]ids.WorkItem, len(totals))
	for i, t := range totals {
		items[i] = t.WorkItemID
	}
	stored, err := s.items.store.WorkItems(ctx, m.Tenant.ID, m.User.ID, items)
	if err != nil {
		return nil, err
	}
	compared := make([]Comparison, len(totals))
	for i, t := range totals {
		compared[i].WrittenTotal = t
		if at := slices.IndexFunc(stored, func(w WorkItem) bool { return w.ID == t.WorkItemID }); at >= 0 {
			view := stored[at].View
			compared[i].WorkItem = stored[at].SeenBy(m)
			compared[i].Stale = view.ReadAt.Before(fresh)
			compared[i].Hidden = view.Hidden()
		}
	}
	return compared, nil
}

// Correction is what was done to set a work item right.
type Correction struct {
	Added    float64    // hours for recorded time; negative: taken away
	Restored float64    // hours by which Completed Work was raised to TimeTracker's part before
	Item     Comparison // afterwards
	Problem  error      // what has kept the rest from being written; nil: nothing has
}

// Correct sets Completed Work of a work item right with the member's rights. What is recorded and not written is written,
// whoever has recorded it. Completed Work that is below TimeTracker's part is raised to that. Hours of others stay. Admins
// only.
//
// It gives errs.Conflict, write_back_off, while the tenant doesn't write back, errs.NotFound, work_item_not_found, and the
// errors of Remote when nothing could be done.
func (s *Corrections) Correct(ctx context.Context, m tenant.Member, as Credential, item ids.WorkItem) (Correction, error) {
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return Correction{}, err
	}
	if err := m.Tenant.MayWrite(s.items.now()); err != nil {
		return Correction{}, err
	}
	stored, err := s.items.Get(ctx, m, item)
	switch {
	case err != nil:
		return Correction{}, err
	case !m.Tenant.Settings.WriteBack:
		return Correction{}, writeBackOff()
	case s.writeBacks.remote == nil:
		return Correction{}, noRemote()
	}
	began := s.items.now()
	done, failed := s.writeBacks.correct(ctx, m, as, stored)
	if failed != nil && (!done.any() || errs.KindOf(failed) == errs.Internal) {
		return Correction{}, failed
	}
	if err := s.audit(ctx, m, stored, done); err != nil {
		return Correction{}, err
	}
	leftOut, err := tenant.LeftOut(ctx, s.items.store, m, tenant.TeamReports)
	if err != nil {
		return Correction{}, err
	}
	totals, err := s.writeBacks.store.WrittenTotals(ctx, m.Tenant.ID, item, leftOut, page.Request{Limit: 1})
	if err != nil {
		return Correction{}, err
	}
	if len(totals) == 0 { // everything was taken back
		totals = []WrittenTotal{{WorkItemID: item}}
	}
	compared, err := s.known(ctx, m, totals, began)
	if err != nil {
		return Correction{}, err
	}
	return Correction{
		Added: hoursOf(done.added), Restored: hoursOf(done.restored), Item: compared[0], Problem: failed,
	}, nil
}

// audit notes a correction that has changed something.
func (s *Corrections) audit(ctx context.Context, m tenant.Member, item WorkItem, done corrected) error {
	if !done.any() {
		return nil
	}
	name := "#" + item.Number
	if own := trackers[item.Site.Tracker].siteName(m.Tenant.AzureDevOpsOrganization); item.Site.Name != own {
		name = item.Site.Name + "/" + item.Project.Name + " " + name
	}
	target := audit.Target{Kind: audit.TargetWorkItem, ID: ids.Any(item.ID), Name: name}
	change := audit.FieldChange{Field: "completed_work", Old: hoursText(done.before), New: hoursText(done.after)}
	ctx = context.WithoutCancel(ctx) // it is done
	return s.items.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		return s.items.store.InsertAudit(ctx, m.Tenant.ID,
			audit.NewEvent(m.User.Actor(), audit.CompletedWorkCorrected, target, s.items.now(), change))
	})
}

// hoursText is how hours are written in the audit; empty: no value.
func hoursText(hours *float64) string {
	if hours == nil {
		return ""
	}
	return strconv.FormatFloat(*hours, 'f', -1, 64)
}

func writeBackOff() error {
	return errs.New(errs.Conflict, "write_back_off",
		"TimeTracker doesn't add to Completed Work at the moment, so nothing can be set right. A super admin can turn it on in the settings.")
}

// corrected is what a correction has done, in hundredths of an hour.
type corrected struct {
	added, restored int64
	before, after   *float64 // Completed Work; nil: no value
}

func (c corrected) any() bool { return c.added != 0 || c.restored != 0 }

// note adds a contribution that was made.
func (c *corrected) note(made Contribution) {
	if c == nil {
		return
	}
	if !c.any() {
		c.before = made.Before
	}
	c.after = &made.After
	if c.added += made.Rounded; made.EntryID.IsZero() {
		c.restored += hundredthsOf(&made.After) - hundredthsOf(made.Before)
	}
}

// correct writes everything of a work item that isn't written, with the member's rights, for at most attemptTime. What it
// has done comes with the error that has ended it.
func (s *WriteBacks) correct(ctx context.Context, m tenant.Member, as Credential, item WorkItem) (corrected, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	leave, err := s.draining.enter(ctx, person{m.Tenant.ID, m.User.ID})
	if err != nil {
		return corrected{}, WriteInDoubt()
	}
	defer leave()
	d := &drain{WriteBacks: s, m: m, as: as, correction: &corrected{}}
	// Completed Work is raised first, so that nothing of others is taken with what is to be taken away.
	rows := []WriteBack{{WorkItem: item}}
	unwritten, err := s.store.Unwritten(ctx, m.Tenant.ID, item.ID, maxDue)
	if err != nil {
		return corrected{}, err
	}
	err = d.writeAll(ctx, append(rows, unwritten...))
	switch {
	case errors.Is(err, errSwitchedOff):
		err = writeBackOff()
	case err == nil && ctx.Err() != nil:
		err = RemoteUnavailable(ctx.Err(), busyWait)
	}
	return *d.correction, err
}
