package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/page"
	"timetracker/internal/plan"
	"timetracker/internal/proof"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/timer"
)

// activeUser says of a user u whether one of their entries shares time with [@from, @to). It reads the index of the
// user's entries once, whatever else the tenant and the month contain. "+" leads SQLite to the index of running timers.
const activeUser = `(EXISTS (SELECT 1 FROM time_entries e WHERE e.tenant_id = u.tenant_id AND e.user_id = u.id
		AND e.started_at > @from - @max_length_ms AND e.started_at < @to
		AND e.stopped_at > @from AND e.stopped_at > e.started_at AND e.voided_at IS NULL)
	OR EXISTS (SELECT 1 FROM time_entries r WHERE r.tenant_id = u.tenant_id AND r.user_id = u.id
		AND r.stopped_at IS NULL AND +r.started_at > @from - ` + autoStopMS + ` AND +r.started_at < @to))`

// PayingTenants implements billing.Store. It crosses tenants, since the job that bills a month serves all of them.
func (s *Store) PayingTenants(
	ctx context.Context, from, to time.Time, unbilled bool, after ids.Tenant, limit int,
) ([]ids.Tenant, error) {
	var where engine.Filter
	if unbilled {
		where.And(`NOT EXISTS (SELECT 1 FROM billing_records b
			WHERE b.tenant_id = tenant_terms.tenant_id AND b.kind = 'monthly' AND b.month = @month)`,
			sql.Named("month", calendar.MonthOf(from).String()))
	}
	tenants, err := engine.QueryAll(ctx, s.crossTenant(ctx), func(row *sql.Rows) (id ids.Tenant, err error) {
		return id, row.Scan(&id)
	}, `SELECT DISTINCT tenant_id FROM tenant_terms WHERE tenant_id > @after AND `+liveTerms+where.Text()+`
		ORDER BY tenant_id`+s.dialect.Page,
		where.Args(sql.Named("after", after.Key()), sql.Named("from", milliseconds(from)),
			sql.Named("to", milliseconds(to)), sql.Named("limit", limit))...)
	if err != nil {
		return nil, fmt.Errorf("find paying tenants: %w", err)
	}
	return tenants, nil
}

// ActivePeople implements billing.Store.
func (s *Store) ActivePeople(ctx context.Context, id ids.Tenant, from, to time.Time) ([]billing.Person, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	people, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (p billing.Person, err error) {
		return p, row.Scan(&p.ID, &p.Email)
	}, `SELECT u.id, u.email FROM users u WHERE u.tenant_id = @tenant_id AND `+activeUser,
		sql.Named("from", milliseconds(from)), sql.Named("to", milliseconds(to)),
		sql.Named("max_length_ms", timer.MaxLength.Milliseconds()))
	if err != nil {
		return nil, fmt.Errorf("find active people: %w", err)
	}
	return people, nil
}

// NamesWithoutAddress implements billing.Store.
func (s *Store) NamesWithoutAddress(ctx context.Context, id ids.Tenant) (map[ids.User]string, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	people, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (p billing.Person, err error) {
		return p, row.Scan(&p.ID, &p.Name)
	}, `SELECT u.id, u.name FROM users u WHERE u.tenant_id = @tenant_id AND u.email = @email`, sql.Named("email", ""))
	if err != nil {
		return nil, fmt.Errorf("find names without an address: %w", err)
	}
	var names map[ids.User]string
	for _, p := range people {
		if names == nil {
			names = make(map[ids.User]string, len(people))
		}
		names[p.ID] = p.Name
	}
	return names, nil
}

const recordColumns = `l.id, l.kind, l.occurred_at, l.subscription_id, l.plan_id, l.plan_title, l.quantity, l.people,
	l.operation_id, l.action, l.status, l.month, l.seller_name, l.seller_address, l.seller_tax_id, l.customer,
	l.customer_address, l.model, l.free_trial, l.active,
	l.inactive, l.billed, l.included, l.rate_minor, l.base_minor, l.total_minor, l.currency, l.statement_year, l.statement_seq`

const selectRecord = `SELECT ` + recordColumns + ` FROM billing_records l WHERE l.tenant_id = @tenant_id`

func scanRecord(row *sql.Rows) (r billing.Record, err error) {
	var month string
	err = row.Scan(&r.ID, &r.Kind, instant{&r.At}, &r.SubscriptionID, &r.PlanID, &r.PlanTitle, &r.Quantity, &r.People,
		&r.OperationID, nullable[marketplace.Action]{&r.Action}, nullable[marketplace.Status]{&r.Status},
		nullable[string]{&month}, nullable[string]{&r.Seller.Name}, nullable[string]{&r.Seller.Address},
		nullable[string]{&r.Seller.TaxID}, nullable[string]{&r.Customer}, nullable[string]{&r.CustomerAddress}, nullable[plan.Model]{&r.Model},
		nullable[bool]{&r.FreeTrial}, people{&r.Active}, people{&r.Inactive},
		nullable[int]{&r.Billed}, nullable[int]{&r.Included}, nullable[int64]{&r.RateMinor}, nullable[int64]{&r.BaseMinor},
		nullable[int64]{&r.TotalMinor}, nullable[string]{&r.Currency}, nullable[int]{&r.Statement.Year},
		nullable[int]{&r.Statement.Seq})
	if err != nil || r.Kind == billing.Lifecycle {
		return r, err
	}
	r.Month, err = calendar.ParseMonth(month)
	return r, err
}

// people scans a list of people, which is stored as JSON, or as null for an empty one.
type people struct{ into *[]billing.Person }

// Scan implements sql.Scanner.
func (p people) Scan(value any) error {
	var text string
	if err := (nullable[string]{&text}).Scan(value); err != nil || text == "" {
		*p.into = nil
		return err
	}
	return json.Unmarshal([]byte(text), p.into)
}

// Value implements driver.Valuer.
func (p people) Value() (driver.Value, error) {
	if len(*p.into) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(*p.into)
	return string(text), err
}

// MonthRecords implements billing.Store. Statement numbers give the order, since two replicas' clocks may not.
func (s *Store) MonthRecords(ctx context.Context, id ids.Tenant, month calendar.Month) ([]billing.Record, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	records, err := engine.QueryAll(ctx, on, scanRecord, selectRecord+` AND l.month = @month
		ORDER BY CASE WHEN l.kind = 'monthly' THEN 0 ELSE 1 END, l.statement_year, l.statement_seq`,
		sql.Named("month", month.String()))
	if err != nil {
		return nil, fmt.Errorf("read a month's billing records: %w", err)
	}
	return records, nil
}

// NextStatement implements billing.Store. Taking a number makes all others wait until it is committed or rolled back. The
// counters belong to no tenant.
func (s *Store) NextStatement(ctx context.Context, id ids.Tenant, year int) (billing.StatementNumber, error) {
	if _, err := s.tenantTx(ctx, id); err != nil {
		return billing.StatementNumber{}, err
	}
	tx, err := s.txFrom(ctx)
	if err != nil {
		return billing.StatementNumber{}, err
	}
	number := billing.StatementNumber{Year: year}
	of := sql.Named("year", year)
	changed, err := tx.Exec(ctx, `UPDATE statement_counters SET last_seq = last_seq + 1 WHERE statement_year = @year`, of)
	if err == nil && changed == 0 {
		_, err = tx.Exec(ctx, `INSERT INTO statement_counters (statement_year, last_seq) VALUES (@year, 1)`, of)
		if s.dialect.Is(err, engine.Duplicate) {
			return billing.StatementNumber{}, engine.RunAgain(engine.Unavailable(err)) // the year has begun meanwhile
		}
	}
	if err != nil {
		return billing.StatementNumber{}, fmt.Errorf("next statement: %w", err)
	}
	number.Seq, _, err = engine.QueryOne(ctx, tx, func(row *sql.Rows) (seq int, err error) {
		return seq, row.Scan(&seq)
	}, `SELECT last_seq FROM statement_counters WHERE statement_year = @year`, of)
	if err != nil {
		return billing.StatementNumber{}, fmt.Errorf("next statement: %w", err)
	}
	return number, nil
}

// InsertRecord implements billing.Store.
func (s *Store) InsertRecord(ctx context.Context, id ids.Tenant, r billing.Record) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO billing_records (tenant_id, id, kind, occurred_at, subscription_id, plan_id, plan_title,
			quantity, people, month, seller_name, seller_address, seller_tax_id, customer, customer_address, model, free_trial, active, inactive, billed, included, rate_minor, base_minor,
			total_minor, currency, statement_year, statement_seq)
		VALUES (@tenant_id, @id, @kind, @occurred_at, @subscription_id, @plan_id, @plan_title,
			@quantity, @people, @month, @seller_name, @seller_address, @seller_tax_id, @customer, @customer_address, @model, @free_trial, @active, @inactive, @billed, @included, @rate_minor,
			@base_minor, @total_minor, @currency, @statement_year, @statement_seq)`,
		sql.Named("id", r.ID),
		sql.Named("kind", string(r.Kind)),
		sql.Named("occurred_at", milliseconds(r.At)),
		sql.Named("subscription_id", r.SubscriptionID),
		sql.Named("plan_id", r.PlanID),
		sql.Named("plan_title", r.PlanTitle),
		sql.Named("quantity", r.Quantity),
		sql.Named("people", r.People),
		sql.Named("month", r.Month.String()),
		sql.Named("seller_name", r.Seller.Name),
		sql.Named("seller_address", r.Seller.Address),
		sql.Named("seller_tax_id", r.Seller.TaxID),
		sql.Named("customer", r.Customer),
		sql.Named("customer_address", r.CustomerAddress),
		sql.Named("model", string(r.Model)),
		sql.Named("free_trial", r.FreeTrial),
		sql.Named("active", people{&r.Active}),
		sql.Named("inactive", people{&r.Inactive}),
		sql.Named("billed", r.Billed),
		sql.Named("included", r.Included),
		sql.Named("rate_minor", r.RateMinor),
		sql.Named("base_minor", r.BaseMinor),
		sql.Named("total_minor", r.TotalMinor),
		sql.Named("currency", r.Currency),
		sql.Named("statement_year", r.Statement.Year),
		sql.Named("statement_seq", r.Statement.Seq))
	if s.dialect.Is(err, engine.Duplicate) && r.Kind == billing.Monthly {
		return errs.Wrap(err, errs.Conflict, "month_billed", "The month was billed at this moment.")
	}
	if err != nil {
		return fmt.Errorf("insert billing record: %w", err)
	}
	return nil
}

// InsertLifecycle implements marketplace.Store.
func (s *Store) InsertLifecycle(ctx context.Context, id ids.Tenant, r marketplace.LifecycleRecord) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO billing_records (tenant_id, id, kind, occurred_at, subscription_id, plan_id, plan_title,
			quantity, people, operation_id, action, status)
		VALUES (@tenant_id, @id, 'lifecycle', @occurred_at, @subscription_id, @plan_id, @plan_title,
			@quantity, @people, @operation_id, @action, @status)`,
		sql.Named("id", r.ID),
		sql.Named("occurred_at", milliseconds(r.At)),
		sql.Named("subscription_id", r.SubscriptionID),
		sql.Named("plan_id", r.PlanID),
		sql.Named("plan_title", r.PlanTitle),
		sql.Named("quantity", r.Quantity),
		sql.Named("people", r.People),
		sql.Named("operation_id", r.OperationID),
		sql.Named("action", string(r.Action)),
		sql.Named("status", string(r.Status)))
	if s.dialect.Is(err, engine.Duplicate) {
		return deliveryExists(err) // the transaction that has recorded the event has also stored its delivery
	}
	if err != nil {
		return fmt.Errorf("insert lifecycle record: %w", err)
	}
	return nil
}

// Records implements billing.Store.
func (s *Store) Records(
	ctx context.Context, id ids.Tenant, filter billing.RecordFilter, request page.Request,
) ([]billing.Record, error) {
	records, err := readLog(ctx, s, id, logQuery{
		text: selectRecord, kind: "kind", after: request.After, limit: request.Limit,
		filter: audit.Filter{From: filter.From, To: filter.To, Type: string(filter.Kind)},
	}, scanRecord)
	if err != nil {
		return nil, fmt.Errorf("read billing records: %w", err)
	}
	return records, nil
}

// Record implements billing.Store.
func (s *Store) Record(ctx context.Context, id ids.Tenant, record ids.BillingRecord) (billing.Record, error) {
	r, ok, err := s.record(ctx, id, selectRecord+` AND l.id = @id`, sql.Named("id", record))
	if err == nil && !ok {
		err = errs.New(errs.NotFound, "billing_record_not_found", "There is no such billing record.")
	}
	return r, err
}

// StatementRecord implements billing.Store.
func (s *Store) StatementRecord(ctx context.Context, id ids.Tenant, number billing.StatementNumber) (billing.Record, error) {
	r, ok, err := s.record(ctx, id, selectRecord+` AND l.statement_year = @year AND l.statement_seq = @seq`,
		sql.Named("year", number.Year), sql.Named("seq", number.Seq))
	if err == nil && !ok {
		err = errs.New(errs.NotFound, "statement_not_found", "There is no such statement.")
	}
	return r, err
}

// SealOf implements billing.Store.
func (s *Store) SealOf(ctx context.Context, id ids.Tenant, r billing.Record) (string, error) {
	found, err := readRows(ctx, s, id, "the seal of a billing record", func(row *sql.Rows) (head proof.Head, err error) {
		return head, row.Scan(&head.Seq, hashBytes{&head.Hash})
	}, `SELECT l.seq, l.hash FROM chain_links l
		WHERE l.tenant_id = @tenant_id AND l.kind = @kind AND l.row_at = @row_at AND l.row_id = @row_id`,
		sql.Named("kind", chainKinds.of(proof.BillingRecord)), sql.Named("row_at", r.At.UnixMilli()), sql.Named("row_id", r.ID))
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0].String(), nil
}

// record reads one billing record of a tenant.
func (s *Store) record(ctx context.Context, id ids.Tenant, text string, args ...any) (billing.Record, bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return billing.Record{}, false, err
	}
	r, ok, err := engine.QueryOne(ctx, on, scanRecord, text, args...)
	if err != nil {
		return billing.Record{}, false, fmt.Errorf("read a billing record: %w", err)
	}
	return r, ok, nil
}

// KeepWithoutNames implements privacy.RetentionStore.
func (s *Store) KeepWithoutNames(ctx context.Context, id ids.Tenant, records []billing.Record) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	statements := make([]engine.Statement, len(records))
	for i, r := range records {
		r = r.WithoutNames()
		statements[i] = engine.Statement{One: true, Args: []any{
			sql.Named("id", r.ID), sql.Named("active", people{&r.Active}), sql.Named("inactive", people{&r.Inactive}),
		}, Text: `UPDATE billing_records SET active = @active, inactive = @inactive WHERE tenant_id = @tenant_id AND id = @id`}
	}
	return tx.Save(ctx, statements, nil)
}
