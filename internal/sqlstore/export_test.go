package sqlstore

import (
	"context"
	"strings"

	"github.com/golang-migrate/migrate/v4"
)

// MigrateDown takes every migration back.
func (s *Store) MigrateDown(ctx context.Context) error {
	return s.migrate(ctx, func(m *migrate.Migrate) error { return m.Down() })
}

// MigrateBroken runs a migration that fails half way, as version 9000, and gives its error.
func (s *Store) MigrateBroken(ctx context.Context) (version int, err error) {
	driver, err := s.migrating(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = driver.Close() }()
	if err := driver.Lock(); err != nil {
		return 0, err
	}
	if err := driver.SetVersion(9000, true); err != nil {
		return 0, err
	}
	failure := driver.Run(strings.NewReader("CREATE TABLE half_way (id INT); INSERT INTO nowhere VALUES (1);"))
	version, _, err = driver.Version()
	if err != nil {
		return 0, err
	}
	if err := driver.Unlock(); err != nil {
		return 0, err
	}
	return version, failure
}

// Exec runs a statement in the transaction of the context.
func Exec(ctx context.Context, text string) error {
	_, err := ctx.Value(transactionKey{}).(*transaction).exec(ctx, text)
	return err
}
