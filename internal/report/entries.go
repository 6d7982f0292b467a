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

// EntriesQuery asks for the entries that a report of a range counts.
type EntriesQuery struct {
	timer.Selection

	From, To time.Time // an entry counts that shares time with [From, To), or that has no length and starts in it
}

// Part is what of an entry lies in a range.
type Part struct {
	Entry     timer.Entry
	WorkItem  workitem.WorkItem // the entry's as the member may see it
	From, To  time.Time         // UTC
	ElapsedMS int64             // as the report rounds; 0 for an entry under review
	ReviewMS  int64             // likewise; 0 for any other
}

// Cut says whether the entry also has time outside the range.
func (p Part) Cut() bool { return p.From.After(p.Entry.StartedAt) || p.To.Before(p.Entry.StoppedAt) }

// Entries are the entries behind a report, in the order in which they started. Parts are read while they are written.
type Entries struct {
	From, To time.Time
	FirstDay calendar.Day
	LastDay  calendar.Day // included
	TimeZone string
	Zone     *time.Location
	Rounding Rounding
	Parts    iter.Seq2[Part, error]
	Next     page.Position // once the parts were read: where the next page begins; zero: there is none
}

// Entries gives the entries that a report counts, each with its part of the range, from the page's position on. There are at
// most as many as the page has; a zero limit wants all of them. Who sees whose, and the errors, are those of Time.
// request.GroupBy has no meaning.
func (s *Service) Entries(ctx context.Context, m tenant.Member, request Request, part page.Request) (*Entries, error) {
	request.TimeZone = cmp.Or(request.TimeZone, m.TimeZone())
	zone, err := calendar.LoadZone(request.TimeZone)
	if err != nil {
		return nil, err
	}
	if err := request.checkRange(); err != nil {
		return nil, err
	}
	selection, found, err := request.Filter.Select(ctx, s.work, m)
	if err != nil {
		return nil, err
	}
	query := EntriesQuery{Selection: selection, From: calendar.StartOfDay(request.From, zone), To: calendar.StartOfDay(request.To, zone)}
	list := &Entries{
		From: query.From, To: query.To, FirstDay: request.From, LastDay: request.To.AddDays(-1), TimeZone: request.TimeZone, Zone: zone,
		Rounding: request.Rounding,
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
		for entry, err := range s.store.EntriesIn(ctx, m.Tenant.ID, query, wanted) {
			if err != nil {
				yield(Part{}, err)
				return
			}
			if count++; part.Limit > 0 && count > part.Limit {
				list.Next = last
				return
			}
			last = page.Position{At: entry.StartedAt, ID: ids.Any(entry.ID)}
			if !yield(list.part(m, entry), nil) {
				return
			}
		}
	}
	return list, nil
}

// part cuts an entry at the borders of the range.
func (l *Entries) part(m tenant.Member, entry timer.Entry) Part {
	p := Part{Entry: entry, WorkItem: entry.WorkItem.SeenBy(m), From: calendar.Later(entry.StartedAt, l.From), To: entry.StoppedAt}
	if p.To.After(l.To) {
		p.To = l.To
	}
	unit, bias := l.Rounding.Terms()
	length := (p.To.Sub(p.From).Milliseconds() + bias) / unit * unit
	if entry.NeedsReview {
		p.ReviewMS = length
	} else {
		p.ElapsedMS = length
	}
	return p
}
