package timesheet

import (
	"context"
	"slices"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// List gives the weeks that a day is in, each in its owner's zone and from their first weekday on, by the owner's name. An
// admin gets those of everybody who is active. Others get their own, and those of the people whose approver they are. Whoever
// objects to team reports isn't there; what they hand in is in Pending.
func (s *Service) List(ctx context.Context, m tenant.Member, day calendar.Day, request page.Request) (sheets []Sheet, next page.Position, err error) {
	people, err := s.peopleOf(ctx, m, tenant.TeamReports)
	if err != nil {
		return nil, page.Position{}, err
	}
	users, err := s.store.Users(ctx, m.Tenant.ID, people, request.WithOneMore())
	if err != nil {
		return nil, page.Position{}, err
	}
	users, next = page.Cut(users, request.Limit, func(u tenant.User) page.Position { return page.Position{Name: u.Name, ID: ids.Any(u.ID)} })
	weeks := make([]askedWeek, len(users))
	for i, user := range users {
		if weeks[i], err = askFor(m, user, day); err != nil {
			return nil, page.Position{}, err
		}
	}
	sheets, err = s.sheets(ctx, m, weeks)
	return sheets, next, err
}

// peopleOf narrows the people of the tenant to those whose weeks the member sees.
func (s *Service) peopleOf(ctx context.Context, m tenant.Member, where tenant.Showing) (filter tenant.UserFilter, err error) {
	filter.Status = tenant.UserActive
	if !m.User.Role.Allows(tenant.RoleAdmin) {
		filter.Approver, filter.OrUser = m.User.ID, m.User.ID
	}
	filter.Except, err = tenant.LeftOut(ctx, s.store, m, where)
	return filter, err
}

// Get is the week of one person that a day is in; errs.NotFound for somebody whose weeks the member can't see.
func (s *Service) Get(ctx context.Context, m tenant.Member, user ids.User, day calendar.Day) (Sheet, error) {
	found, err := s.visibleUser(ctx, m, user)
	if err != nil {
		return Sheet{}, err
	}
	asked, err := askFor(m, found, day)
	if err != nil {
		return Sheet{}, err
	}
	return s.sheetOf(ctx, m, asked)
}

// Approves says whether the member is somebody's approver.
func (s *Service) Approves(ctx context.Context, m tenant.Member) (bool, error) {
	people, err := s.store.CountPeople(ctx, m.Tenant.ID, m.User.ID)
	return people > 0, err
}

// Pending gives the weeks that wait for the member's decision, the oldest first. They are of the people whose approver the
// member is, and for an admin also of people who have no active one. With everybody it is all that an admin can decide on.
func (s *Service) Pending(ctx context.Context, m tenant.Member, everybody bool, request page.Request) (sheets []Sheet, next page.Position, err error) {
	scope := PendingScope{Approver: m.User.ID, Unassigned: m.User.Role.Allows(tenant.RoleAdmin)}
	if everybody {
		if err := m.Require(tenant.RoleAdmin); err != nil {
			return nil, page.Position{}, err
		}
		scope = PendingScope{}
	}
	if scope.LeftOut, err = tenant.LeftOut(ctx, s.store, m, tenant.SingleTime); err != nil {
		return nil, page.Position{}, err
	}
	records, err := s.store.PendingTimesheets(ctx, m.Tenant.ID, scope, request.WithOneMore())
	if err != nil {
		return nil, page.Position{}, err
	}
	records, next = page.Cut(records, request.Limit, func(r Record) page.Position { return page.Position{At: r.SubmittedAt, ID: ids.Any(r.ID)} })
	sheets, err = s.sheetsOf(ctx, m, records)
	return sheets, next, err
}

// sheetsOf makes the sheets of records, in their order, without those that the member doesn't decide on. Weeks of the same
// days are read together.
func (s *Service) sheetsOf(ctx context.Context, m tenant.Member, records []Record) ([]Sheet, error) {
	var owners []ids.User
	var days []calendar.Day
	for _, r := range records {
		owners = append(owners, r.User)
		if !slices.Contains(days, r.FirstDay) {
			days = append(days, r.FirstDay)
		}
	}
	users, err := s.usersByID(ctx, m, owners)
	if err != nil {
		return nil, err
	}
	made := map[recordKey]Sheet{}
	for _, day := range days {
		var weeks []askedWeek
		for _, r := range records {
			if r.FirstDay == day {
				weeks = append(weeks, askForRecord(m, users[r.User], day))
			}
		}
		sheets, err := s.sheets(ctx, m, weeks)
		if err != nil {
			return nil, err
		}
		for _, sheet := range sheets {
			made[recordKey{sheet.User, sheet.FirstDay}] = sheet
		}
	}
	var sheets []Sheet
	for _, r := range records {
		if sheet := made[recordKey{r.User, r.FirstDay}]; sheet.MayDecide {
			sheets = append(sheets, sheet)
		}
	}
	return sheets, nil
}

// usersByID reads people by their ids.
func (s *Service) usersByID(ctx context.Context, m tenant.Member, list []ids.User) (map[ids.User]tenant.User, error) {
	found := map[ids.User]tenant.User{}
	if len(list) == 0 {
		return found, nil
	}
	users, err := s.store.Users(ctx, m.Tenant.ID, tenant.UserFilter{IDs: list}, page.Request{Limit: len(list)})
	for _, user := range users {
		found[user.ID] = user
	}
	return found, err
}

// askedWeek is a week of a person that is to be shown.
type askedWeek struct {
	user tenant.User
	week
}

// askFor asks for the person's week that a day is in.
func askFor(m tenant.Member, user tenant.User, day calendar.Day) (askedWeek, error) {
	w, err := weekOf(memberOf(m, user), day)
	return askedWeek{user, w}, err
}

// askForRecord asks for a week that was handed in. Its first day stays, whatever weekday the person's weeks begin on now.
func askForRecord(m tenant.Member, user tenant.User, first calendar.Day) askedWeek {
	zone, err := calendar.LoadZone(memberOf(m, user).TimeZone())
	if err != nil {
		zone = time.UTC // TimeZone gives only names that are found
	}
	return askedWeek{user, week{first: first, zone: zone}}
}

// sheetOf is one sheet.
func (s *Service) sheetOf(ctx context.Context, m tenant.Member, asked askedWeek) (Sheet, error) {
	sheets, err := s.sheets(ctx, m, []askedWeek{asked})
	if err != nil {
		return Sheet{}, err
	}
	return sheets[0], nil
}

// sheets makes the sheets of weeks. What they need is read for all of them at once.
func (s *Service) sheets(ctx context.Context, m tenant.Member, weeks []askedWeek) ([]Sheet, error) {
	if len(weeks) == 0 {
		return nil, nil
	}
	read, err := s.read(ctx, m, weeks)
	if err != nil {
		return nil, err
	}
	own, err := s.decides(ctx, m, m.User)
	if err != nil {
		return nil, err
	}
	now := s.now()
	running, err := s.running(ctx, m, weeks)
	if err != nil {
		return nil, err
	}
	sheets := make([]Sheet, len(weeks))
	for i, asked := range weeks {
		key := recordKey{asked.user.ID, asked.first}
		sheet := Sheet{Owner: asked.user, Record: read.records[key], Reminder: read.reminders[key]}
		sheet.User, sheet.FirstDay = asked.user.ID, asked.first
		if sheet.Status == "" {
			sheet.Status = Open
		}
		if sheet.MayDecide = own; sheet.User != m.User.ID {
			sheet.MayDecide = sees(m, asked.user)
		}
		w := asked.in(sheet.Record)
		sheet.TimeZone = w.zone.String()
		targets := TargetsOf(read.targets, sheet.User, calendar.DayOf(asked.user.CreatedAt, w.zone))
		sheet.fill(w, targets, read.intervals[sheet.User], read.adjusted, now)
		if m.User.Role.Allows(tenant.RoleAdmin) || sheet.User == m.User.ID {
			sheet.LastStop = lastStop(read.intervals[sheet.User], w)
		}
		if since := running[sheet.User]; since.Before(w.start(daysOfWeek)) && now.After(w.start(0)) {
			sheet.RunningSince = since
		}
		sheets[i] = sheet
	}
	return sheets, nil
}

// running says since when timers of people run, as far as the member sees running timers. Admins see those of everybody
// who isn't left out of lists, others their own.
func (s *Service) running(ctx context.Context, m tenant.Member, weeks []askedWeek) (map[ids.User]time.Time, error) {
	leftOut, err := tenant.LeftOut(ctx, s.store, m, tenant.TeamReports)
	if err != nil {
		return nil, err
	}
	var users []ids.User
	for _, w := range weeks {
		id := w.user.ID
		if id == m.User.ID || (m.User.Role.Allows(tenant.RoleAdmin) && !slices.Contains(leftOut, id)) {
			users = append(users, id)
		}
	}
	return s.store.RunningSince(ctx, m.Tenant.ID, users)
}

// lastStop is when the latest of the intervals has stopped that share time with a week.
func lastStop(intervals []Interval, w week) (latest time.Time) {
	for _, i := range intervals {
		if i.StartedAt.Before(w.start(daysOfWeek)) && i.StoppedAt.After(w.start(0)) {
			latest = calendar.Later(latest, i.StoppedAt)
		}
	}
	return latest
}

// recordKey finds what is kept of a person's week.
type recordKey struct {
	user  ids.User
	first calendar.Day
}

// weeksRead is what sheets are made of.
type weeksRead struct {
	records   map[recordKey]Record
	reminders map[recordKey]Reminder
	targets   []Target
	intervals map[ids.User][]Interval
	adjusted  []AdjustedDay
}

// read reads what the weeks of users are made of.
func (s *Service) read(ctx context.Context, m tenant.Member, weeks []askedWeek) (weeksRead, error) {
	var users []ids.User
	first, last := weeks[0].first, weeks[0].first
	from, to := weeks[0].start(0), weeks[0].start(daysOfWeek)
	for _, w := range weeks {
		users = append(users, w.user.ID)
		if w.first.DaysUntil(first) > 0 {
			first = w.first
		}
		if last.DaysUntil(w.first) > 0 {
			last = w.first
		}
		from, to = earlier(from, w.start(0)), calendar.Later(to, w.start(daysOfWeek))
	}
	// A week that was handed in is cut in the zone that its owner had then.
	from, to = from.Add(-zoneSpread), to.Add(zoneSpread)
	read := weeksRead{records: map[recordKey]Record{}, reminders: map[recordKey]Reminder{}, intervals: map[ids.User][]Interval{}}
	records, err := s.store.Timesheets(ctx, m.Tenant.ID, users, first, last)
	if err != nil {
		return read, err
	}
	for _, r := range records {
		read.records[recordKey{r.User, r.FirstDay}] = r
	}
	reminders, err := s.store.Reminders(ctx, m.Tenant.ID, users, first, last)
	if err != nil {
		return read, err
	}
	for _, r := range reminders {
		read.reminders[recordKey{r.User, r.FirstDay}] = r
	}
	if read.targets, err = s.store.Targets(ctx, m.Tenant.ID, users); err != nil {
		return read, err
	}
	intervals, err := s.store.Intervals(ctx, m.Tenant.ID, users, from, to)
	if err != nil {
		return read, err
	}
	for _, interval := range intervals {
		read.intervals[interval.User] = append(read.intervals[interval.User], interval)
	}
	read.adjusted, err = s.store.AdjustedDays(ctx, m.Tenant.ID, users, first, last.AddDays(daysOfWeek-1))
	return read, err
}
