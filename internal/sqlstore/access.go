package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/sqlstore/engine"
)

// NoteReads implements audit.AccessStore.
func (s *Store) NoteReads(ctx context.Context, id ids.Tenant, records []audit.AccessRecord) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	var statements []engine.Statement
	for _, r := range records {
		key := []any{
			sql.Named("subject_id", r.Whose.Key()), sql.Named("hour_at", milliseconds(r.Hour)), sql.Named("id", r.ID),
			sql.Named("last_at", milliseconds(r.LastAt)),
		}
		statements = append(statements, engine.Statement{Args: key, Text: `UPDATE access_records SET reads = reads + 1,
				last_at = CASE WHEN last_at < @last_at THEN @last_at ELSE last_at END,
				first_at = CASE WHEN first_at > @last_at THEN @last_at ELSE first_at END
			WHERE tenant_id = @tenant_id AND subject_id = @subject_id AND hour_at = @hour_at AND id = @id`},
			engine.Statement{Args: append(key,
				sql.Named("nobody", ids.User{}.Key()), sql.Named("actor_id", r.By.ID), sql.Named("actor_role", orNull(r.By.Role)),
				sql.Named("operator", r.By.Operator), sql.Named("kind", accessKinds.of(r.Kind)),
				sql.Named("first_at", milliseconds(r.FirstAt)), sql.Named("reads", r.Reads),
			), Text: `INSERT INTO access_records (tenant_id, hour_at, id, subject_id, actor_id, actor_role, operator, kind,
				first_at, last_at, reads)
			SELECT @tenant_id, @hour_at, @id, @subject_id, @actor_id, @actor_role, @operator, @kind, @first_at, @last_at, @reads
			WHERE NOT EXISTS (SELECT 1 FROM access_records
				WHERE tenant_id = @tenant_id AND subject_id = @subject_id AND hour_at = @hour_at AND id = @id)
				AND (@subject_id = @nobody OR EXISTS (SELECT 1 FROM users WHERE tenant_id = @tenant_id AND id = @subject_id))`})
	}
	return tx.Save(ctx, statements, engine.On{engine.Duplicate: func(cause error) error {
		return engine.RunAgain(errs.ChangedFirst(cause)) // another replica has added the record at this moment
	}})
}

const accessColumns = `l.id, l.hour_at, l.subject_id, l.actor_id, l.actor_role, l.operator, l.kind, l.first_at, l.last_at, l.reads`

func scanAccess(row *sql.Rows) (r audit.AccessRecord, err error) {
	return r, row.Scan(&r.ID, instant{&r.Hour}, &r.Whose, &r.By.ID, nullable[string]{&r.By.Role}, &r.By.Operator,
		accessKinds.into(&r.Kind), instant{&r.FirstAt}, instant{&r.LastAt}, &r.Reads, nullable[string]{&r.By.Name})
}

// pastAccess is the condition of a list with the latest first: strictly past a position and before an instant.
const pastAccess = ` AND l.hour_at <= @until AND (l.hour_at < @until OR l.id < @until_id)`

func pastAccessArgs(request page.Request, before time.Time) []any {
	until, untilID := int64(math.MaxInt64), ids.Any{}
	if !before.IsZero() {
		until = before.UnixMilli()
	}
	if request.After != (page.Position{}) {
		until, untilID = request.After.At.UnixMilli(), request.After.ID
	}
	return []any{sql.Named("until", until), sql.Named("until_id", untilID.Key()), sql.Named("limit", request.Limit)}
}

const selectAccess = `SELECT ` + accessColumns + `, u.name FROM access_records l
	LEFT JOIN users u ON u.tenant_id = l.tenant_id AND u.id = l.actor_id
	WHERE l.tenant_id = @tenant_id`

// sinceMade is the condition that a user was there when somebody read.
const sinceMade = ` AND l.last_at >= (SELECT created_at FROM users WHERE tenant_id = @tenant_id AND id = @user_id)`

// AccessRecordsOf implements audit.AccessStore. The records of a person and those of everybody are two parts of the table,
// each in its order.
func (s *Store) AccessRecordsOf(ctx context.Context, id ids.Tenant, user ids.User, request page.Request) ([]audit.AccessRecord, error) {
	var both []audit.AccessRecord
	for _, whose := range []ids.User{user, {}} {
		records, err := readRows(ctx, s, id, "access records of a user", scanAccess, selectAccess+`
				AND l.subject_id = @subject_id`+sinceMade+pastAccess+` ORDER BY l.hour_at DESC, l.id DESC`+s.dialect.Page,
			append(pastAccessArgs(request, time.Time{}), sql.Named("subject_id", whose.Key()), sql.Named("user_id", user))...)
		if err != nil {
			return nil, err
		}
		both = append(both, records...)
	}
	slices.SortFunc(both, func(a, b audit.AccessRecord) int {
		return cmp.Or(b.Hour.Compare(a.Hour), bytes.Compare(b.ID[:], a.ID[:]))
	})
	return both[:min(request.Limit, len(both))], nil
}

// AccessRecords implements audit.AccessStore.
func (s *Store) AccessRecords(
	ctx context.Context, id ids.Tenant, from, to time.Time, request page.Request,
) ([]audit.AccessRecord, error) {
	return readRows(ctx, s, id, "access records", scanAccess, selectAccess+` AND l.hour_at >= @from`+pastAccess+`
		ORDER BY l.hour_at DESC, l.id DESC`+s.dialect.Page,
		append(pastAccessArgs(request, to), sql.Named("from", from.UnixMilli()))...)
}

// AccessesAbout implements audit.PersonalStore. Only an export of all asks for this.
func (s *Store) AccessesAbout(ctx context.Context, id ids.Tenant, user ids.User, request page.Request) ([]audit.AccessRecord, error) {
	return readRows(ctx, s, id, "access records about a user", scanAccess, selectAccess+`
			AND (l.subject_id = @nobody`+sinceMade+` OR l.subject_id = @user_id OR l.actor_id = @user_id)`+pastAccess+`
		ORDER BY l.hour_at DESC, l.id DESC`+s.dialect.Page,
		append(pastAccessArgs(request, time.Time{}), sql.Named("user_id", user), sql.Named("nobody", ids.User{}.Key()))...)
}
