package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/sqlstore/engine"
)

const subscriptionColumns = `id, tenant_id, offer_id, plan_id, quantity, status, beneficiary_directory,
	purchaser_directory, term_start_at, term_end_at, term_unit, previous_term_start_at, auto_renew, free_trial,
	read_only, users_at_purchase, activated_at, ended_at, operation_ticks, changed_at, plan_changed,
	quantity_changed, awaited_at, check_at, obstacle, created_at, revision`

func scanSubscription(row *sql.Rows) (m marketplace.Subscription, err error) {
	return m, row.Scan(&m.ID, nullable[ids.Tenant]{&m.TenantID}, &m.OfferID, &m.PlanID, &m.Quantity, &m.Status,
		&m.BeneficiaryDirectory, &m.PurchaserDirectory, instant{&m.Term.Start}, instant{&m.Term.End}, &m.Term.Unit,
		instant{&m.PreviousTermStart}, &m.AutoRenew, &m.FreeTrial, &m.ReadOnly, &m.UsersAtPurchase, instant{&m.Sync.ActivatedAt},
		instant{&m.EndedAt}, ticksInstant{&m.Sync.OperationAt}, instant{&m.Sync.ChangedAt}, &m.Sync.PlanChanged,
		&m.Sync.QuantityChanged, instant{&m.Sync.AwaitedAt}, instant{&m.Sync.CheckAt}, &m.Obstacle,
		instant{&m.CreatedAt}, &m.Revision)
}

// subscriptionArgs are the subscription's ids and its fields that can change.
func subscriptionArgs(m marketplace.Subscription) []any {
	return []any{
		sql.Named("id", m.ID),
		sql.Named("offer_id", m.OfferID),
		sql.Named("plan_id", m.PlanID),
		sql.Named("quantity", m.Quantity),
		sql.Named("status", string(m.Status)),
		sql.Named("beneficiary_directory", m.BeneficiaryDirectory),
		sql.Named("purchaser_directory", m.PurchaserDirectory),
		sql.Named("term_start_at", milliseconds(m.Term.Start)),
		sql.Named("term_end_at", milliseconds(m.Term.End)),
		sql.Named("term_unit", m.Term.Unit),
		sql.Named("previous_term_start_at", milliseconds(m.PreviousTermStart)),
		sql.Named("auto_renew", m.AutoRenew),
		sql.Named("free_trial", m.FreeTrial),
		sql.Named("read_only", m.ReadOnly),
		sql.Named("users_at_purchase", m.UsersAtPurchase),
		sql.Named("activated_at", milliseconds(m.Sync.ActivatedAt)),
		sql.Named("ended_at", milliseconds(m.EndedAt)),
		sql.Named("operation_ticks", ticks(m.Sync.OperationAt)),
		sql.Named("changed_at", milliseconds(m.Sync.ChangedAt)),
		sql.Named("plan_changed", m.Sync.PlanChanged),
		sql.Named("quantity_changed", m.Sync.QuantityChanged),
		sql.Named("awaited_at", milliseconds(m.Sync.AwaitedAt)),
		sql.Named("check_at", milliseconds(m.Sync.CheckAt)),
		sql.Named("obstacle", m.Obstacle),
		sql.Named("revision", m.Revision),
	}
}

// Subscription implements marketplace.Store. It crosses tenants, since it finds a subscription's tenant.
func (s *Store) Subscription(ctx context.Context, id ids.Subscription) (marketplace.Subscription, bool, error) {
	return subscription(ctx, s.crossTenant(ctx), id)
}

// LockSubscription implements marketplace.Store. It crosses tenants, since only a locked subscription has a known
// tenant.
func (s *Store) LockSubscription(ctx context.Context, id ids.Subscription) (marketplace.Subscription, bool, error) {
	tx, err := s.txFrom(ctx)
	if err != nil {
		return marketplace.Subscription{}, false, err
	}
	if err := tx.LockRow(ctx, "subscriptions", id.String()); err != nil {
		return marketplace.Subscription{}, false, err
	}
	return subscription(ctx, tx, id)
}

func subscription(
	ctx context.Context, on engine.Session, id ids.Subscription,
) (marketplace.Subscription, bool, error) {
	m, ok, err := engine.QueryOne(ctx, on, scanSubscription,
		`SELECT `+subscriptionColumns+` FROM subscriptions WHERE id = @id`, sql.Named("id", id))
	if err != nil {
		return marketplace.Subscription{}, false, fmt.Errorf("read a subscription: %w", err)
	}
	return m, ok, nil
}

// InsertSubscription implements marketplace.Store.
func (s *Store) InsertSubscription(ctx context.Context, id ids.Tenant, m marketplace.Subscription) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	if m.TenantID != id {
		return errors.New("insert subscription: it belongs to another tenant")
	}
	_, err = tx.Exec(ctx, `INSERT INTO subscriptions (tenant_id, id, offer_id, plan_id, quantity, status,
			beneficiary_directory, purchaser_directory, term_start_at, term_end_at, term_unit, previous_term_start_at,
			auto_renew, free_trial, read_only, users_at_purchase, activated_at, ended_at, operation_ticks, changed_at,
			plan_changed, quantity_changed, awaited_at, check_at, obstacle, created_at, revision)
		VALUES (@tenant_id, @id, @offer_id, @plan_id, @quantity, @status,
			@beneficiary_directory, @purchaser_directory, @term_start_at, @term_end_at, @term_unit, @previous_term_start_at,
			@auto_renew, @free_trial, @read_only, @users_at_purchase, @activated_at, @ended_at, @operation_ticks, @changed_at,
			@plan_changed, @quantity_changed, @awaited_at, @check_at, @obstacle, @created_at, @revision)`,
		append(subscriptionArgs(m), sql.Named("created_at", milliseconds(m.CreatedAt)))...)
	if s.dialect.Is(err, engine.Duplicate) {
		// If another transaction has added this subscription, the next run finds it.
		return engine.RunAgain(subscriptionExists(err))
	}
	if err != nil {
		return fmt.Errorf("insert subscription: %w", err)
	}
	return nil
}

func subscriptionExists(cause error) error {
	return errs.Wrap(cause, errs.Conflict, "subscription_exists", "Your organization has another subscription.")
}

// UpdateSubscription implements marketplace.Store.
func (s *Store) UpdateSubscription(ctx context.Context, id ids.Tenant, m marketplace.Subscription) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	if m.TenantID != id {
		return errors.New("update subscription: it belongs to another tenant")
	}
	// A subscription with a tenant stays with it, whatever the caller says. Binding it is a separate statement. When
	// SQLite writes a key, it searches all tables that refer to it, even if the key stays the same.
	args := subscriptionArgs(m)
	_, err = tx.Exec(ctx, `UPDATE subscriptions SET tenant_id = @tenant_id
		WHERE id = @id AND revision = @revision - 1 AND tenant_id IS NULL`, args...)
	changed := int64(0)
	if err == nil {
		changed, err = tx.Exec(ctx, `UPDATE subscriptions SET offer_id = @offer_id, plan_id = @plan_id,
				quantity = @quantity, status = @status, beneficiary_directory = @beneficiary_directory,
				purchaser_directory = @purchaser_directory, term_start_at = @term_start_at, term_end_at = @term_end_at,
				term_unit = @term_unit, previous_term_start_at = @previous_term_start_at, auto_renew = @auto_renew,
				free_trial = @free_trial, read_only = @read_only, users_at_purchase = @users_at_purchase,
				activated_at = @activated_at, ended_at = @ended_at, operation_ticks = @operation_ticks, changed_at = @changed_at,
				plan_changed = @plan_changed, quantity_changed = @quantity_changed, awaited_at = @awaited_at, check_at = @check_at, obstacle = @obstacle, revision = @revision
			WHERE id = @id AND revision = @revision - 1
				AND (tenant_id = @tenant_id OR (tenant_id IS NULL AND @tenant_id IS NULL))`, args...)
	}
	switch {
	case s.dialect.Is(err, engine.Duplicate):
		return subscriptionExists(err)
	case err != nil:
		return fmt.Errorf("update subscription: %w", err)
	case changed != 1:
		return errs.ChangedFirst(nil)
	}
	return nil
}

// TenantSubscription implements marketplace.Store.
func (s *Store) TenantSubscription(ctx context.Context, id ids.Tenant) (marketplace.Subscription, bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return marketplace.Subscription{}, false, err
	}
	m, ok, err := engine.QueryOne(ctx, on, scanSubscription, `SELECT `+subscriptionColumns+` FROM subscriptions
		WHERE tenant_id = @tenant_id
		ORDER BY CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END, created_at DESC, id DESC`+s.dialect.Page,
		sql.Named("limit", 1))
	if err != nil {
		return marketplace.Subscription{}, false, fmt.Errorf("read a tenant's subscription: %w", err)
	}
	return m, ok, nil
}

// DueSubscriptions implements marketplace.Store. It crosses tenants, since the job that follows subscriptions serves
// all of them.
func (s *Store) DueSubscriptions(ctx context.Context, now time.Time, limit int) ([]marketplace.Subscription, error) {
	return s.subscriptions(ctx, `SELECT `+subscriptionColumns+` FROM subscriptions WHERE check_at <= @now
		ORDER BY check_at, id`+s.dialect.Page,
		sql.Named("now", milliseconds(now)), sql.Named("limit", limit))
}

// LiveSubscriptions implements marketplace.Store. It crosses tenants, since the job that reconciles serves all of them.
func (s *Store) LiveSubscriptions(
	ctx context.Context, after ids.Subscription, limit int,
) ([]marketplace.Subscription, error) {
	return s.subscriptions(ctx, `SELECT `+subscriptionColumns+` FROM subscriptions
		WHERE id > @after AND status <> 'cancelled'
		ORDER BY id`+s.dialect.Page,
		sql.Named("after", after.Key()), sql.Named("limit", limit))
}

// subscriptions reads several subscriptions of any tenants.
func (s *Store) subscriptions(ctx context.Context, text string, args ...any) ([]marketplace.Subscription, error) {
	all, err := engine.QueryAll(ctx, s.crossTenant(ctx), scanSubscription, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read subscriptions: %w", err)
	}
	return all, nil
}

const deliveryColumns = `operation_id, subscription_id, action, outcome, code, message, sent_ticks, received_at,
	acknowledge_at, attempts`

func scanDelivery(row *sql.Rows) (d marketplace.Delivery, err error) {
	return d, row.Scan(&d.OperationID, &d.SubscriptionID, &d.Action, &d.Outcome, &d.Code, &d.Message,
		ticksInstant{&d.SentAt}, instant{&d.ReceivedAt}, instant{&d.AcknowledgeAt}, &d.Attempts)
}

// Delivery implements marketplace.Store. It crosses tenants, since Microsoft names an event without its tenant.
func (s *Store) Delivery(ctx context.Context, operation ids.Operation) (marketplace.Delivery, bool, error) {
	d, ok, err := engine.QueryOne(ctx, s.crossTenant(ctx), scanDelivery,
		`SELECT `+deliveryColumns+` FROM marketplace_deliveries WHERE operation_id = @operation_id`,
		sql.Named("operation_id", operation))
	if err != nil {
		return marketplace.Delivery{}, false, fmt.Errorf("read a delivery: %w", err)
	}
	return d, ok, nil
}

// InsertDelivery implements marketplace.Store.
func (s *Store) InsertDelivery(ctx context.Context, id ids.Tenant, d marketplace.Delivery) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO marketplace_deliveries (tenant_id, operation_id, subscription_id, action, outcome,
			code, message, sent_ticks, received_at, acknowledge_at, attempts)
		VALUES (@tenant_id, @operation_id, @subscription_id, @action, @outcome,
			@code, @message, @sent_ticks, @received_at, @acknowledge_at, @attempts)`,
		sql.Named("operation_id", d.OperationID),
		sql.Named("subscription_id", d.SubscriptionID),
		sql.Named("action", string(d.Action)),
		sql.Named("outcome", string(d.Outcome)),
		sql.Named("code", d.Code),
		sql.Named("message", d.Message),
		sql.Named("sent_ticks", ticks(d.SentAt)),
		sql.Named("received_at", milliseconds(d.ReceivedAt)),
		sql.Named("acknowledge_at", milliseconds(d.AcknowledgeAt)),
		sql.Named("attempts", d.Attempts))
	if s.dialect.Is(err, engine.Duplicate) {
		return deliveryExists(err)
	}
	if err != nil {
		return fmt.Errorf("insert delivery: %w", err)
	}
	return nil
}

func deliveryExists(cause error) error {
	return errs.Wrap(cause, errs.Conflict, "delivery_exists", "This event was dealt with at this moment.")
}

// DueDeliveries implements marketplace.Store. It crosses tenants, since the job that acknowledges events serves all of
// them.
func (s *Store) DueDeliveries(ctx context.Context, now time.Time, limit int) ([]marketplace.Delivery, error) {
	due, err := engine.QueryAll(ctx, s.crossTenant(ctx), scanDelivery,
		`SELECT `+deliveryColumns+` FROM marketplace_deliveries WHERE acknowledge_at <= @now
		ORDER BY acknowledge_at, operation_id`+s.dialect.Page,
		sql.Named("now", milliseconds(now)), sql.Named("limit", limit))
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	return due, nil
}

// NoteAcknowledgement implements marketplace.Store, in a transaction of its own. It crosses tenants like DueDeliveries.
func (s *Store) NoteAcknowledgement(ctx context.Context, d marketplace.Delivery) error {
	err := s.db.Tx(ctx, nil, func(ctx context.Context) error {
		tx, err := s.txFrom(ctx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE marketplace_deliveries SET acknowledge_at = @acknowledge_at, attempts = @attempts
			WHERE operation_id = @operation_id`,
			sql.Named("operation_id", d.OperationID), sql.Named("acknowledge_at", milliseconds(d.AcknowledgeAt)),
			sql.Named("attempts", d.Attempts))
		return err
	})
	if err != nil {
		return fmt.Errorf("note an acknowledgement: %w", err)
	}
	return nil
}
