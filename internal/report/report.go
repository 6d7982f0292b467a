package report

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// Dimension is what rows can be grouped by.
type Dimension string

// The dimensions. A row of entries that have no value of a dimension, such as no parent, leaves it out.
const (
	Day      Dimension = "day"
	Week     Dimension = "week"    // ISO 8601, unless weeks begin on another day
	Month    Dimension = "month"   // of the calendar
	Quarter  Dimension = "quarter" // of the calendar
	Site     Dimension = "site"    // of the project
	Project  Dimension = "project"
	User     Dimension = "user"
	WorkItem Dimension = "work_item"
	Parent   Dimension = "parent" // of the work item, the direct one
	Type     Dimension = "type"   // of the work item
	Activity Dimension = "activity"
	Billable Dimension = "billable"
)

// dimensions are all, in the order in which they are told.
var dimensions = []Dimension{Day, Week, Month, Quarter, Site, Project, User, WorkItem, Parent, Type, Activity, Billable}

// MaxDimensions is how many dimensions one report can have. At most one of them is of time.
const MaxDimensions = 3

// MaxDays is the longest range of one report.
const MaxDays = 366

// units are the dimensions that cut time.
var units = map[Dimension]calendar.Unit{
	Day: calendar.UnitDay, Week: calendar.UnitWeek, Month: calendar.UnitMonth, Quarter: calendar.UnitQuarter,
}

// ParseDimensions reads a list such as "month,project".
func ParseDimensions(text string) ([]Dimension, error) {
	var chosen []Dimension
	cuts := 0
	for name := range strings.SplitSeq(text, ",") {
		d := Dimension(name)
		_, isTime := units[d]
		if !slices.Contains(dimensions, d) {
			return nil, groupByInvalid("unknown", "must be of "+listed(dimensions))
		}
		if slices.Contains(chosen, d) {
			return nil, groupByInvalid("repeated", "must not repeat a dimension")
		}
		if isTime {
			cuts++
		}
		chosen = append(chosen, d)
	}
	if len(chosen) > MaxDimensions || cuts > 1 {
		return nil, groupByInvalid("too_many", "must have at most three dimensions, one of them of time")
	}
	return chosen, nil
}

// listed writes dimensions as a sentence has them.
func listed(all []Dimension) string {
	var text strings.Builder
	for i, d := range all {
		switch {
		case i == len(all)-1:
			text.WriteString(" and ")
		case i > 0:
			text.WriteString(", ")
		}
		text.WriteString(string(d))
	}
	return text.String()
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

func (d Direction) valid() bool { return d == Nearest || d == Up || d == Down }

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

// Filter narrows a report. It is the one of lists and exports.
type Filter = timer.Filter

// Request asks for a report of the days [From, To).
type Request struct {
	From, To  calendar.Day
	TimeZone  string             // empty: the member's
	WeekStart calendar.WeekStart // empty: Monday
	GroupBy   []Dimension
	Rounding  Rounding
	Filter    Filter // without users: everybody whom the member may see
	Compare   Compare
}

// Compare is the range with which a report is compared. Empty: nothing is.
type Compare string

// The ranges.
const (
	ComparePrevious Compare = "previous" // the one before, as calendar.Previous says
	CompareWeek     Compare = "week"     // the same days of the week before; of at most MaxWeek days
)

// MaxWeek is how many days a report that is compared with the week before covers at most.
const MaxWeek = 7

// Query is what the store adds up: stopped entries that are not voided, cut at the borders of the periods.
type Query struct {
	timer.Selection

	Periods []calendar.Period // in order, without gaps; the whole range when not grouped by time
	// Previous are periods to compare with, as many as Periods or one more, of which one without a length has no time.
	// Nothing is compared without them.
	Previous []calendar.Period
	// Days are those of Periods, and PreviousDays those of Previous, on which adjustments count. Without them none does.
	Days, PreviousDays []calendar.Part

	ByPeriod bool
	GroupBy  []Dimension // also the order of the rows
	Rounding Rounding
}

// Adjusted says whether adjustments count.
func (q Query) Adjusted() bool { return len(q.Days) > 0 }

// Store adds up recorded time.
type Store interface {
	tenant.ConcealedStore
	// HasAdjustments says whether adjustments count on one of the days [from, to).
	HasAdjustments(ctx context.Context, id ids.Tenant, from, to calendar.Day) (bool, error)
	// TimeRows gives the groups in the order of the dimensions: periods by time, the others by name. Nothing is read
	// before the first row is asked for.
	TimeRows(ctx context.Context, id ids.Tenant, query Query) iter.Seq2[Row, error]
	// EntriesIn gives stopped entries that are not voided, and the adjustments of the query's days. Their order is that of
	// (StartedAt, ID), where an adjustment stands at the beginning of its day. They are those from the page's position on, at
	// most as many as the page has; a zero limit wants all of them. Nothing is read before the first one is asked for.
	EntriesIn(ctx context.Context, id ids.Tenant, query EntriesQuery, request page.Request) iter.Seq2[Counted, error]
	// SelectionNames are the names of a selection's people, sites, projects and activities, and the numbers of its work items
	// and parents, each by its name.
	SelectionNames(ctx context.Context, id ids.Tenant, selection timer.Selection) ([]Narrowed, error)
}

// Row is one group. Only the fields of the report's dimensions are set. Lengths are in ms.
type Row struct {
	Period     int // index into Query.Periods, or of Query.Previous alone
	PeriodName string
	From, To   time.Time           // of the period, when the report is cut into some; zero where only the one before has such a part
	Site       workitem.SiteRef    // also of Project
	Project    workitem.ProjectRef // under which the time is shown
	User       timer.UserRef
	WorkItem   workitem.WorkItem // with the project in which it was last seen; without an id: none
	Parent     workitem.WorkItem // as WorkItem
	Type       string            // empty: none is known to the member
	Activity   tenant.ActivityRef
	Billable   bool
	ElapsedMS  int64 // without time under review, with adjustments
	BillableMS int64 // of ElapsedMS
	AdjustedMS int64 // of ElapsedMS, what adjustments add or take away
	ReviewMS   int64
	Entries    int64
	PreviousMS int64 // as ElapsedMS, of the period to compare with
}

// Report is a report whose rows are read while it is written.
type Report struct {
	From, To  time.Time
	FirstDay  calendar.Day
	LastDay   calendar.Day // included
	TimeZone  string
	WeekStart calendar.WeekStart // empty: not grouped by week
	GroupBy   []Dimension
	Rounding  Rounding
	Previous  *Previous // nil: nothing is compared
	Target    *Target   // nil: the report is held against none
	LeftOut   int       // people whose time isn't shown, and is in no sum: see timer.Selection.LeftOutTold
	Rows      iter.Seq2[Row, error]
}

// Target is what the people of a report are to come to, in ms.
type Target struct {
	MS    int64 // on the days of the range up to today
	DueMS int64 // of it, on the days that are over; the others miss nothing
}

// Missing is what time lacks of the target of the days that are over, in ms.
func (t Target) Missing(elapsed int64) int64 { return max(0, t.DueMS-elapsed) }

// Excess is what time has beyond the target, in ms.
func (t Target) Excess(elapsed int64) int64 { return max(0, elapsed-t.MS) }

// Targets knows what people are to come to.
type Targets interface {
	// TargetOf adds up what active people are to come to on the days [from, to) up to today. due is how much of it is of days
	// that are over. Today is that of each person's zone. Without users it is everybody, but for those left out.
	TargetOf(ctx context.Context, m tenant.Member, users, leftOut []ids.User, from, to calendar.Day) (target, due time.Duration, err error)
}

// Previous is the range with which a report is compared.
type Previous struct {
	From, To time.Time
	FirstDay calendar.Day
	LastDay  calendar.Day // included
	Basis    calendar.Basis
}

// Service makes reports.
type Service struct {
	store   Store
	work    *workitem.Service
	targets Targets
}

// NewService makes a Service.
func NewService(store Store, work *workitem.Service, targets Targets) *Service {
	return &Service{store: store, work: work, targets: targets}
}

// Time makes a report of recorded time. Users see themselves, admins the tenant. A user who asks for another person
// gets errs.Forbidden. A tenant of any status can read.
func (s *Service) Time(ctx context.Context, m tenant.Member, request Request) (*Report, error) {
	request.TimeZone = cmp.Or(request.TimeZone, m.TimeZone())
	if request.WeekStart = cmp.Or(request.WeekStart, calendar.WeekFromMonday); !slices.Contains(request.GroupBy, Week) {
		request.WeekStart = "" // nothing depends on it
	}
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
	query := Query{Selection: selection, GroupBy: request.GroupBy, Rounding: request.Rounding}
	var previous *Previous
	query.Periods, query.ByPeriod = request.periods(zone)
	if request.Compare != "" {
		query.Previous, previous = request.previous(zone)
	}
	if err := s.addAdjustments(ctx, m, request, &query); err != nil {
		return nil, err
	}
	target, err := s.target(ctx, m, request, selection)
	if err != nil {
		return nil, err
	}
	return &Report{
		From: calendar.StartOfDay(request.From, zone), To: calendar.StartOfDay(request.To, zone),
		FirstDay: request.From, LastDay: request.To.AddDays(-1), TimeZone: request.TimeZone, WeekStart: request.WeekStart,
		GroupBy: request.GroupBy, Rounding: request.Rounding, Previous: previous,
		Target: target, LeftOut: selection.LeftOutTold(m),
		Rows: func(yield func(Row, error) bool) {
			if !found { // no such project
				return
			}
			for row, err := range s.store.TimeRows(ctx, m.Tenant.ID, query) {
				if err == nil {
					if query.ByPeriod && row.Period < len(query.Periods) {
						p := query.Periods[row.Period]
						row.PeriodName, row.From, row.To = p.Name, p.Start, p.End
					}
					row.WorkItem, row.Parent = row.WorkItem.SeenBy(m), row.Parent.SeenBy(m)
				}
				if !yield(row, err) || err != nil {
					return
				}
			}
		},
	}, nil
}

// target is what the report is held against: the targets of its people, unless it is narrowed to a part of their time.
func (s *Service) target(ctx context.Context, m tenant.Member, request Request, selection timer.Selection) (*Target, error) {
	f := request.Filter
	narrowed := len(f.Organizations)+len(f.Projects)+len(f.WorkItems)+len(f.Parents)+len(f.Types)+len(f.States)+len(f.Activities) > 0 ||
		f.NeedsReview != nil || f.Billable != nil || f.Approved != nil || f.Note != ""
	if narrowed {
		return nil, nil //nolint:nilnil // there is none
	}
	target, due, err := s.targets.TargetOf(ctx, m, selection.Users, selection.LeftOut, request.From, request.To)
	if err != nil || target == 0 {
		return nil, err
	}
	return &Target{MS: target.Milliseconds(), DueMS: due.Milliseconds()}, nil
}

// addAdjustments adds the days on which adjustments count, if there are some in the ranges. So a report without any costs no
// more than one look.
func (s *Service) addAdjustments(ctx context.Context, m tenant.Member, request Request, query *Query) error {
	if !countsAdjustments(query.Selection) {
		return nil
	}
	days, _, _ := request.parts()
	first, previous := request.From, []calendar.Part(nil)
	if request.Compare != "" {
		first, previous = request.before().From, request.previousDays()
	}
	some, err := s.store.HasAdjustments(ctx, m.Tenant.ID, first, request.To)
	if some {
		query.Days, query.PreviousDays = days, previous
	}
	return err
}

// countsAdjustments says whether adjustments can be of a selection. They have no note and are never under review.
func countsAdjustments(selection timer.Selection) bool {
	return selection.Note == "" && (selection.NeedsReview == nil || !*selection.NeedsReview)
}

func (r Request) checkRange() error {
	switch days := r.From.DaysUntil(r.To); {
	case days <= 0:
		return errs.New(errs.RuleBroken, "range_invalid", "The range ends before it begins.").
			WithField("to", "not_after_from", "must be later than from")
	case days > MaxDays:
		return errs.Newf(errs.RuleBroken, "range_too_long", "A report covers at most %d days.", MaxDays).
			WithField("to", "too_long", fmt.Sprintf("must be at most %d days after from", MaxDays))
	case r.Compare == CompareWeek && days > MaxWeek:
		return errs.Newf(errs.RuleBroken, "range_too_long", "At most %d days are compared with the week before.", MaxWeek).
			WithField("to", "too_long", fmt.Sprintf("must be at most %d days after from", MaxWeek))
	}
	return nil
}

// periods cuts the range, if a dimension does.
func (r Request) periods(zone *time.Location) (periods []calendar.Period, cut bool) {
	parts, _, cut := r.parts()
	return inZone(parts, zone), cut
}

func (r Request) parts() (parts []calendar.Part, unit calendar.Unit, cut bool) {
	for _, d := range r.GroupBy {
		if unit, ok := units[d]; ok {
			return calendar.Parts(r.From, r.To, unit, r.WeekStart), unit, true
		}
	}
	return []calendar.Part{{From: r.From, To: r.To}}, "", false
}

// previous are the periods to compare with.
func (r Request) previous(zone *time.Location) ([]calendar.Period, *Previous) {
	before := r.before()
	return inZone(r.previousDays(), zone), &Previous{
		From: calendar.StartOfDay(before.From, zone), To: calendar.StartOfDay(before.To, zone),
		FirstDay: before.From, LastDay: before.To.AddDays(-1), Basis: before.Basis,
	}
}

// before is the range to compare with.
func (r Request) before() calendar.Comparison {
	if r.Compare == CompareWeek {
		return calendar.WeekBefore(r.From, r.To)
	}
	return calendar.Previous(r.From, r.To)
}

// previousDays are the days of the range to compare with, in parts.
func (r Request) previousDays() []calendar.Part {
	parts, unit, _ := r.parts()
	return r.before().Parts(parts, unit)
}

func inZone(parts []calendar.Part, zone *time.Location) (periods []calendar.Period) {
	for _, part := range parts {
		periods = append(periods, part.In(zone))
	}
	return periods
}
