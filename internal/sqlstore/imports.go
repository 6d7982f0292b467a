package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/page"
	"timetracker/internal/personal"
	"timetracker/internal/sqlstore/engine"
)

const selectImport = `SELECT i.id, i.created_by, u.name, i.created_at, i.file_name, i.format, i.time_zone, i.date_order,
		i.project_name, i.reason, i.state, i.problem_code, i.problem_detail, i.parts, i.row_count, i.new_count, i.known_count,
		i.refused_count, i.added_count, i.removed_count, i.kept_count, i.goal, i.revision
	FROM imports i JOIN users u ON u.tenant_id = i.tenant_id AND u.id = i.created_by
	WHERE i.tenant_id = @tenant_id`

func scanImport(row *sql.Rows) (i importer.Import, err error) {
	counts := make([]int, len(importer.Outcomes))
	err = row.Scan(&i.ID, &i.CreatedBy.ID, &i.CreatedBy.Name, instant{&i.CreatedAt}, &i.FileName, &i.Format, &i.TimeZone,
		&i.DateOrder, &i.Project, &i.Reason, &i.State, &i.Problem.Code, &i.Problem.Detail, &i.Parts, &i.Rows, &counts[0],
		&counts[1], &counts[2], &counts[3], &counts[4], &counts[5], &i.Goal, &i.Revision)
	i.Counts = make(map[importer.Outcome]int, len(counts))
	for n, outcome := range importer.Outcomes {
		i.Counts[outcome] = counts[n]
	}
	return i, err
}

// InsertImport implements importer.Store.
func (s *Store) InsertImport(ctx context.Context, id ids.Tenant, i importer.Import) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	args := append(importState(i), sql.Named("created_by", i.CreatedBy.ID), sql.Named("created_at", milliseconds(i.CreatedAt)),
		sql.Named("file_name", i.FileName), sql.Named("time_zone", i.TimeZone), sql.Named("project_name", i.Project),
		sql.Named("reason", i.Reason))
	return tx.Save(ctx, []engine.Statement{{Args: args, Text: `INSERT INTO imports (tenant_id, id, created_by, created_at,
			file_name, format, time_zone, date_order, project_name, reason, state, problem_code, problem_detail, parts,
			row_count, new_count, known_count, refused_count, added_count, removed_count, kept_count, goal, revision)
		VALUES (@tenant_id, @id, @created_by, @created_at, @file_name, @format, @time_zone, @date_order, @project_name, @reason,
			@state, @problem_code, @problem_detail, @parts, @row_count, @new_count, @known_count, @refused_count, @added_count,
			@removed_count, @kept_count, @goal, @revision)`}}, nil)
}

// importState are the parameters that change.
func importState(i importer.Import) []any {
	return []any{
		sql.Named("id", i.ID), sql.Named("format", string(i.Format)), sql.Named("date_order", string(i.DateOrder)),
		sql.Named("state", string(i.State)), sql.Named("problem_code", i.Problem.Code),
		sql.Named("problem_detail", i.Problem.Detail), sql.Named("parts", i.Parts), sql.Named("row_count", i.Rows),
		sql.Named("new_count", i.Counts[importer.New]), sql.Named("known_count", i.Counts[importer.Known]),
		sql.Named("refused_count", i.Counts[importer.Refused]), sql.Named("added_count", i.Counts[importer.Added]),
		sql.Named("removed_count", i.Counts[importer.Removed]), sql.Named("kept_count", i.Counts[importer.Kept]),
		sql.Named("goal", i.Goal), sql.Named("revision", i.Revision),
	}
}

// UpdateImport implements importer.Store.
func (s *Store) UpdateImport(ctx context.Context, id ids.Tenant, i importer.Import) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{One: true, Args: importState(i), Text: `UPDATE imports SET format = @format,
			date_order = @date_order, state = @state, problem_code = @problem_code, problem_detail = @problem_detail,
			parts = @parts, row_count = @row_count, new_count = @new_count, known_count = @known_count,
			refused_count = @refused_count, added_count = @added_count, removed_count = @removed_count,
			kept_count = @kept_count, goal = @goal, revision = @revision
		WHERE tenant_id = @tenant_id AND id = @id`}}, nil)
}

// Import implements importer.Store.
func (s *Store) Import(ctx context.Context, id ids.Tenant, i ids.Import) (importer.Import, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return importer.Import{}, err
	}
	found, ok, err := engine.QueryOne(ctx, on, scanImport, selectImport+` AND i.id = @id`, sql.Named("id", i))
	if err != nil {
		return importer.Import{}, fmt.Errorf("read an import: %w", err)
	}
	if !ok {
		return importer.Import{}, importer.NotFound()
	}
	return found, nil
}

// LockImport implements importer.Store.
func (s *Store) LockImport(ctx context.Context, id ids.Tenant, i ids.Import) (importer.Import, error) {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return importer.Import{}, err
	}
	if err := tx.LockRow(ctx, "imports", id.String(), i.String()); err != nil {
		return importer.Import{}, err
	}
	return s.Import(ctx, id, i)
}

// Imports implements importer.Store.
func (s *Store) Imports(ctx context.Context, id ids.Tenant, request page.Request) ([]importer.Import, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	var where engine.Filter
	if !request.After.At.IsZero() {
		where.And(`i.created_at <= @after_at AND (i.created_at < @after_at OR i.id < @after_id)`,
			sql.Named("after_at", milliseconds(request.After.At)), sql.Named("after_id", request.After.ID.Key()))
	}
	all, err := engine.QueryAll(ctx, on, scanImport, selectImport+where.Text()+` AND i.state <> 'discarded'
		ORDER BY i.created_at DESC, i.id DESC`+s.dialect.Page, where.Args(sql.Named("limit", request.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("read imports: %w", err)
	}
	return all, nil
}

// CountOpenImports implements importer.Store.
func (s *Store) CountOpenImports(ctx context.Context, id ids.Tenant) (int, error) {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return 0, err
	}
	if err := tx.LockRow(ctx, "imports", id.String()); err != nil {
		return 0, err
	}
	count, _, err := engine.QueryOne(ctx, tx, scanCount, `SELECT COUNT(*) FROM imports
		WHERE tenant_id = @tenant_id AND state IN ('uploading', 'checking', 'ready', 'running', 'undoing', 'failed')`)
	if err != nil {
		return 0, fmt.Errorf("count imports: %w", err)
	}
	return count, nil
}

func scanCount(row *sql.Rows) (count int, err error) { return count, row.Scan(&count) }

// DeleteImport implements importer.Store.
func (s *Store) DeleteImport(ctx context.Context, id ids.Tenant, i ids.Import) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{
		Args: []any{sql.Named("id", i)}, Text: `DELETE FROM imports WHERE tenant_id = @tenant_id AND id = @id`,
	}}, nil)
}

// PutPart implements importer.Store.
func (s *Store) PutPart(ctx context.Context, id ids.Tenant, i ids.Import, number int, text string) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	key := []any{sql.Named("import_id", i), sql.Named("part", number)}
	return tx.Save(ctx, []engine.Statement{
		{Args: key, Text: `DELETE FROM import_parts WHERE tenant_id = @tenant_id AND import_id = @import_id AND part = @part`},
		{Args: append(key[:2:2], sql.Named("content", text)), Text: `INSERT INTO import_parts (tenant_id, import_id, part, content)
			VALUES (@tenant_id, @import_id, @part, @content)`},
	}, nil)
}

// CountParts implements importer.Store.
func (s *Store) CountParts(ctx context.Context, id ids.Tenant, i ids.Import) (count, highest int, err error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return 0, 0, err
	}
	type parts struct{ count, highest int }
	found, _, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (p parts, err error) {
		return p, row.Scan(&p.count, nullable[int]{&p.highest})
	}, `SELECT COUNT(*), MAX(part) FROM import_parts WHERE tenant_id = @tenant_id AND import_id = @import_id`,
		sql.Named("import_id", i))
	if err != nil {
		return 0, 0, fmt.Errorf("count the parts of an import: %w", err)
	}
	return found.count, found.highest, nil
}

// Part implements importer.Store.
func (s *Store) Part(ctx context.Context, id ids.Tenant, i ids.Import, number int) (string, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return "", err
	}
	text, ok, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (text string, err error) { return text, row.Scan(&text) },
		`SELECT content FROM import_parts WHERE tenant_id = @tenant_id AND import_id = @import_id AND part = @part`,
		sql.Named("import_id", i), sql.Named("part", number))
	if err != nil {
		return "", fmt.Errorf("read a part of an import: %w", err)
	}
	if !ok {
		return "", importer.NotFound()
	}
	return text, nil
}

// DeleteParts implements importer.Store.
func (s *Store) DeleteParts(ctx context.Context, id ids.Tenant, i ids.Import, first, last int) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{
		Args: []any{sql.Named("import_id", i), sql.Named("first_part", first), sql.Named("last_part", last)},
		Text: `DELETE FROM import_parts
			WHERE tenant_id = @tenant_id AND import_id = @import_id AND part >= @first_part AND part <= @last_part`,
	}}, nil)
}

// DeleteRows implements importer.Store.
func (s *Store) DeleteRows(ctx context.Context, id ids.Tenant, i ids.Import, first, last int) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{
		Args: []any{sql.Named("import_id", i), sql.Named("first_row", first), sql.Named("last_row", last)},
		Text: `DELETE FROM import_rows
			WHERE tenant_id = @tenant_id AND import_id = @import_id AND row_number >= @first_row AND row_number <= @last_row`,
	}}, nil)
}

// InsertRows implements importer.Store.
func (s *Store) InsertRows(ctx context.Context, id ids.Tenant, i ids.Import, rows []importer.CheckedRow) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	statements := make([]engine.Statement, len(rows))
	for n, row := range rows {
		content, err := json.Marshal(row.Row)
		if err != nil {
			return fmt.Errorf("write a row: %w", err)
		}
		decided, err := json.Marshal(row.Plan)
		if err != nil {
			return fmt.Errorf("write a row: %w", err)
		}
		statements[n] = engine.Statement{Args: append(rowOutcome(i, row), sql.Named("external_id", row.External),
			sql.Named("owner_id", row.Owner), sql.Named("started_at", milliseconds(row.StartedAt)),
			sql.Named("stopped_at", milliseconds(row.StoppedAt)), sql.Named("content", string(content)),
			sql.Named("decided", string(decided))), Text: `INSERT INTO import_rows (tenant_id, import_id, row_number,
				external_id, outcome, problem_code, problem_detail, owner_id, started_at, stopped_at, content, decided, entry_id)
			VALUES (@tenant_id, @import_id, @row_number, @external_id, @outcome, @problem_code, @problem_detail, @owner_id,
				@started_at, @stopped_at, @content, @decided, @entry_id)`}
	}
	return tx.Save(ctx, statements, nil)
}

// rowOutcome are the parameters that name a row and what becomes of it.
func rowOutcome(i ids.Import, row importer.CheckedRow) []any {
	return []any{
		sql.Named("import_id", i), sql.Named("row_number", row.Number), sql.Named("outcome", rowOutcomes.of(row.Outcome)),
		sql.Named("problem_code", row.Problem.Code), sql.Named("problem_detail", row.Problem.Detail),
		sql.Named("entry_id", row.Entry),
	}
}

// UpdateRows implements importer.Store. A row that another import has added meanwhile makes the transaction run again.
func (s *Store) UpdateRows(ctx context.Context, id ids.Tenant, i ids.Import, rows []importer.CheckedRow) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	statements := make([]engine.Statement, len(rows))
	for n, row := range rows {
		statements[n] = engine.Statement{One: true, Args: rowOutcome(i, row), Text: `UPDATE import_rows SET outcome = @outcome,
				problem_code = @problem_code, problem_detail = @problem_detail, entry_id = @entry_id
			WHERE tenant_id = @tenant_id AND import_id = @import_id AND row_number = @row_number`}
	}
	return tx.Save(ctx, statements, engine.On{engine.Duplicate: func(cause error) error {
		return engine.RunAgain(errs.ChangedFirst(cause))
	}})
}

// Rows implements importer.Store.
func (s *Store) Rows(
	ctx context.Context, id ids.Tenant, i ids.Import, filter importer.RowFilter, after, limit int,
) ([]importer.CheckedRow, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	args := []any{sql.Named("import_id", i), sql.Named("row_number", after), sql.Named("limit", limit)}
	left := func(string) string { return "" }
	if len(filter.LeftOut) > 0 {
		args = append(args, sql.Named("left_out", idList(filter.LeftOut)))
		left = func(alias string) string {
			owner := alias + ".owner_id"
			return ` AND (` + owner + ` IS NULL OR ` + owner + ` NOT IN ` + s.dialect.IDs("@left_out") + `)`
		}
	}
	from := ` FROM import_rows r WHERE r.tenant_id = @tenant_id AND r.import_id = @import_id AND r.row_number > @row_number` +
		left("r") + `
		ORDER BY r.row_number` + s.dialect.Page
	if filter.Outcome != "" {
		args = append(args, sql.Named("outcome", rowOutcomes.of(filter.Outcome)))
		// The numbers are looked for first, in an index that has them all. SQLite would read every row past after otherwise.
		from = ` FROM (SELECT n.row_number FROM import_rows n
			WHERE n.tenant_id = @tenant_id AND n.import_id = @import_id AND n.outcome = @outcome AND n.row_number > @row_number` + left("n") + `
			ORDER BY n.row_number` + s.dialect.Page + `) x
		CROSS JOIN import_rows r WHERE r.tenant_id = @tenant_id AND r.import_id = @import_id AND r.row_number = x.row_number
		ORDER BY r.row_number`
	}
	rows, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (importer.CheckedRow, error) { return scanImportRow(row) },
		`SELECT `+importRowColumns+from, args...)
	if err != nil {
		return nil, fmt.Errorf("read the rows of an import: %w", err)
	}
	return rows, nil
}

const importRowColumns = `r.row_number, r.external_id, r.outcome, r.problem_code, r.problem_detail, r.owner_id, r.started_at,
	r.stopped_at, r.content, r.decided, r.entry_id`

// scanImportRow scans importRowColumns behind others.
func scanImportRow(row *sql.Rows, before ...any) (r importer.CheckedRow, err error) {
	var content, decided string
	err = row.Scan(append(before, &r.Number, &r.External, rowOutcomes.into(&r.Outcome), &r.Problem.Code, &r.Problem.Detail, &r.Owner,
		instant{&r.StartedAt}, instant{&r.StoppedAt}, &content, &decided, &r.Entry)...)
	if err == nil {
		err = json.Unmarshal([]byte(content), &r.Row)
	}
	if err == nil {
		err = json.Unmarshal([]byte(decided), &r.Plan)
	}
	return r, err
}

// Problems implements importer.Store.
func (s *Store) Problems(ctx context.Context, id ids.Tenant, i ids.Import, limit int) ([]importer.ProblemCount, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	all, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (p importer.ProblemCount, err error) {
		return p, row.Scan(&p.Code, &p.Rows)
	}, `SELECT r.problem_code, COUNT(*) AS row_count FROM import_rows r
		WHERE r.tenant_id = @tenant_id AND r.import_id = @import_id AND r.outcome = @outcome
		GROUP BY r.problem_code ORDER BY row_count DESC, r.problem_code`+s.dialect.Page,
		sql.Named("import_id", i), sql.Named("outcome", rowOutcomes.of(importer.Refused)), sql.Named("limit", limit))
	if err != nil {
		return nil, fmt.Errorf("count the problems of an import: %w", err)
	}
	return all, nil
}

// KnownRows implements importer.Store.
func (s *Store) KnownRows(ctx context.Context, id ids.Tenant, external []ids.External) (map[ids.External]bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	// The number of the outcome stands here, since an index with a condition is used for a constant alone. CROSS JOIN makes
	// SQLite look each id up, instead of reading all rows that were ever imported.
	found, err := engine.QueryAll(ctx, on, func(row *sql.Rows) (e ids.External, err error) { return e, row.Scan(&e) },
		`SELECT r.external_id FROM `+s.dialect.IDs("@external_ids")+` x
		CROSS JOIN import_rows r WHERE r.tenant_id = @tenant_id AND r.external_id = x.value AND r.outcome = 4`,
		sql.Named("external_ids", idList(external)))
	if err != nil {
		return nil, fmt.Errorf("find rows that were imported: %w", err)
	}
	known := make(map[ids.External]bool, len(found))
	for _, e := range found {
		known[e] = true
	}
	return known, nil
}

// BusyImports implements importer.Store.
func (s *Store) BusyImports(ctx context.Context, limit int) ([]importer.Busy, error) {
	all, err := engine.QueryAll(ctx, s.crossTenant(ctx), func(row *sql.Rows) (b importer.Busy, err error) {
		return b, row.Scan(&b.Tenant, &b.Import)
	}, `SELECT i.tenant_id, i.id FROM imports i WHERE i.state IN ('checking', 'running', 'undoing', 'discarded')
		ORDER BY i.created_at, i.id`+s.dialect.Page, sql.Named("limit", limit))
	if err != nil {
		return nil, fmt.Errorf("find imports that go on: %w", err)
	}
	return all, nil
}

// RowsOf implements importer.PersonalStore.
func (s *Store) RowsOf(ctx context.Context, id ids.Tenant, owner ids.User, after personal.Key, limit int) ([]importer.OwnRow, error) {
	return readRows(ctx, s, id, "the imported rows of a person", func(row *sql.Rows) (r importer.OwnRow, err error) {
		r.CheckedRow, err = scanImportRow(row, &r.Import)
		return r, err
	}, `SELECT r.import_id, `+importRowColumns+` FROM import_rows r
		WHERE r.tenant_id = @tenant_id AND r.owner_id = @owner_id
			AND r.import_id >= @import_id AND (r.import_id > @import_id OR r.row_number > @row_number)
		ORDER BY r.import_id, r.row_number`+s.dialect.Page,
		sql.Named("owner_id", owner), sql.Named("import_id", after.First.Key()), sql.Named("row_number", after.Number),
		sql.Named("limit", limit))
}

// Files implements importer.PersonalStore.
func (s *Store) Files(ctx context.Context, id ids.Tenant) ([]ids.Import, error) {
	return readRows(ctx, s, id, "files", func(row *sql.Rows) (i ids.Import, err error) { return i, row.Scan(&i) },
		`SELECT DISTINCT p.import_id FROM import_parts p WHERE p.tenant_id = @tenant_id ORDER BY p.import_id`)
}
