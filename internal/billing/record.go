package billing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
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
	Monthly    Kind = "monthly"    // who was active in a month and what it costs; one for each tenant and month
	Adjustment Kind = "adjustment" // what a late correction of recorded time changes of a month
	Lifecycle  Kind = "lifecycle"  // an applied event of the subscription
)

// Person is somebody who was active, as we knew them when the record was made.
type Person struct {
	ID    ids.User `json:"user_id"`
	Email string   `json:"email"`          // empty: we knew none
	Name  string   `json:"name,omitempty"` // only of somebody without an address
}

// Label is how a statement names somebody: by the address, otherwise by the name, otherwise by the id. It is never blank.
func (p Person) Label() string {
	for _, text := range []string{p.Email, p.Name} {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return "User " + p.ID.String()
}

// yearsKept is how long the law makes us keep who was billed for.
const yearsKept = 7

// KeptSince is before when records were made whose people the law doesn't make us keep any more.
func KeptSince(now time.Time) time.Time { return now.UTC().AddDate(-yearsKept, 0, 0) }

// longestMonth is how many days a month has at most.
const longestMonth = 31

// MonthsKeptSince is before when months began that the law doesn't make us keep any more: they have ended before KeptSince.
func MonthsKeptSince(now time.Time) time.Time { return KeptSince(now).AddDate(0, 0, -longestMonth) }

// KeptUntil is until when the law makes us keep the people in a record that was made at an instant.
func KeptUntil(made time.Time) time.Time { return made.AddDate(yearsKept, 0, 0) }

// NamesPeople says whether the record has addresses or names of people.
func (r Record) NamesPeople() bool {
	return slices.ContainsFunc(slices.Concat(r.Active, r.Inactive), func(p Person) bool { return p.Email != "" || p.Name != "" })
}

// WithoutNames is the record with the ids of its people alone.
func (r Record) WithoutNames() Record {
	r.Active, r.Inactive = unnamed(r.Active), unnamed(r.Inactive)
	return r
}

func unnamed(people []Person) (all []Person) {
	for _, p := range people {
		all = append(all, Person{ID: p.ID})
	}
	return all
}

func byLabel(a, b Person) int {
	return cmp.Or(cmp.Compare(strings.ToLower(a.Label()), strings.ToLower(b.Label())), a.ID.Compare(b.ID))
}

// Record is an immutable billing record.
type Record struct {
	ID             ids.BillingRecord
	Kind           Kind
	At             time.Time // when it was made, UTC
	SubscriptionID ids.Subscription
	PlanID         string
	PlanTitle      string // empty: we did not know the plan

	// Fields of a lifecycle record. People is how many were active or invited.
	OperationID ids.Operation // empty: there was no webhook call
	Action      marketplace.Action
	Quantity    int // the seats that were bought, in the other kinds too; 0: the plan has none
	Status      marketplace.Status

	// Fields of the other kinds. Those of an adjustment are differences, so that all records of a month add up to the
	// month.
	Month           calendar.Month
	Seller          Seller     // as configured when the record was made
	Customer        string     // the tenant's billing name, or its name
	CustomerAddress string     // in lines; empty: nobody has entered one
	Model           plan.Model // how Microsoft bills the plan; empty: we did not know the plan
	FreeTrial       bool       // the Marketplace's free trial: nothing is charged
	Active          []Person   // by label; of an adjustment: who turned out to be active
	Inactive        []Person   // of an adjustment: who turned out not to be active
	People          int
	Billed          int   // what RateMinor is charged for: the seats of plan.Seats, otherwise the people above Included
	Included        int   // how many people the base price pays for
	RateMinor       int64 // price of a billed user, in minor units of Currency
	BaseMinor       int64 // in minor units of Currency
	TotalMinor      int64 // what Microsoft charges under the plan, in minor units of Currency
	Currency        string
	Statement       StatementNumber
}

// StatementNumber counts the statements of a publisher's year without a gap. The zero value is no number.
type StatementNumber struct {
	Year int
	Seq  int
}

// String writes the number as TT-2026-000042, and the zero value as an empty text.
func (n StatementNumber) String() string {
	if n == (StatementNumber{}) {
		return ""
	}
	return fmt.Sprintf("TT-%04d-%06d", n.Year, n.Seq)
}

// ParseStatementNumber reads what String writes; ok is false for everything else.
func ParseStatementNumber(text string) (n StatementNumber, ok bool) {
	if _, err := fmt.Sscanf(text, "TT-%d-%d", &n.Year, &n.Seq); err != nil || n.String() != text || n.Seq < 1 {
		return StatementNumber{}, false
	}
	return n, true
}

// ChargeKnown says whether we know what Microsoft charges. It doesn't always tell the number of seats, and a plan may be
// none of the catalogue.
func (r Record) ChargeKnown() bool {
	return r.FreeTrial || (r.Model != "" && (r.Model != plan.Seats || r.Quantity > 0))
}

// price is what Microsoft charges for a month under terms: for seats those that were bought, whoever works, and otherwise
// for people. Of a plan that we do not know it is what was agreed on for people. money.ErrOverflow says that the total
// doesn't fit.
func price(terms plan.Terms, people int) (billed int, total int64, err error) {
	billed = max(0, people-terms.Included)
	if terms.Model == plan.Seats {
		billed = terms.Seats
	}
	used, err := money.Mul(terms.RateMinor, int64(billed))
	if err != nil {
		return 0, 0, err
	}
	total, err = money.Add(terms.BaseMinor, used)
	return billed, total, err
}
