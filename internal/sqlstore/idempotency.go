package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/sqlstore/engine"
)

// ClaimKey implements idempotency.Store.
func (s *Store) ClaimKey(
	ctx context.Context, id ids.Tenant, user ids.User, key, requestHash string, now time.Time,
) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO idempotency_keys (tenant_id, user_id, idempotency_key, request_hash, created_at)
		VALUES (@tenant_id, @user_id, @idempotency_key, @request_hash, @created_at)`,
		sql.Named("user_id", user), sql.Named("idempotency_key", key),
		sql.Named("request_hash", requestHash), sql.Named("created_at", milliseconds(now)))
	switch {
	case s.dialect.Is(err, engine.Duplicate):
		return errs.Wrap(err, errs.Conflict, "key_claimed", "This Idempotency-Key was used already.")
	case s.dialect.Is(err, engine.Locked):
		return errs.Wrap(err, errs.Conflict, "request_in_progress", "The same request is being worked on. Please try again.").
			WithRetryAfter(engine.RetryAfter)
	case err != nil:
		return fmt.Errorf("claim key: %w", err)
	}
	return nil
}

// CompleteKey implements idempotency.Store.
func (s *Store) CompleteKey(
	ctx context.Context, id ids.Tenant, user ids.User, key string, status int, etag string, body []byte,
) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{One: true, Args: []any{
		sql.Named("user_id", user), sql.Named("idempotency_key", key),
		sql.Named("status", status), sql.Named("etag", etag), sql.Named("body", body),
	}, Text: `UPDATE idempotency_keys SET status = @status, etag = @etag, body = @body
		WHERE tenant_id = @tenant_id AND user_id = @user_id AND idempotency_key = @idempotency_key AND status IS NULL`}},
		engine.On{engine.Changed: func(error) error {
			return errors.New("complete key: it was not claimed, or is complete already")
		}})
}

// Receipt implements idempotency.Store.
func (s *Store) Receipt(
	ctx context.Context, id ids.Tenant, user ids.User, key string,
) (idempotency.Receipt, bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return idempotency.Receipt{}, false, err
	}
	receipt, ok, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (r idempotency.Receipt, err error) {
		var status sql.NullInt64
		var etag sql.NullString
		err = row.Scan(&r.RequestHash, &status, &etag, &r.Body, instant{&r.CreatedAt})
		r.Status, r.ETag = int(status.Int64), etag.String
		return r, err
	}, `SELECT request_hash, status, etag, body, created_at FROM idempotency_keys
		WHERE tenant_id = @tenant_id AND user_id = @user_id AND idempotency_key = @idempotency_key`,
		sql.Named("user_id", user), sql.Named("idempotency_key", key))
	if err != nil {
		return idempotency.Receipt{}, false, fmt.Errorf("read a receipt: %w", err)
	}
	return receipt, ok, nil
}

// ForgetKey implements idempotency.Store.
func (s *Store) ForgetKey(
	ctx context.Context, id ids.Tenant, user ids.User, key string, createdBefore time.Time,
) error {
	return s.Tx(ctx, id, func(ctx context.Context) error {
		tx, err := s.tenantTx(ctx, id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM idempotency_keys WHERE tenant_id = @tenant_id AND user_id = @user_id
				AND idempotency_key = @idempotency_key AND created_at < @created_before`,
			sql.Named("user_id", user),
			sql.Named("idempotency_key", key), sql.Named("created_before", milliseconds(createdBefore)))
		if err != nil {
			return fmt.Errorf("forget key: %w", err)
		}
		return nil
	})
}

// ForgetKeysBefore implements idempotency.Store. It crosses tenants: the job that removes old keys serves all of them.
func (s *Store) ForgetKeysBefore(ctx context.Context, before time.Time, limit int) (int, error) {
	forgotten := int64(0)
	err := s.db.Tx(ctx, nil, func(ctx context.Context) error {
		tx, err := s.txFrom(ctx)
		if err != nil {
			return err
		}
		forgotten, err = tx.Exec(ctx, `DELETE FROM idempotency_keys WHERE created_at < @before AND created_at <=
				(SELECT MAX(o.created_at) FROM (SELECT created_at FROM idempotency_keys
					ORDER BY created_at`+s.dialect.Page+`) o)`,
			sql.Named("before", milliseconds(before)), sql.Named("limit", limit))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("forget old keys: %w", err)
	}
	return int(forgotten), nil
}
