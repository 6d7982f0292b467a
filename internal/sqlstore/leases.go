package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"timetracker/internal/sqlstore/engine"
)

// AcquireLease gives a job's lease to the holder until now+ttl, or says that another holder has it. Its holder prolongs
// it. A lease that ends later than now+longest was taken by a wrong clock, and counts as ended. Leases belong to no
// tenant.
func (s *Store) AcquireLease(
	ctx context.Context, name, holder string, now time.Time, ttl, longest time.Duration,
) (acquired bool, err error) {
	args := []any{
		sql.Named("name", name), sql.Named("holder", holder), sql.Named("now", milliseconds(now)),
		sql.Named("expires_at", milliseconds(now.Add(ttl))), sql.Named("latest", milliseconds(now.Add(longest))),
	}
	err = s.db.Tx(ctx, nil, func(ctx context.Context) error {
		tx, err := s.txFrom(ctx)
		if err != nil {
			return err
		}
		changed, err := tx.Exec(ctx, `UPDATE leases SET holder = @holder, expires_at = @expires_at
			WHERE name = @name AND (holder = @holder OR expires_at <= @now OR expires_at > @latest)`, args...)
		if err == nil && changed == 0 {
			changed, err = tx.Exec(ctx, `INSERT INTO leases (name, holder, expires_at)
				SELECT @name, @holder, @expires_at
				WHERE NOT EXISTS (SELECT 1 FROM leases WHERE name = @name)`, args...)
		}
		acquired = changed == 1
		return err
	})
	if s.dialect.Is(err, engine.Duplicate) {
		return false, nil // another holder was faster
	}
	if err != nil {
		return false, fmt.Errorf("acquire lease: %w", err)
	}
	return acquired, nil
}

// ReleaseLease ends the lease if the holder has it.
func (s *Store) ReleaseLease(ctx context.Context, name, holder string) error {
	err := s.db.Tx(ctx, nil, func(ctx context.Context) error {
		tx, err := s.txFrom(ctx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM leases WHERE name = @name AND holder = @holder`,
			sql.Named("name", name), sql.Named("holder", holder))
		return err
	})
	if err != nil {
		return fmt.Errorf("release lease: %w", err)
	}
	return nil
}
