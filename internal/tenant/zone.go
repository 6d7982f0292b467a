package tenant

import (
	"context"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
)

// SetTimeZone sets the member's own time zone, in which their days are cut; empty, to follow the tenant's. It gives the
// member as changed. From then on nothing is proposed to them. revision is the user's that the member has seen;
// errs.Stale when it isn't current. A name that is no zone is errs.RuleBroken, time_zone_unknown.
func (s *Service) SetTimeZone(ctx context.Context, m Member, revision int64, zone string) (Member, error) {
	now := s.now()
	if err := m.Tenant.MayWrite(now); err != nil {
		return Member{}, err
	}
	if zone != "" {
		if err := s.checkZone(zone); err != nil {
			return Member{}, err
		}
	}
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		user, err := s.store.User(ctx, m.Tenant.ID, m.User.ID)
		if err != nil {
			return err
		}
		if user.Revision != revision {
			return errs.ChangedFirst(nil)
		}
		m.User = user
		var changes []audit.FieldChange
		setField(&changes, "time_zone", &user.TimeZone, &zone)
		if len(changes) == 0 && user.ZoneChosen {
			return nil
		}
		user.ZoneChosen = true
		user.Revision++
		m.User = user
		if err := s.store.UpdateUser(ctx, m.Tenant.ID, user); err != nil || len(changes) == 0 {
			return err
		}
		return s.audit(ctx, m, audit.TimeZoneChanged, user, now, changes...)
	})
	return m, err
}
