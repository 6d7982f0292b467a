package billing

import (
	"fmt"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/money"
	"timetracker/internal/plan"
)

// Statement shows a billing record to the customer. It uses only the record, so that it is the same whenever it is asked
// for. It does not know how the customer pays, since Microsoft collects the money.
type Statement struct {
	Number         StatementNumber
	IssuedAt       time.Time // UTC
	Customer       string
	Month          calendar.Month
	SubscriptionID ids.Subscription
	PlanID         string
	PlanTitle      string     // empty: we did not know the plan
	Model          plan.Model // empty: we did not know the plan
	Seats          int        // how many people had a seat; 0: no limit
	FreeTrial      bool       // the Marketplace's free trial: nothing is charged
	Adjustment     bool       // it corrects the month's statement, and its numbers are differences
	Active         []Person
	Inactive       []Person
	People         int
	Lines          []StatementLine
	TotalMinor     int64 // in minor units of Currency
	Currency       string
	Note           string // what Microsoft charges, which may differ
}

// StatementLine is one position. Quantity times UnitMinor is AmountMinor.
type StatementLine struct {
	Text        string
	Quantity    int
	UnitMinor   int64
	AmountMinor int64
}

// NewStatement makes the statement of a monthly record or an adjustment.
func NewStatement(r Record) Statement {
	i := Statement{
		Number: r.Statement, IssuedAt: r.At, Customer: r.Customer, Month: r.Month, SubscriptionID: r.SubscriptionID,
		PlanID: r.PlanID, PlanTitle: r.PlanTitle, Model: r.Model, Seats: r.Quantity, FreeTrial: r.FreeTrial,
		Adjustment: r.Kind == Adjustment, Active: r.Active, Inactive: r.Inactive, People: r.People,
		TotalMinor: r.TotalMinor, Currency: r.Currency, Note: note(r),
	}
	if r.BaseMinor != 0 {
		text := "Monthly base fee"
		if r.Included > 0 {
			text = fmt.Sprintf("Monthly base fee, %d active users included", r.Included)
		}
		i.Lines = append(i.Lines, StatementLine{Text: text, Quantity: 1, UnitMinor: r.BaseMinor, AmountMinor: r.BaseMinor})
	}
	if r.RateMinor != 0 || len(i.Lines) == 0 {
		text := "Active users"
		if r.Included > 0 {
			text = "Active users above those included"
		}
		// It can't overflow, since the record's total was checked when the record was made.
		i.Lines = append(i.Lines, StatementLine{
			Text: text, Quantity: r.Billed, UnitMinor: r.RateMinor, AmountMinor: int64(r.Billed) * r.RateMinor,
		})
	}
	return i
}

// note says what Microsoft charges. We bill who was active in a calendar month. Microsoft bills what was bought, by the
// subscription's own period.
func note(r Record) string {
	const period = "by the subscription's own period, which may differ from the calendar month."
	switch {
	case r.FreeTrial:
		return "Microsoft charges nothing during the free trial of the Azure Marketplace."
	case r.Model == plan.Seats:
		seats := "the seats that were bought" // Microsoft has not given their number
		switch {
		case r.Quantity == 1:
			seats = "the seat that was bought"
		case r.Quantity > 1:
			seats = fmt.Sprintf("the %s seats that were bought", money.FormatFixed(int64(r.Quantity), 0))
		}
		return fmt.Sprintf("Microsoft charges %s, %s This statement shows their use.", seats, period)
	case r.Model == plan.Metered:
		return "Microsoft charges the base fee, and the active users above those included as they were reported, " + period
	case r.Model == plan.Flat:
		return "Microsoft charges the fee of the plan, " + period
	default:
		return "Microsoft charges what the plan costs in the Azure Marketplace, " + period
	}
}
