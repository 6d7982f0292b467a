package report

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// Dimension is what rows can be grouped by.
type Dimension string

// The dimensions.
const (
	Day      Dimension = "day"
	Week     Dimension = "week"  // ISO 8601
	Month    Dimension = "month" // of the calendar
	Project  Dimension = "project"
	User     Dimension = "user"
	WorkItem Dimension = "work_item"
)

// MaxDimensions is how many dimensions one report can have. At most one of them is of time.
const MaxDimensions = 3

// MaxDays is the longest range of one report.
const MaxDays = 366

// units are the dimensions that cut time.
var units = map[Dimension]calendar.Unit{Day: calendar.UnitDay, Week: calendar.UnitWeek, Month: calendar.UnitMonth}

// ParseDimensions reads a list such as "month,project".
func ParseDimensions(text string) ([]Dimension, error) {
	var dimensions []Dimension
	cuts := 0
	for name := range strings.SplitSeq(text, ",") {
		d := Dimension(name)
		_, isTime := units[d]
		if !isTime && d != Project && d != User && d != WorkItem {
			return nil, groupByInvalid("unknown", "must be of day, week, month, project, user and work_item")
		}
		if slices.Contains(dimensions, d) {
			return nil, groupByInvalid("repeated", "must not repeat a dimension")
		}
		if isTime {
			cuts++
		}
		dimensions = append(dimensions, d)
	}
	if len(dimensions) > MaxDimensions || cuts > 1 {
		return nil, groupByInvalid("too_many", "must have at most three dimensions, one of them of time")
	}
	return dimensions, nil
}

func groupByInvalid(code, detail string) error {
	return errs.New(errs.RuleBroken, "group_by_invalid", "The report can't be grouped like this.").WithField("group_by", code, detail)
}

// Direction is which way a report rounds.
type Direction string

// The directions.
const (
	Nearest Direction = "nearest" // half a unit is rounded up
	Up      Direction = "up"
	Down    Direction = "down"
)

// Rounding rounds each entry's part of a row to a whole number of minutes. The zero value does not round.
type Rounding struct {
	Minutes   int
	Direction Direction
}

// String describes the rounding for the head of a report.
func (r Rounding) String() string {
	if r.Minutes == 0 {
		return "none"
	}
	direction := string(r.Direction)
	if r.Direction == Nearest {
		direction = "to the nearest"
	}
	return fmt.Sprintf("%s %d min per entry", direction, r.Minutes)
}

// Terms gives the rounding as integers. A length becomes (length + bias) / unit * unit, all in ms, with integer
// division. Without rounding, unit is 1 and bias 0.
func (r Rounding) Terms() (unit, bias int64) {
	if r.Minutes == 0 {
		return 1, 0
	}
	unit = int64(r.Minutes) * time.Minute.Milliseconds()
	switch r.Direction {
	case Up:
		return unit, unit - 1
	case Down:
		return unit, 0
	default:
		return unit, unit / 2
	}
}

// Request asks for a report of the days [From, To).
type Request struct {
	From, To calendar.Day
	TimeZone string // empty: the member's
	GroupBy  []Dimension
	Rounding Rounding
	User     ids.User // empty: everybody whom the member may see
	Project  string   // by our id or by a name, in any site; empty: every project
}

// Query is what the store adds up: stopped entries that are not voided, cut at the borders of the periods.
type Query struct {
	Periods  []calendar.Period // in order, without gaps, none empty; the whole range when not grouped by time
	ByPeriod bool
	GroupBy  []Dimension // also the order of the rows
	User     ids.User
	Projects []ids.Project // under which the time is shown; empty: every project
	Rounding Rounding
}

// Store adds up recorded time.
type Store interface {
	// TimeRows gives the groups in the order of the dimensions: periods by time, the others by name. Nothing is read
	// before the first row is asked for.
	TimeRows(ctx context.Context, id ids.Tenant, query Query) iter.Seq2[Row, error]
}

// Row is one group. Only the fields of the report's dimensions are set. Lengths are in ms.
type Row struct {
	Period     int // index into Query.Periods
	PeriodName string
	Site       workitem.SiteRef    // of Project
	Project    workitem.ProjectRef // under which the time is shown
	User       timer.UserRef
	WorkItem   workitem.WorkItem // with the project in which it was last seen
	ElapsedMS  int64             // without time under review
	ReviewMS   int64
	Entries    int64
}

// Report is a report whose rows are read while it is written.
type Report struct {
	From, To time.Time
	FirstDay calendar.Day
	LastDay  calendar.Day // included
	TimeZone string
	GroupBy  []Dimension
	Rounding Rounding
	Rows     iter.Seq2[Row, error]
}

// Service makes reports.
type Service struct {
	store Store
	work  *workitem.Service
}

// NewService makes a Service.
func NewService(store Store, work *workitem.Service) *Service {
	return &Service{store: store, work: work}
}

// Time makes a report of recorded time. Users see themselves, admins the tenant. A user who asks for another person
// gets errs.Forbidden. A tenant of any status can read.
func (s *Service) Time(ctx context.Context, m tenant.Member, request Request) (*Report, error) {
	if !m.User.Role.Allows(tenant.RoleAdmin) {
		if !request.User.IsZero() && request.User != m.User.ID {
			return nil, m.Require(tenant.RoleAdmin)
		}
		request.User = m.User.ID
	}
	if request.TimeZone == "" {
		request.TimeZone = m.TimeZone()
	}
	zone, err := calendar.LoadZone(request.TimeZone)
	if err != nil {
		return nil, err
	}
	switch days := request.From.DaysUntil(request.To); {
	case days <= 0:
		return nil, errs.New(errs.RuleBroken, "range_invalid", "The range ends before it begins.").
			WithField("to", "not_after_from", "must be later than from")
	case days > MaxDays:
		return nil, errs.Newf(errs.RuleBroken, "range_too_long", "A report covers at most %d days.", MaxDays).
			WithField("to", "too_long", fmt.Sprintf("must be at most %d days after from", MaxDays))
	}
	query := Query{GroupBy: request.GroupBy, User: request.User, Rounding: request.Rounding}
	found := true
	if request.Project != "" {
		var scope workitem.Scope
		scope, found, err = s.work.Narrow(ctx, m, workitem.Reference{Project: request.Project})
		if err != nil {
			return nil, err
		}
		query.Projects = scope.Projects
	}
	for _, d := range request.GroupBy {
		if unit, ok := units[d]; ok {
			query.Periods, query.ByPeriod = calendar.Periods(request.From, request.To, zone, unit), true
		}
	}
	from, to := calendar.StartOfDay(request.From, zone), calendar.StartOfDay(request.To, zone)
	if !query.ByPeriod {
		query.Periods = []calendar.Period{{Start: from, End: to}}
	}
	// A day that the zone has skipped has no length, and no entry has a part in it.
	query.Periods = slices.DeleteFunc(query.Periods, func(p calendar.Period) bool { return p.Start.Equal(p.End) })
	return &Report{
		From: from, To: to, FirstDay: request.From, LastDay: request.To.AddDays(-1), TimeZone: request.TimeZone, GroupBy: request.GroupBy, Rounding: request.Rounding,
		Rows: func(yield func(Row, error) bool) {
			if !found { // no such project
				return
			}
			for row, err := range s.store.TimeRows(ctx, m.Tenant.ID, query) {
				if err == nil {
					row.PeriodName, row.WorkItem = query.Periods[row.Period].Name, row.WorkItem.SeenBy(m)
				}
				if !yield(row, err) || err != nil {
					return
				}
			}
		},
	}, nil
}
