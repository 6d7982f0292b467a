package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"timetracker/internal/billing"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/timer"
)

// SubscriptionsOf implements billing.Store. It crosses tenants, since the job that measures usage serves all of them.
func (s *Store) SubscriptionsOf(
	ctx context.Context, plans []string, endedAfter time.Time, after ids.Subscription, limit int,
) ([]marketplace.Subscription, error) {
	list, err := json.Marshal(plans)
	if err != nil {
		return nil, fmt.Errorf("read subscriptions: %w", err)
	}
	return s.subscriptions(ctx, `SELECT `+subscriptionColumns+` FROM subscriptions
		WHERE id > @after AND tenant_id IS NOT NULL AND plan_id IN `+s.dialect.Texts("@plans")+`
			AND (status = 'subscribed' OR (status IN ('suspended', 'cancelled') AND ended_at > @ended_after))
		ORDER BY id`+s.dialect.Page,
		sql.Named("after", after.Key()), sql.Named("plans", string(list)),
		sql.Named("ended_after", milliseconds(endedAfter)), sql.Named("limit", limit))
}

func periodArgs(p billing.Period) []any {
	return []any{
		sql.Named("subscription_id", p.SubscriptionID),
		sql.Named("from", milliseconds(p.From)),
	}
}

// CountMetered implements billing.Store.
func (s *Store) CountMetered(ctx context.Context, id ids.Tenant, p billing.Period) (int, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return 0, err
	}
	count, _, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (count int, err error) {
		return count, row.Scan(&count)
	}, `SELECT COUNT(*) FROM metered_users
		WHERE tenant_id = @tenant_id AND subscription_id = @subscription_id AND period_at = @from`, periodArgs(p)...)
	if err != nil {
		return 0, fmt.Errorf("count metered users: %w", err)
	}
	return count, nil
}

// UncountedPeople implements billing.Store.
func (s *Store) UncountedPeople(
	ctx context.Context, id ids.Tenant, p billing.Period, to time.Time,
) ([]ids.User, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	users, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (user ids.User, err error) {
		return user, row.Scan(&user)
	}, `SELECT u.id FROM users u WHERE u.tenant_id = @tenant_id AND `+activeUser+`
			AND NOT EXISTS (SELECT 1 FROM metered_users m WHERE m.tenant_id = u.tenant_id
				AND m.user_id = u.id AND m.subscription_id = @subscription_id AND m.period_at = @from)
		ORDER BY u.id`,
		append(periodArgs(p), sql.Named("to", milliseconds(to)),
			sql.Named("max_length_ms", timer.MaxLength.Milliseconds()))...)
	if err != nil {
		return nil, fmt.Errorf("find people to be counted: %w", err)
	}
	return users, nil
}

// InsertMetered implements billing.Store.
func (s *Store) InsertMetered(
	ctx context.Context, id ids.Tenant, p billing.Period, users []ids.User, at time.Time,
) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	list, err := json.Marshal(users)
	if err != nil {
		return fmt.Errorf("count metered users: %w", err)
	}
	return tx.Save(ctx, []engine.Statement{{
		Args: append(periodArgs(p), sql.Named("users", string(list)), sql.Named("at", milliseconds(at))),
		Text: `INSERT INTO metered_users (tenant_id, user_id, subscription_id, period_at, counted_at)
			SELECT @tenant_id, p.value, @subscription_id, @from, @at FROM ` + s.dialect.IDs("@users") + ` p`,
	}}, nil)
}

const usageColumns = `tenant_id, subscription_id, dimension, hour_at, effective_at, plan_id, quantity, accepted_quantity,
	state, status, attempts, carries, next_at`

func scanUsage(row *sql.Rows) (u billing.Usage, err error) {
	return u, row.Scan(&u.TenantID, &u.SubscriptionID, &u.Dimension, instant{&u.Hour}, instant{&u.EffectiveAt}, &u.PlanID,
		&u.Quantity, &u.AcceptedQuantity, &u.State, &u.Status, &u.Attempts, &u.Carries, instant{&u.NextAt})
}

func usageArgs(u billing.Usage) []any {
	return []any{
		sql.Named("subscription_id", u.SubscriptionID),
		sql.Named("dimension", u.Dimension),
		sql.Named("hour", milliseconds(u.Hour)),
		sql.Named("effective_at", milliseconds(u.EffectiveAt)),
		sql.Named("plan_id", u.PlanID),
		sql.Named("quantity", u.Quantity),
		sql.Named("accepted_quantity", u.AcceptedQuantity),
		sql.Named("state", string(u.State)),
		sql.Named("status", u.Status),
		sql.Named("attempts", u.Attempts),
		sql.Named("carries", u.Carries),
		sql.Named("next_at", milliseconds(u.NextAt)),
	}
}

// Usage implements billing.Store.
func (s *Store) Usage(
	ctx context.Context, id ids.Tenant, subscription ids.Subscription, dimension string, hour time.Time,
) (billing.Usage, bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return billing.Usage{}, false, err
	}
	u, ok, err := engine.QueryOne(ctx, on, scanUsage, `SELECT `+usageColumns+` FROM usage_events
		WHERE tenant_id = @tenant_id AND subscription_id = @subscription_id AND dimension = @dimension AND hour_at = @hour`,
		sql.Named("subscription_id", subscription),
		sql.Named("dimension", dimension), sql.Named("hour", milliseconds(hour)))
	if err != nil {
		return billing.Usage{}, false, fmt.Errorf("read usage: %w", err)
	}
	return u, ok, nil
}

// InsertUsage implements billing.Store.
func (s *Store) InsertUsage(ctx context.Context, id ids.Tenant, u billing.Usage) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO usage_events (tenant_id, subscription_id, dimension, hour_at, effective_at, plan_id,
			quantity, accepted_quantity, state, status, attempts, carries, next_at)
		VALUES (@tenant_id, @subscription_id, @dimension, @hour, @effective_at, @plan_id,
			@quantity, @accepted_quantity, @state, @status, @attempts, @carries, @next_at)`, usageArgs(u)...)
	if err != nil {
		return fmt.Errorf("insert usage: %w", err)
	}
	return nil
}

// UpdateUsage implements billing.Store.
func (s *Store) UpdateUsage(ctx context.Context, id ids.Tenant, u billing.Usage) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	changed, err := tx.Exec(ctx, `UPDATE usage_events SET effective_at = @effective_at, plan_id = @plan_id,
			quantity = @quantity, accepted_quantity = @accepted_quantity, state = @state, status = @status,
			attempts = @attempts, carries = @carries, next_at = @next_at
		WHERE tenant_id = @tenant_id AND subscription_id = @subscription_id AND dimension = @dimension AND hour_at = @hour`,
		usageArgs(u)...)
	if err != nil {
		return fmt.Errorf("update usage: %w", err)
	}
	if changed != 1 {
		return errs.ChangedFirst(nil)
	}
	return nil
}

// OpenUsage implements billing.Store. It crosses tenants, since the job that reports usage serves all of them.
func (s *Store) OpenUsage(
	ctx context.Context, subscription ids.Subscription, now time.Time, limit int,
) ([]billing.Usage, error) {
	var where engine.Filter
	if !subscription.IsZero() {
		where.And(`subscription_id = @subscription_id`, sql.Named("subscription_id", subscription))
	}
	return s.usages(ctx, `SELECT `+usageColumns+` FROM usage_events WHERE next_at <= @now`+where.Text()+`
		ORDER BY hour_at, subscription_id, dimension`+s.dialect.Page,
		where.Args(sql.Named("now", milliseconds(now)), sql.Named("limit", limit))...)
}

// UsageSince implements billing.Store. It crosses tenants, since the job that compares usage serves all of them.
func (s *Store) UsageSince(ctx context.Context, from time.Time) ([]billing.Usage, error) {
	return s.usages(ctx, `SELECT `+usageColumns+` FROM usage_events WHERE hour_at >= @from ORDER BY hour_at`,
		sql.Named("from", milliseconds(from)))
}

// usages reads the usage of several tenants.
func (s *Store) usages(ctx context.Context, text string, args ...any) ([]billing.Usage, error) {
	all, err := engine.QueryAll(ctx, s.crossTenant(ctx), scanUsage, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read usage: %w", err)
	}
	return all, nil
}

// MeteredMonths implements billing.PersonalStore.
func (s *Store) MeteredMonths(ctx context.Context, id ids.Tenant, user ids.User) ([]billing.MeteredMonth, error) {
	return readRows(ctx, s, id, "the metered months of a person", func(row *sql.Rows) (m billing.MeteredMonth, err error) {
		return m, row.Scan(&m.SubscriptionID, instant{&m.From}, instant{&m.CountedAt})
	}, `SELECT m.subscription_id, m.period_at, m.counted_at FROM metered_users m
		WHERE m.tenant_id = @tenant_id AND m.user_id = @user_id ORDER BY m.period_at, m.subscription_id`, sql.Named("user_id", user))
}
