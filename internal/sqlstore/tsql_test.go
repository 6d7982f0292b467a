package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/report"
	"timetracker/internal/sqlstore/enginetest"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/migrations"
)

// TestEveryStatementIsTSQL parses everything that the store sends to SQL Server, and the migrations.
func TestEveryStatementIsTSQL(t *testing.T) {
	seen := map[string]bool{}
	for _, sent := range everyStatement(t, "text") {
		if seen[sent.Text] {
			continue
		}
		seen[sent.Text] = true
		for _, fault := range enginetest.TSQLFaults(sent.Text) {
			t.Errorf("%s in: %s", fault, sent.Text)
		}
	}
	for name, text := range serverMigrations(t) {
		for _, fault := range enginetest.TSQLFaults(text) {
			t.Errorf("%s in %s", fault, name)
		}
	}
}

// TestEveryStatementIsTried compares what everyStatement sends with the source. A method that it doesn't reach has
// statements that no test has parsed.
func TestEveryStatementIsTried(t *testing.T) {
	spaces, numbers := regexp.MustCompile(`\s+`), regexp.MustCompile(`(@[a-z_]*[a-z])_\d+\b`)
	var all strings.Builder
	for _, sent := range everyStatement(t, "text") {
		all.WriteString(spaces.ReplaceAllString(numbers.ReplaceAllString(sent.Text, "$1"), " ") + "\n")
	}
	found := 0
	for _, text := range constantTexts(sources(t)) {
		if !statementStart.MatchString(text) || serverLacks(text) {
			continue
		}
		found++
		longest := ""
		for part := range strings.SplitSeq(text, "?") { // unknown before the program runs
			if part = strings.TrimSpace(spaces.ReplaceAllString(part, " ")); len(part) > len(longest) {
				longest = part
			}
		}
		if !strings.Contains(all.String(), longest) {
			t.Errorf("was not sent: %s", text)
		}
	}
	if found < 50 {
		t.Errorf("only %d statements were found", found)
	}
}

// serverLacks says whether a statement is for a table that SQL Server has not.
func serverLacks(text string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(onlyOnSQLite)), func(table string) bool {
		return strings.Contains(text, table)
	})
}

// TestOneTextPerStatement shows that neither the text nor its declarations depend on the values.
func TestOneTextPerStatement(t *testing.T) {
	outline := func(all []enginetest.Sent) (lines []string) {
		for _, sent := range all {
			lines = append(lines, sent.Text+"\n"+sent.Declarations)
		}
		return lines
	}
	short, long := everyStatement(t, "text"), everyStatement(t, strings.Repeat("long ", 50))
	if diff := cmp.Diff(outline(short), outline(long)); diff != "" {
		t.Errorf("what is sent depends on the length of texts (-short +long):\n%s", diff)
	}
	declarations := map[string]string{}
	for _, sent := range short { // some of these have nulls
		if known, ok := declarations[sent.Text]; ok && known != sent.Declarations {
			t.Errorf("declared as %s and %s: %s", known, sent.Declarations, sent.Text)
		}
		declarations[sent.Text] = sent.Declarations
	}
}

// TestParametersHaveTheTypeOfTheirColumn checks every comparison and every assignment of a parameter. With another type
// SQL Server would convert the column, and read a whole index instead of a part.
func TestParametersHaveTheTypeOfTheirColumn(t *testing.T) {
	columns := columnTypes(t)
	seen, checked := map[string]bool{}, 0
	for _, sent := range everyStatement(t, "text") {
		if seen[sent.Text] {
			continue
		}
		seen[sent.Text] = true
		statements, err := enginetest.ParseTSQL(sent.Text)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range statements {
			for _, pair := range pairs(statement) {
				types := columns.of(statement, pair.column)
				declared := declaredType(sent.Declarations, pair.variable)
				if len(types) == 0 {
					continue // a column of a subquery
				}
				checked++
				if !slices.ContainsFunc(types, func(column string) bool { return fits(declared, column, pair.pattern) }) {
					t.Errorf("%s is %s but %s is %v in: %s", pair.variable, declared, pair.column, types, sent.Text)
				}
			}
		}
	}
	if checked < 300 {
		t.Errorf("only %d parameters were looked at", checked)
	}
}

// TestSearchesArePlannedForTheirValues matters because the best plan for one person's search is not the best for a
// whole tenant's.
func TestSearchesArePlannedForTheirValues(t *testing.T) {
	server := &enginetest.Recorder{}
	store, id := recorded(t, server), ids.New[ids.Tenant]()
	_, usersErr := store.Users(t.Context(), id, tenant.UserFilter{Search: "a", Role: tenant.RoleUser}, page.Request{Limit: 50})
	_, entriesErr := store.Entries(t.Context(), id, timer.EntryFilter{Selection: timer.Selection{Projects: []ids.Project{{1}}}, IncludeVoided: true}, page.Request{Limit: 50})
	if err := errors.Join(usersErr, entriesErr); err != nil {
		t.Fatal(err)
	}
	sent := server.Sent()
	if len(sent) != 2 {
		t.Fatalf("sent %v", sent)
	}
	for _, search := range sent {
		if !strings.HasSuffix(search.Text, " OPTION (RECOMPILE)") {
			t.Errorf("sent %s", search.Text)
		}
	}
}

// sentFor is what everyStatement gave for a text.
var sentFor = map[string][]enginetest.Sent{}

// everyStatement is all that the store sends when text is the value of every text. The tests that ask don't run in parallel.
func everyStatement(t *testing.T, text string) []enginetest.Sent {
	t.Helper()
	if _, known := sentFor[text]; !known {
		sentFor[text] = sendEverything(t, text)
	}
	return sentFor[text]
}

// sendEverything calls every method of the store on a SQL Server that records what it is sent. It uses values and none, a row
// and none, a changed row and none.
func sendEverything(t *testing.T, text string) []enginetest.Sent {
	t.Helper()
	server := &enginetest.Recorder{}
	store := recorded(t, server)
	var all []enginetest.Sent
	for _, values := range []filler{{text: text}, {text: text, none: true}} {
		for _, changed := range []int64{1, 0} {
			for _, answer := range []func(string) ([][]driver.Value, error){nil, oneRow} {
				server.Changed, server.Answer = changed, answer
				callAll(t, store, values)
				all = append(all, server.Sent()...)
			}
		}
	}
	server.Answer = nil
	for _, query := range reportQueries() {
		for _, err := range store.TimeRows(t.Context(), ids.New[ids.Tenant](), query) {
			t.Errorf("a row of nothing, or an error: %v", err)
		}
	}
	for _, query := range entriesQueries() {
		for _, request := range []page.Request{{}, {Limit: 50}, {Limit: 50, After: page.Position{At: time.UnixMilli(1), ID: ids.Any{'x'}}}} {
			for _, err := range store.EntriesIn(t.Context(), ids.New[ids.Tenant](), query, request) {
				t.Errorf("an entry of nothing, or an error: %v", err)
			}
		}
	}
	id := ids.New[ids.Tenant]()
	for _, kind := range proof.Kinds() {
		_, _, tenantsErr := store.TenantsWithUnsealed(t.Context(), kind, time.UnixMilli(1), time.Hour, id, 1)
		_, rowsErr := store.UnsealedRows(t.Context(), id, kind, page.Position{}, time.UnixMilli(1), 1)
		endErr := store.Tx(t.Context(), id, func(ctx context.Context) error {
			return store.EndLinks(ctx, id, proof.Link{Kind: proof.Retention}, []int64{1})
		})
		if err := errors.Join(tenantsErr, rowsErr, endErr); err != nil {
			t.Error(err)
		}
	}
	for _, step := range store.RemovalSteps(true) {
		remove(t.Context(), t, store, id, step, text)
	}
	for _, class := range privacy.RetainedClasses() {
		if class == privacy.BilledPeople {
			continue // its records are read and written as others are
		}
		_, countErr := store.CountRetained(t.Context(), id, class, time.UnixMilli(1))
		endErr := store.Tx(t.Context(), id, func(ctx context.Context) error {
			server.Answer = oneRow
			_, err := store.EndRetained(ctx, id, class, time.UnixMilli(1), 1)
			server.Answer = nil
			return err
		})
		if err := errors.Join(countErr, endErr); err != nil {
			t.Errorf("%s: %v", class, err)
		}
	}
	for _, c := range privacy.Schema() {
		if source, err := readable(c.Table); err == nil && c.Table != "place_revisions" {
			after, keyErr := writeKey(keyValues(source.key, text))
			if len(source.key) == 0 {
				after = ""
			}
			_, readErr := store.TableRows(t.Context(), id, c.Table, c.Names, after, 10)
			if err := errors.Join(keyErr, readErr); err != nil {
				t.Errorf("%s: %v", c.Table, err)
			}
		}
	}
	for _, table := range privacy.TextTables() {
		goThrough(t.Context(), t, store, id, table, text)
	}
	return append(all, server.Sent()...)
}

// remove takes a step of the removal of a tenant.
func remove(ctx context.Context, t *testing.T, store *Store, id ids.Tenant, step privacy.RemovalStep, text string) {
	t.Helper()
	how, howErr := removalOf(step)
	key, keyErr := writeKey(keyValues(how.key, text))
	_, nextErr := store.NextToRemove(ctx, id, step, 10)
	removeErr := store.Tx(ctx, id, func(ctx context.Context) error {
		return store.RemoveRows(ctx, id, step, []privacy.RemovableRow{{Key: key}})
	})
	if err := errors.Join(howErr, keyErr, nextErr, removeErr); err != nil {
		t.Errorf("%s: %v", step.Table, err)
	}
}

// keyValues are values of a key's columns.
func keyValues(columns []string, text string) []any {
	values := make([]any, len(columns))
	for i, column := range columns {
		switch {
		case column == nameKey, column == "dimension":
			values[i] = text
		case strings.HasSuffix(column, "id"), strings.HasSuffix(column, "hash"):
			values[i] = make([]byte, 16)
		default:
			values[i] = int64(1)
		}
	}
	return values
}

// goThrough reads, writes and removes texts of a table.
func goThrough(ctx context.Context, t *testing.T, store *Store, id ids.Tenant, table privacy.TextTable, text string) {
	t.Helper()
	source, err := textSourceOf(table.Name)
	if err != nil {
		t.Error(err)
		return
	}
	key, keyErr := writeKey(keyValues(source.key, text))
	_, firstErr := store.Texts(ctx, id, table, "", 10)
	_, furtherErr := store.Texts(ctx, id, table, key, 10)
	texts := make([]*string, len(table.Columns))
	for i := range texts {
		if table.Columns[i] != "answer" { // which is only cleared
			texts[i] = &text
		}
	}
	writeErr := store.Tx(ctx, id, func(ctx context.Context) error {
		rows := []privacy.TextRow{{Key: key, Revision: 1, Texts: texts}}
		return store.RewriteTexts(ctx, id, table, rows, time.UnixMilli(1))
	})
	if err := errors.Join(keyErr, firstErr, furtherErr, writeErr); err != nil {
		t.Errorf("%s: %v", table.Name, err)
	}
}

// callAll calls the methods of the store that have statements, each within a transaction. It only reports errors about
// parameters.
func callAll(t *testing.T, store *Store, values filler) {
	t.Helper()
	others := []string{"Close", "Ping", "Now", "Rewrite", "WALBytes", "NeedsRestart", "Migrate", "CheckVersion", "SchemaVersion", "Tx", "TimeRows", "EntriesIn", "Exec", "RemovalSteps", "Pool", "ObserveTransactions"}
	value := reflect.ValueOf(store)
	for i := range value.NumMethod() {
		name, method := value.Type().Method(i).Name, value.Method(i)
		if slices.Contains(others, name) {
			continue
		}
		args := make([]reflect.Value, method.Type().NumIn())
		id := ids.Tenant{}
		for j := 1; j < len(args); j++ {
			args[j] = reflect.New(method.Type().In(j)).Elem()
			values.fill(args[j])
			if given, ok := args[j].Interface().(ids.Tenant); ok {
				id = given
			}
		}
		_ = store.Tx(t.Context(), id, func(ctx context.Context) error {
			args[0] = reflect.ValueOf(ctx)
			for _, result := range method.Call(args) {
				err, isError := result.Interface().(error)
				if isError && strings.Contains(err.Error(), "parameter @") {
					t.Errorf("%s: %v", name, err)
				}
			}
			return nil
		})
	}
}

// filler makes values: something for every field, or nothing.
type filler struct {
	text string
	none bool
}

func (f filler) fill(v reflect.Value) {
	if f.none || !v.CanSet() {
		return
	}
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.UnixMilli(1_800_000_000_000)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint8:
		v.SetUint(7)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	default: // the store has no such parameter
	}
}

// oneRow answers with one row that has as many values as the last query of the text has columns.
func oneRow(text string) ([][]driver.Value, error) {
	statements, err := enginetest.ParseTSQL(text)
	if err != nil {
		return nil, err
	}
	var row []driver.Value
	for _, statement := range statements {
		if statement.Kind() == "SelectStatement" {
			row = make([]driver.Value, len(statement.Child("QueryExpression").Children("SelectElements")))
		}
	}
	for i := range row {
		row[i] = []byte("0000000000000000") // readable as a number, a text or an id
	}
	return [][]driver.Value{row}, nil
}

// reportQueries are reports of every shape.
func reportQueries() (all []report.Query) {
	instant := time.UnixMilli(1_800_000_000_000)
	one := calendar.Period{Start: instant, End: instant.Add(time.Hour)}
	groups := [][]report.Dimension{
		{report.Project}, {report.User}, {report.WorkItem}, {report.Project, report.User, report.WorkItem},
		{report.Site, report.Project, report.Parent}, {report.Type, report.Parent, report.WorkItem}, {report.Parent}, {report.Type},
		{report.Activity, report.Billable, report.User},
	}
	flag := true
	item := timer.Items{IDs: []ids.WorkItem{ids.New[ids.WorkItem]()}}
	user := []ids.User{ids.New[ids.User]()}
	selections := []timer.Selection{
		{}, {Users: user}, {Users: append(user, user...), Projects: []ids.Project{ids.New[ids.Project]()}},
		{Users: user, Viewer: user[0], Types: []string{"Bug"}, States: []string{""}, Parents: item, Sites: []ids.Site{ids.New[ids.Site]()}},
		{WorkItems: item, Parents: timer.Items{None: true}, NeedsReview: &flag}, {WorkItems: timer.Items{IDs: item.IDs, None: true}},
		{Activities: []ids.Activity{ids.New[ids.Activity]()}, Billable: &flag, Approved: &flag, Note: "call"},
	}
	for _, group := range groups {
		for _, selection := range selections {
			for _, previous := range [][]calendar.Period{nil, {one}} {
				for _, rounding := range []report.Rounding{{}, {Minutes: 15, Direction: report.Up}} {
					query := report.Query{
						Periods: []calendar.Period{one}, Previous: previous, GroupBy: group, Selection: selection, Rounding: rounding,
					}
					all = append(all, query)
					query.Periods, query.ByPeriod = []calendar.Period{one, one}, true
					query.GroupBy = append([]report.Dimension{report.Day}, group[:min(2, len(group))]...)
					all = append(all, query)
					query.Days = make([]calendar.Part, len(query.Periods))
					query.PreviousDays = make([]calendar.Part, len(query.Previous))
					all = append(all, query)
				}
			}
		}
	}
	return all
}

func entriesQueries() (all []report.EntriesQuery) {
	instant := time.UnixMilli(1_800_000_000_000)
	review := true
	for _, selection := range []timer.Selection{
		{}, {Users: []ids.User{ids.New[ids.User]()}, Approved: new(bool)}, {Projects: []ids.Project{ids.New[ids.Project]()}, NeedsReview: &review},
		{Parents: timer.Items{IDs: []ids.WorkItem{ids.New[ids.WorkItem]()}}, Types: []string{"Bug"}, States: []string{"New"}},
	} {
		query := report.EntriesQuery{Selection: selection, From: instant, To: instant.Add(time.Hour)}
		all = append(all, query)
		query.Days = []report.DayBegin{{Day: calendar.DayNumbered(20_000), At: instant}}
		all = append(all, query)
	}
	return all
}

// serverMigrations are the migrations of SQL Server by their names.
func serverMigrations(t *testing.T) map[string]string {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "sqlserver/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	all := map[string]string{}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return all
}

// typesOfColumns are the types of a schema's columns by table and column.
type typesOfColumns map[string]map[string]string

// columnTypes reads the columns from the parsed migrations.
func columnTypes(t *testing.T) typesOfColumns {
	t.Helper()
	all := typesOfColumns{}
	for name, text := range serverMigrations(t) {
		statements, err := enginetest.ParseTSQL(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, statement := range statements {
			if statement.Kind() != "CreateTableStatement" {
				continue
			}
			columns := map[string]string{}
			for _, column := range statement.Child("Definition").Children("ColumnDefinitions") {
				sqlType := column.Child("DataType")
				kind := sqlType.Child("Name").Child("BaseIdentifier").Text("Value")
				if parameters := sqlType.Children("Parameters"); len(parameters) > 0 {
					kind += "(" + parameters[0].Text("Value") + ")"
				}
				columns[column.Child("ColumnIdentifier").Text("Value")] = kind
			}
			all[statement.Child("SchemaObjectName").Child("BaseIdentifier").Text("Value")] = columns
		}
	}
	return all
}

// of gives the types that a column of a statement can have.
func (c typesOfColumns) of(statement enginetest.Node, column string) []string {
	alias, name, qualified := strings.Cut(column, ".")
	if !qualified {
		alias, name = "", column
	}
	types := map[string]bool{}
	statement.Walk(func(n enginetest.Node) bool {
		if n.Kind() != "NamedTableReference" {
			return true
		}
		table := n.Child("SchemaObject").Child("BaseIdentifier").Text("Value")
		given := n.Child("Alias").Text("Value")
		if sqlType, ok := c[table][name]; ok && (!qualified || alias == given || alias == table) {
			types[sqlType] = true
		}
		return true
	})
	delete(types, "") // a computed column
	return slices.Collect(maps.Keys(types))
}

// pair is a column and a parameter that are compared or assigned.
type pair struct {
	column, variable string
	pattern          bool // the parameter is a pattern for LIKE
}

// pairs are the columns and parameters that a statement compares or assigns.
func pairs(statement enginetest.Node) (all []pair) {
	meet := func(column, value enginetest.Node, pattern bool) {
		if column.Kind() != "ColumnReferenceExpression" {
			return
		}
		for _, variable := range variables(value) {
			all = append(all, pair{enginetest.ColumnName(column), variable, pattern})
		}
	}
	statement.Walk(func(n enginetest.Node) bool {
		switch n.Kind() {
		case "BooleanComparisonExpression", "LikePredicate":
			meet(n.Child("FirstExpression"), n.Child("SecondExpression"), n.Kind() == "LikePredicate")
			meet(n.Child("SecondExpression"), n.Child("FirstExpression"), false)
		case "AssignmentSetClause":
			meet(n.Child("Column"), n.Child("NewValue"), false)
		case "InsertSpecification":
			source := n.Child("InsertSource")
			values := source.Child("Select").Children("SelectElements")
			for _, row := range source.Children("RowValues") {
				values = row.Children("ColumnValues")
			}
			for i, column := range n.Children("Columns") {
				value := values[i]
				if value.Kind() == "SelectScalarExpression" {
					value = value.Child("Expression")
				}
				meet(column, value, false)
			}
		}
		return true
	})
	return all
}

// variables are those of a parameter that stands alone, or is added to or subtracted from others.
func variables(value enginetest.Node) []string {
	switch value.Kind() {
	case "VariableReference":
		return []string{value.Text("Name")}
	case "ParenthesisExpression":
		return variables(value.Child("Expression"))
	case "BinaryExpression":
		return append(variables(value.Child("FirstExpression")), variables(value.Child("SecondExpression"))...)
	}
	return nil
}

// declaredType finds a parameter in declarations.
func declaredType(declarations, variable string) string {
	for declaration := range strings.SplitSeq(declarations, ", ") {
		if name, sqlType, _ := strings.Cut(declaration, " "); name == variable {
			return sqlType
		}
	}
	return ""
}

var sizedText = regexp.MustCompile(`^NVARCHAR\((\d+)\)$`)

// fits says whether a parameter's type is that of the column. A text may be one character longer, see
// engine.Config.Parameters, and a pattern as long as it needs.
func fits(declared, column string, pattern bool) bool {
	if sized := sizedText.FindStringSubmatch(column); sized != nil {
		size, err := strconv.Atoi(sized[1])
		return err == nil && (declared == fmt.Sprintf("NVARCHAR(%d)", size+1) || (pattern && strings.HasPrefix(declared, "NVARCHAR(")))
	}
	return declared == column
}
