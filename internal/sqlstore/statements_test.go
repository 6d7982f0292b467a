package sqlstore

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/migrations"
)

// crossTenants are the functions whose statements can't name a tenant, with the reason.
var crossTenants = map[string]string{
	"Member":           "finds the tenant by its directory",
	"MemberRevision":   "finds the tenant by its directory",
	"InsertTenant":     "looks whether another tenant has the directory or the short name",
	"TenantBySlug":     "an operator of the product names the tenant by its short name",
	"Tenants":          "an operator of the product sees all tenants",
	"OverdueTimers":    "the job that stops forgotten timers serves all tenants",
	"ForgetKeysBefore": "the job that removes old idempotency keys serves all tenants",

	"TenantsWithUnsealed": "the job that seals serves all tenants",

	"OpenErasures":        "the job that goes on with erasures serves all tenants",
	"BusyImports":         "the job that goes on with imports serves all tenants",
	"CountOpenWriteBacks": "the metric of what waits is the program's",
	"OldestWaiting":       "the metric of what waits is the program's",

	"confirmations":          "whoever has a reference names no tenant, and the operator decides on requests of all of them",
	"OverduePrivacyRequests": "the operator answers for the requests of all tenants",

	"subscription":        "finds the tenant of a subscription",
	"DueSubscriptions":    "the job that follows subscriptions serves all tenants",
	"LiveSubscriptions":   "the job that reconciles subscriptions serves all tenants",
	"Delivery":            "Microsoft names an event without its tenant",
	"DueDeliveries":       "the job that acknowledges events serves all tenants",
	"NoteAcknowledgement": "the job that acknowledges events serves all tenants",
	"PayingTenants":       "the job that bills a month serves all tenants",
	"SubscriptionsOf":     "the job that measures usage serves all tenants",
	"OpenUsage":           "the job that reports usage serves all tenants",
	"UsageSince":          "the job that compares usage serves all tenants",
}

// TestStatementsNameTheirTenant reads the package's source. Wherever a text reads or writes a tenant's table, it must
// compare the table's tenant with the tenant of the call. Another table of the statement with a compared tenant will do
// as well.
func TestStatementsNameTheirTenant(t *testing.T) {
	for _, fault := range tenantFaults(t, sources(t)) {
		t.Error(fault)
	}
}

// TestStatementsThatForgetTheirTenant makes sure that the test above can fail.
func TestStatementsThatForgetTheirTenant(t *testing.T) {
	for _, body := range []string{
		"x(`SELECT id FROM users WHERE id = @id`)",
		"x(`SELECT u.id FROM users u WHERE u.id = @id`)",
		"x(`SELECT e.id FROM time_entries e JOIN users u ON u.id = e.user_id WHERE e.tenant_id = @tenant_id`)",
		"x(`SELECT e.id FROM time_entries e JOIN users u ON u.tenant_id = e.tenant_id WHERE e.id = @id`)",
		"x(`SELECT (SELECT MAX(started_at) FROM time_entries l) FROM time_entries e WHERE e.tenant_id = @tenant_id`)",
		"x(`UPDATE users SET name = @name WHERE id = @id`)",
		"x(`DELETE FROM users WHERE id = @id`)",
		"x(`INSERT INTO users (id) VALUES (@id)`)",
		"x(`INSERT INTO users (tenant_id, id) VALUES (@other, @id)`)",
		"const from = ` FROM users u`; x(`SELECT u.id` + from + ` WHERE u.id = @id`)",
		"x(`SELECT id FROM tenants t WHERE t.slug = @slug`)",
		"y := `SELECT u.id FROM users u`; y += ` WHERE u.id = @id`",
		"x(`SELECT u.id FROM ` + y() + ` CROSS JOIN users u WHERE u.id = @id`)",
	} {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, "wrong.go", "package p\nfunc f() {\n"+body+"\n}", 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(tenantFaults(t, []*ast.File{file})) == 0 {
			t.Errorf("not noticed: %s", body)
		}
	}
}

func sources(t *testing.T) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// tablesOfNobody are the tables whose rows belong to no tenant, with the reason.
var tablesOfNobody = map[string]string{
	"leases":             "a job is run for all tenants",
	"statement_counters": "statements are numbered through all tenants, without gaps",
	"member_revisions":   "a member is found by the directory, before its tenant is known",
}

// onlyOnSQLite are the tables that SQL Server has not, with the reason.
var onlyOnSQLite = map[string]string{
	"member_revisions": "a look at a number costs the round trip of a look at the member",
	"place_revisions":  "a look at a number costs the round trip of a look-up",
}

var (
	createdTable = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\)`)
	tenantColumn = regexp.MustCompile(`(?m)^\s+tenant_id `)
)

// tenantTables are the tables of the migrations whose rows belong to a tenant. A table that is neither among them nor
// in tablesOfNobody lacks its tenant.
func tenantTables(t *testing.T) []string {
	t.Helper()
	var tables []string
	nobodys := 0
	for _, text := range upMigrations(t, "sqlite") {
		for _, created := range createdTable.FindAllStringSubmatch(text, -1) {
			name, columns := created[1], created[2]
			_, excepted := tablesOfNobody[name]
			switch owned := name == "tenants" || tenantColumn.MatchString(columns); {
			case owned && excepted:
				t.Errorf("%s has a tenant, and is listed as a table of nobody", name)
			case owned:
				tables = append(tables, name)
			case excepted:
				nobodys++
			default:
				t.Errorf("%s has no tenant_id: give it one, or list it as a table of nobody with the reason", name)
			}
		}
	}
	if len(tables) == 0 {
		t.Fatal("no tables were found")
	}
	if nobodys != len(tablesOfNobody) {
		t.Errorf("%d of %d tables of nobody are there", nobodys, len(tablesOfNobody))
	}
	return tables
}

// upMigrations are the texts of an engine's up migrations, in their order.
func upMigrations(t *testing.T, engine string) (texts []string) {
	t.Helper()
	names, err := fs.Glob(migrations.Files, engine+"/*.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}

// tableReference matches where a text names one of the tables: the verb, the table and its alias.
func tableReference(tables []string) *regexp.Regexp {
	return regexp.MustCompile(`\b(FROM|JOIN|UPDATE|INTO)\s+(` + strings.Join(tables, "|") + `)\b(?:\s+([a-z])\b)?`)
}

var (
	statementStart = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE)\b`)
	insertion      = regexp.MustCompile(`(?s)^\s*INSERT INTO \w+\s*\((tenant_id|id, directory_id), .*(VALUES \(|SELECT )@tenant_id, `)
)

// namesAfterTheirTime takes people out of records that the law doesn't make us keep any more. Nothing that was billed changes.
const namesAfterTheirTime = `UPDATE billing_records SET active = @active, inactive = @inactive WHERE tenant_id = @tenant_id AND id = @id`

// TestBillingRecordsAreOnlyAdded shows that no statement changes or removes what was billed.
func TestBillingRecordsAreOnlyAdded(t *testing.T) {
	changing := regexp.MustCompile(`\b(UPDATE|DELETE|MERGE|TRUNCATE|DROP|ALTER)\b`)
	found := 0
	for _, text := range constantTexts(sources(t)) {
		if !strings.Contains(text, "billing_records") {
			continue
		}
		found++
		if changing.MatchString(text) && text != namesAfterTheirTime {
			t.Errorf("not just a reading or an addition: %s", text)
		}
	}
	if found == 0 {
		t.Error("no statement found at all")
	}
}

// constantTexts are all constant texts of the files, concatenated as in the source.
func constantTexts(files []*ast.File) (all []string) {
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			expression, ok := node.(ast.Expr)
			if !ok {
				return true
			}
			text, isText := fold(expression, nil)
			if isText {
				all = append(all, text)
			}
			return !isText
		})
	}
	return all
}

// tenantFaults names every text that reads or writes a tenant's table without its tenant.
func tenantFaults(t *testing.T, files []*ast.File) (faults []string) {
	t.Helper()
	constants := map[string]ast.Expr{}
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			if spec, ok := node.(*ast.ValueSpec); ok && len(spec.Names) == len(spec.Values) {
				for i, name := range spec.Names {
					constants[name.Name] = spec.Values[i]
				}
			}
			return true
		})
	}
	reference := tableReference(tenantTables(t))
	statements := 0
	for _, file := range files {
		for _, declaration := range file.Decls {
			name := "a package-level value"
			function, isFunction := declaration.(*ast.FuncDecl)
			if isFunction {
				name = function.Name.Name
			}
			if _, excepted := crossTenants[name]; excepted {
				continue
			}
			var texts []string
			ast.Inspect(declaration, func(node ast.Node) bool {
				expression, ok := node.(ast.Expr)
				if !ok {
					return true
				}
				text, isText := fold(expression, constants)
				if isText {
					texts = append(texts, text)
				}
				return !isText
			})
			for _, text := range texts {
				whole := text
				switch {
				case !reference.MatchString(text):
					continue
				case statementStart.MatchString(text):
					statements++
				case isFunction: // a part of a statement that the function builds
					whole = strings.Join(texts, " ")
				default: // a part of statements, which is checked where they use it
					continue
				}
				for _, table := range tablesWithoutTenant(reference, text, whole) {
					faults = append(faults, name+": "+table+" without its tenant in: "+text)
				}
			}
		}
	}
	if statements == 0 {
		t.Error("no statement found at all")
	}
	return faults
}

// fold gives the text of a concatenation. Parts that are unknown before the program runs become "?".
func fold(expression ast.Expr, constants map[string]ast.Expr) (text string, isText bool) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.ParenExpr:
		return fold(e.X, constants)
	case *ast.Ident:
		if value, ok := constants[e.Name]; ok {
			return fold(value, constants)
		}
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		left, isLeft := fold(e.X, constants)
		right, isRight := fold(e.Y, constants)
		if !isLeft {
			left = "?"
		}
		if !isRight {
			right = "?"
		}
		return left + right, isLeft || isRight
	}
	return "", false
}

// tablesWithoutTenant names the tables in a text whose tenant isn't compared in the whole.
func tablesWithoutTenant(reference *regexp.Regexp, text, whole string) (tables []string) {
	references := map[string]int{}
	for _, match := range reference.FindAllStringSubmatch(text, -1) {
		verb, table, alias := match[1], match[2], match[3]
		if verb == "INTO" {
			if !insertion.MatchString(text) {
				tables = append(tables, table)
			}
			continue
		}
		column := "tenant_id"
		if table == "tenants" {
			column = "id"
		}
		if alias != "" {
			column = alias + "." + column
		}
		references[column]++
		compared := regexp.MustCompile(`(?:^|[^.\w])` + regexp.QuoteMeta(column) + ` = (?:@tenant_id|[a-z]\.tenant_id|t\.id)\b`) // t is a tenant
		if len(compared.FindAllString(whole, -1)) < references[column] || !strings.Contains(whole, "@tenant_id") {
			tables = append(tables, table)
		}
	}
	return tables
}

// TestSchemasAreTheSame compares the migrations of both engines.
func TestSchemasAreTheSame(t *testing.T) {
	read := func(engine string) (files []string, schema map[string][]string) {
		entries, err := fs.ReadDir(migrations.Files, engine)
		if err != nil {
			t.Fatal(err)
		}
		schema = map[string][]string{}
		for _, entry := range entries {
			files = append(files, entry.Name())
			text, err := fs.ReadFile(migrations.Files, engine+"/"+entry.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, table := range createdTable.FindAllStringSubmatch(string(text), -1) {
				for _, column := range regexp.MustCompile(`(?m)^    (\w+) `).FindAllStringSubmatch(table[2], -1) {
					if column[1] != "CONSTRAINT" {
						schema[table[1]] = append(schema[table[1]], column[1])
					}
				}
			}
			for _, index := range regexp.MustCompile(`CREATE (?:UNIQUE )?INDEX (\w+)\s+ON (\w+)|CONSTRAINT ((?:pk|fk|uq)_\w+)`).FindAllStringSubmatch(string(text), -1) {
				schema["indexes and keys"] = append(schema["indexes and keys"], index[1]+index[3]+" "+index[2])
			}
			for _, dropped := range regexp.MustCompile(`DROP TABLE (\w+)`).FindAllStringSubmatch(string(text), -1) {
				schema["dropped by "+entry.Name()] = append(schema["dropped by "+entry.Name()], dropped[1])
			}
		}
		return files, schema
	}
	// A key may be added when its table is made, or later; where it is named again doesn't matter.
	ordered := func(schema map[string][]string) {
		slices.Sort(schema["indexes and keys"])
		schema["indexes and keys"] = slices.Compact(schema["indexes and keys"])
	}
	liteFiles, lite := read("sqlite")
	serverFiles, server := read("sqlserver")
	ordered(lite)
	ordered(server)
	for table := range onlyOnSQLite {
		delete(lite, table)
		for name, parts := range lite {
			lite[name] = slices.DeleteFunc(parts, func(part string) bool { return strings.Contains(part, table) })
		}
	}
	if len(liteFiles) == 0 || len(lite["time_entries"]) == 0 || len(lite["indexes and keys"]) == 0 {
		t.Error("nothing was read")
	}
	if diff := cmp.Diff(liteFiles, serverFiles); diff != "" {
		t.Errorf("the files differ (-sqlite +sqlserver):\n%s", diff)
	}
	if diff := cmp.Diff(lite, server); diff != "" {
		t.Errorf("the tables differ (-sqlite +sqlserver):\n%s", diff)
	}
}

// TestLibcIsTheDriversOwn checks a condition of modernc.org/sqlite. It needs exactly the version of modernc.org/libc
// that it was built with: https://pkg.go.dev/modernc.org/sqlite#hdr-Fragile_modernc_org_libc_dependency
func TestLibcIsTheDriversOwn(t *testing.T) {
	list := func(format, module string) string {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", format, module).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	required, err := os.ReadFile(list("{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	used := "modernc.org/libc " + list("{{.Version}}", "modernc.org/libc")
	if !regexp.MustCompile(`(?m)` + regexp.QuoteMeta(used) + `$`).Match(required) {
		t.Errorf("%s is not the one that modernc.org/sqlite requires", used)
	}
}
