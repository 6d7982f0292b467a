package billing

import (
	"encoding/json"
	"fmt"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
)

// Rebuild makes a record of its stored columns, such as an export of the chain has them. A statement can be made of it years
// later, without the database.
func Rebuild(id ids.BillingRecord, columns map[string]any) (Record, error) {
	c := stored{columns: columns}
	r := Record{
		ID: id, Kind: Kind(c.text("kind")), At: time.UnixMilli(c.number("occurred_at")).UTC(), SubscriptionID: storedID[ids.Subscription](&c, "subscription_id"),
		PlanID: c.text("plan_id"), PlanTitle: c.text("plan_title"), OperationID: storedID[ids.Operation](&c, "operation_id"),
		Action: marketplace.Action(c.text("action")), Quantity: int(c.number("quantity")), Status: marketplace.Status(c.text("status")),
		Seller:   Seller{Name: c.text("seller_name"), Address: c.text("seller_address"), TaxID: c.text("seller_tax_id")},
		Customer: c.text("customer"), CustomerAddress: c.text("customer_address"), Model: plan.Model(c.text("model")),
		FreeTrial: c.number("free_trial") != 0, Active: c.people("active"), Inactive: c.people("inactive"),
		People: int(c.number("people")), Billed: int(c.number("billed")), Included: int(c.number("included")),
		RateMinor: c.number("rate_minor"), BaseMinor: c.number("base_minor"), TotalMinor: c.number("total_minor"),
		Currency: c.text("currency"), Statement: StatementNumber{Year: int(c.number("statement_year")), Seq: int(c.number("statement_seq"))},
	}
	if c.err == nil && r.Kind != Lifecycle {
		r.Month, c.err = calendar.ParseMonth(c.text("month"))
	}
	if c.err != nil {
		return Record{}, fmt.Errorf("billing record %s: %w", id, c.err)
	}
	return r, nil
}

// stored reads columns, of which each may be null. It keeps the first error.
type stored struct {
	columns map[string]any
	err     error
}

// storedAs reads a column as T, or as its zero value where it is null.
func storedAs[T any](c *stored, name string) (value T) {
	found, there := c.columns[name]
	value, ok := found.(T)
	switch {
	case c.err != nil:
	case !there:
		c.err = fmt.Errorf("%s is missing", name)
	case !ok && found != nil:
		c.err = fmt.Errorf("%s can't be a %T", name, found)
	}
	return value
}

func (c *stored) text(name string) string { return storedAs[string](c, name) }

func (c *stored) number(name string) int64 { return storedAs[int64](c, name) }

func storedID[ID ~[16]byte](c *stored, name string) (id ID) {
	found := storedAs[[]byte](c, name)
	if len(found) != len(id) && len(found) != 0 && c.err == nil {
		c.err = fmt.Errorf("%s is no id", name)
	}
	copy(id[:], found)
	return id
}

func (c *stored) people(name string) (people []Person) {
	text := c.text(name)
	if text == "" || c.err != nil {
		return nil
	}
	if err := json.Unmarshal([]byte(text), &people); err != nil {
		c.err = fmt.Errorf("%s: %w", name, err)
	}
	return people
}
