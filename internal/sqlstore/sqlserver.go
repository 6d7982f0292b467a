package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
)

const (
	sqlServerConnections = 16
	// Azure closes idle connections silently after some minutes, and moves databases between machines.
	sqlServerIdleTime = 3 * time.Minute
	sqlServerLifetime = 30 * time.Minute
	// sqlServerLogin bounds dialing and logging in.
	sqlServerLogin = 15 * time.Second

	// maxAttempts is how often a transaction is run when that can help.
	maxAttempts = 5
	// The pauses before the second attempt, doubled before each further one: a deadlock is over at once, a database that
	// moves needs a while: https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-connectivity-issues
	conflictPause  = 10 * time.Millisecond
	transientPause = 250 * time.Millisecond

	// maxBatchParameters stays under the 2,100 parameters that SQL Server takes:
	// https://learn.microsoft.com/sql/sql-server/maximum-capacity-specifications-for-sql-server
	maxBatchParameters = 2000

	// inTransaction comes before every batch of a transaction: any error ends the whole, and waiting for a lock ends
	// after 5 s. The driver's batches have a scope of their own, so that this holds for the one batch only.
	inTransaction = "SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000; "

	// The numbers of the errors that our own statements throw; 50000 and up are free for it.
	staleNumber  = 50001 // a statement for one row changed another number of them
	lockedNumber = 50002 // another process migrates
)

func sqlServerDialect() *dialect {
	return &dialect{
		name:   "sqlserver",
		page:   " OFFSET 0 ROWS FETCH NEXT @limit ROWS ONLY",
		length: "LEN",
		periods: `(SELECT CAST([key] AS INT) AS period, CAST(JSON_VALUE(value, '$[0]') AS BIGINT) AS period_start,
			CAST(JSON_VALUE(value, '$[1]') AS BIGINT) AS period_end FROM OPENJSON(@periods))`,
		contains: " LIKE @search",
		pattern:  likePattern,
		// With read committed snapshot a statement sees what was committed when it began. So the lock is taken by a
		// statement of its own, and what follows it in the batch sees all that whoever had the lock has committed. A write
		// that changes nothing locks the row on everything that speaks T-SQL; a hint on a read does not.
		lockUser:         `UPDATE users SET revision = revision WHERE tenant_id = @tenant_id AND id = @user_id; `,
		lockTenant:       `UPDATE tenants SET revision = revision WHERE id = @tenant_id; `,
		lockSubscription: lockSubscription(),
		save:             saveInBatches,
		classify:         classifySQLServer,
	}
}

// lockSubscription crosses tenants: only who holds a subscription knows its tenant. Key-range locks hold the place of a row
// that is not there: https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
func lockSubscription() string {
	return `UPDATE subscriptions WITH (UPDLOCK, HOLDLOCK) SET revision = revision WHERE id = @id; `
}

// likePattern is a pattern for LIKE that finds a part of a text. The columns' collation ignores case:
// https://learn.microsoft.com/sql/t-sql/language-elements/like-transact-sql.
func likePattern(part string) string {
	return "%" + strings.NewReplacer("%", "[%]", "_", "[_]", "[", "[[]").Replace(part) + "%"
}

// classifySQLServer goes by the error's number:
// https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors and, for what is
// worth trying again, https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues.
func classifySQLServer(err error) fault {
	if e, ok := errors.AsType[mssql.Error](err); ok {
		switch e.Number {
		case 2601, 2627:
			return faultDuplicate
		case staleNumber:
			return faultStale
		case 2628, 8152:
			return faultTooLong
		case 1222:
			return faultLocked
		case 1205, 3960:
			return faultDeadlock
		case 233, 615, 926, 4060, 4221, 10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920:
			return faultTransient
		default:
			return faultOther
		}
	}
	_, isNet := errors.AsType[net.Error](err)
	_, isStream := errors.AsType[mssql.StreamError](err)
	_, isServer := errors.AsType[mssql.ServerError](err)
	if isNet || isStream || isServer || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, errLogin) {
		return faultBroken
	}
	return faultOther
}

// parameter finds the parameters in a statement's text.
var parameter = regexp.MustCompile(`@[a-z_]+`)

// saveInBatches joins the statements into batches of one round trip each. Their parameters are told apart by numbers.
func saveInBatches(ctx context.Context, tx session, statements []statement) error {
	var text strings.Builder
	var args []any
	flush := func() error {
		if text.Len() == 0 {
			return nil
		}
		_, err := tx.exec(ctx, text.String(), args...)
		text.Reset()
		args = nil
		return err
	}
	for i, s := range statements {
		if len(args)+len(s.args) > maxBatchParameters {
			if err := flush(); err != nil {
				return err
			}
		}
		suffix := "_" + strconv.Itoa(i)
		text.WriteString(parameter.ReplaceAllString(s.text, "${0}"+suffix) + ";\n")
		if s.one {
			fmt.Fprintf(&text, "IF @@ROWCOUNT <> 1 THROW %d, 'stale', 1;\n", staleNumber)
		}
		for _, arg := range s.args {
			named := arg.(sql.NamedArg)
			args = append(args, sql.Named(named.Name+suffix, named.Value))
		}
	}
	return flush()
}

func openSQLServer(ctx context.Context, address string, log *slog.Logger) (*Store, error) {
	config, err := sqlServerConfig(address)
	if err != nil {
		return nil, err
	}
	connect := func() *sql.DB { return sql.OpenDB(newBoundedLogin(config, sqlServerLogin)) }
	d := sqlServerDialect()
	db := connect()
	db.SetMaxOpenConns(sqlServerConnections)
	db.SetMaxIdleConns(sqlServerConnections)
	db.SetConnMaxIdleTime(sqlServerIdleTime)
	db.SetConnMaxLifetime(sqlServerLifetime)
	var snapshot bool
	err = db.QueryRowContext(ctx,
		"SELECT is_read_committed_snapshot_on FROM sys.databases WHERE database_id = DB_ID()").Scan(&snapshot)
	if err == nil && !snapshot {
		err = errors.New("it must have READ_COMMITTED_SNAPSHOT ON, so that reports and timers don't wait for each other")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), db.Close())
	}
	onPool := direct{dialect: d, db: db}
	return &Store{
		dialect: d,
		pool:    db,
		reader:  onPool,
		stream:  onPool,
		streams: make(chan struct{}, maxStreams),
		writer:  &retryingWriter{dialect: d, db: db, log: log},
		migrating: func(ctx context.Context) (*migrator, error) {
			return newSQLServerMigrator(ctx, connect())
		},
		close: db.Close,
	}, nil
}

// sqlServerConfig reads the URL and refuses what would send data unprotected, but to this machine itself: without encrypt
// the driver protects the login only, and trusts every certificate.
func sqlServerConfig(address string) (msdsn.Config, error) {
	// The errors of both parsers may quote the password.
	parsed, err := url.Parse(address)
	if err != nil {
		return msdsn.Config{}, errors.New("the database URL can't be read")
	}
	if parsed.Query().Has("fedauth") {
		return msdsn.Config{}, errors.New("the database URL has fedauth, which is not served; use a login of the database")
	}
	config, err := msdsn.Parse(address)
	if err != nil {
		return msdsn.Config{}, errors.New("the database URL can't be read")
	}
	if isLoopback(parsed.Hostname()) {
		return config, nil
	}
	if config.Encryption != msdsn.EncryptionRequired && config.Encryption != msdsn.EncryptionStrict {
		return msdsn.Config{}, errors.New("the database URL must have encrypt=true or encrypt=strict")
	}
	if config.TrustServerCertificate {
		return msdsn.Config{}, errors.New("the database URL must not have TrustServerCertificate=true")
	}
	return config, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// retryingWriter runs each transaction on a connection of its own, and again when the server has rolled it back for a
// reason that passes.
type retryingWriter struct {
	dialect *dialect
	db      *sql.DB
	log     *slog.Logger
}

func (w *retryingWriter) run(ctx context.Context, fn func(ctx context.Context, tx session) error) error {
	for attempt := 1; ; attempt++ {
		committing, err := w.once(ctx, fn)
		if err == nil || attempt == maxAttempts || ctx.Err() != nil {
			return err
		}
		pause := transientPause
		_, raced := errors.AsType[runAgainError](err)
		switch what := w.dialect.classify(err); {
		case raced, what == faultDeadlock:
			pause = conflictPause
		case what == faultTransient:
		case what == faultBroken && !committing:
		default:
			return err
		}
		// The jitter keeps those who met once from meeting again.
		pause = time.Duration((0.5 + rand.Float64()) * float64(pause<<(attempt-1)))
		w.log.Warn("a transaction is run again", "attempt", attempt+1, "pause", pause, "error", err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

// once runs a transaction. committing says that the error is that of the commit: when the connection broke, nobody knows
// whether the server has done it.
func (w *retryingWriter) once(
	ctx context.Context, fn func(ctx context.Context, tx session) error,
) (committing bool, err error) {
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return false, w.dialect.wrap(err)
	}
	// After the commit this does nothing. It is deferred because fn may panic.
	defer func() { _ = tx.Rollback() }()
	if err := fn(ctx, direct{dialect: w.dialect, db: tx, prefix: inTransaction}); err != nil {
		return false, err
	}
	return true, w.dialect.wrap(tx.Commit())
}

// boundedLogin ends a login when its context does, or its own time. The driver bounds dialing only: a server that accepts
// the connection and then says nothing would hold its caller for ever.
type boundedLogin struct {
	*mssql.Connector

	within time.Duration
}

func newBoundedLogin(config msdsn.Config, within time.Duration) boundedLogin {
	connector := mssql.NewConnectorConfig(config)
	connector.Dialer = loginDialer{}
	return boundedLogin{connector, within}
}

// errLogin is what a caller gets that would have waited longer.
var errLogin = errors.New("the database server does not answer a login")

// loginKey finds the login that a connection is dialed for.
type loginKey struct{}

// login closes the connections that were dialed for it when it takes too long. The driver may dial several addresses at
// the same time.
type login struct {
	ctx   context.Context
	mu    sync.Mutex
	stops []func() bool
}

// watch closes the connection when the login's context ends.
func (l *login) watch(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stops = append(l.stops, context.AfterFunc(l.ctx, func() { _ = conn.Close() }))
}

// done ends the watching and says whether the login was in time.
func (l *login) done() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	inTime := true
	for _, stop := range l.stops {
		inTime = stop() && inTime
	}
	return inTime
}

// Connect implements driver.Connector.
func (c boundedLogin) Connect(caller context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(caller, c.within)
	defer cancel()
	l := &login{ctx: ctx}
	conn, err := c.Connector.Connect(context.WithValue(ctx, loginKey{}, l))
	if l.done() && ctx.Err() == nil {
		return conn, err
	}
	if err == nil {
		_ = conn.Close()
	}
	if err := caller.Err(); err != nil {
		return nil, err
	}
	return nil, errLogin
}

// loginDialer dials, and hands the connection to the login.
type loginDialer struct{}

// DialContext implements mssql.Dialer.
func (loginDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{KeepAlive: 30 * time.Second}
	conn, err := dialer.DialContext(ctx, network, address)
	if l, ok := ctx.Value(loginKey{}).(*login); ok && err == nil {
		// Not the dialer's own context: the driver ends that one after a good login.
		l.watch(conn)
	}
	return conn, err
}

// newSQLServerMigrator keeps other processes out with a lock of the session, and runs each file in a transaction.
func newSQLServerMigrator(ctx context.Context, db *sql.DB) (*migrator, error) {
	return newMigrator(ctx, db, migratorSQL{
		lock: fmt.Sprintf(`DECLARE @result INT;
			EXEC @result = sp_getapplock @Resource = 'timetracker schema', @LockMode = 'Exclusive', @LockOwner = 'Session',
				@LockTimeout = %d;
			IF @result < 0 THROW %d, 'another process migrates', 1;`, migrationWait.Milliseconds(), lockedNumber),
		unlock:         "EXEC sp_releaseapplock @Resource = 'timetracker schema', @LockOwner = 'Session';",
		begin:          "SET XACT_ABORT ON; BEGIN TRANSACTION;",
		commit:         "COMMIT TRANSACTION;",
		rollback:       "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;",
		hasVersions:    "SELECT 1 FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'schema_migrations'",
		createVersions: "CREATE TABLE schema_migrations (version BIGINT NOT NULL CONSTRAINT pk_schema_migrations PRIMARY KEY)",
	})
}
