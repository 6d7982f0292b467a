package billing

import (
	"fmt"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/money"
	"timetracker/internal/plan"
)

// Kind says what a billing record is.
type Kind string

// The kinds.
const (
	Monthly    Kind = "monthly"    // who was active in a month, and what that costs; one for each tenant and month
	Adjustment Kind = "adjustment" // what a late correction of recorded time changes of a month
	Lifecycle  Kind = "lifecycle"  // an applied event of the subscription
)

// Person is somebody who was active, as they were known when the record was made.
type Person struct {
	ID    ids.User `json:"user_id"`
	Email string   `json:"email"`
}

// Record is an immutable billing record.
type Record struct {
	ID             ids.BillingRecord
	Kind           Kind
	At             time.Time // when it was made, UTC
	SubscriptionID ids.Subscription
	PlanID         string
	PlanTitle      string // what the plan is called; empty: a plan that we did not know

	// Of a lifecycle record; People is how many were active or invited.
	OperationID ids.Operation // empty: learnt without a webhook
	Action      marketplace.Action
	Quantity    int // 0: the plan has none; of the others too: the seats that were bought
	Status      marketplace.Status

	// Of the others. Those of an adjustment are differences, so that all records of a month add up to the month.
	Month      calendar.Month
	Customer   string     // the tenant's name
	Model      plan.Model // how Microsoft bills the plan; empty: of a plan that we did not know
	FreeTrial  bool       // the Marketplace's: nothing is charged
	Active     []Person   // by address; of an adjustment: who is active after all
	Inactive   []Person   // of an adjustment: who isn't after all
	People     int
	Billed     int   // of the people, those above Included
	Included   int   // whom the base pays for
	RateMinor  int64 // of a billed user, in minor units of Currency
	BaseMinor  int64 // in minor units of Currency
	TotalMinor int64 // in minor units of Currency
	Currency   string
	Invoice    InvoiceNumber
}

// InvoiceNumber counts the invoices of a publisher's year without a gap. The zero value is none.
type InvoiceNumber struct {
	Year int
	Seq  int
}

// String writes the number as TT-2026-000042; none is empty.
func (n InvoiceNumber) String() string {
	if n == (InvoiceNumber{}) {
		return ""
	}
	return fmt.Sprintf("TT-%04d-%06d", n.Year, n.Seq)
}

// ParseInvoiceNumber reads what String writes; ok is false for everything else.
func ParseInvoiceNumber(text string) (n InvoiceNumber, ok bool) {
	if _, err := fmt.Sscanf(text, "TT-%d-%d", &n.Year, &n.Seq); err != nil || n.String() != text || n.Seq < 1 {
		return InvoiceNumber{}, false
	}
	return n, true
}

// price is what people cost under terms; money.ErrOverflow when that can't be written.
func price(terms plan.Terms, people int) (billed int, total int64, err error) {
	billed = max(0, people-terms.Included)
	used, err := money.Mul(terms.RateMinor, int64(billed))
	if err != nil {
		return 0, 0, err
	}
	total, err = money.Add(terms.BaseMinor, used)
	return billed, total, err
}
