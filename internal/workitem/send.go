package workitem

import (
	"context"
	"errors"
	"time"

	"timetracker/internal/errs"
)

// copies says which copy of a change is sent.
type copies uint8

const (
	firstCopy copies = iota
	onlyCopy         // earlier ones were made by now, or never will be
	oneOfMany        // an earlier one may still be on its way
)

// send asks the tracker for a contribution's change, and notes what came of it. Once it is sent it is noted, whatever
// becomes of ctx.
func (d *drain) send(ctx context.Context, w WriteBack, c Contribution, facts Facts, which copies) (Facts, error) {
	ctx = context.WithoutCancel(ctx)
	if !d.now().Before(c.SentAt.Add(sendWithin)) {
		return facts, d.unsent(ctx, c, which)
	}
	changed, failed := d.remote.WriteHours(ctx, d.as, w.WorkItem.Site.Name, w.WorkItem.Number, c.RevBefore, c.hours())
	if failed == nil {
		d.wrote = true
		d.correction.note(c)
		return changed, d.settle(ctx, c, changed.Revision)
	}
	if which != firstCopy && errs.Is(failed, errs.Stale) {
		return facts, failed // what has changed the item may have been an earlier copy of it
	}
	certain := errs.CodeOf(failed) != codeAnswerLost && errs.KindOf(failed) != errs.Internal
	noted := d.drop
	if which == oneOfMany || !certain {
		noted = d.release
	}
	if err := noted(ctx, c); err != nil {
		return facts, err
	}
	return facts, failed
}

// unsent is for a process that was held up for so long that others may count on the contribution never being sent.
func (d *drain) unsent(ctx context.Context, c Contribution, which copies) error {
	noted := d.drop
	if which != firstCopy {
		noted = d.release
	}
	if err := noted(ctx, c); err != nil {
		return err
	}
	return RemoteChanged()
}

// resolve finds out what became of a contribution in doubt. ended says that it is in doubt no longer, and gives the item
// as it is then.
func (d *drain) resolve(ctx context.Context, w WriteBack, c *Contribution) (facts Facts, ended bool, err error) {
	// What was read may be older than the contribution. What is read from now on is not, when it was sent long ago.
	at := d.now()
	if facts, ended, err = d.readAgain(ctx, w); err != nil || !ended {
		return facts, false, err
	}
	var next *Facts
	if facts.Revision > c.RevBefore {
		then, err := d.remote.ReadAt(ctx, d.as, w.WorkItem.Site.Name, w.WorkItem.Number, c.RevBefore+1)
		if err != nil {
			return facts, false, d.fail(ctx, w, err)
		}
		next = &then
	}
	switch standingOf(*c, facts, next, d.as.ObjectID()) {
	case made:
		return facts, true, d.settle(ctx, *c, c.RevBefore+1)
	case neverMade:
		return facts, true, d.drop(ctx, *c)
	default:
		return d.takeOver(ctx, w, *c, facts, at)
	}
}

// takeOver does something about a contribution that has not reached the tracker yet. Whoever has sent it may send it once
// more, since the same change of the same revision is made once. Others may only wait until it can't arrive any more. at is
// before the item was read.
func (d *drain) takeOver(
	ctx context.Context, w WriteBack, c Contribution, facts Facts, at time.Time,
) (now Facts, ended bool, err error) {
	free, lost := !at.Before(c.HeldUntil), !at.Before(c.SentAt.Add(inDoubtFor))
	switch {
	case free && c.UserID == d.m.User.ID:
		held, sent := false, d.now()
		err := d.store.Tx(ctx, d.m.Tenant.ID, func(ctx context.Context) (err error) {
			held, err = d.store.HoldContribution(ctx, d.m.Tenant.ID, c, sent, sent.Add(inDoubtFor))
			return err
		})
		if err != nil || !held {
			return facts, false, errors.Join(err, d.wait(ctx, w))
		}
		c.SentAt, c.HeldUntil = sent, sent.Add(inDoubtFor)
		which := oneOfMany
		if lost {
			which = onlyCopy
		}
		changed, err := d.send(ctx, w, c, facts, which)
		switch {
		case err == nil:
			return changed, true, nil
		case errs.Is(err, errs.Stale):
			return facts, true, nil // it is looked up again
		default:
			return facts, false, d.fail(ctx, w, err)
		}
	case free && lost:
		return facts, true, d.drop(ctx, c)
	default:
		return facts, false, d.wait(ctx, w)
	}
}

// settle notes that a contribution was made.
func (d *drain) settle(ctx context.Context, c Contribution, revision int64) error {
	ctx = context.WithoutCancel(ctx)
	return d.store.Tx(ctx, d.m.Tenant.ID, func(ctx context.Context) error {
		if _, err := d.store.LockHours(ctx, d.m.Tenant.ID, c.WorkItemID); err != nil {
			return err
		}
		noted, err := d.store.EndContribution(ctx, d.m.Tenant.ID, c, revision)
		if err != nil || !noted || c.EntryID.IsZero() {
			return err
		}
		return d.store.SettleWriteBack(ctx, d.m.Tenant.ID, c, d.now())
	})
}

// drop notes that a contribution was not made.
func (d *drain) drop(ctx context.Context, c Contribution) error {
	ctx = context.WithoutCancel(ctx)
	return d.store.Tx(ctx, d.m.Tenant.ID, func(ctx context.Context) error {
		if _, err := d.store.LockHours(ctx, d.m.Tenant.ID, c.WorkItemID); err != nil {
			return err
		}
		return d.store.DropContribution(ctx, d.m.Tenant.ID, c)
	})
}

// release lets a contribution in doubt be taken over from now on.
func (d *drain) release(ctx context.Context, c Contribution) error {
	return d.store.Tx(ctx, d.m.Tenant.ID, func(ctx context.Context) error {
		_, err := d.store.HoldContribution(ctx, d.m.Tenant.ID, c, c.SentAt, d.now())
		return err
	})
}
