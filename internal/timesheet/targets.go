package timesheet

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// TargetsOf gives the targets of a person that the member may see; with the zero id the tenant's, which everybody may.
func (s *Service) TargetsOf(ctx context.Context, m tenant.Member, user ids.User) (Targets, error) {
	if user.IsZero() {
		all, err := s.store.Targets(ctx, m.Tenant.ID, nil)
		return Targets{Default: all}, err
	}
	found, err := s.visibleUser(ctx, m, user)
	if err != nil {
		return Targets{}, err
	}
	return s.targetsOf(ctx, m, found)
}

func (s *Service) targetsOf(ctx context.Context, m tenant.Member, user tenant.User) (Targets, error) {
	zone, err := calendar.LoadZone(memberOf(m, user).TimeZone())
	if err != nil {
		return Targets{}, err
	}
	all, err := s.store.Targets(ctx, m.Tenant.ID, []ids.User{user.ID})
	return TargetsOf(all, user.ID, calendar.DayOf(user.CreatedAt, zone)), err
}

// Revision counts the changes of the targets that are one's own: the person's, or without any of a person the tenant's.
func (t Targets) Revision(own bool) int64 {
	list := t.Default
	if own {
		list = t.Own
	}
	revision := int64(1) // of a list that nobody has changed
	for _, target := range list {
		revision = max(revision, target.Revision)
	}
	return revision
}

// SetTargetRequest sets what weekdays are to come to from a day on.
type SetTargetRequest struct {
	User     ids.User     // zero: the tenant's default
	From     calendar.Day // replaces a target of the same day
	Hours    *Hours       // nil: from then on the person has the tenant's default
	Revision int64        // of the targets that the member has seen
}

// SetTarget sets a target. Past weeks keep theirs: it begins in the current week or later (errs.RuleBroken,
// target_in_past). Only the tenant's first one may begin at any day. Admins only.
func (s *Service) SetTarget(ctx context.Context, m tenant.Member, request SetTargetRequest) (Targets, error) {
	now := s.now()
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return Targets{}, err
	}
	if err := m.Tenant.MayWrite(now); err != nil {
		return Targets{}, err
	}
	if err := checkHours(request); err != nil {
		return Targets{}, err
	}
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if _, err := s.store.LockTenant(ctx, m.Tenant.ID); err != nil {
			return err
		}
		whose, current, err := s.whoseTargets(ctx, m, request.User)
		if err != nil {
			return err
		}
		own := !request.User.IsZero()
		if current.Revision(own) != request.Revision {
			return errs.ChangedFirst(nil)
		}
		if err := checkFrom(m, request, current, now); err != nil {
			return err
		}
		wanted := Target{User: request.User, From: request.From, Inherits: request.Hours == nil, Revision: request.Revision + 1}
		if request.Hours != nil {
			wanted.Hours = *request.Hours
		}
		if err := s.store.SaveTarget(ctx, m.Tenant.ID, wanted); err != nil {
			return err
		}
		return s.store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(m.User.Actor(), audit.TargetChanged, whose, now,
			audit.FieldChange{Field: "from", New: request.From.String()},
			audit.FieldChange{Field: "target", Old: current.text(request.From, own), New: wanted.text()}))
	})
	if err != nil {
		return Targets{}, err
	}
	return s.TargetsOf(ctx, m, request.User)
}

// whoseTargets is whose targets are to change, as the audit names them, and what they are now.
func (s *Service) whoseTargets(ctx context.Context, m tenant.Member, user ids.User) (audit.Target, Targets, error) {
	if user.IsZero() {
		all, err := s.store.Targets(ctx, m.Tenant.ID, nil)
		return audit.Target{Kind: audit.TargetTenant, ID: ids.Any(m.Tenant.ID), Name: m.Tenant.Name}, Targets{Default: all}, err
	}
	found, err := s.store.User(ctx, m.Tenant.ID, user)
	if err != nil {
		return audit.Target{}, Targets{}, err
	}
	if found.Status == tenant.UserInvited || found.Status == tenant.UserRequested {
		return audit.Target{}, Targets{}, errs.New(errs.RuleBroken, "not_signed_in", "Only somebody who has signed in and was let in can have a target.")
	}
	current, err := s.targetsOf(ctx, m, found)
	return target(found), current, err
}

// checkHours refuses hours that no day has.
func checkHours(request SetTargetRequest) error {
	if request.Hours == nil {
		if request.User.IsZero() {
			return errs.New(errs.RuleBroken, "target_invalid", "The organization's target has a length for each weekday.").
				WithField("/minutes", "missing", "must have a length for each weekday")
		}
		return nil
	}
	for _, length := range request.Hours {
		if length < 0 || length > MaxTarget || length%time.Minute != 0 {
			return errs.New(errs.RuleBroken, "target_invalid", "A day's target is 0 to 24 hours, in whole minutes.").
				WithField("/minutes", "out_of_range", "must be from 0 to 1440")
		}
	}
	return nil
}

// checkFrom refuses a day by which a past week would change.
func checkFrom(m tenant.Member, request SetTargetRequest, current Targets, now time.Time) error {
	if request.User.IsZero() && len(current.Default) == 0 {
		return nil
	}
	zone, err := calendar.LoadZone(m.Tenant.TimeZone())
	if err != nil {
		return err
	}
	week := calendar.DayOf(now, zone).WeekFrom(m.Tenant.Settings.WeekStart.Weekday())
	if request.From.DaysUntil(week) > 0 {
		return errs.New(errs.RuleBroken, "target_in_past", "Past weeks keep their target. Choose a day of this week, or a later one.").
			WithField("/from", "in_past", "must not be before "+week.String())
	}
	return nil
}

// weekdays are the days of a week as people of most countries count them.
var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

// text writes a target for the audit: minutes from Monday to Sunday; empty when the tenant's holds.
func (t Target) text() string {
	if t.Inherits {
		return ""
	}
	var parts []string
	for _, day := range weekdays {
		parts = append(parts, strconv.Itoa(int(t.Hours[day].Minutes())))
	}
	return strings.Join(parts, " ")
}

// text writes the target that holds on a day of one's own list.
func (t Targets) text(day calendar.Day, own bool) string {
	list := t.Default
	if own {
		list = t.Own
	}
	if held, ok := latest(slices.Clip(list), day); ok {
		return held.text()
	}
	return ""
}
