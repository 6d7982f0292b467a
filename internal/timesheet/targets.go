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
	"timetracker/internal/page"
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

// peopleAtOnce is how many people are read in one go.
const peopleAtOnce = 500

// TargetOf implements report.Targets. Somebody who has left is to come to nothing, as in their weeks. Somebody erased is to come
// to what they were, until that day.
func (s *Service) TargetOf(
	ctx context.Context, m tenant.Member, users, leftOut []ids.User, from, to calendar.Day,
) (target, due time.Duration, err error) {
	all, err := s.store.EveryTarget(ctx, m.Tenant.ID)
	if err != nil || len(all) == 0 {
		return 0, 0, err
	}
	sum := newTargetSum(all, from, to)
	for _, status := range []tenant.UserStatus{tenant.UserActive, tenant.UserErased} {
		if err := s.addTargets(ctx, m, sum, tenant.UserFilter{IDs: users, Status: status}, leftOut); err != nil {
			return 0, 0, err
		}
	}
	return sum.target, sum.due, nil
}

// addTargets adds up the targets of people but those who are left out.
func (s *Service) addTargets(ctx context.Context, m tenant.Member, sum *targetSum, filter tenant.UserFilter, leftOut []ids.User) error {
	now, request := s.now(), page.Request{Limit: peopleAtOnce}
	for {
		people, err := s.store.Users(ctx, m.Tenant.ID, filter, request.WithOneMore())
		if err != nil {
			return err
		}
		var next page.Position
		people, next = page.Cut(people, request.Limit, func(u tenant.User) page.Position { return page.Position{Name: u.Name, ID: ids.Any(u.ID)} })
		for _, user := range people {
			if slices.Contains(leftOut, user.ID) || !(Targets{Own: sum.own[user.ID]}).count(user.Status) {
				continue
			}
			zone, err := calendar.LoadZone(memberOf(m, user).TimeZone())
			if err != nil {
				return err
			}
			sum.add(user.ID, calendar.DayOf(user.CreatedAt, zone), calendar.DayOf(now, zone))
		}
		if next == (page.Position{}) {
			return nil
		}
		request.After = next
	}
}

// targetSum adds up the targets of people on the days [from, to).
type targetSum struct {
	from, to    calendar.Day
	general     []Target
	own         map[ids.User][]Target
	known       map[[2]calendar.Day][2]time.Duration // of people without targets of their own, by their first day and today
	target, due time.Duration
}

func newTargetSum(all []Target, from, to calendar.Day) *targetSum {
	sum := &targetSum{from: from, to: to, own: map[ids.User][]Target{}, known: map[[2]calendar.Day][2]time.Duration{}}
	for _, target := range all {
		if target.User.IsZero() {
			sum.general = append(sum.general, target)
		} else {
			sum.own[target.User] = append(sum.own[target.User], target)
		}
	}
	return sum
}

// add adds a person who began on a day, up to today.
func (s *targetSum) add(user ids.User, begins, today calendar.Day) {
	if begins.DaysUntil(s.from) > 0 {
		begins = s.from
	}
	key, own := [2]calendar.Day{begins, today}, s.own[user]
	sums, found := s.known[key]
	if !found || len(own) > 0 {
		targets := Targets{Own: own, Default: s.general, Begins: begins}
		sums = [2]time.Duration{}
		for day := begins; day.DaysUntil(s.to) > 0 && day.DaysUntil(today) >= 0; day = day.AddDays(1) {
			target := targets.On(day)
			if sums[0] += target; day != today {
				sums[1] += target
			}
		}
		if len(own) == 0 {
			s.known[key] = sums
		}
	}
	s.target, s.due = s.target+sums[0], s.due+sums[1]
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
	if err := found.Remains(); err != nil {
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
