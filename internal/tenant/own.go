package tenant

import (
	"context"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
)

// OwnPatch is a wanted change of what somebody has chosen for themselves. Nil fields stay.
type OwnPatch struct {
	TimeZone  *string             // IANA name, in which their days are cut; empty: the tenant's
	WeekStart *calendar.WeekStart // empty: the tenant's

	// The next concern the pages that the person sees, and nobody else.

	CSVFormat     *CSVFormat // empty: what their browser's language suggests
	SingleKeysOff *bool
	NoticeSeen    *int // only a later version counts
}

// ofPages says that the patch changes only what the person's own pages are like. It needs no plan, and no audit.
func (p OwnPatch) ofPages() bool { return p.TimeZone == nil && p.WeekStart == nil }

// ChangeOwn changes what the member has chosen for themselves, and gives the member as changed. Once the time zone was
// set, also to the tenant's, nothing is proposed any more. revision is the user's that the member has seen; errs.Stale
// when it isn't current. A name that is no zone is errs.RuleBroken, time_zone_unknown.
func (s *Service) ChangeOwn(ctx context.Context, m Member, revision int64, patch OwnPatch) (Member, error) {
	now := s.now()
	if !patch.ofPages() {
		if err := m.Tenant.MayWrite(now); err != nil {
			return Member{}, err
		}
	}
	if patch.TimeZone != nil && *patch.TimeZone != "" {
		if err := s.checkZone(*patch.TimeZone); err != nil {
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
		var zone, week []audit.FieldChange
		setField(&zone, "time_zone", &user.TimeZone, patch.TimeZone)
		setField(&week, "week_start", &user.WeekStart, patch.WeekStart)
		user.ZoneChosen = user.ZoneChosen || patch.TimeZone != nil
		user.choosePages(patch)
		if user == m.User {
			return nil
		}
		user.Revision++
		m.User = user
		if err := s.store.UpdateUser(ctx, m.Tenant.ID, user); err != nil {
			return err
		}
		if len(zone) > 0 {
			if err := s.audit(ctx, m, audit.TimeZoneChanged, user, now, zone...); err != nil {
				return err
			}
		}
		if len(week) == 0 {
			return nil
		}
		return s.audit(ctx, m, audit.WeekStartChanged, user, now, week...)
	})
	return m, err
}

// choosePages changes what the person's own pages are like.
func (u *User) choosePages(patch OwnPatch) {
	if patch.CSVFormat != nil {
		u.CSVFormat = *patch.CSVFormat
	}
	if patch.SingleKeysOff != nil {
		u.SingleKeysOff = *patch.SingleKeysOff
	}
	if patch.NoticeSeen != nil {
		u.NoticeSeen = max(u.NoticeSeen, *patch.NoticeSeen)
	}
}
