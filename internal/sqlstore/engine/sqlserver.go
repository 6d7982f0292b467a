package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

// sqlServer names the engine, in URLs and directories.
const sqlServer = "sqlserver"

const (
	sqlServerConnections = 16
	// Azure closes idle connections silently after some minutes, and moves databases between machines.
	sqlServerIdleTime = 3 * time.Minute
	sqlServerLifetime = 30 * time.Minute

	// These are the numbers of errors that our own statements raise; 50000 and up are free for that.
	changedNumber  = 50001 // a statement for one row changed another number of rows
	lockedNumber   = 50002 // another transaction, or another process that migrates, holds a lock for too long
	deadlockNumber = 50003 // a lock was refused since two transactions wait for each other
)

func sqlServerDialect() *Dialect {
	return &Dialect{
		Name:   sqlServer,
		Page:   " OFFSET 0 ROWS FETCH NEXT @limit ROWS ONLY",
		Replan: " OPTION (RECOMPILE)",
		Length: "LEN",
		Periods: func(parameter string) string {
			return `(SELECT CAST([key] AS INT) AS period, CAST(JSON_VALUE(value, '$[0]') AS BIGINT) AS period_start,
			CAST(JSON_VALUE(value, '$[1]') AS BIGINT) AS period_end FROM OPENJSON(` + parameter + `))`
		},
		// A column of OPENJSON has a collation of its own, which can't be compared with that of a key.
		Texts: func(parameter string) string {
			return `(SELECT value COLLATE Latin1_General_100_BIN2 AS value FROM OPENJSON(` + parameter +
				`) WITH (value NVARCHAR(4000) '$'))`
		},
		IDs: func(parameter string) string {
			return `(SELECT CONVERT(BINARY(16), REPLACE(value, '-', ''), 2) AS value FROM OPENJSON(` + parameter +
				`) WITH (value VARCHAR(36) '$'))`
		},
		SumWhere: func(value, condition string) string {
			return `SUM(CASE WHEN ` + condition + ` THEN ` + value + ` ELSE 0 END)`
		},
		Contains: " LIKE @search",
		Pattern:  likePattern,
		lock:     lockSQLServer,
		classify: classifySQLServer,
		clock:    `SELECT DATEDIFF_BIG(MILLISECOND, '1970-01-01', SYSUTCDATETIME())`,
		findVersions: `SELECT
			(SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'schema_migrations'),
			(SELECT COUNT(*) FROM INFORMATION_SCHEMA.COLUMNS
				WHERE TABLE_NAME = 'schema_migrations' AND COLUMN_NAME = 'oldest_program'),
			0`, // a database may have tables of others

		createVersions: `CREATE TABLE schema_migrations (
			version BIGINT NOT NULL CONSTRAINT pk_schema_migrations PRIMARY KEY,
			oldest_program INT NOT NULL,
			first_migration NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL)`,
	}
}

// likePattern is a pattern for LIKE that finds a part of a text. The columns' collation ignores case:
// https://learn.microsoft.com/sql/t-sql/language-elements/like-transact-sql.
func likePattern(part string) string {
	return "%" + strings.NewReplacer("%", "[%]", "_", "[_]", "[", "[[]").Replace(part) + "%"
}

// classifySQLServer uses the error's number:
// https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
//
// These are worth another attempt:
// https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues.
func classifySQLServer(err error) Fault {
	if e, ok := errors.AsType[mssql.Error](err); ok {
		switch e.Number {
		case 2601, 2627:
			return Duplicate
		case 547: // of a CHECK, too, which is never violated
			return Referenced
		case changedNumber:
			return Changed
		case 2628, 8152:
			return TooLong
		case 1222, lockedNumber:
			return Locked
		case 1205, 3960, deadlockNumber:
			return Deadlock
		case 233, 615, 926, 1204, 4060, 4221, 10928, 10929, 10936, 40143, 40197, 40501, 40540, 40613, 42108, 42109, 49918, 49919,
			49920:
			return Transient
		default:
			return Other
		}
	}
	_, isNet := errors.AsType[net.Error](err)
	_, isStream := errors.AsType[mssql.StreamError](err)
	_, isServer := errors.AsType[mssql.ServerError](err)
	if isNet || isStream || isServer || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, driver.ErrBadConn) || hasWaited(err) {
		return Broken
	}
	return Other
}

// hasWaited says whether an error came after as long as anybody should wait. Nothing is repeated after it.
func hasWaited(err error) bool { return errors.Is(err, errLogin) || errors.Is(err, errSilent) }

// firstMessage is the lowest number whose message is about the server, a login or Azure. Those below are about a statement.
const firstMessage = 18_000

// valuelessError is an error of SQL Server without its message, which quotes what a row was to hold, such as an address.
type valuelessError struct {
	error
	found mssql.Error
}

// withoutValues takes the message from an error of a statement.
func withoutValues(err error) error {
	if e, ok := errors.AsType[mssql.Error](err); ok && e.Number < firstMessage {
		return valuelessError{err, e}
	}
	return err
}

// Error is for the log.
func (e valuelessError) Error() string {
	return fmt.Sprintf("error %d, state %d, line %d", e.found.Number, e.found.State, e.found.LineNo)
}

// Unwrap gives the error with its message, for whoever looks for its number.
func (e valuelessError) Unwrap() error { return e.error }

func openSQLServer(ctx context.Context, config Config) (*DB, error) {
	if _, err := newConnector(config.URL); err != nil {
		return nil, err
	}
	connect := func() *sql.DB {
		connector, _ := newConnector(config.URL) // which has just been tried
		return sql.OpenDB(newBoundedLogin(connector, sqlServerLogin))
	}
	pool := connect()
	pool.SetMaxOpenConns(sqlServerConnections)
	pool.SetMaxIdleConns(sqlServerConnections)
	pool.SetConnMaxIdleTime(sqlServerIdleTime)
	pool.SetConnMaxLifetime(sqlServerLifetime)
	db, err := NewSQLServer(pool, config)
	if err == nil {
		err = checkSnapshot(ctx, pool)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), pool.Close())
	}
	db.migrating = func(ctx context.Context) (*migrator, error) { return newSQLServerMigrator(ctx, db.dialect, connect()) }
	return db, nil
}

// checkSnapshot refuses a database whose readers wait for its writers. A login of Azure SQL may see no row of another
// database, and none by DB_ID(): https://learn.microsoft.com/sql/t-sql/functions/db-id-transact-sql
func checkSnapshot(ctx context.Context, pool *sql.DB) error {
	var snapshot bool
	err := pool.QueryRowContext(ctx,
		"SELECT is_read_committed_snapshot_on FROM sys.databases WHERE name = DB_NAME()").Scan(&snapshot)
	if err == nil && !snapshot {
		err = errors.New("it must have READ_COMMITTED_SNAPSHOT ON, so that reports and timers don't wait for each other")
	}
	return err
}

// NewSQLServer makes a DB of a pool.
func NewSQLServer(pool *sql.DB, config Config) (*DB, error) {
	types, err := newParameterTypes(config.Migrations, config.Parameters)
	if err != nil {
		return nil, err
	}
	d := sqlServerDialect()
	reader, stream := server{dialect: d, types: types, db: pool}, server{dialect: d, types: types, db: pool}
	reader.patience = sqlServerPatience
	return &DB{
		dialect: d,
		pool:    pool,
		reader:  serverPool{reader},
		stream:  serverPool{stream}, // whose time maxStream limits
		writer:  &retryingWriter{dialect: d, types: types, db: pool, patience: sqlServerPatience, log: config.Log},
		close:   pool.Close,

		migrations: config.Migrations,
	}, nil
}

// newSQLServerMigrator keeps other processes out with a lock of the session, and runs each file in a transaction.
func newSQLServerMigrator(ctx context.Context, d *Dialect, db *sql.DB) (*migrator, error) {
	return newMigrator(ctx, db, d, migratorSQL{
		lock: fmt.Sprintf(`DECLARE @result INT;
			EXEC @result = sp_getapplock @Resource = 'timetracker schema', @LockMode = 'Exclusive', @LockOwner = 'Session',
				@LockTimeout = %d;
			IF @result < 0 THROW %d, 'another process migrates', 1;`, migrationWait.Milliseconds(), lockedNumber),
		unlock:   "EXEC sp_releaseapplock @Resource = 'timetracker schema', @LockOwner = 'Session';",
		begin:    "SET XACT_ABORT ON; BEGIN TRANSACTION;",
		commit:   "COMMIT TRANSACTION;",
		rollback: "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;",
	})
}
