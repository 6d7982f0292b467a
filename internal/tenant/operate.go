package tenant

import (
	"context"
	"slices"
	"strings"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/plaintext"
	"timetracker/internal/plan"
)

// List is every tenant by slug, for operators of the product.
func (s *Service) List(ctx context.Context) ([]Tenant, error) { return s.store.Tenants(ctx) }

// Find is a tenant with its seats, for operators of the product; errs.NotFound, tenant_not_found.
func (s *Service) Find(ctx context.Context, slug string) (Tenant, Seats, error) {
	t, err := s.store.TenantBySlug(ctx, slug)
	if err != nil {
		return Tenant{}, Seats{}, err
	}
	seats, err := s.Seats(ctx, Member{Tenant: t})
	return t, seats, err
}

// PlanPatch is what an operator of the product changes of a tenant. Nil fields stay.
type PlanPatch struct {
	Plan        *plan.Kind // Trial or Internal; Paid comes from a subscription
	TrialEndsAt *time.Time // UTC, in the future; only of a tenant on trial
	RateMinor   *int64     // in minor units of the tenant's currency
}

// ChangePlan is for operators of the product, not for people of the tenant. operator names who did it, for the audit.
func (s *Service) ChangePlan(ctx context.Context, operator, slug string, patch PlanPatch) (Tenant, error) {
	operator = plaintext.CleanLine(operator)
	if operator == "" {
		return Tenant{}, OperatorMissing()
	}
	if patch.Plan != nil && *patch.Plan != plan.Trial && *patch.Plan != plan.Internal {
		return Tenant{}, errs.New(errs.RuleBroken, "plan_invalid", "An operator sets trial or internal; paid comes from a subscription.")
	}
	if rate := patch.RateMinor; rate != nil && (*rate < 0 || *rate > plan.MaxRateMinor) {
		return Tenant{}, errs.Newf(errs.RuleBroken, "rate_invalid", "A rate is from 0 to %d minor units.", int64(plan.MaxRateMinor))
	}
	now := s.now()
	if patch.TrialEndsAt != nil && !patch.TrialEndsAt.After(now) {
		return Tenant{}, errs.New(errs.RuleBroken, "trial_end_passed", "A trial is extended to a time that is still to come.")
	}
	found, err := s.store.TenantBySlug(ctx, slug)
	if err != nil {
		return Tenant{}, err
	}
	var changed Tenant
	err = s.store.Tx(ctx, found.ID, func(ctx context.Context) error {
		t, err := s.store.LockTenant(ctx, found.ID)
		if err != nil {
			return err
		}
		var changes []audit.FieldChange
		setField(&changes, "plan", &t.Plan, patch.Plan)
		if patch.TrialEndsAt != nil && t.Plan != plan.Trial {
			return errs.New(errs.Conflict, "not_on_trial", "This tenant is not on trial.")
		}
		setField(&changes, "trial_ends_at", &t.TrialEndsAt, patch.TrialEndsAt)
		if patch.RateMinor != nil {
			before := t
			t.RateMinor = *patch.RateMinor
			noteRate(&changes, before, t)
		}
		changed = t
		if len(changes) == 0 {
			return nil
		}
		t.Revision++
		changed = t
		if err := s.store.UpdateTenant(ctx, t.ID, t); err != nil {
			return err
		}
		if err := s.termsChanged(ctx, t, now); err != nil {
			return err
		}
		return s.store.InsertAudit(ctx, t.ID, audit.NewEvent(audit.Actor{Name: operator}, audit.PlanChanged, tenantTarget(t), now, changes...))
	})
	return changed, err
}

// MakeSuperAdmin gives somebody active the role, for operators of the product. Where the only super_admin is gone or is to be
// erased, nobody of the tenant can. operator names who did it, for the audit.
func (s *Service) MakeSuperAdmin(ctx context.Context, operator, slug, who string) (User, error) {
	operator = plaintext.CleanLine(operator)
	if operator == "" {
		return User{}, OperatorMissing()
	}
	t, found, err := s.FindPerson(ctx, slug, who)
	if err != nil {
		return User{}, err
	}
	err = s.store.Tx(ctx, t.ID, func(ctx context.Context) error {
		if _, err := s.store.LockTenant(ctx, t.ID); err != nil {
			return err
		}
		u, err := s.store.User(ctx, t.ID, found.ID)
		if err != nil {
			return err
		}
		if u.Status != UserActive {
			return errs.New(errs.Conflict, "not_active", "Only somebody who is active here can become a super_admin.")
		}
		if found = u; u.Role == RoleSuperAdmin {
			return nil
		}
		var changes []audit.FieldChange
		role := RoleSuperAdmin
		setField(&changes, "role", &u.Role, &role)
		u.Revision++
		if err := s.store.UpdateUser(ctx, t.ID, u); err != nil {
			return err
		}
		found = u
		target := audit.Target{Kind: audit.TargetUser, ID: ids.Any(u.ID), Name: u.Name}
		return s.store.InsertAudit(ctx, t.ID, audit.NewEvent(audit.Actor{Name: operator}, audit.RoleChanged, target, s.now(), changes...))
	})
	return found, err
}

// OperatorMissing is the error for an operator without a name.
func OperatorMissing() error {
	return errs.New(errs.RuleBroken, "operator_missing", "The audit needs the operator's name.")
}

// Invited is somebody whom a tenant has invited, and who hasn't joined.
type Invited struct {
	Tenant Tenant
	User   User
}

// Invited finds who was invited by an address, in any case, for operators of the product. It asks tenant by tenant, since no
// statement may look for an address in all of them.
func (s *Service) Invited(ctx context.Context, address string) (invited []Invited, err error) {
	tenants, err := s.store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range tenants {
		found, err := s.store.Users(ctx, t.ID, UserFilter{Search: address, Status: UserInvited}, page.Request{Limit: mostNamesakes})
		if err != nil {
			return nil, err
		}
		for _, u := range found {
			if strings.EqualFold(u.Email, address) {
				invited = append(invited, Invited{t, u})
			}
		}
	}
	return invited, nil
}

// mostNamesakes is among how many people with a part of an address one is looked for.
const mostNamesakes = 200

// FindPerson finds somebody for operators of the product, by an id or by an address in any case. An address that several people
// have, or have had, finds nobody: errs.Conflict, address_of_several.
func (s *Service) FindPerson(ctx context.Context, slug, who string) (Tenant, User, error) {
	t, err := s.store.TenantBySlug(ctx, slug)
	if err != nil {
		return Tenant{}, User{}, err
	}
	if id, err := ids.Parse[ids.User](who); err == nil {
		u, err := s.store.User(ctx, t.ID, id)
		return t, u, err
	}
	found, err := s.store.Users(ctx, t.ID, UserFilter{Search: who}, page.Request{Limit: mostNamesakes})
	if err != nil {
		return Tenant{}, User{}, err
	}
	found = slices.DeleteFunc(found, func(u User) bool { return !strings.EqualFold(u.Email, who) })
	switch len(found) {
	case 0:
		return Tenant{}, User{}, UserNotFound()
	case 1:
		return t, found[0], nil
	default:
		text := "Several people have this address. Name one by the id:"
		for _, u := range found {
			text += " " + u.ID.String() + " (" + string(u.Status) + ")"
		}
		return Tenant{}, User{}, errs.New(errs.Conflict, "address_of_several", text)
	}
}
