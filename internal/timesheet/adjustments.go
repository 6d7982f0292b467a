package timesheet

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// MaxAdjustment is the longest correction of a day, in either direction.
const MaxAdjustment = 24 * time.Hour

// Adjustment corrects closed time of a person. It counts on an open day, so that no report of a closed period changes. It
// is never changed; another one takes it back.
type Adjustment struct {
	ID        ids.Adjustment
	User      tenant.UserRef
	ForDay    calendar.Day      // the closed day that it corrects
	Day       calendar.Day      // on which it counts
	WorkItem  workitem.WorkItem // of general time: without an id, with its site and project alone
	ProjectID ids.Project       // under which it counts; WorkItem.Project is shown, into which it may have been merged
	Activity  tenant.ActivityRef
	Billable  bool
	Length    time.Duration // signed
	Reason    string
	By        tenant.UserRef
	At        time.Time
	Reverses  ids.Adjustment // the one that it takes back; zero: none
	Reversal  ids.Adjustment // what takes it back; zero: nothing does
	Entry     ids.Entry      // the entry under review that it settles; zero: none
}

// AdjustmentFilter narrows a list of adjustments. Empty fields do not narrow.
type AdjustmentFilter struct {
	User     ids.User
	Approver ids.User     // of people whose approver this user is, and of the user
	From, To calendar.Day // on which they count, both included
	LeftOut  []ids.User
	Viewer   ids.User // whose views of work items are read; narrows nothing
}

// EntryOfDays is what adjustments are compared with to find those of an entry.
type EntryOfDays struct {
	Viewer   ids.User // whose views of work items are read
	Entry    ids.Entry
	User     ids.User
	WorkItem ids.WorkItem // zero: none
	Project  ids.Project  // without a work item
	From, To calendar.Day // that it touches, both included
}

// AdjustRequest asks for an adjustment.
type AdjustRequest struct {
	User     ids.User
	ForDay   calendar.Day
	Day      calendar.Day // zero: today, or the first day after it that is open
	WorkItem ids.WorkItem // zero: none
	Project  ids.Project  // without a work item
	Activity ids.Activity // zero: the tenant's default
	Billable *bool        // nil: as the project says, else the activity
	Length   time.Duration
	Reason   string
}

// Adjust corrects closed time of a person. Their approver and admins do so, nobody for themselves, but an only admin.
//
// It is errs.RuleBroken, period_open, where the day that it corrects is open, since its entries can be corrected. It is
// adjustment_closed where the day on which it is to count is closed, and adjustment_invalid for a length that can't be.
func (s *Service) Adjust(ctx context.Context, m tenant.Member, request AdjustRequest) (Adjustment, error) {
	if err := s.requireApprover(ctx, m); err != nil {
		return Adjustment{}, err
	}
	user, err := s.adjustable(ctx, m, request.User)
	if err != nil {
		return Adjustment{}, err
	}
	if err := user.Remains(); err != nil {
		return Adjustment{}, err
	}
	reason, err := adjustmentReason(request.Reason)
	if err != nil {
		return Adjustment{}, err
	}
	if request.Length == 0 || request.Length.Abs() > MaxAdjustment || request.Length%time.Millisecond != 0 {
		return Adjustment{}, errs.New(errs.RuleBroken, "adjustment_invalid", "An adjustment adds or takes away up to 24 hours.").
			WithField("/ms", "out_of_range", "must be from -86400000 to 86400000, and not 0")
	}
	made := Adjustment{
		User: tenant.UserRef{ID: user.ID, Name: user.Name}, ForDay: request.ForDay, Day: request.Day, Length: request.Length, Reason: reason,
	}
	if err := s.describe(ctx, m, &made, request); err != nil {
		return Adjustment{}, err
	}
	return s.keep(ctx, m, user, made)
}

// adjustable is a person whose closed time the member corrects.
func (s *Service) adjustable(ctx context.Context, m tenant.Member, id ids.User) (tenant.User, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return tenant.User{}, err
	}
	user, err := s.visibleUser(ctx, m, id)
	if err != nil {
		return tenant.User{}, err
	}
	return user, s.requireDecision(ctx, m, user)
}

// maxReason is the longest reason of an adjustment, in characters.
const maxReason = 500

func adjustmentReason(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", errs.New(errs.RuleBroken, "reason_required", "An adjustment needs a reason.").WithField("/reason", "missing", "must say why")
	case utf8.RuneCountInString(text) > maxReason:
		return "", errs.New(errs.RuleBroken, "text_too_long", "A reason has at most "+strconv.Itoa(maxReason)+" characters.").
			WithField("/reason", "too_long", "must have at most "+strconv.Itoa(maxReason)+" characters")
	default:
		return text, nil
	}
}

// describe says what an adjustment is on.
func (s *Service) describe(ctx context.Context, m tenant.Member, made *Adjustment, request AdjustRequest) error {
	if request.WorkItem.IsZero() {
		project, err := s.work.Project(ctx, m, request.Project)
		if err != nil {
			return err
		}
		made.ProjectID = project.ID
		made.WorkItem = workitem.WorkItem{Site: project.Site, Project: project.CountsAs}
	} else {
		item, err := s.work.Get(ctx, m, request.WorkItem)
		if err != nil {
			return err
		}
		made.WorkItem, made.ProjectID = item, item.Project.ID
	}
	settings := m.Tenant.Settings
	made.Activity, made.Billable = settings.DefaultActivity, settings.DefaultBillable
	if !request.Activity.IsZero() {
		activity, err := s.store.Activity(ctx, m.Tenant.ID, request.Activity)
		if errs.Is(err, errs.NotFound) {
			return tenant.ActivityUnknown("/activity_id")
		}
		if err != nil {
			return err
		}
		made.Activity, made.Billable = activity.Ref(), activity.Billable
	}
	if request.Billable != nil {
		made.Billable = *request.Billable
		return nil
	}
	rules, err := s.work.Rules(ctx, m, made.ProjectID)
	made.Billable = rules.BillableWith(made.Billable)
	return err
}

// keep stores an adjustment, if the day that it corrects is closed and the one on which it counts is open.
func (s *Service) keep(ctx context.Context, m tenant.Member, user tenant.User, made Adjustment) (Adjustment, error) {
	zone, err := calendar.LoadZone(memberOf(m, user).TimeZone())
	if err != nil {
		return Adjustment{}, err
	}
	wanted := made.Day
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if _, err := s.store.LockTimeline(ctx, m.Tenant.ID, user.ID); err != nil {
			return err
		}
		now := s.now()
		if made.Reverses.IsZero() {
			if err := s.checkCorrected(ctx, m, user, &made, zone, now); err != nil {
				return err
			}
		}
		var err error
		if made.Day, err = s.countingDay(ctx, m, user, wanted, zone, now); err != nil {
			return err
		}
		made.ID, made.By, made.At = ids.New[ids.Adjustment](), tenant.UserRef{ID: m.User.ID, Name: m.User.Name}, now
		if err := s.store.InsertAdjustment(ctx, m.Tenant.ID, made); err != nil {
			return err
		}
		return s.store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(m.User.Actor(), audit.AdjustmentMade, target(user), now,
			audit.FieldChange{Field: "for_day", New: made.ForDay.String()}, audit.FieldChange{Field: "day", New: made.Day.String()},
			audit.FieldChange{Field: "adjusted_ms", New: strconv.FormatInt(made.Length.Milliseconds(), 10)},
			audit.FieldChange{Field: "reason", New: made.Reason}))
	})
	return made, err
}

// checkCorrected refuses an adjustment of what is open, and one that settles what needs no settlement.
func (s *Service) checkCorrected(
	ctx context.Context, m tenant.Member, user tenant.User, made *Adjustment, zone *time.Location, now time.Time,
) (err error) {
	if !made.Entry.IsZero() {
		made.ForDay, err = s.checkSettled(ctx, m, *made, zone, now)
		return err
	}
	closed, err := s.closedDay(ctx, m, user, made.ForDay, zone, now)
	if err == nil && !closed {
		err = errs.New(errs.RuleBroken, "period_open", "This day is open: correct its entries.").
			WithField("/for_day", "open", "must be a day that is closed")
	}
	return err
}

// closedDay says whether a part of a person's day is closed.
func (s *Service) closedDay(ctx context.Context, m tenant.Member, user tenant.User, day calendar.Day, zone *time.Location, now time.Time) (bool, error) {
	from, to := calendar.StartOfDay(day, zone), calendar.StartOfDay(day.AddDays(1), zone)
	if from.Before(timer.LockedUntil(m.Tenant, now)) {
		return true, nil
	}
	closed, err := s.store.ClosedPeriods(ctx, m.Tenant.ID, []ids.User{user.ID}, from, to)
	return len(closed) > 0, err
}

// mostDaysAhead is how far after today a day for an adjustment can be. A week that was handed in closes nothing later.
const mostDaysAhead = 31

// countingDay is the day on which an adjustment counts: the wanted one, or the first open one from today on.
func (s *Service) countingDay(
	ctx context.Context, m tenant.Member, user tenant.User, wanted calendar.Day, zone *time.Location, now time.Time,
) (calendar.Day, error) {
	today := calendar.DayOf(now, zone)
	if wanted != (calendar.Day{}) {
		closed, err := s.closedDay(ctx, m, user, wanted, zone, now)
		if err == nil && (closed || today.DaysUntil(wanted) > mostDaysAhead) {
			err = errs.New(errs.RuleBroken, "adjustment_closed", "An adjustment counts on a day that is open, at most a month from now.").
				WithField("/day", "closed", "must be a day that is open")
		}
		return wanted, err
	}
	for day := today; ; day = day.AddDays(1) {
		closed, err := s.closedDay(ctx, m, user, day, zone, now)
		if err != nil || !closed {
			return day, err
		}
	}
}

// Reverse takes an adjustment back by its opposite, which counts on an open day. errs.Conflict, adjustment_reversed, when
// that was done before, or when it takes another one back itself.
func (s *Service) Reverse(ctx context.Context, m tenant.Member, id ids.Adjustment, reason string) (Adjustment, error) {
	original, user, err := s.reversible(ctx, m, id)
	if err != nil {
		return Adjustment{}, err
	}
	opposite := original
	if opposite.Reason, err = adjustmentReason(reason); err != nil {
		return Adjustment{}, err
	}
	if !original.Reverses.IsZero() {
		return Adjustment{}, AdjustmentReversed(nil)
	}
	opposite.Length, opposite.Reverses, opposite.Reversal, opposite.Day = -original.Length, id, ids.Adjustment{}, calendar.Day{}
	return s.keep(ctx, m, user, opposite)
}

// reversible is an adjustment that the member may take back, with its person.
func (s *Service) reversible(ctx context.Context, m tenant.Member, id ids.Adjustment) (original Adjustment, user tenant.User, err error) {
	original, err = s.store.Adjustment(ctx, m.Tenant.ID, m.User.ID, id)
	if err == nil && original.takesBack(m) {
		return original, m.User, m.Tenant.MayWrite(s.now())
	}
	if refusal := s.requireApprover(ctx, m); refusal != nil {
		return original, user, refusal
	}
	if err != nil {
		return original, user, err
	}
	user, err = s.adjustable(ctx, m, original.User.ID)
	if errs.CodeOf(err) == "user_not_found" {
		err = AdjustmentNotFound()
	}
	return original, user, err
}

// AdjustmentNotFound is the error for an adjustment that does not exist, or that the caller may not see.
func AdjustmentNotFound() error {
	return errs.New(errs.NotFound, "adjustment_not_found", "There is no such adjustment.")
}

// AdjustmentReversed is the error for an adjustment that can't be taken back again. cause may be nil.
func AdjustmentReversed(cause error) error {
	return errs.Wrap(cause, errs.Conflict, "adjustment_reversed", "This adjustment was taken back, or takes another one back. Make a new one.")
}

// AdjustmentsOf are the adjustments that the history of an entry tells, the oldest first. They settle it, or correct its days
// on what it is on. Its owner and admins see them; to everybody else the entry isn't there.
func (s *Service) AdjustmentsOf(ctx context.Context, m tenant.Member, id ids.Entry) ([]Adjustment, error) {
	entry, err := s.store.Entry(ctx, m.Tenant.ID, id)
	if err != nil {
		return nil, err
	}
	if entry.User.ID != m.User.ID && !m.User.Role.Allows(tenant.RoleAdmin) {
		return nil, timer.EntryNotFound()
	}
	owner, err := s.store.User(ctx, m.Tenant.ID, entry.User.ID)
	if err != nil {
		return nil, err
	}
	zone, err := calendar.LoadZone(memberOf(m, owner).TimeZone())
	if err != nil {
		return nil, err
	}
	last := entry.StoppedAt
	if entry.Running() {
		last = s.now()
	}
	if last.After(entry.StartedAt) {
		last = last.Add(-time.Millisecond) // an entry up to midnight isn't of the next day
	}
	of := EntryOfDays{
		Viewer: m.User.ID, Entry: id, User: entry.User.ID, WorkItem: entry.WorkItem.ID,
		From: calendar.DayOf(entry.StartedAt, zone), To: calendar.DayOf(last, zone),
	}
	if entry.General() {
		of.Project = entry.ProjectID
	}
	return s.store.AdjustmentsOfEntry(ctx, m.Tenant.ID, of)
}

// Adjustments lists adjustments, the latest first: for an admin everybody's, else the member's own and those of the people
// whose approver they are.
func (s *Service) Adjustments(
	ctx context.Context, m tenant.Member, filter AdjustmentFilter, request page.Request,
) (list []Adjustment, next page.Position, err error) {
	where := tenant.TeamReports
	if !filter.User.IsZero() {
		if _, err := s.visibleUser(ctx, m, filter.User); err != nil {
			return nil, page.Position{}, err
		}
		where = tenant.SingleTime
	}
	filter.Approver, filter.Viewer = ids.User{}, m.User.ID
	if !m.User.Role.Allows(tenant.RoleAdmin) {
		filter.Approver = m.User.ID
	}
	if filter.LeftOut, err = tenant.LeftOut(ctx, s.store, m, where); err != nil {
		return nil, page.Position{}, err
	}
	list, err = s.store.Adjustments(ctx, m.Tenant.ID, filter, request.WithOneMore())
	list, next = page.Cut(list, request.Limit, func(a Adjustment) page.Position { return page.Position{At: a.At, ID: ids.Any(a.ID)} })
	return list, next, err
}
