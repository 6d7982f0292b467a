package tenant

import (
	"context"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/page"
)

func userTarget(u User) audit.Target {
	name := u.Name
	if name == "" {
		name = u.Email
	}
	return audit.Target{Kind: audit.TargetUser, ID: ids.Any(u.ID), Name: name}
}

func tenantTarget(t Tenant) audit.Target {
	return audit.Target{Kind: audit.TargetTenant, ID: ids.Any(t.ID), Name: t.Name}
}

// Audit lists administrative changes, the latest first. Admins only. What people have asked about their data is told to
// super_admins, who decide on it.
func (s *Service) Audit(ctx context.Context, m Member, filter audit.Filter, request page.Request) (events []audit.Event, next page.Position, err error) {
	if err := m.Require(RoleAdmin); err != nil {
		return nil, page.Position{}, err
	}
	if filter.LeftOut, err = LeftOut(ctx, s.store, m, TeamReports); err != nil {
		return nil, page.Position{}, err
	}
	if !m.User.Role.Allows(RoleSuperAdmin) {
		filter.Untold = audit.TellRights
	}
	events, err = s.store.AuditEvents(ctx, m.Tenant.ID, filter, request.WithOneMore())
	events, next = page.Cut(events, request.Limit, func(e audit.Event) page.Position { return page.Position{At: e.At, ID: ids.Any(e.ID)} })
	return events, next, err
}

// Actions lists in-product actions, the latest first. Admins only.
func (s *Service) Actions(ctx context.Context, m Member, filter audit.Filter, request page.Request) (actions []audit.Action, next page.Position, err error) {
	if err := m.Require(RoleAdmin); err != nil {
		return nil, page.Position{}, err
	}
	if filter.LeftOut, err = LeftOut(ctx, s.store, m, TeamReports); err != nil {
		return nil, page.Position{}, err
	}
	actions, err = s.store.Actions(ctx, m.Tenant.ID, filter, request.WithOneMore())
	actions, next = page.Cut(actions, request.Limit, func(a audit.Action) page.Position { return page.Position{At: a.At, ID: ids.Any(a.ID)} })
	return actions, next, err
}

// RecordAction records what the member did, and says whether it has. It doesn't where they object to that or have restricted the
// use of their data. A tenant that isn't active records nothing: errs.PaymentRequired.
func (s *Service) RecordAction(ctx context.Context, m Member, kind, inPage string) (action audit.Action, recorded bool, err error) {
	now := s.now()
	if err := m.Tenant.MayWrite(now); err != nil {
		return audit.Action{}, false, err
	}
	action = audit.Action{ID: ids.New[ids.Action](), Type: kind, Page: inPage, At: now, User: m.User.Actor()}
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		chosen, err := s.store.ConcealedOf(ctx, m.Tenant.ID, m.User.ID)
		if recorded = err == nil && !chosen.Restricted && !chosen.ActionLog; !recorded {
			return err
		}
		return s.store.InsertAction(ctx, m.Tenant.ID, action)
	})
	return action, recorded, err
}
