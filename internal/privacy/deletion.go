package privacy

import (
	"context"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plaintext"
	"timetracker/internal/tenant"
)

// deletionWaits is how long the removal of a tenant waits that one super_admin alone has asked for.
const deletionWaits = 7 * 24 * time.Hour

// Deletion is what is known of a tenant's end.
type Deletion struct {
	At      time.Time      // when the removal begins; zero: it has no end
	AskedAt time.Time      // zero: nobody has asked for it
	AskedBy tenant.UserRef // zero: the operator has
}

// Deletion says whether and when the tenant is removed. super_admins only, at any state of the tenant.
func (r *Removals) Deletion(ctx context.Context, m tenant.Member) (Deletion, error) {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return Deletion{}, err
	}
	return r.deletionOf(ctx, m.Tenant)
}

func (r *Removals) deletionOf(ctx context.Context, t tenant.Tenant) (d Deletion, err error) {
	d.At = EndOf(t)
	if !t.Removal.Asked() {
		return d, nil
	}
	d.AskedAt = t.Removal.AskedAt
	if t.Removal.AskedBy.IsZero() {
		return d, nil
	}
	u, err := r.store.User(ctx, t.ID, t.Removal.AskedBy)
	d.AskedBy = tenant.UserRef{ID: u.ID, Name: u.Name}
	return d, err
}

// AskForDeletion lets the removal of the tenant begin after 7 days. slug is the tenant's short name, which the caller has typed.
// super_admins only. errs.RuleBroken, slug_wrong or subscription_in_force; errs.Conflict, deletion_asked, when somebody has asked.
func (r *Removals) AskForDeletion(ctx context.Context, m tenant.Member, slug string) (Deletion, error) {
	return r.changeBy(ctx, m, audit.DeletionAsked, func(ctx context.Context, t *tenant.Tenant, now time.Time) error {
		if slug != t.Slug && !t.Removal.Asked() {
			return errs.New(errs.RuleBroken, "slug_wrong", "This is not your organization's short name.").
				WithField("/slug", "wrong", "must be the organization's short name")
		}
		return r.ask(ctx, t, m.User.ID, now, now.Add(deletionWaits))
	})
}

// AskAsOperator is AskForDeletion for an operator, whom the tenant's audit names. One that was removed before a backup was
// restored doesn't wait.
func (r *Removals) AskAsOperator(ctx context.Context, operator string, id ids.Tenant, restored bool) (Deletion, error) {
	operator = plaintext.CleanLine(operator)
	if operator == "" {
		return Deletion{}, tenant.OperatorMissing()
	}
	actor := audit.Actor{Name: operator}
	return r.change(ctx, id, actor, audit.DeletionAsked, func(ctx context.Context, t *tenant.Tenant, now time.Time) error {
		if restored {
			t.Removal = tenant.Removal{} // what was asked for before the backup was made waits no more
			return r.ask(ctx, t, ids.User{}, now, now)
		}
		return r.ask(ctx, t, ids.User{}, now, now.Add(deletionWaits))
	})
}

// ask notes who asks for a removal that begins at an instant, or later.
func (r *Removals) ask(ctx context.Context, t *tenant.Tenant, by ids.User, now, at time.Time) error {
	if t.Removal.Asked() {
		return errs.New(errs.Conflict, "deletion_asked", "Somebody has asked for the deletion already.")
	}
	subscription, ok, err := r.store.TenantSubscription(ctx, t.ID)
	if err != nil {
		return err
	}
	if ok && subscription.Status != marketplace.Cancelled {
		return errs.New(errs.RuleBroken, "subscription_in_force",
			"A subscription is in force, for which Microsoft would go on charging you. Cancel it in the Azure Marketplace first.")
	}
	at, err = r.earliest(ctx, t.ID, at, now)
	t.Removal = tenant.Removal{AskedAt: now, AskedBy: by, At: at}
	return err
}

// ConfirmDeletion lets it begin at once. Another super_admin than the one who has asked does so: errs.RuleBroken, own_request.
func (r *Removals) ConfirmDeletion(ctx context.Context, m tenant.Member) (Deletion, error) {
	return r.changeBy(ctx, m, audit.DeletionConfirmed, func(ctx context.Context, t *tenant.Tenant, now time.Time) error {
		if !t.Removal.Asked() {
			return notAsked()
		}
		if t.Removal.AskedBy == m.User.ID {
			return errs.New(errs.RuleBroken, "own_request", "Another super_admin than the one who has asked for it confirms it.")
		}
		at, err := r.earliest(ctx, t.ID, now, now)
		if at.Before(t.Removal.At) {
			t.Removal.At = at
		}
		return err
	})
}

// StopDeletion takes back what was asked for, until the removal begins. super_admins only.
func (r *Removals) StopDeletion(ctx context.Context, m tenant.Member) (Deletion, error) {
	return r.changeBy(ctx, m, audit.DeletionStopped, func(_ context.Context, t *tenant.Tenant, _ time.Time) error {
		if !t.Removal.Asked() {
			return notAsked()
		}
		t.Removal = tenant.Removal{}
		return nil
	})
}

func notAsked() error {
	return errs.New(errs.Conflict, "deletion_not_asked", "Nobody has asked for the deletion, or somebody has stopped it.")
}

// earliest is at, or later: when the running month can be billed, if anything is billed in it.
func (r *Removals) earliest(ctx context.Context, id ids.Tenant, at, now time.Time) (time.Time, error) {
	month := calendar.MonthOf(now)
	_, paid, err := r.store.LastTerms(ctx, id, month.From(), month.To())
	if err != nil || !paid {
		return at, err
	}
	return calendar.Later(at, month.To()), nil
}

// changeBy is change for a super_admin.
func (r *Removals) changeBy(
	ctx context.Context, m tenant.Member, what audit.EventType, fn func(ctx context.Context, t *tenant.Tenant, now time.Time) error,
) (Deletion, error) {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return Deletion{}, err
	}
	return r.change(ctx, m.Tenant.ID, m.User.Actor(), what, fn)
}

// change changes what was asked for, under the tenant's lock, and audits it.
func (r *Removals) change(
	ctx context.Context, id ids.Tenant, actor audit.Actor, what audit.EventType,
	fn func(ctx context.Context, t *tenant.Tenant, now time.Time) error,
) (d Deletion, err error) {
	now := r.now()
	err = r.store.Tx(ctx, id, func(ctx context.Context) error {
		t, err := r.store.LockTenant(ctx, id)
		if err != nil {
			return err
		}
		if t.Removal.Begun() {
			return errs.New(errs.Conflict, "removal_begun", "The removal has begun.")
		}
		before := t.Removal.At
		if err := fn(ctx, &t, now); err != nil {
			return err
		}
		t.Revision++
		if err := r.store.UpdateTenant(ctx, id, t); err != nil {
			return err
		}
		target := audit.Target{Kind: audit.TargetTenant, ID: ids.Any(id), Name: t.Name}
		change := audit.FieldChange{Field: "deletion_at", Old: instantText(before), New: instantText(t.Removal.At)}
		if err := r.store.InsertAudit(ctx, id, audit.NewEvent(actor, what, target, now, change)); err != nil {
			return err
		}
		d, err = r.deletionOf(ctx, t)
		return err
	})
	return d, err
}

// instantText is an instant as the audit has it.
func instantText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(calendar.InstantLayout)
}
