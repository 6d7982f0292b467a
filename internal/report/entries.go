package report

import (
	"cmp"
	"context"
	"iter"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// EntriesQuery asks for what a report of a range counts, one by one.
type EntriesQuery struct {
	timer.Selection

	From, To time.Time // an entry counts that shares time with [From, To), or that has no length and starts in it
	// Days are those on which adjustments count, in order. Without them none does.
	Days []DayBegin
}

// DayBegin is a day, and where it begins. An adjustment of the day comes there in the order of entries.
type DayBegin struct {
	Day calendar.Day
	At  time.Time
}

// Adjustment is what is an adjustment's own, and no entry has.
type Adjustment struct {
	ID     ids.Adjustment // zero: it is an entry
	Day    calendar.Day   // on which it counts
	ForDay calendar.Day   // the closed day that it corrects
	Length time.Duration  // signed
	Reason string
	Entry  ids.Entry // the entry under review that it settles; zero: none
}

// Settles says whether it is a settlement.
func (a Adjustment) Settles() bool { return !a.Entry.IsZero() }

// Counted is what a report counts: an entry, or an adjustment.
type Counted struct {
	Entry      timer.Entry // of an adjustment its user, work, activity and billable alone
	Adjustment Adjustment
	// Approved says that all of it lies in approved time. A settlement is approved with the week in which it counts, any other
	// adjustment as it is made.
	Approved bool
}

// Adjusts says whether it is an adjustment.
func (c Counted) Adjusts() bool { return !c.Adjustment.ID.IsZero() }

// Part is what of an entry lies in a range, or an adjustment that counts in it.
type Part struct {
	Counted

	WorkItem  workitem.WorkItem // the entry's as the member may see it
	From, To  time.Time         // UTC; both are the beginning of an adjustment's day
	ElapsedMS int64             // as the report rounds, which adjustments aren't; 0 for an entry under review
	ReviewMS  int64             // likewise; 0 for any other
}

// Cut says whether the entry also has time outside the range.
func (p Part) Cut() bool {
	return !p.Adjusts() && (p.From.After(p.Entry.StartedAt) || p.To.Before(p.Entry.StoppedAt))
}

// Row is the part as a report of its own.
func (p Part) Row() Row {
	row := Row{ElapsedMS: p.ElapsedMS, ReviewMS: p.ReviewMS, Entries: 1}
	if p.Entry.Billable {
		row.BillableMS = p.ElapsedMS
	}
	if p.Adjusts() {
		row.AdjustedMS, row.Entries = p.ElapsedMS, 0
	}
	return row
}

// Entries are the entries and adjustments behind a report, in the order in which they started. Parts are read while they are
// written.
type Entries struct {
	From, To time.Time
	FirstDay calendar.Day
	LastDay  calendar.Day // included
	TimeZone string
	Zone     *time.Location
	Rounding Rounding
	LeftOut  int // people whose time isn't shown
	Parts    iter.Seq2[Part, error]
	Next     page.Position // once the parts were read: where the next page begins; zero: there is none
}

// Entries gives the entries and adjustments that a report counts, each with its part of the range, from the page's position
// on. There are at most as many as the page has; a zero limit wants all of them. They add up to the report, unless it rounds
// more parts of an entry than one. Who sees whose, and the errors, are those of Time. request.GroupBy has no meaning.
func (s *Service) Entries(ctx context.Context, m tenant.Member, request Request, part page.Request) (*Entries, error) {
	request.TimeZone = cmp.Or(request.TimeZone, m.TimeZone())
	zone, err := calendar.LoadZone(request.TimeZone)
	if err != nil {
		return nil, err
	}
	if err := request.checkRange(); err != nil {
		return nil, err
	}
	selection, found, err := request.Filter.Select(ctx, s.work, s.store, m)
	if err != nil {
		return nil, err
	}
	query := EntriesQuery{Selection: selection, From: calendar.StartOfDay(request.From, zone), To: calendar.StartOfDay(request.To, zone)}
	if query.Days, err = s.adjustedDays(ctx, m, request, selection, zone); err != nil {
		return nil, err
	}
	list := &Entries{
		From: query.From, To: query.To, FirstDay: request.From, LastDay: request.To.AddDays(-1), TimeZone: request.TimeZone, Zone: zone,
		Rounding: request.Rounding, LeftOut: selection.LeftOutTold(m),
	}
	list.Parts = func(yield func(Part, error) bool) {
		if !found {
			return
		}
		wanted := part
		if part.Limit > 0 {
			wanted = part.WithOneMore()
		}
		count, last := 0, page.Position{}
		for counted, err := range s.store.EntriesIn(ctx, m.Tenant.ID, query, wanted) {
			if err != nil {
				yield(Part{}, err)
				return
			}
			if count++; part.Limit > 0 && count > part.Limit {
				list.Next = last
				return
			}
			last = list.position(counted)
			if !yield(list.part(m, counted), nil) {
				return
			}
		}
	}
	return list, nil
}

// adjustedDays are the days of a range on which adjustments count, if there are some.
func (s *Service) adjustedDays(
	ctx context.Context, m tenant.Member, request Request, selection timer.Selection, zone *time.Location,
) (days []DayBegin, err error) {
	if !countsAdjustments(selection) {
		return nil, nil
	}
	some, err := s.store.HasAdjustments(ctx, m.Tenant.ID, request.From, request.To)
	if !some {
		return nil, err
	}
	for day := request.From; day != request.To; day = day.AddDays(1) {
		days = append(days, DayBegin{day, calendar.StartOfDay(day, zone)})
	}
	return days, err
}

// position is where something stands in the order of the list.
func (l *Entries) position(c Counted) page.Position {
	if c.Adjusts() {
		return page.Position{At: calendar.StartOfDay(c.Adjustment.Day, l.Zone), ID: ids.Any(c.Adjustment.ID)}
	}
	return page.Position{At: c.Entry.StartedAt, ID: ids.Any(c.Entry.ID)}
}

// part cuts an entry at the borders of the range. An adjustment counts as a whole, since it has a day and no interval.
func (l *Entries) part(m tenant.Member, c Counted) Part {
	p := Part{Counted: c, WorkItem: c.Entry.WorkItem.SeenBy(m)}
	if c.Adjusts() {
		p.From = calendar.StartOfDay(c.Adjustment.Day, l.Zone)
		p.To, p.ElapsedMS = p.From, c.Adjustment.Length.Milliseconds()
		return p
	}
	if p.From, p.To = calendar.Later(c.Entry.StartedAt, l.From), c.Entry.StoppedAt; p.To.After(l.To) {
		p.To = l.To
	}
	unit, bias := l.Rounding.Terms()
	length := (p.To.Sub(p.From).Milliseconds() + bias) / unit * unit
	if c.Entry.NeedsReview {
		p.ReviewMS = length
	} else {
		p.ElapsedMS = length
	}
	return p
}
