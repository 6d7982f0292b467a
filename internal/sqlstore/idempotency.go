package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/klauspost/compress/s2"

	"timetracker/internal/errs"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/personal"
	"timetracker/internal/sqlstore/engine"
)

// KeepReceipt implements idempotency.Store.
func (s *Store) KeepReceipt(
	ctx context.Context, id ids.Tenant, user ids.User, key string, receipt idempotency.Receipt,
) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	used := func(cause error) error {
		return errs.Wrap(cause, errs.Conflict, "key_used", "This Idempotency-Key was used already.")
	}
	// The work's statements may share a round trip with this one, and may expect a duplicate of their own. So this one
	// adds nothing where there is a receipt. A duplicate is only left to requests at the same time.
	return tx.Save(ctx, []engine.Statement{{One: true, Args: []any{
		sql.Named("user_id", user), sql.Named("key_hash", keyHash(key)),
		sql.Named("request_hash", receipt.RequestHash[:]), sql.Named("status", receipt.Status),
		sql.Named("answer", packAnswer(receipt.ETag, receipt.Body)), sql.Named("created_at", milliseconds(receipt.CreatedAt)),
	}, Text: `INSERT INTO idempotency_keys (tenant_id, user_id, key_hash, request_hash, status, answer, created_at)
		SELECT @tenant_id, @user_id, @key_hash, @request_hash, @status, @answer, @created_at
		WHERE NOT EXISTS (SELECT 1 FROM idempotency_keys
			WHERE tenant_id = @tenant_id AND user_id = @user_id AND key_hash = @key_hash)`}}, engine.On{
		engine.Changed: used, engine.Duplicate: used,
		engine.Locked: func(cause error) error {
			return errs.Wrap(cause, errs.Conflict, "request_in_progress", "The same request is being worked on. Please try again.").
				WithRetryAfter(engine.RetryAfter)
		},
	})
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
		var answer, request []byte
		if err := row.Scan(&request, &r.Status, &answer, instant{&r.CreatedAt}); err != nil {
			return r, err
		}
		copy(r.RequestHash[:], request)
		if answer != nil { // an erasure clears it
			r.ETag, r.Body, err = unpackAnswer(answer)
		}
		return r, err
	}, `SELECT request_hash, status, answer, created_at FROM idempotency_keys
		WHERE tenant_id = @tenant_id AND user_id = @user_id AND key_hash = @key_hash`,
		sql.Named("user_id", user), sql.Named("key_hash", keyHash(key)))
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
				AND key_hash = @key_hash AND created_at < @created_before`,
			sql.Named("user_id", user),
			sql.Named("key_hash", keyHash(key)), sql.Named("created_before", milliseconds(createdBefore)))
		if err != nil {
			return fmt.Errorf("forget key: %w", err)
		}
		return nil
	})
}

// ForgetKeysBefore implements idempotency.Store. It crosses tenants, since the job that removes old keys serves all of
// them.
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

// keyHash is what is stored of a client's key. It has the size of an id, however long the key is.
func keyHash(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:16]
}

// answerFormat is the first byte of a stored answer. Another dictionary is another format. The old one is read as long
// as its answers are stored.
const answerFormat = 1

// answerDictionary is what answers to timers have in common. An answer that matches it shrinks to a quarter of its
// size, in two microseconds.
var answerDictionary = s2.MakeDict([]byte(`{"timer":{"id":"01","etag":"\"01.1\"","user":{"id":"01","name":""},`+
	`"work_item":{"tracker":"azure_devops","organization":"","project":"","id":"","title":"","type":"User Story"},`+
	`"source":"timer","running":true,"started_at":"2026-01-01T00:00:00.000Z","stopped_at":null,"voided_at":null,`+
	`"elapsed_ms":0,"needs_review":false,"existing_hours":0},"created":true,"stopped":{"id":"","etag":"`+
	`"stopped_at":"2026-","running":false,"now":"2026-`), nil)

// packAnswer compresses an answer: its entity tag, which the body also contains, and the body.
func packAnswer(etag string, body []byte) []byte {
	plain := make([]byte, 0, 1+len(etag)+len(body))
	plain = append(append(append(plain, byte(len(etag))), etag...), body...)
	return append([]byte{answerFormat}, answerDictionary.Encode(nil, plain)...)
}

// unpackAnswer gives what packAnswer was given.
func unpackAnswer(packed []byte) (etag string, body []byte, err error) {
	if len(packed) == 0 || packed[0] != answerFormat {
		return "", nil, errors.New("the kept answer is of another format")
	}
	plain, err := answerDictionary.Decode(nil, packed[1:])
	if err != nil {
		return "", nil, fmt.Errorf("read a kept answer: %w", err)
	}
	if len(plain) == 0 || len(plain) < 1+int(plain[0]) {
		return "", nil, errors.New("the kept answer is cut short")
	}
	return string(plain[1 : 1+plain[0]]), plain[1+plain[0]:], nil
}

// ReceiptsOf implements idempotency.PersonalStore.
func (s *Store) ReceiptsOf(
	ctx context.Context, id ids.Tenant, user ids.User, after personal.Key, limit int,
) ([]idempotency.OwnReceipt, error) {
	return readRows(ctx, s, id, "the receipts of a person", func(row *sql.Rows) (r idempotency.OwnReceipt, err error) {
		var hash []byte
		err = row.Scan(&hash, &r.Status, instant{&r.CreatedAt})
		copy(r.Key.First[:], hash)
		return r, err
	}, `SELECT key_hash, status, created_at FROM idempotency_keys
		WHERE tenant_id = @tenant_id AND user_id = @user_id AND key_hash > @key_hash ORDER BY key_hash`+s.dialect.Page,
		sql.Named("user_id", user), sql.Named("key_hash", after.First[:]), sql.Named("limit", limit))
}

// DeleteReceipts implements idempotency.PersonalStore.
func (s *Store) DeleteReceipts(ctx context.Context, id ids.Tenant, user ids.User) error {
	return s.removeOf(ctx, id, sql.Named("user_id", user), `DELETE FROM idempotency_keys WHERE tenant_id = @tenant_id AND user_id = @user_id`)
}
