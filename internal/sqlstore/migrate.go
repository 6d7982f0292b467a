package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	"github.com/golang-migrate/migrate/v4/source"
	"github.com/golang-migrate/migrate/v4/source/iofs"

	"timetracker/migrations"
)

// migrationWait is how long a process waits for another one that migrates.
const migrationWait = 2 * time.Minute

// Migrate brings the schema to the version of this program. Any number of processes may call it at the same time.
func (s *Store) Migrate(ctx context.Context) error {
	return s.migrate(ctx, func(m *migrate.Migrate) error { return m.Up() })
}

func (s *Store) migrate(ctx context.Context, steps func(m *migrate.Migrate) error) (err error) {
	files, err := iofs.New(migrations.Files, s.dialect.name)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	driver, err := s.migrating(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", errors.Join(err, files.Close()))
	}
	m, err := migrate.NewWithInstance("iofs", files, s.dialect.name, driver)
	if err != nil {
		return fmt.Errorf("migrate: %w", errors.Join(err, files.Close(), driver.Close()))
	}
	m.LockTimeout = migrationWait
	defer func() {
		sourceErr, databaseErr := m.Close()
		err = errors.Join(err, sourceErr, databaseErr)
	}()
	if err := steps(m); err != nil && !errors.Is(err, migrate.ErrNoChange) {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// CheckVersion gives an error when the schema is not that of this program.
func (s *Store) CheckVersion(ctx context.Context) error {
	newest, err := newestVersion(s.dialect.name)
	if err != nil {
		return err
	}
	driver, err := s.migrating(ctx)
	if err != nil {
		return fmt.Errorf("check the schema's version: %w", err)
	}
	version, _, err := driver.Version()
	if err := errors.Join(err, driver.Close()); err != nil {
		return fmt.Errorf("check the schema's version: %w", err)
	}
	switch {
	case version == database.NilVersion:
		return errors.New("the database is empty; run timetracker migrate")
	case version < newest:
		return fmt.Errorf("the database has schema version %d and this program needs %d; run timetracker migrate", version, newest)
	case version > newest:
		return fmt.Errorf("the database has schema version %d and this program knows %d; run a newer program", version, newest)
	}
	return nil
}

// newestVersion is the highest number of an engine's migrations.
func newestVersion(engine string) (int, error) {
	files, err := fs.ReadDir(migrations.Files, engine)
	if err != nil {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}
	newest := uint(0)
	for _, file := range files {
		step, err := source.DefaultParse(file.Name())
		if err != nil {
			return 0, fmt.Errorf("read the migrations: %s: %w", file.Name(), err)
		}
		newest = max(newest, step.Version)
	}
	return int(newest), nil
}

// migrator is the driver of golang-migrate for both engines. The library's own drivers are not used: that for SQLite
// locks within one process only, that for SQL Server does not run a file in a transaction. Here a file and its version
// are kept together or not at all, so that there is no dirty state to clean up.
type migrator struct {
	ctx context.Context // of the run: the library's interface has none
	db  *sql.DB
	on  *sql.Conn
	sql migratorSQL
}

// migratorSQL is what differs between the engines. Each text is run as it stands.
type migratorSQL struct {
	lock, unlock            string // exclusive over all processes
	begin, commit, rollback string // a file's transaction
	hasVersions             string // gives a row when the table of versions is there
	createVersions          string
}

var _ database.Driver = (*migrator)(nil)

// newMigrator takes over db.
func newMigrator(ctx context.Context, db *sql.DB, text migratorSQL) (*migrator, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &migrator{ctx: ctx, db: db, on: conn, sql: text}, nil
}

// Open is for drivers that are found by a URL; this one is handed over.
func (m *migrator) Open(string) (database.Driver, error) {
	return nil, errors.New("this driver is not opened by a URL")
}

// Close gives the connection back. What is not committed is rolled back.
func (m *migrator) Close() error { return errors.Join(m.on.Close(), m.db.Close()) }

// Lock waits until no other process migrates.
func (m *migrator) Lock() error { return m.exec(m.sql.lock) }

// Unlock lets the next process in.
func (m *migrator) Unlock() error { return m.exec(m.sql.unlock) }

// Run runs a file within the transaction that SetVersion has begun.
func (m *migrator) Run(migration io.Reader) error {
	text, err := io.ReadAll(migration)
	if err != nil {
		return fmt.Errorf("read the migration: %w", err)
	}
	if err := m.exec(string(text)); err != nil {
		return errors.Join(err, m.exec(m.sql.rollback))
	}
	return nil
}

// SetVersion is called before a file with dirty set, and after it without: it begins and commits the file's transaction.
func (m *migrator) SetVersion(version int, dirty bool) error {
	if dirty {
		return m.exec(m.sql.begin)
	}
	if err := m.writeVersion(version); err != nil {
		return errors.Join(err, m.exec(m.sql.rollback))
	}
	return m.exec(m.sql.commit)
}

func (m *migrator) writeVersion(version int) error {
	found, err := m.found(m.sql.hasVersions)
	if err != nil {
		return err
	}
	if !found {
		if err := m.exec(m.sql.createVersions); err != nil {
			return err
		}
	}
	if err := m.exec("DELETE FROM schema_migrations"); err != nil || version == database.NilVersion {
		return err
	}
	return m.exec("INSERT INTO schema_migrations (version) VALUES (@version)", sql.Named("version", version))
}

// Version gives the schema's version; it is never dirty.
func (m *migrator) Version() (version int, dirty bool, err error) {
	found, err := m.found(m.sql.hasVersions)
	if err != nil || !found {
		return database.NilVersion, false, err
	}
	err = m.on.QueryRowContext(m.ctx, "SELECT version FROM schema_migrations").Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return database.NilVersion, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read the version: %w", err)
	}
	return version, false, nil
}

// Drop would delete everything; nothing in the product does.
func (m *migrator) Drop() error { return errors.New("the database is never dropped") }

func (m *migrator) exec(text string, args ...any) error {
	_, err := m.on.ExecContext(m.ctx, text, args...)
	return err
}

func (m *migrator) found(text string) (bool, error) {
	var one int
	err := m.on.QueryRowContext(m.ctx, text).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
