package billing

import (
	"fmt"
	"time"
)

// Invoice shows a billing record to the customer. It is made of the record alone, so that it is the same whenever it is
// asked for, and knows nothing of how the customer pays: Microsoft collects the money.
type Invoice struct {
	Number         InvoiceNumber
	IssuedAt       time.Time // UTC
	Customer       string
	Month          Month
	SubscriptionID string
	PlanID         string
	Adjustment     bool // of the month's invoice; its numbers are differences
	Active         []Person
	Inactive       []Person
	People         int
	Lines          []InvoiceLine
	TotalMinor     int64 // in minor units of Currency
	Currency       string
}

// InvoiceLine is one position. Quantity times UnitMinor is AmountMinor.
type InvoiceLine struct {
	Text        string
	Quantity    int
	UnitMinor   int64
	AmountMinor int64
}

// NewInvoice makes the invoice of a monthly record or an adjustment.
func NewInvoice(r Record) Invoice {
	i := Invoice{
		Number: r.Invoice, IssuedAt: r.At, Customer: r.Customer, Month: r.Month, SubscriptionID: r.SubscriptionID,
		PlanID: r.PlanID, Adjustment: r.Kind == Adjustment, Active: r.Active, Inactive: r.Inactive, People: r.People,
		TotalMinor: r.TotalMinor, Currency: r.Currency,
	}
	if r.BaseMinor != 0 {
		text := "Monthly base fee"
		if r.Included > 0 {
			text = fmt.Sprintf("Monthly base fee, %d active users included", r.Included)
		}
		i.Lines = append(i.Lines, InvoiceLine{Text: text, Quantity: 1, UnitMinor: r.BaseMinor, AmountMinor: r.BaseMinor})
	}
	if r.RateMinor != 0 || len(i.Lines) == 0 {
		text := "Active users"
		if r.Included > 0 {
			text = "Active users above those included"
		}
		i.Lines = append(i.Lines, InvoiceLine{
			Text: text, Quantity: r.Billed, UnitMinor: r.RateMinor, AmountMinor: int64(r.Billed) * r.RateMinor,
		})
	}
	return i
}
