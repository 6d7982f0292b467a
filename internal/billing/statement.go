package billing

import (
	"fmt"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
)

// Statement shows to the customer what Microsoft charges for a month under the plan, and the people who were counted as
// its evidence. It is made of the billing record alone, so that it is the same whenever it is asked for. It is no invoice:
// Microsoft sells, collects the money, and makes the invoice for tax.
type Statement struct {
	Number          StatementNumber
	IssuedAt        time.Time // UTC
	Seller          Seller
	Customer        string
	CustomerAddress string // in lines; empty: nobody has entered one
	Month           calendar.Month
	SubscriptionID  ids.Subscription
	PlanID          string
	PlanTitle       string     // empty: we did not know the plan
	Model           plan.Model // empty: we did not know the plan
	Seats           int        // how many people had a seat; 0: no limit
	FreeTrial       bool       // the Marketplace's free trial: nothing is charged
	Adjustment      bool       // it corrects the month's statement, and its numbers are differences
	Active          []Person
	Inactive        []Person
	People          int
	Lines           []StatementLine
	TotalMinor      int64 // what Microsoft charges, in minor units of Currency
	ChargeKnown     bool  // whether we know what Microsoft charges; the amounts mean nothing otherwise
	Currency        string
	Note            string // how Microsoft charges
	Seal            string // the link of its record in the tenant's chain, such as 42:9f86…; empty: there is none yet
}

// StatementLine is one position. Quantity times UnitMinor is AmountMinor.
type StatementLine struct {
	Text        string
	Quantity    int
	UnitMinor   int64
	AmountMinor int64
}

// NewStatement makes the statement of a monthly record or an adjustment, without its seal.
func NewStatement(r Record) Statement {
	s := Statement{
		Number: r.Statement, IssuedAt: r.At, Seller: r.Seller, Customer: r.Customer, CustomerAddress: r.CustomerAddress,
		Month: r.Month, SubscriptionID: r.SubscriptionID, PlanID: r.PlanID, PlanTitle: r.PlanTitle, Model: r.Model,
		Seats: r.Quantity, FreeTrial: r.FreeTrial, Adjustment: r.Kind == Adjustment, Active: r.Active, Inactive: r.Inactive,
		People: r.People, TotalMinor: r.TotalMinor, ChargeKnown: r.ChargeKnown(), Currency: r.Currency, Note: note(r),
	}
	if r.BaseMinor != 0 {
		text := "Monthly base fee"
		if r.Included > 0 {
			text = fmt.Sprintf("Monthly base fee, %d active users included", r.Included)
		}
		s.Lines = append(s.Lines, StatementLine{Text: text, Quantity: 1, UnitMinor: r.BaseMinor, AmountMinor: r.BaseMinor})
	}
	if r.RateMinor != 0 || len(s.Lines) == 0 {
		// It can't overflow, since the record's total was checked when the record was made.
		s.Lines = append(s.Lines, StatementLine{
			Text: charged(r), Quantity: r.Billed, UnitMinor: r.RateMinor, AmountMinor: int64(r.Billed) * r.RateMinor,
		})
	}
	return s
}

// charged is what the rate is for.
func charged(r Record) string {
	switch {
	case r.Model == plan.Seats:
		return "Seats"
	case r.Included > 0:
		return "Active users above those included"
	default:
		return "Active users"
	}
}

// note says how Microsoft charges, and for which time.
func note(r Record) string {
	const period = " Microsoft charges by the subscription's own period, which may differ from the calendar month."
	switch {
	case r.FreeTrial:
		return "Microsoft charges nothing during the free trial of the Azure Marketplace."
	case r.Model == plan.Seats && r.Quantity == 0:
		return "Microsoft charges the seats that were bought, and has not told us how many they are."
	case r.Model == plan.Seats:
		return "Microsoft charges the seats that were bought, whoever works. The people counted show their use." + period
	case r.Model == plan.Metered:
		return "Microsoft charges the base fee, and the active users above those included as they were reported." + period
	case r.Model == plan.Flat:
		return "Microsoft charges the fee of the plan, whoever works. The people counted show its use." + period
	default:
		return "Microsoft charges what the plan costs in the Azure Marketplace. We do not know this plan."
	}
}
