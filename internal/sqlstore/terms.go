package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/plan"
	"timetracker/internal/sqlstore/engine"
)

const termsColumns = `id, effective_at, plan_name, status, subscription_id, plan_id, plan_title, model, seats,
	currency, rate_minor, agreed, base_minor, included, free_trial`

func scanTerms(row *sql.Rows) (t plan.Terms, err error) {
	return t, row.Scan(&t.ID, instant{&t.EffectiveAt}, &t.Kind, &t.Status, &t.SubscriptionID, &t.PlanID, &t.PlanTitle,
		&t.Model, &t.Seats, &t.Currency, &t.RateMinor, &t.Agreed, &t.BaseMinor, &t.Included, &t.FreeTrial)
}

// CurrentTerms implements plan.TermsStore.
func (s *Store) CurrentTerms(ctx context.Context, id ids.Tenant) (plan.Terms, bool, error) {
	return s.terms(ctx, id, `SELECT `+termsColumns+` FROM tenant_terms WHERE tenant_id = @tenant_id AND ends_at IS NULL`)
}

// PlanTerms implements plan.TermsStore.
func (s *Store) PlanTerms(ctx context.Context, id ids.Tenant, subscription ids.Subscription, planID string) (plan.Terms, bool, error) {
	return s.terms(ctx, id, `SELECT `+termsColumns+` FROM tenant_terms WHERE tenant_id = @tenant_id
			AND subscription_id = @subscription_id AND plan_id = @plan_id
		ORDER BY effective_at DESC, id DESC`+s.dialect.Page,
		sql.Named("subscription_id", subscription), sql.Named("plan_id", planID), sql.Named("limit", 1))
}

// LastTerms implements billing.Store.
func (s *Store) LastTerms(ctx context.Context, id ids.Tenant, from, to time.Time) (plan.Terms, bool, error) {
	return s.terms(ctx, id, `SELECT `+termsColumns+` FROM tenant_terms WHERE tenant_id = @tenant_id AND `+liveTerms+`
		ORDER BY effective_at DESC`+s.dialect.Page,
		sql.Named("from", milliseconds(from)), sql.Named("to", milliseconds(to)), sql.Named("limit", 1))
}

// liveTerms are the live terms of some time in [@from, @to).
const liveTerms = `live = 1 AND effective_at < @to
	AND (ends_at IS NULL OR (ends_at > @from AND ends_at > effective_at))`

func (s *Store) terms(ctx context.Context, id ids.Tenant, text string, args ...any) (plan.Terms, bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return plan.Terms{}, false, err
	}
	terms, ok, err := engine.QueryOne(ctx, on, scanTerms, text, args...)
	if err != nil {
		return plan.Terms{}, false, fmt.Errorf("read terms: %w", err)
	}
	return terms, ok, nil
}

// MoveTerms implements plan.TermsStore.
func (s *Store) MoveTerms(ctx context.Context, id ids.Tenant, to time.Time) (moved bool, err error) {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return false, err
	}
	args := []any{sql.Named("to", milliseconds(to))}
	changed, err := tx.Exec(ctx, `UPDATE tenant_terms SET ends_at = @to
		WHERE tenant_id = @tenant_id AND effective_at <= @to AND ends_at =
			(SELECT c.effective_at FROM tenant_terms c WHERE c.tenant_id = @tenant_id AND c.ends_at IS NULL)`, args...)
	if err == nil && changed > 0 {
		moved = true
		_, err = tx.Exec(ctx, `UPDATE tenant_terms SET effective_at = @to
			WHERE tenant_id = @tenant_id AND ends_at IS NULL`, args...)
	}
	if err != nil {
		return false, fmt.Errorf("move terms: %w", err)
	}
	return moved, nil
}

// InsertTerms implements plan.TermsStore.
func (s *Store) InsertTerms(ctx context.Context, id ids.Tenant, terms plan.Terms) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	named := []any{sql.Named("effective_at", milliseconds(terms.EffectiveAt))}
	return tx.Save(ctx, []engine.Statement{
		{Args: named, Text: `UPDATE tenant_terms SET ends_at = @effective_at
			WHERE tenant_id = @tenant_id AND ends_at IS NULL`},
		{Args: append(named,
			sql.Named("id", terms.ID),
			sql.Named("plan_name", string(terms.Kind)),
			sql.Named("status", string(terms.Status)),
			sql.Named("subscription_id", terms.SubscriptionID),
			sql.Named("plan_id", terms.PlanID),
			sql.Named("plan_title", terms.PlanTitle),
			sql.Named("model", string(terms.Model)),
			sql.Named("seats", terms.Seats),
			sql.Named("currency", terms.Currency),
			sql.Named("rate_minor", terms.RateMinor),
			sql.Named("agreed", terms.Agreed),
			sql.Named("base_minor", terms.BaseMinor),
			sql.Named("included", terms.Included),
			sql.Named("free_trial", terms.FreeTrial),
			sql.Named("live", terms.Live()),
		), Text: `INSERT INTO tenant_terms (tenant_id, id, effective_at, plan_name, status, subscription_id, plan_id,
				plan_title, model, seats, currency, rate_minor, agreed, base_minor, included, free_trial, live)
			VALUES (@tenant_id, @id, @effective_at, @plan_name, @status, @subscription_id, @plan_id,
				@plan_title, @model, @seats, @currency, @rate_minor, @agreed, @base_minor, @included, @free_trial, @live)`},
	}, nil)
}
