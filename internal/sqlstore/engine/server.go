package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

// server runs statements on SQL Server. It calls sp_executesql itself, with its own declarations, so that a statement
// has one plan whatever its values are:
// https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-executesql-transact-sql
type server struct {
	dialect  *Dialect
	types    *parameterTypes
	patience time.Duration // zero: as long as the caller's
	db       interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	}
}

// call gives the parameters of sp_executesql.
func call(text string, parameters []declared) []any {
	args := make([]any, 0, len(parameters)+2)
	args = append(args, text)
	if len(parameters) == 0 {
		return args
	}
	declarations := make([]string, len(parameters))
	for i, p := range parameters {
		declarations[i] = p.declaration()
	}
	args = append(args, strings.Join(declarations, ", "))
	for _, p := range parameters {
		args = append(args, sql.Named(p.name, p.value))
	}
	return args
}

const executeSQL = "sp_executesql"

func (s server) queryDeclared(
	ctx context.Context, scan func(row *sql.Rows) error, text string, parameters []declared,
) (err error) {
	traced := s.dialect.startStatement(ctx, text)
	defer func() { traced.End(err) }()
	return s.dialect.patiently(ctx, s.patience, func(ctx context.Context) error {
		rows, err := s.db.QueryContext(ctx, executeSQL, call(text, parameters)...)
		if err != nil {
			return s.dialect.wrap(err)
		}
		return s.dialect.each(rows, scan)
	})
}

func (s server) execDeclared(ctx context.Context, text string, parameters []declared) (changed int64, err error) {
	traced := s.dialect.startStatement(ctx, text)
	defer func() { traced.End(err) }()
	err = s.dialect.patiently(ctx, s.patience, func(ctx context.Context) error {
		result, err := s.db.ExecContext(ctx, executeSQL, call(text, parameters)...)
		if err != nil {
			return s.dialect.wrap(err)
		}
		changed, err = result.RowsAffected()
		return err
	})
	return changed, err
}

// sqlServerPatience is how long a statement on the pool, or a transaction, waits for the server. A connection that was cut
// on the way says nothing, and the system takes many minutes to notice.
const sqlServerPatience = 30 * time.Second

// errSilent is the error after that time.
var errSilent = errors.New("the database server does not answer")

// patiently calls fn with a context that ends after some time.
func (d *Dialect) patiently(ctx context.Context, patience time.Duration, fn func(ctx context.Context) error) error {
	if patience == 0 {
		return fn(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := fn(limited)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return d.wrap(errSilent)
	}
	return err
}

// serverPool runs single statements outside of a transaction.
type serverPool struct{ server }

func (p serverPool) query(ctx context.Context, scan func(row *sql.Rows) error, text string, args ...any) error {
	parameters, err := p.types.declare(text, args)
	if err != nil {
		return err
	}
	return p.queryDeclared(ctx, scan, text, parameters)
}

func (p serverPool) exec(ctx context.Context, text string, args ...any) (int64, error) {
	parameters, err := p.types.declare(text, args)
	if err != nil {
		return 0, err
	}
	return p.execDeclared(ctx, text, parameters)
}

func (serverPool) save(context.Context, []Statement, On) error { return errNotInTransaction }

const (
	// inTransaction comes before every batch of a transaction. Any error ends the whole transaction, and waiting for a
	// lock ends after 5 s. The settings end with the batch, which has a scope of its own.
	inTransaction = "SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000;\n"

	// maxBatchParameters is less than the 2,100 parameters that SQL Server allows:
	// https://learn.microsoft.com/sql/sql-server/maximum-capacity-specifications-for-sql-server
	maxBatchParameters = 2000
	// maxBatchParts is the highest state of an error: see batch.add.
	maxBatchParts = 255
)

// lockSQLServer takes a lock that belongs to the transaction and to no row. Foreign keys that refer to the row don't
// wait for it, nothing is written, and the row need not exist:
// https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-getapplock-transact-sql
//
// With read committed snapshot a statement sees what was committed when it began. So the rest of the batch sees
// everything that the last holder of the lock has committed.
var lockSQLServer = fmt.Sprintf(`DECLARE @lock_result INT;
EXEC @lock_result = sp_getapplock @Resource = @lock_name, @LockMode = 'Exclusive', @LockOwner = 'Transaction',
	@LockTimeout = 5000;
IF @lock_result = -3 THROW %d, 'deadlock', 1;
IF @lock_result < 0 THROW %d, 'locked', 1`, deadlockNumber, lockedNumber)

// serverTx runs the statements of a transaction on SQL Server. Saved statements wait for the next query, or for the end
// of the transaction, and share its round trip.
type serverTx struct {
	server

	waiting batch
}

func (tx *serverTx) query(ctx context.Context, scan func(row *sql.Rows) error, text string, args ...any) error {
	parameters, err := tx.types.declare(text, args)
	if err != nil {
		return err
	}
	b := tx.take()
	err = tx.queryDeclared(ctx, scan, inTransaction+b.text.String()+text, append(b.parameters, parameters...))
	return b.explain(tx.dialect, err)
}

// exec sends the waiting statements separately, since a batch does not say how many rows each of its statements has
// changed.
func (tx *serverTx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	parameters, err := tx.types.declare(text, args)
	if err != nil {
		return 0, err
	}
	if err := tx.flush(ctx); err != nil {
		return 0, earlierError{err}
	}
	return tx.execDeclared(ctx, inTransaction+text, parameters)
}

func (tx *serverTx) save(ctx context.Context, statements []Statement, on On) error {
	for first := true; len(statements) > 0; {
		s := statements[0]
		parameters, err := tx.types.declare(s.Text, s.Args)
		if err != nil {
			return err
		}
		if (first && len(tx.waiting.parts) == maxBatchParts) ||
			len(tx.waiting.parameters)+len(parameters) > maxBatchParameters {
			if err := tx.flush(ctx); err != nil {
				return err
			}
			first = true
		}
		if first {
			tx.waiting.parts = append(tx.waiting.parts, on)
		}
		tx.waiting.add(s, parameters)
		first, statements = false, statements[1:]
	}
	return nil
}

// flush sends the waiting statements.
func (tx *serverTx) flush(ctx context.Context) error {
	b := tx.take()
	if len(b.parts) == 0 {
		return nil
	}
	_, err := tx.execDeclared(ctx, inTransaction+b.text.String(), b.parameters)
	return b.explain(tx.dialect, err)
}

func (tx *serverTx) take() batch {
	b := tx.waiting
	tx.waiting = batch{}
	return b
}

// batch is several statements that are sent together.
type batch struct {
	text       strings.Builder
	parameters []declared
	parts      []On // what the faults of each call of save mean
	count      int
}

// parameterNames finds the parameters and variables in the text of a statement.
var parameterNames = regexp.MustCompile(`@[a-z_]+`)

// add adds a statement to the last part. Numbers distinguish the parameters, and an error's state names the part.
func (b *batch) add(s Statement, parameters []declared) {
	suffix := "_" + strconv.Itoa(b.count)
	b.count++
	b.text.WriteString(parameterNames.ReplaceAllString(s.Text, "${0}"+suffix) + ";\n")
	if s.One {
		fmt.Fprintf(&b.text, "IF @@ROWCOUNT <> 1 THROW %d, 'stale', %d;\n", changedNumber, len(b.parts))
	}
	for _, p := range parameters {
		p.name += suffix
		b.parameters = append(b.parameters, p)
	}
}

// explain turns the error of a batch into its meaning for the caller. The error of an unexpected row names its part,
// and a lock that LockRow didn't get has no part. Any other fault belongs to the first part that expects it.
func (b *batch) explain(d *Dialect, err error) error {
	if err == nil {
		return nil
	}
	fault := d.classify(err)
	parts := b.parts
	if e, ok := errors.AsType[mssql.Error](err); ok {
		switch {
		case e.Number == lockedNumber:
			return err
		case fault == Changed && e.State > 0 && int(e.State) <= len(parts):
			parts = parts[e.State-1 : e.State]
		}
	}
	for _, on := range parts {
		if meaning, ok := on[fault]; ok {
			return earlierError{meaning(err)}
		}
	}
	return err
}
