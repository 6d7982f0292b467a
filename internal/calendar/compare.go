package calendar

// Basis is how a range of days is compared with the one before.
type Basis string

// The bases.
const (
	BasisDays    Basis = "days"    // as many days before
	BasisMonth   Basis = "month"   // the same part of the month before
	BasisQuarter Basis = "quarter" // the same part of the quarter before
	BasisYear    Basis = "year"    // the same part of the year before
	BasisMonths  Basis = "months"  // as many whole months before
	BasisWeek    Basis = "week"    // the same days of the week before
)

// Comparison is a range of days [From, To) and why it is compared with another one.
type Comparison struct {
	From, To Day
	Basis    Basis
	months   int // by which it is earlier; 0 with BasisDays
}

// Previous is what the days [from, to) are compared with. Some ranges begin with a month, a quarter or a year, and end within
// it. They are compared with the same part of the one before; the smallest of the three counts. So a month is compared with
// the month before, and November up to the 27th with October up to the 27th. Other whole months are compared with as many
// before, and everything else with as many days before. from is before to.
func Previous(from, to Day) Comparison {
	last := to.AddDays(-1)
	for _, span := range []struct {
		months int
		basis  Basis
	}{{1, BasisMonth}, {monthsPerQuarter, BasisQuarter}, {monthsPerYear, BasisYear}} {
		begins := from.Date == 1 && int(from.Month-1)%span.months == 0
		if begins && from.months()/span.months == last.months()/span.months {
			return earlier(from, to, span.months, span.basis)
		}
	}
	if from.Date == 1 && to.Date == 1 {
		return earlier(from, to, to.months()-from.months(), BasisMonths)
	}
	days := from.DaysUntil(to)
	return Comparison{From: from.AddDays(-days), To: from, Basis: BasisDays}
}

// daysPerWeek is the longest range that WeekBefore takes.
const daysPerWeek = 7

// WeekBefore is what the days [from, to) of a week are compared with: Monday to Wednesday with those of the week before. They
// are at most seven.
func WeekBefore(from, to Day) Comparison {
	return Comparison{From: from.AddDays(-daysPerWeek), To: to.AddDays(-daysPerWeek), Basis: BasisWeek}
}

// months counts the months up to the day's.
func (d Day) months() int { return d.Year*monthsPerYear + int(d.Month) - 1 }

// earlier is a range that many months before, not beyond the end of its last month.
func earlier(from, to Day, months int, basis Basis) Comparison {
	return Comparison{From: from.monthsBefore(months), To: to.monthsBefore(months), Basis: basis, months: months}
}

// monthsBefore is the same day of an earlier month, or the first of the month after where that has no such day.
func (d Day) monthsBefore(months int) Day {
	first := d.startOfMonth(-months)
	same := first.AddDays(d.Date - 1)
	if same.Month != first.Month {
		return first.startOfMonth(1)
	}
	return same
}

// Parts are the days with which each part of a range is compared. Of months and quarters they are those before. Of days and
// weeks the first is compared with the first, and so on. What the other range has beyond the last is one more part.
func (c Comparison) Parts(parts []Part, unit Unit) []Part {
	if len(parts) == 1 {
		return []Part{{From: c.From, To: c.To}}
	}
	byMonths := c.months > 0 && (unit == UnitMonth || unit == UnitQuarter)
	at := func(d Day) Day {
		if byMonths {
			return d.monthsBefore(c.months)
		}
		if same := c.From.AddDays(parts[0].From.DaysUntil(d)); same.DaysUntil(c.To) > 0 {
			return same
		}
		return c.To
	}
	var before []Part
	for _, part := range parts {
		before = append(before, Part{From: at(part.From), To: at(part.To)})
	}
	if end := before[len(before)-1].To; end != c.To {
		before = append(before, Part{From: end, To: c.To})
	}
	return before
}
