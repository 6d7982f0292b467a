package sqlstore

import (
	"context"
	"log/slog"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/report"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
	"timetracker/migrations"
)

var (
	_ tenant.Store            = (*Store)(nil)
	_ workitem.Store          = (*Store)(nil)
	_ workitem.WriteBackStore = (*Store)(nil)
	_ timer.Store             = (*Store)(nil)
	_ report.Store            = (*Store)(nil)
	_ idempotency.Store       = (*Store)(nil)
	_ marketplace.Store       = (*Store)(nil)
	_ billing.Store           = (*Store)(nil)
	_ timesheet.Store         = (*Store)(nil)
	_ privacy.ErasureStore    = (*Store)(nil)
	_ privacy.RetentionStore  = (*Store)(nil)
	_ privacy.RemovalStore    = (*Store)(nil)
	_ privacy.TableStore      = (*Store)(nil)
	_ proof.Store             = (*Store)(nil)
	_ audit.AccessStore       = (*Store)(nil)
)

// Config says where the database is.
type Config struct {
	URL    string // sqlite:PATH or sqlserver://…
	Create bool   // make a SQLite file that is not there; its directory must be
	Log    *slog.Logger
}

// Store is a database. It is safe for concurrent use.
type Store struct {
	db      *engine.DB
	dialect *engine.Dialect
	places  *memory
}

// Open opens the database. It does not migrate: see Migrate and CheckVersion.
func Open(ctx context.Context, config Config) (*Store, error) {
	db, err := engine.Open(ctx, engine.Config{
		URL: config.URL, Create: config.Create, Log: config.Log, Migrations: migrations.Files, Parameters: parameters,
	})
	if err != nil {
		return nil, err
	}
	return newStore(db), nil
}

func newStore(db *engine.DB) *Store {
	return &Store{db: db, dialect: db.Dialect(), places: newMemory()}
}

// Close ends the writer and closes every connection. Waiting transactions are refused. It is called once.
func (s *Store) Close() error { return s.db.Close() }

// Ping calls the database.
func (s *Store) Ping(ctx context.Context) error { return s.db.Ping(ctx) }

// WALBytes is the size of the file that SQLite keeps beside the database; zero on SQL Server.
func (s *Store) WALBytes() int64 { return s.db.WALBytes() }

// ObserveTransactions has the functions told how transactions go: see engine.Observer.
func (s *Store) ObserveTransactions(
	waited func(time.Duration), committed func(transactions int, took time.Duration), repeated func(),
) {
	s.db.Observe(engine.Observer{Waited: waited, Committed: committed, Repeated: repeated})
}

// Pool gives the state of the connections.
func (s *Store) Pool() engine.Pool { return s.db.Pool() }

// Migrate brings the schema to the version of this program. Any number of processes may call it at the same time.
func (s *Store) Migrate(ctx context.Context) error { return s.db.Migrate(ctx) }

// BackUp copies SQLite's file to a new file, while others write: see engine.DB.BackUp.
func (s *Store) BackUp(ctx context.Context, to string) (engine.Backup, error) {
	return s.db.BackUp(ctx, to)
}

// Restore makes the database of the configuration from a backup: see engine.Restore.
func Restore(ctx context.Context, config Config, from string) (engine.Backup, error) {
	return engine.Restore(ctx, engine.Config{URL: config.URL, Log: config.Log, Migrations: migrations.Files}, from)
}

// Rewrite makes SQLite's file anew, so that nothing is left in it of what was removed or changed.
func (s *Store) Rewrite(ctx context.Context) error { return s.db.Rewrite(ctx) }

// Now is what the database's clock shows.
func (s *Store) Now(ctx context.Context) (time.Time, error) { return s.db.Now(ctx) }

// SchemaVersion gives the version of the schema; zero for an empty database.
func (s *Store) SchemaVersion(ctx context.Context) (int, error) { return s.db.SchemaVersion(ctx) }

// NewestSchema is the version of the schema that this program needs. Both engines have the same.
func NewestSchema() (int, error) { return engine.NewestSchema(migrations.Files) }

// CheckVersion gives an error when the schema is not that of this program.
func (s *Store) CheckVersion(ctx context.Context) error { return s.db.CheckVersion(ctx) }

// Tx runs fn in one transaction of a tenant: everything is kept, or nothing when fn gives an error. With the empty id
// the transaction belongs to no tenant. fn may run more than once, and must pass its context on: see engine.DB.Tx.
func (s *Store) Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error {
	return s.db.Tx(ctx, tenantKey(id), fn)
}

// tenantKey is what the session binds as @tenant_id: null for no tenant.
func tenantKey(id ids.Tenant) any {
	if id.IsZero() {
		return nil
	}
	return id
}

// txFrom gives the transaction of the context, for statements that cross tenants; an error when there is none.
func (s *Store) txFrom(ctx context.Context) (engine.Session, error) { return s.db.TxFrom(ctx) }

// tenantTx gives the transaction of the context; an error when there is none or it belongs to another tenant.
func (s *Store) tenantTx(ctx context.Context, id ids.Tenant) (engine.Session, error) {
	return s.db.TenantTx(ctx, tenantKey(id))
}

// tenantSession gives the transaction of the context or, when there is none, the readers.
func (s *Store) tenantSession(ctx context.Context, id ids.Tenant) (engine.Session, error) {
	return s.db.TenantSession(ctx, tenantKey(id))
}

// crossTenant is tenantSession for the few statements that cross tenants.
func (s *Store) crossTenant(ctx context.Context) engine.Session { return s.db.CrossTenant(ctx) }
