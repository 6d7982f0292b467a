package privacy

import (
	"context"
	"time"

	"timetracker/internal/billing"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/page"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
	"timetracker/internal/timesheet"
)

// RetainedClass names what ends by itself.
type RetainedClass string

// The classes.
const (
	LogOfTimers       RetainedClass = "timer_log"          // starts, stops and switches
	LogOfActions      RetainedClass = "action_log"         // what was done on the pages
	BilledPeople      RetainedClass = "billed_people"      // addresses and names in billing records, which stay themselves
	MeteredPeople     RetainedClass = "metered_people"     // whom a metered plan has counted
	ReportedUsage     RetainedClass = "reported_usage"     // what Microsoft was told of a metered plan
	PastTerms         RetainedClass = "past_terms"         // by what months were billed
	MarketplaceEvents RetainedClass = "marketplace_events" // what Microsoft has told of subscriptions, and was answered
	PastReminders     RetainedClass = "past_reminders"     // of weeks whose reminders nobody is shown any more
	UnfinishedImports RetainedClass = "unfinished_imports" // files that nobody has had looked at
)

// RetainedClasses are all classes, in the order in which they are shown.
func RetainedClasses() []RetainedClass {
	return []RetainedClass{LogOfTimers, LogOfActions, BilledPeople, MeteredPeople, ReportedUsage, PastTerms, MarketplaceEvents, PastReminders, UnfinishedImports}
}

// retained is a class with its rule.
type retained struct {
	class RetainedClass
	term  Retention
	// days is how long the tenant's rows are kept; zero: as the term says. It may be nil.
	days func(s tenant.Settings) int
	// since is before when rows are due that have days, or those of a term of years.
	since func(now time.Time, days int) time.Time
	// due counts the rows from before an instant, and end ends the oldest of them, at most limit, in the caller's transaction.
	due func(ctx context.Context, id ids.Tenant, before time.Time) (int, error)
	end func(ctx context.Context, id ids.Tenant, before time.Time, limit int) (int, error)
}

// before is the instant before which a tenant's rows are due; zero when none is.
func (k retained) before(s tenant.Settings, now time.Time) time.Time {
	days := k.daysOf(s)
	if days == 0 && k.days != nil {
		return time.Time{}
	}
	return k.since(now, days)
}

func (k retained) daysOf(s tenant.Settings) int {
	if k.days == nil {
		return 0
	}
	return k.days(s)
}

// The rules of when rows are due.
func daysAgo(now time.Time, days int) time.Time { return now.UTC().AddDate(0, 0, -days) }

// inEveryZone is a day later than daysAgo, when the day is over everywhere.
func inEveryZone(now time.Time, days int) time.Time { return daysAgo(now, days+1) }

func yearsOf(since func(now time.Time) time.Time) func(time.Time, int) time.Time {
	return func(now time.Time, _ int) time.Time { return since(now) }
}

func always(days int) func(tenant.Settings) int { return func(tenant.Settings) int { return days } }

// rules are the classes with their rules, in the order of RetainedClasses.
func (r *Retentions) rules() []retained {
	all := []retained{
		{class: LogOfTimers, term: AsLogs, days: func(s tenant.Settings) int { return s.TimerLogDays }, since: daysAgo},
		{class: LogOfActions, term: AsLogs, days: func(s tenant.Settings) int { return s.ActionLogDays }, since: daysAgo},
		{class: BilledPeople, term: SevenYears, since: yearsOf(billing.KeptSince), due: r.countBilled, end: r.endBilled},
		{class: MeteredPeople, term: SevenYears, since: yearsOf(billing.MonthsKeptSince)},
		{class: ReportedUsage, term: SevenYears, since: yearsOf(billing.MonthsKeptSince)},
		{class: PastTerms, term: SevenYears, since: yearsOf(billing.MonthsKeptSince)},
		{class: MarketplaceEvents, term: SevenYears, since: yearsOf(billing.KeptSince)},
		{class: PastReminders, term: UntilDone, days: always(timesheet.RemindedDays), since: inEveryZone},
		{class: UnfinishedImports, term: UntilDone, days: always(importer.UnfinishedDays), since: daysAgo},
	}
	for i, one := range all {
		if one.due != nil {
			continue
		}
		all[i].due = func(ctx context.Context, id ids.Tenant, before time.Time) (int, error) {
			return r.store.CountRetained(ctx, id, one.class, before)
		}
		all[i].end = func(ctx context.Context, id ids.Tenant, before time.Time, limit int) (int, error) {
			return r.store.EndRetained(ctx, id, one.class, before, limit)
		}
	}
	return all
}

func (r *Retentions) countBilled(ctx context.Context, id ids.Tenant, before time.Time) (int, error) {
	due, err := r.overdue(ctx, id, before)
	return len(due), err
}

// endBilled takes people out of the oldest records that name any.
func (r *Retentions) endBilled(ctx context.Context, id ids.Tenant, before time.Time, limit int) (int, error) {
	due, err := r.overdue(ctx, id, before)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	if len(due) > limit {
		due = due[len(due)-limit:] // the latest come first
		before = due[0].At.Add(time.Millisecond)
	}
	if err := r.chain.Expire(ctx, id, proof.BillingRecord, before); err != nil {
		return 0, err
	}
	return len(due), r.store.KeepWithoutNames(ctx, id, due)
}

// overdue are the records that were made before an instant and name people, the latest first.
func (r *Retentions) overdue(ctx context.Context, id ids.Tenant, before time.Time) (due []billing.Record, err error) {
	err = page.Each(func(request page.Request) ([]billing.Record, error) {
		return r.store.Records(ctx, id, billing.RecordFilter{To: before}, request)
	}, func(b billing.Record) page.Position { return page.Position{At: b.At, ID: ids.Any(b.ID)} }, func(b billing.Record) error {
		if b.NamesPeople() {
			due = append(due, b)
		}
		return nil
	})
	return due, err
}
