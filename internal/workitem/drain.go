package workitem

import (
	"context"
	"errors"
	"slices"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// maxDue is how many write-backs are looked at in one go.
const maxDue = 200

// maxTries is how often a work item that others change at the same time is read again in one go.
const maxTries = 5

// Drain writes what of a member's is due to the tracker, with the member's rights. It ends early with ctx, between two
// steps. next is when there is something to do again; zero: when something of the member's changes. problem is what the
// member can do something about: errs.Unauthenticated or errs.Forbidden.
//
// Any number of processes may drain at the same time, and each may end at any point: see Contribution. After a tracker has
// not answered, it is not asked for a while, at most a minute, however much the member records meanwhile.
func (s *WriteBacks) Drain(ctx context.Context, m tenant.Member, as Credential) (next time.Time, problem, err error) {
	writer := person{m.Tenant.ID, m.User.ID}
	if wait := s.paused.wait(writer, s.now()); wait > 0 {
		return s.now().Add(wait), nil, nil
	}
	next, problem, err = s.drain(ctx, m, as, ids.WorkItem{})
	s.paused.note(writer, problem, s.now())
	return next, problem, err
}

func (s *WriteBacks) drain(ctx context.Context, m tenant.Member, as Credential, item ids.WorkItem) (next time.Time, problem, err error) {
	if s.remote == nil || !m.Tenant.Settings.WriteBack || m.Tenant.MayWrite(s.now()) != nil {
		return time.Time{}, nil, nil
	}
	leave, err := s.draining.enter(ctx, person{m.Tenant.ID, m.User.ID})
	if err != nil {
		return time.Time{}, nil, nil // somebody else is at it
	}
	defer leave()
	d := &drain{WriteBacks: s, m: m, as: as}
	for d.problem == nil && ctx.Err() == nil {
		due, err := s.store.OpenWriteBacks(ctx, m.Tenant.ID, m.User.ID, item, s.now(), maxDue)
		if err == nil && len(due) > 0 {
			err = d.writeAll(ctx, due)
		}
		if errors.Is(err, errSwitchedOff) {
			return time.Time{}, nil, nil
		}
		if err != nil {
			return time.Time{}, nil, err
		}
		if len(due) == 0 {
			break
		}
	}
	next, err = s.store.NextWriteBack(context.WithoutCancel(ctx), m.Tenant.ID, m.User.ID)
	return next, d.problem, err
}

// errSwitchedOff says that the tenant doesn't write back any more, or is not active.
var errSwitchedOff = errors.New("the tenant does not write back")

// drain is one run for one person.
type drain struct {
	*WriteBacks
	m       tenant.Member
	as      Credential
	problem error // ends the run, since it is the person's or the tracker's and no work item's
	wrote   bool  // something was written in this run
	// correction is what was done to set a work item right; nil: the run is for the person's own time. A correction
	// writes everybody's, and gives its errors instead of noting them.
	correction *corrected
}

// writeAll writes what is due, item by item. The items of a site are read at once.
func (d *drain) writeAll(ctx context.Context, due []WriteBack) error {
	var sites []SiteRef
	bySite := map[SiteRef][]WriteBack{}
	for _, w := range due {
		if _, seen := bySite[w.WorkItem.Site]; !seen {
			sites = append(sites, w.WorkItem.Site)
		}
		bySite[w.WorkItem.Site] = append(bySite[w.WorkItem.Site], w)
	}
	for _, site := range sites {
		facts, read, err := d.read(ctx, site, bySite[site])
		if err != nil || !read {
			return err
		}
		for _, rows := range byItem(bySite[site]) {
			if err := d.writeItem(ctx, rows, facts); err != nil || d.problem != nil || ctx.Err() != nil {
				return err
			}
		}
	}
	return nil
}

// byItem groups write-backs by work item, each group in the order in which they are due.
func byItem(due []WriteBack) (groups [][]WriteBack) {
	index := map[ids.WorkItem]int{}
	for _, w := range due {
		i, seen := index[w.WorkItem.ID]
		if !seen {
			i = len(groups)
			index[w.WorkItem.ID] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], w)
	}
	return groups
}

// read reads the work items of write-backs of one site; read is false when the tracker can't be asked.
func (d *drain) read(ctx context.Context, site SiteRef, due []WriteBack) (facts map[string]Facts, read bool, err error) {
	var numbers []string
	for _, w := range due {
		if !slices.Contains(numbers, w.WorkItem.Number) {
			numbers = append(numbers, w.WorkItem.Number)
		}
	}
	facts = make(map[string]Facts, len(numbers))
	for part := range slices.Chunk(numbers, MaxRead) {
		found, err := d.remote.Read(ctx, d.as, site.Name, part)
		if err != nil {
			return nil, false, d.fail(ctx, due[0], err)
		}
		for _, f := range found {
			facts[f.Number] = f
		}
		if err := d.keep(ctx, site, part, found); err != nil {
			return nil, false, err
		}
	}
	return facts, true, nil
}

// keep keeps what was read, to be shown.
func (d *drain) keep(ctx context.Context, site SiteRef, asked []string, found []Facts) error {
	if d.keepRead == nil {
		return nil
	}
	err := d.keepRead(ctx, d.m, site, asked, found)
	if errs.Is(err, errs.RuleBroken) { // such as too many projects, which must not keep hours from being written
		return nil
	}
	return err
}

// writeItem writes what is due of one work item, entry by entry.
func (d *drain) writeItem(ctx context.Context, rows []WriteBack, known map[string]Facts) error {
	item := rows[0].WorkItem
	facts, seen := known[item.Number]
	if !seen {
		return d.fail(ctx, rows[0], RemoteHidden())
	}
	first := facts.Revision
	var failed error
	for _, w := range rows {
		now, wrote, err := d.writeRow(ctx, w, facts)
		if now.Revision > facts.Revision { // nothing is known of an item that couldn't be read again
			facts = now
		}
		if failed = err; failed != nil || !wrote || ctx.Err() != nil {
			break
		}
	}
	if facts.Revision == first {
		return failed
	}
	return errors.Join(failed, d.keep(context.WithoutCancel(ctx), item.Site, []string{item.Number}, []Facts{facts}))
}

// writeRow writes what is due of one entry on one work item. It gives what the item has become. wrote is false when
// nothing more can be written to this item now.
func (d *drain) writeRow(ctx context.Context, w WriteBack, facts Facts) (now Facts, wrote bool, err error) {
	again := false
	for range maxTries {
		c, doubt, err := d.begin(ctx, w, facts, again)
		switch {
		case errors.Is(err, errOldFacts):
			again = true
			if facts, wrote, err = d.readAgain(ctx, w); err != nil || !wrote {
				return facts, false, err
			}
			continue
		case err != nil:
			return facts, false, err
		case doubt:
			if facts, wrote, err = d.resolve(ctx, w, c); err != nil || !wrote {
				return facts, false, err
			}
			continue // with the item as it is by now
		case c == nil:
			return facts, true, nil
		}
		changed, err := d.send(ctx, w, *c, facts, firstCopy)
		switch {
		case err == nil:
			return changed, true, nil
		case errs.Is(err, errs.Stale):
			if facts, wrote, err = d.readAgain(ctx, w); err != nil || !wrote {
				return facts, false, err
			}
		default:
			return facts, false, d.fail(ctx, w, err)
		}
	}
	return facts, false, d.fail(ctx, w, RemoteChanged())
}

// readAgain reads one work item; seen is false when that failed.
func (d *drain) readAgain(ctx context.Context, w WriteBack) (facts Facts, seen bool, err error) {
	known, read, err := d.read(ctx, w.WorkItem.Site, []WriteBack{w})
	if err != nil || !read {
		return Facts{}, false, err
	}
	if facts, seen = known[w.WorkItem.Number]; !seen {
		return Facts{}, false, d.fail(ctx, w, RemoteHidden())
	}
	return facts, true, nil
}

// errOldFacts says that what was read of a work item is older than what we have written to it.
var errOldFacts = errors.New("the work item was read before it was written")

// notOlder gives errOldFacts for what was read before our last change of the item was made. A contribution to an old
// revision would look like the one that was made to it. An item that is read again, long after that change, and is older
// all the same is an earlier state that somebody has restored.
func (d *drain) notOlder(ctx context.Context, item ids.WorkItem, facts Facts, again bool) error {
	last, sentAt, err := d.store.LastRevision(ctx, d.m.Tenant.ID, item)
	restored := again && !d.now().Before(sentAt.Add(inDoubtFor))
	if err == nil && last > facts.Revision && !restored {
		err = errOldFacts
	}
	return err
}

// begin decides what is written of an entry now, and puts it into the ledger. Nothing: all is settled. doubt says that
// another contribution to the item is in doubt, which it gives. again says that the item was read for this entry.
func (d *drain) begin(ctx context.Context, w WriteBack, facts Facts, again bool) (c *Contribution, doubt bool, err error) {
	err = d.store.Tx(ctx, d.m.Tenant.ID, func(ctx context.Context) error {
		c, doubt = nil, false
		id, item := d.m.Tenant.ID, w.WorkItem.ID
		t, err := d.store.LockHours(ctx, id, item)
		if err != nil {
			return err
		}
		if !t.Settings.WriteBack || t.MayWrite(d.now()) != nil {
			return errSwitchedOff
		}
		open, found, err := d.store.InDoubt(ctx, id, item)
		if err != nil || found {
			c, doubt = &open, found
			return err
		}
		if err := d.notOlder(ctx, item, facts, again); err != nil {
			return err
		}
		planned, needed, err := d.plan(ctx, w, facts, t.Settings)
		if err != nil || !needed {
			return err
		}
		now := d.now()
		planned.ID, planned.SentAt, planned.HeldUntil = ids.New[ids.Contribution](), now, now.Add(inDoubtFor)
		planned.UserID = d.m.User.ID
		switch {
		case planned.changes(facts.Hours):
		case planned.EntryID.IsZero():
			return nil
		default:
			return d.store.SettleWriteBack(ctx, id, planned, now)
		}
		c = &planned
		return d.store.BeginContribution(ctx, id, planned)
	})
	return c, doubt, err
}

// plan decides what is written of an entry now; needed is false when nothing is. A write-back without an entry puts
// right what others have taken away of ours.
func (d *drain) plan(
	ctx context.Context, w WriteBack, facts Facts, settings tenant.Settings,
) (c Contribution, needed bool, err error) {
	id, item := d.m.Tenant.ID, w.WorkItem.ID
	current := w
	if !w.EntryID.IsZero() {
		var found bool
		current, found, err = d.store.WriteBack(ctx, id, w.EntryID, item)
		unwritten := d.correction != nil && current.Wanted != current.Written
		if err != nil || !found || (current.NextAt.IsZero() && !unwritten) {
			return Contribution{}, false, err
		}
	}
	own, err := d.store.OwnHours(ctx, id, item, d.m.User.ID)
	if err != nil {
		return Contribution{}, false, err
	}
	if w.EntryID.IsZero() {
		return restoring(item, own, facts), true, nil
	}
	return contributionOf(current, own, facts, settings), true, nil
}

// wait tries an entry's write-back later, since somebody else is at its work item.
func (d *drain) wait(ctx context.Context, w WriteBack) error {
	if d.correction != nil {
		return WriteInDoubt()
	}
	now := d.now()
	return d.postpone(ctx, Postponement{User: d.m.User.ID, WorkItem: w.WorkItem.ID, Due: now, Next: now.Add(busyWait)})
}

// fail notes why something could not be written. A problem of the work item holds for all that the person has on it.
// Every other one holds for all that is due, and ends the run.
func (d *drain) fail(ctx context.Context, w WriteBack, failed error) error {
	if ctx.Err() != nil && !lasting(failed) {
		return nil // the run was to end; nothing has failed
	}
	if d.correction != nil {
		return failed
	}
	problem := problemOf(failed)
	now := d.now()
	if problem.Code == "" {
		return failed // our own fault
	}
	p := Postponement{User: d.m.User.ID, Due: now, Problem: problem}
	ofItem := problem.refused() || problem.Code == codeItemChanged
	if ofItem || problem.Code == codeAnswerLost {
		p.WorkItem = w.WorkItem.ID
	}
	if !ofItem {
		d.problem = failed
	}
	var wish time.Duration
	if told, ok := errors.AsType[*errs.Error](failed); ok {
		wish = told.RetryAfter
	}
	attempts := w.Attempts + 1
	if problem.Code == codeUnavailable && d.wrote {
		// It answered until now: mostly it asks for a pause. What waits was not tried in vain.
		p.Problem, attempts = Problem{}, 1
	}
	p.Next = now.Add(waitOf(attempts, wish, problem.refused(), d.jitter()))
	if err := d.postpone(ctx, p); err != nil || ofItem || p.WorkItem.IsZero() {
		return err
	}
	// A tracker that loses one answer would lose those of the person's other work items, too.
	return d.postpone(ctx, Postponement{User: p.User, Due: p.Due, Next: p.Next})
}

func (d *drain) postpone(ctx context.Context, p Postponement) error {
	return d.store.Tx(context.WithoutCancel(ctx), d.m.Tenant.ID, func(ctx context.Context) error {
		return d.store.Postpone(ctx, d.m.Tenant.ID, p)
	})
}

// lasting says whether an error is certainly the tracker's, and not that of a context that has ended.
func lasting(err error) bool {
	return errs.KindOf(err) != errs.Internal && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}
