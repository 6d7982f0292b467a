package engine

import (
	"context"
	"strings"

	"github.com/golang-migrate/migrate/v4"
)

// MigrateDown takes every migration back.
func (db *DB) MigrateDown(ctx context.Context) error {
	return db.migrate(ctx, func(m *migrate.Migrate) error { return m.Down() })
}

// MigrateBroken runs a migration that fails half way, as version 9000, and gives its error.
func (db *DB) MigrateBroken(ctx context.Context) (version int, err error) {
	driver, err := db.newMigrator(ctx)
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
