package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	mssql "github.com/microsoft/go-mssqldb"
)

const (
	// inTransaction comes before every batch of a transaction: any error ends the whole, and waiting for a lock ends
	// after 5 s. A batch has a scope of its own, so that this holds for the one batch only.
	inTransaction = "SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000; "

	// maxBatchParameters stays under the 2,100 parameters that SQL Server takes:
	// https://learn.microsoft.com/sql/sql-server/maximum-capacity-specifications-for-sql-server
	maxBatchParameters = 2000
	// maxBatchParts is as far as the state of an error counts: see batch.add.
	maxBatchParts = 255
)

// lockSQLServer takes a lock that belongs to the transaction and is no row's. Foreign keys that refer to the row don't
// wait for it, nothing is written, and it holds the place of a row that isn't there:
// https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-getapplock-transact-sql
//
// With read committed snapshot a statement sees what was committed when it began. So what follows in the batch sees all
// that the last holder of the lock has committed.
var lockSQLServer = fmt.Sprintf(`DECLARE @lock_result INT;
EXEC @lock_result = sp_getapplock @Resource = @lock_name, @LockMode = 'Exclusive', @LockOwner = 'Transaction',
	@LockTimeout = 5000;
IF @lock_result = -3 THROW %d, 'deadlock', 1;
IF @lock_result < 0 THROW %d, 'locked', 1`, deadlockNumber, lockedNumber)

// serverTx runs the statements of a transaction on SQL Server. What is saved waits for the next query, or for the end of
// the transaction, and shares its round trip.
type serverTx struct {
	direct

	waiting batch
}

func (tx *serverTx) query(ctx context.Context, scan func(row *sql.Rows) error, text string, args ...any) error {
	b := tx.take()
	err := tx.direct.query(ctx, scan, b.text.String()+text, append(b.args, args...)...)
	return b.explain(tx.dialect, err)
}

// exec sends what waits by itself: of one batch nobody could tell how many rows which statement has changed.
func (tx *serverTx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if err := tx.flush(ctx); err != nil {
		return 0, err
	}
	return tx.direct.exec(ctx, text, args...)
}

func (tx *serverTx) save(ctx context.Context, statements []Statement, on On) error {
	for i := 0; i < len(statements); {
		added := tx.waiting.add(statements[i:], on)
		if i += added; i < len(statements) {
			if err := tx.flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush sends what waits.
func (tx *serverTx) flush(ctx context.Context) error {
	b := tx.take()
	if len(b.parts) == 0 {
		return nil
	}
	_, err := tx.direct.exec(ctx, b.text.String(), b.args...)
	return b.explain(tx.dialect, err)
}

func (tx *serverTx) take() batch {
	b := tx.waiting
	tx.waiting = batch{}
	return b
}

// batch is statements that are sent together.
type batch struct {
	text  strings.Builder
	args  []any
	parts []On // what the faults of each call of add mean
	count int
}

// parameter finds the parameters and variables in the text of a statement.
var parameter = regexp.MustCompile(`@[a-z_]+`)

// add takes as many of the statements as there is room for. Their parameters are told apart by numbers, and the errors
// that they throw by the state, which tells the part.
func (b *batch) add(statements []Statement, on On) (added int) {
	if len(b.parts) == maxBatchParts {
		return 0
	}
	for _, s := range statements {
		if len(b.args)+len(s.Args) > maxBatchParameters {
			break
		}
		if added == 0 {
			b.parts = append(b.parts, on)
		}
		suffix := "_" + strconv.Itoa(b.count)
		b.text.WriteString(parameter.ReplaceAllString(s.Text, "${0}"+suffix) + ";\n")
		if s.One {
			fmt.Fprintf(&b.text, "IF @@ROWCOUNT <> 1 THROW %d, 'stale', %d;\n", changedNumber, len(b.parts))
		}
		for _, arg := range s.Args {
			named := arg.(sql.NamedArg)
			b.args = append(b.args, sql.Named(named.Name+suffix, named.Value))
		}
		b.count++
		added++
	}
	return added
}

// explain turns the error of a batch into what it means to the caller. A row that wasn't as expected tells its part; of
// other faults it is the first part that expects one.
func (b *batch) explain(d *Dialect, err error) error {
	if err == nil {
		return nil
	}
	fault := d.classify(err)
	parts := b.parts
	if e, ok := errors.AsType[mssql.Error](err); ok && fault == Changed && e.State > 0 && int(e.State) <= len(parts) {
		parts = parts[e.State-1 : e.State]
	}
	for _, on := range parts {
		if meaning, ok := on[fault]; ok {
			return meaning(err)
		}
	}
	return err
}
