package render

import (
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/report"
)

// amounts are the lengths of a row, or of several, in ms.
type amounts struct{ elapsed, review, billable, adjusted, previous int64 }

func amountsOf(row report.Row) amounts {
	return amounts{row.ElapsedMS, row.ReviewMS, row.BillableMS, row.AdjustedMS, row.PreviousMS}
}

func (a *amounts) add(row report.Row) {
	a.elapsed += row.ElapsedMS
	a.review += row.ReviewMS
	a.billable += row.BillableMS
	a.adjusted += row.AdjustedMS
	a.previous += row.PreviousMS
}

// sums are those of several rows.
type sums struct {
	amounts

	seconds   bool // a length is not of whole minutes
	negative  bool // a length is negative
	corrected bool // some of it are adjustments
}

func (s *sums) add(row report.Row) {
	s.amounts.add(row)
	const minute = int64(time.Minute / time.Millisecond)
	s.seconds = s.seconds || row.ElapsedMS%minute != 0 || row.ReviewMS%minute != 0
	s.negative = s.negative || row.ElapsedMS < 0 || s.elapsed < 0
	s.corrected = s.corrected || row.AdjustedMS != 0
}

// apportioned are amounts of which what is shown adds up.
type apportioned struct{ elapsed, review, billable, adjusted, previous *calendar.Apportionment }

func newApportioned(unit int64) apportioned {
	of := func() *calendar.Apportionment { return calendar.NewApportionment(unit) }
	return apportioned{of(), of(), of(), of(), of()}
}

func (a apportioned) add(row report.Row) {
	a.elapsed.Add(row.ElapsedMS)
	a.review.Add(row.ReviewMS)
	a.billable.Add(row.BillableMS)
	a.adjusted.Add(row.AdjustedMS)
	a.previous.Add(row.PreviousMS)
}

// show is what is shown of the next row.
func (a apportioned) show(of amounts) amounts {
	return amounts{
		a.elapsed.Show(of.elapsed), a.review.Show(of.review), a.billable.Show(of.billable), a.adjusted.Show(of.adjusted),
		a.previous.Show(of.previous),
	}
}

func (a apportioned) whole() amounts {
	return amounts{a.elapsed.Whole(), a.review.Whole(), a.billable.Whole(), a.adjusted.Whole(), a.previous.Whole()}
}
