package sqlstore

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/personal"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/workitem"
	"timetracker/migrations"
)

// textSource is where a table with texts is gone through, by a key that an index has.
type textSource struct {
	table    string
	key      []string
	revision bool              // the table counts changes
	whose    map[string]string // the users whose names columns have, or of whom alone they tell
}

// textSources has every table of privacy.TextTables.
var textSources = []textSource{
	{"activities", []string{"id"}, true, nil},
	{"sites", []string{"id"}, false, nil},
	{"site_names", []string{"name_key", "site_id"}, false, nil},
	{"projects", []string{"id"}, true, nil},
	{"project_names", []string{"name_key", "project_id"}, false, nil},
	{"work_items", []string{"id"}, false, map[string]string{ // its revision is the tracker's
		"assigned_to":      addressed(`assigned_address`),
		"assigned_address": addressed(`assigned_address`),
	}},
	{"work_item_views", []string{"user_id", "work_item_id"}, false, nil},
	{"time_entries", []string{"started_at", "id"}, true, nil},
	{"time_entry_changes", []string{"entry_id", "changed_at", "id"}, false, nil},
	{"write_backs", []string{"work_item_id", "entry_id"}, false, nil},
	{"timesheets", []string{"user_id", "first_day"}, true, nil},
	{"adjustments", []string{"made_at", "id"}, false, nil},
	{"imports", []string{"id"}, true, nil},
	{"import_rows", []string{"import_id", "row_number"}, false, nil},
	{"audit_events", []string{"occurred_at", "id"}, false, map[string]string{
		"actor_name":  signedIn(`actor_id`),
		"target_name": signedIn(`target_id`),
		"changes":     signedIn(`CASE WHEN actor_id IS NULL OR actor_id = target_id THEN target_id END`),
	}},
	{"access_records", []string{"hour_at", "id"}, false, nil},
	{"saved_reports", []string{"id"}, true, nil},
	{"privacy_requests", []string{"asked_at", "id"}, true, nil},
	{"privacy_choices", []string{"user_id"}, true, nil},
	{"idempotency_keys", []string{"user_id", "key_hash"}, false, nil},
}

// signedIn is the user with an id, if they have ever signed in. Of somebody who was only invited it is not known who they are.
func signedIn(id string) string {
	return `(SELECT u.id FROM users u WHERE u.tenant_id = @tenant_id AND u.id = ` + id + ` AND u.object_id IS NOT NULL)`
}

// addressed is the user who signs in with an address.
func addressed(address string) string {
	return `(SELECT MIN(u.id) FROM users u WHERE u.tenant_id = @tenant_id AND u.email = ` + address + ` AND u.object_id IS NOT NULL)`
}

// redactedAt is the column that says when an erasure of somebody has last changed a row's texts. With the salt of their digest
// gone, nobody can guess what they were.
const redactedAt = "redacted_at"

// notesRedaction says whether the table has the column redactedAt.
func (s textSource) notesRedaction() bool { return s.table == "privacy_requests" }

// hasDigests says whether the table has digests of its texts, by which rows are known again.
func (s textSource) hasDigests() bool { return s.table == "import_rows" }

func textSourceOf(table string) (textSource, error) {
	for _, source := range textSources {
		if source.table == table {
			return source, nil
		}
	}
	return textSource{}, fmt.Errorf("the texts of %q can't be gone through", table)
}

// past is the condition that a row's key is greater than the parameters that are called as its columns.
func (s textSource) past() string {
	condition := ""
	for i, column := range slices.Backward(s.key) {
		last := column + ` > @` + column
		if condition == "" {
			condition = last
			continue
		}
		condition = s.key[i] + ` >= @` + s.key[i] + ` AND (` + last + ` OR (` + condition + `))`
	}
	return condition
}

// same is the condition that a row has the key of the parameters.
func (s textSource) same() string {
	var parts []string
	for _, column := range s.key {
		parameter := column
		if column == nameKey {
			parameter = "old_key" // the new one is written
		}
		parts = append(parts, column+` = @`+parameter)
	}
	return strings.Join(parts, ` AND `)
}

// keyArgs are the parameters of a key.
func (s textSource) keyArgs(key string, forWriting bool) ([]any, error) {
	values, err := readKey(key)
	if err != nil || len(values) != len(s.key) {
		return nil, errors.Join(fmt.Errorf("%q is no key of %s", key, s.table), err)
	}
	args := make([]any, len(values))
	for i, column := range s.key {
		if column == nameKey && forWriting {
			column = "old_key"
		}
		args[i] = sql.Named(column, values[i])
	}
	return args, nil
}

// nameKey is the column of a name without regard to case.
const nameKey = "name_key"

// writeKey writes the values of a key: integers, bytes and texts.
func writeKey(values []any) (string, error) {
	parts := make([]string, len(values))
	for i, value := range values {
		switch value := value.(type) {
		case int64:
			parts[i] = strconv.FormatInt(value, 10)
		case []byte:
			parts[i] = "x" + hex.EncodeToString(value)
		case string:
			parts[i] = "t" + value
		default:
			return "", fmt.Errorf("a key can't have a %T", value)
		}
	}
	text, err := json.Marshal(parts)
	return string(text), err
}

func readKey(text string) ([]any, error) {
	var parts []string
	if err := json.Unmarshal([]byte(text), &parts); err != nil {
		return nil, err
	}
	values := make([]any, len(parts))
	for i, part := range parts {
		var err error
		switch {
		case strings.HasPrefix(part, "t"):
			values[i] = part[1:]
		case strings.HasPrefix(part, "x"):
			values[i], err = hex.DecodeString(part[1:])
		default:
			values[i], err = strconv.ParseInt(part, 10, 64)
		}
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}

// Texts implements privacy.ErasureStore.
func (s *Store) Texts(
	ctx context.Context, id ids.Tenant, table privacy.TextTable, after string, limit int,
) ([]privacy.TextRow, error) {
	source, err := textSourceOf(table.Name)
	if err != nil {
		return nil, err
	}
	columns, where := slices.Concat(source.key, table.Columns), ""
	for _, column := range table.Columns {
		if whose, known := source.whose[column]; known {
			columns = append(columns, whose)
		}
	}
	args := []any{sql.Named("limit", limit)}
	if source.revision {
		columns = append(columns, "revision")
	}
	if after != "" {
		key, err := source.keyArgs(after, false)
		if err != nil {
			return nil, err
		}
		where, args = ` AND `+source.past(), append(args, key...)
	}
	return readRows(ctx, s, id, "texts", func(row *sql.Rows) (privacy.TextRow, error) { return scanTexts(row, source, table) },
		`SELECT `+strings.Join(columns, ", ")+` FROM `+source.table+` WHERE tenant_id = @tenant_id`+where+
			` ORDER BY `+strings.Join(source.key, ", ")+s.dialect.Page, args...)
}

func scanTexts(row *sql.Rows, source textSource, table privacy.TextTable) (r privacy.TextRow, err error) {
	key, texts := make([]any, len(source.key)), make([]any, len(table.Columns))
	var targets []any
	for i := range key {
		targets = append(targets, &key[i])
	}
	for i := range texts {
		targets = append(targets, &texts[i])
	}
	r.Whose = make([]ids.User, len(texts))
	for i, column := range table.Columns {
		if _, known := source.whose[column]; known {
			targets = append(targets, &r.Whose[i])
		}
	}
	if source.revision {
		targets = append(targets, &r.Revision)
	}
	if err := row.Scan(targets...); err != nil {
		return r, err
	}
	for _, text := range texts {
		r.Texts = append(r.Texts, nil)
		switch text := text.(type) {
		case string:
			r.Texts[len(r.Texts)-1] = &text
		case []byte: // an answer to a request
			_, body, err := unpackAnswer(text)
			if err != nil {
				return r, err
			}
			plain := string(body)
			r.Texts[len(r.Texts)-1] = &plain
		}
	}
	for _, sealed := range chainSources {
		if sealed.table == source.table {
			r.Sealed, err = sealedAs(sealed, source, key)
		}
	}
	if err == nil {
		r.Key, err = writeKey(key)
	}
	return r, err
}

// sealedAs names a row as the chain does. The keys of what is sealed have both parts of that.
func sealedAs(sealed chainSource, source textSource, key []any) (name proof.RowName, err error) {
	name.Kind = sealed.kind
	for i, column := range source.key {
		switch column {
		case "id":
			err = errors.Join(err, name.ID.Scan(key[i]))
		case sealed.at:
			err = errors.Join(err, instant{&name.At}.Scan(key[i]))
		}
	}
	return name, err
}

// RewriteTexts implements privacy.ErasureStore.
func (s *Store) RewriteTexts(ctx context.Context, id ids.Tenant, table privacy.TextTable, rows []privacy.TextRow, at time.Time) error {
	source, err := textSourceOf(table.Name)
	if err != nil {
		return err
	}
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	sizes, err := textSizes()
	if err != nil {
		return err
	}
	var statements []engine.Statement
	for _, row := range rows {
		key, err := source.keyArgs(row.Key, true)
		if err != nil {
			return err
		}
		if len(row.Texts) != len(table.Columns) {
			return fmt.Errorf("%d texts for the %d columns of %s", len(row.Texts), len(table.Columns), table.Name)
		}
		texts := map[string]string{}
		for i, column := range table.Columns {
			if row.Texts[i] != nil {
				texts[column] = cutTo(*row.Texts[i], sizes[source.table+"."+column])
			}
		}
		if source.notesRedaction() {
			key = append(key, sql.Named(redactedAt, milliseconds(at)))
		}
		if source.hasDigests() {
			key = append(key, sql.Named("external_id", importer.NewExternal()), sql.Named("first_of_text", importer.FirstOfText))
		}
		statements = append(statements, source.writing(table, row.Revision, key, texts)...)
	}
	return tx.Save(ctx, statements, nil)
}

// writing are the statements that write a row's texts. A name that another row has by now gets some digits, since names are
// unique.
func (s textSource) writing(table privacy.TextTable, revision int64, key []any, texts map[string]string) []engine.Statement {
	set, where := "", ` WHERE tenant_id = @tenant_id AND `+s.same()
	for _, column := range table.Columns {
		set += `, ` + column + ` = @` + column
	}
	if s.notesRedaction() {
		set += `, ` + redactedAt + ` = @` + redactedAt + `, digest_salt = NULL`
	}
	if s.hasDigests() {
		set += `, external_id = CASE WHEN external_id >= @first_of_text THEN @external_id ELSE external_id END`
	}
	if s.revision {
		set += `, revision = revision + 1`
		where += ` AND revision = @revision`
		key = append(slices.Clone(key), sql.Named("revision", revision))
	}
	set = strings.TrimPrefix(set, `, `)
	args := func() []any {
		all := slices.Clone(key)
		for _, column := range table.Columns {
			if text, ok := texts[column]; ok {
				all = append(all, sql.Named(column, text))
			} else {
				all = append(all, sql.Named(column, nil))
			}
		}
		return all
	}
	write := `UPDATE ` + s.table + ` SET ` + set + where
	if !slices.Contains(table.Columns, nameKey) {
		return []engine.Statement{{One: true, Args: args(), Text: write}}
	}
	texts[nameKey] = workitem.NameKey(texts["name"])
	free := engine.Statement{Args: args(), Text: write +
		` AND NOT EXISTS (SELECT 1 FROM ` + s.table + ` o WHERE o.tenant_id = @tenant_id AND o.name_key = @name_key)`}
	second := write
	if !s.revision { // else the first one has made another revision
		second += ` AND name_key <> @free_key`
		key = append(slices.Clone(key), sql.Named("free_key", texts[nameKey]))
	}
	digits := ids.New[ids.Any]().String()
	const few = 4
	texts["name"] = cutTo(texts["name"], 2*(shortestName-few-1)) + " " + digits[len(digits)-few:]
	texts[nameKey] = workitem.NameKey(texts["name"])
	return []engine.Statement{free, {Args: args(), Text: second}}
}

// shortestName is how many letters every name with a key may have.
const shortestName = 60

// textSizes are how many UTF-16 code units texts may have, by table.column.
var textSizes = sync.OnceValues(func() (map[string]int, error) { return engine.TextSizes(migrations.Files) })

// cutTo cuts a text to half as many letters as its column has code units, which is what everybody may type; 0: to no size.
func cutTo(text string, size int) string {
	if size == 0 || utf8.RuneCountInString(text) <= size/2 {
		return text
	}
	return string([]rune(text)[:size/2])
}

// erasureArgs are what changes of an erasure.
func erasureArgs(e privacy.Erasing) ([]any, error) {
	var subject any
	if e.Subject != nil {
		text, err := json.Marshal(e.Subject)
		if err != nil {
			return nil, fmt.Errorf("keep an erasure: %w", err)
		}
		subject = string(text)
	}
	return []any{
		sql.Named("user_id", e.User), sql.Named("subject", subject), sql.Named("at_table", e.Table), sql.Named("at_row", e.Row),
		sql.Named("finished_at", milliseconds(e.FinishedAt)),
	}, nil
}

// InsertErasure implements privacy.ErasureStore.
func (s *Store) InsertErasure(ctx context.Context, id ids.Tenant, e privacy.Erasing) error {
	return s.saveErasure(ctx, id, e, `INSERT INTO erasures (tenant_id, user_id, begun_at, subject, at_table, at_row, finished_at)
		VALUES (@tenant_id, @user_id, @begun_at, @subject, @at_table, @at_row, @finished_at)`,
		sql.Named("begun_at", milliseconds(e.BegunAt)))
}

// UpdateErasure implements privacy.ErasureStore.
func (s *Store) UpdateErasure(ctx context.Context, id ids.Tenant, e privacy.Erasing) error {
	return s.saveErasure(ctx, id, e, `UPDATE erasures
		SET subject = @subject, at_table = @at_table, at_row = @at_row, finished_at = @finished_at
		WHERE tenant_id = @tenant_id AND user_id = @user_id`)
}

func (s *Store) saveErasure(ctx context.Context, id ids.Tenant, e privacy.Erasing, text string, further ...any) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	args, err := erasureArgs(e)
	if err != nil {
		return err
	}
	return tx.Save(ctx, []engine.Statement{{One: true, Args: append(args, further...), Text: text}}, nil)
}

// OpenErasures implements privacy.ErasureStore. It crosses tenants, since the job that goes on with them serves all of them.
func (s *Store) OpenErasures(ctx context.Context, limit int) ([]privacy.Erasing, error) {
	open, err := engine.QueryAll(ctx, s.crossTenant(ctx), func(row *sql.Rows) (e privacy.Erasing, err error) {
		var subject sql.NullString
		if err := row.Scan(&e.Tenant, &e.User, instant{&e.BegunAt}, &subject, &e.Table, &e.Row, instant{&e.FinishedAt}); err != nil {
			return e, err
		}
		if !subject.Valid {
			return e, nil
		}
		e.Subject = &personal.Subject{}
		return e, json.Unmarshal([]byte(subject.String), e.Subject)
	}, `SELECT e.tenant_id, e.user_id, e.begun_at, e.subject, e.at_table, e.at_row, e.finished_at
		FROM erasures e WHERE e.finished_at IS NULL ORDER BY e.begun_at, e.tenant_id, e.user_id`+s.dialect.Page,
		sql.Named("limit", limit))
	if err != nil {
		return nil, fmt.Errorf("read open erasures: %w", err)
	}
	return open, nil
}
