package engine

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"regexp"
	"strconv"
	"time"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	"github.com/golang-migrate/migrate/v4/source"
	"github.com/golang-migrate/migrate/v4/source/iofs"
)

// migrationWait is how long a process waits for another one that migrates.
const migrationWait = 2 * time.Minute

// Migrate brings the schema to the version of this program. It leaves a newer one that this program can use, and refuses
// any other. Any number of processes may call it at the same time.
func (db *DB) Migrate(ctx context.Context) error {
	schema, known, err := db.versions(ctx)
	if err != nil {
		return err
	}
	if schema.version > known.newest {
		return schema.usableBy(known)
	}
	return db.migrate(ctx, func(m *migrate.Migrate) error { return m.Up() })
}

func (db *DB) migrate(ctx context.Context, steps func(m *migrate.Migrate) error) (err error) {
	files, err := iofs.New(db.migrations, db.dialect.Name)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	driver, err := db.newMigrator(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", errors.Join(err, files.Close()))
	}
	m, err := migrate.NewWithInstance("iofs", files, db.dialect.Name, driver)
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

// newMigrator makes the driver of the migrations.
func (db *DB) newMigrator(ctx context.Context) (*migrator, error) {
	known, err := db.steps()
	if err != nil {
		return nil, err
	}
	m, err := db.migrating(ctx)
	if err != nil {
		return nil, err
	}
	m.known = known
	return m, nil
}

// CheckVersion gives an error when this program can't use the schema. It reads on the pool.
func (db *DB) CheckVersion(ctx context.Context) error {
	schema, known, err := db.versions(ctx)
	if err != nil {
		return err
	}
	switch {
	case schema.version == database.NilVersion:
		return errors.New("the database is empty; run timetracker migrate")
	case schema.version < known.newest:
		return fmt.Errorf("the database has schema version %d and this program needs %d; run timetracker migrate", schema.version, known.newest)
	}
	return schema.usableBy(known)
}

// SchemaVersion gives the version of the schema; zero for an empty database.
func (db *DB) SchemaVersion(ctx context.Context) (int, error) {
	schema, _, err := db.versions(ctx)
	return max(schema.version, 0), err
}

// schema is what a database says of itself.
type schema struct {
	version int // or database.NilVersion
	// oldest is the version that a program must know to use it. A migration that takes something away raises it, and one
	// that only adds doesn't. So the program of the last release goes on while the next one is deployed.
	oldest int
}

func (s schema) usableBy(known steps) error {
	if s.version > known.newest && s.oldest > known.newest {
		return fmt.Errorf("the database has schema version %d and this program knows %d; run a newer program", s.version, known.newest)
	}
	return nil
}

// versions reads what the schema is, and the migrations of this program.
func (db *DB) versions(ctx context.Context) (found schema, known steps, err error) {
	known, err = db.steps()
	if err != nil {
		return schema{}, steps{}, err
	}
	err = Session{dialect: db.dialect, pooled: true}.read(ctx, func() (err error) {
		found, err = readVersion(ctx, db.pool, db.dialect, known.first)
		return err
	})
	if err != nil {
		return schema{}, steps{}, fmt.Errorf("check the schema's version: %w", err)
	}
	return found, known, nil
}

// NewestSchema is the highest number of the migrations. Both engines have the same.
func NewestSchema(files fs.FS) (int, error) {
	known, err := (&DB{migrations: files, dialect: sqliteDialect()}).steps()
	return known.newest, err
}

// steps are the migrations that a program knows.
type steps struct {
	first  string // the hash of the first one
	newest int
	oldest map[int]int // by the version that raises it
}

// oldestFor is the oldest program for the schema of a version.
func (s steps) oldestFor(version int) (oldest int) {
	for at, needed := range s.oldest {
		if at <= version {
			oldest = max(oldest, needed)
		}
	}
	return oldest
}

// oldestProgram is the line of a migration that takes something away: see the package migrations.
var oldestProgram = regexp.MustCompile(`(?m)^-- oldest program: (\d+)$`)

// steps reads the engine's migrations.
func (db *DB) steps() (steps, error) {
	all := steps{oldest: map[int]int{}}
	files, err := fs.ReadDir(db.migrations, db.dialect.Name)
	if err != nil {
		return all, fmt.Errorf("read the migrations: %w", err)
	}
	lowest := uint(math.MaxUint)
	for _, file := range files {
		step, err := source.DefaultParse(file.Name())
		if err != nil {
			return all, fmt.Errorf("read the migrations: %s: %w", file.Name(), err)
		}
		all.newest = max(all.newest, int(step.Version))
		if step.Direction != source.Up {
			continue
		}
		text, err := fs.ReadFile(db.migrations, path.Join(db.dialect.Name, file.Name()))
		if err != nil {
			return all, fmt.Errorf("read the migrations: %w", err)
		}
		if marked := oldestProgram.FindSubmatch(text); marked != nil {
			if all.oldest[int(step.Version)], err = strconv.Atoi(string(marked[1])); err != nil {
				return all, fmt.Errorf("read the migrations: %s: %w", file.Name(), err)
			}
		}
		if step.Version < lowest {
			lowest, all.first = step.Version, fmt.Sprintf("%x", sha256.Sum256(text))
		}
	}
	return all, nil
}

// errOtherSchema is for a database that no migration can upgrade. Until the first release the first migration is
// rewritten when the model changes.
var errOtherSchema = errors.New("the database was made by a development version with another schema; begin with a new one")

// errOtherProgram is for a file that holds other things. Nothing is ever added to it.
var errOtherProgram = errors.New("the database file belongs to another program; name another file")

// readVersion reads what the schema is. first is the hash of the first migration, which must be the database's.
func readVersion(ctx context.Context, on interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}, d *Dialect, first string,
) (found schema, err error) {
	var tables, columns, others int
	if err := on.QueryRowContext(ctx, d.findVersions).Scan(&tables, &columns, &others); err != nil {
		return schema{}, fmt.Errorf("look for the version: %w", err)
	}
	if tables == 0 && others > 0 {
		return schema{}, errOtherProgram
	}
	if tables == 0 {
		return schema{version: database.NilVersion}, nil
	}
	if columns == 0 {
		return schema{}, errOtherSchema
	}
	var made string
	err = on.QueryRowContext(ctx, "SELECT version, oldest_program, first_migration FROM schema_migrations").
		Scan(&found.version, &found.oldest, &made)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return schema{version: database.NilVersion}, nil
	case err != nil:
		return schema{}, fmt.Errorf("read the version: %w", err)
	case made != first:
		return schema{}, errOtherSchema
	}
	return found, nil
}

// migrator is the driver of golang-migrate for both engines. The library's driver for SQLite locks within one process
// only, and that for SQL Server does not run a file in a transaction. Here a file and its version are committed
// together, so that there is no dirty state to repair.
type migrator struct {
	ctx     context.Context // of the run: the library's interface has none
	db      *sql.DB
	on      *sql.Conn
	dialect *Dialect
	sql     migratorSQL
	known   steps
}

// migratorSQL is the engine's part of a migrator. Each text is run unchanged.
type migratorSQL struct {
	lock, unlock            string // exclusive over all processes
	begin, commit, rollback string // a file's transaction
}

var _ database.Driver = (*migrator)(nil)

// newMigrator takes over db.
func newMigrator(ctx context.Context, db *sql.DB, d *Dialect, text migratorSQL) (*migrator, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &migrator{ctx: ctx, db: db, on: conn, dialect: d, sql: text}, nil
}

// Open is for drivers that are found by a URL, and this one is not.
func (m *migrator) Open(string) (database.Driver, error) {
	return nil, errors.New("this driver is not opened by a URL")
}

// Close gives the connection back. What is not committed is rolled back.
func (m *migrator) Close() error { return errors.Join(m.on.Close(), m.db.Close()) }

// Lock waits until no other process migrates.
func (m *migrator) Lock() error { return m.exec(m.sql.lock) }

// Unlock lets the next process migrate.
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

// SetVersion begins a file's transaction when dirty is set, and otherwise commits it. golang-migrate calls it before
// and after each file.
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
	var tables, columns, others int
	if err := m.on.QueryRowContext(m.ctx, m.dialect.findVersions).Scan(&tables, &columns, &others); err != nil {
		return err
	}
	if tables == 0 {
		if err := m.exec(m.dialect.createVersions); err != nil {
			return err
		}
	}
	if err := m.exec("DELETE FROM schema_migrations"); err != nil || version == database.NilVersion {
		return err
	}
	return m.exec("INSERT INTO schema_migrations (version, oldest_program, first_migration) VALUES (@version, @oldest_program, @first_migration)",
		sql.Named("version", version), sql.Named("oldest_program", m.known.oldestFor(version)), sql.Named("first_migration", m.known.first))
}

// Version gives the schema's version; it is never dirty.
func (m *migrator) Version() (version int, dirty bool, err error) {
	found, err := readVersion(m.ctx, m.on, m.dialect, m.known.first)
	if err != nil {
		return 0, false, err
	}
	return found.version, false, nil
}

// Drop would delete everything; nothing in the product does.
func (m *migrator) Drop() error { return errors.New("the database is never dropped") }

func (m *migrator) exec(text string, args ...any) error {
	_, err := m.on.ExecContext(m.ctx, text, args...)
	return err
}
