package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "timetracker"

// rule says which of our packages a package may import, and why no others.
type rule struct {
	leaves bool // may import every leaf
	may    []string
	why    string
}

// leaves are packages that all others may share. Each knows nothing of the product but the leaves that its row names.
var leaves = []string{
	"internal/alert", "internal/calendar", "internal/errs", "internal/ids", "internal/money", "internal/page",
	"internal/personal", "internal/plaintext", "internal/plan", "internal/span",
}

// standIn is why a stand-in imports nothing of the product.
const standIn = "it stands in for a service of others; code shared with the product would share its faults"

// rules has a row for every package that is in the program. A new package gets its row here before it is merged.
// Packages that serve tests need none: their names end in "test", or they have nothing but tests and import nothing.
var rules = map[string]rule{
	"internal/errs": {
		why: "every package speaks of errors in its terms, so that it can't depend on any of them",
	},
	"internal/span": {
		may: []string{"internal/errs"},
		why: "what a trace may say is the same for whoever is traced, and nobody knows who records it",
	},
	"internal/alert": {
		why: "what operators are told must not depend on who tells it",
	},
	"internal/calendar": {
		may: []string{"internal/errs"},
		why: "time is cut in the same way whatever was recorded in it",
	},
	"internal/ids": {
		why: "an id says nothing about what it names",
	},
	"internal/page": {
		may: []string{"internal/ids"},
		why: "lists are cut in the same way whatever is in them",
	},
	"internal/money": {
		why: "amounts are added up in the same way whatever they are for",
	},
	"internal/personal": {
		may: []string{"internal/ids"},
		why: "every noun speaks of a person's data in its terms, so that it can know none of them",
	},
	"internal/plaintext": {
		why: "the same characters are refused whoever types them and whatever for",
	},
	"internal/plan": {
		may: []string{"internal/ids"},
		why: "what is sold is known to everybody who sells, bills or limits it, and knows none of them",
	},
	"internal/audit": {
		leaves: true,
		why:    "what was done is told by whoever did it; the audit knows none of them",
	},
	"internal/tenant": {
		leaves: true,
		may:    []string{"internal/audit"},
		why:    "time, reports and sign-in are about a tenant's people, never the other way round",
	},
	"internal/workitem": {
		leaves: true,
		may:    []string{"internal/audit", "internal/tenant"},
		why:    "what work is does not depend on what was recorded on it, nor on how a tracker is asked",
	},
	"internal/timer": {
		leaves: true,
		may:    []string{"internal/audit", "internal/tenant", "internal/workitem"},
		why:    "the rules of recorded time hold whoever calls and wherever it is kept",
	},
	"internal/timesheet": {
		leaves: true,
		may:    []string{"internal/audit", "internal/tenant", "internal/timer", "internal/workitem"},
		why:    "a week is made of recorded time, which must not know what it is held against",
	},
	"internal/importer": {
		leaves: true,
		may:    []string{"internal/audit", "internal/tenant", "internal/timer", "internal/workitem"},
		why:    "what a file of another product means is decided here; what becomes an entry is timer's rule",
	},
	"internal/report": {
		leaves: true,
		may:    []string{"internal/audit", "internal/tenant", "internal/timer", "internal/workitem"},
		why:    "what is added up is decided here; the store that adds up is a port",
	},
	"internal/report/render": {
		leaves: true,
		may:    []string{"internal/pdf", "internal/report", "internal/workitem", "internal/xlsx"},
		why:    "a file says what a report says: it decides nothing that is added up",
	},
	"internal/marketplace": {
		leaves: true,
		may:    []string{"internal/audit", "internal/tenant"},
		why:    "what a subscription does to a tenant holds wherever it was bought; Microsoft's API is a port",
	},
	"internal/xlsx": {
		why: "a table becomes a workbook in the same way whatever is in it",
	},
	"internal/pdf": {
		why: "a name is set in the same way whatever is printed",
	},
	"internal/billing": {
		leaves: true,
		may:    []string{"internal/marketplace", "internal/pdf", "internal/tenant"},
		why:    "what is billed follows from recorded time and subscriptions, which know nothing of it",
	},
	"internal/privacy": {
		leaves: true,
		may: []string{
			"internal/audit", "internal/billing", "internal/idempotency", "internal/importer", "internal/marketplace", "internal/pdf", "internal/proof",
			"internal/report", "internal/report/render", "internal/tenant", "internal/timer", "internal/timesheet", "internal/workitem",
		},
		why: "it asks every noun for what that holds about a person or a tenant, and no noun knows that it is asked",
	},
	"internal/proof": {
		leaves: true,
		may:    []string{"internal/tenant"},
		why:    "what is sealed is a row of any noun: the chain knows their columns by name, and none of their rules",
	},
	"internal/idempotency": {
		leaves: true,
		why:    "the HTTP layer and the store share these words, and must not share more",
	},
	"internal/spool": {
		may: []string{"internal/errs", "internal/ids"},
		why: "long answers take turns in the same way whatever is in them",
	},
	"internal/entra": {
		leaves: true,
		may:    []string{"internal/outbound", "internal/tenant"},
		why:    "validating a token needs no database and knows nothing of time",
	},
	"internal/sqlstore": {
		leaves: true,
		may: []string{
			"internal/audit", "internal/billing", "internal/idempotency", "internal/importer", "internal/marketplace", "internal/privacy", "internal/proof", "internal/report",
			"internal/sqlstore/engine", "internal/tenant", "internal/timer", "internal/timesheet", "internal/workitem", "migrations",
		},
		why: "an adapter points inwards: it knows the domain's ports and nobody who calls them",
	},
	"internal/sqlstore/engine": {
		may: []string{"internal/errs", "internal/span"},
		why: "how SQL is run must not depend on what is kept: it knows no table, and is handed the migrations",
	},
	"internal/httpserver": {
		leaves: true,
		may:    []string{"api", "internal/telemetry"},
		why:    "the API and the webhook are served and logged alike; what they do is none of its business",
	},
	"internal/httpapi": {
		leaves: true,
		may: []string{
			"api", "internal/audit", "internal/billing", "internal/entra", "internal/httpapi/contract",
			"internal/httpapi/docs", "internal/httpserver", "internal/idempotency", "internal/importer", "internal/marketplace", "internal/privacy", "internal/proof", "internal/report",
			"internal/report/render", "internal/spool",
			"internal/telemetry", "internal/tenant", "internal/timer", "internal/timesheet", "internal/workitem",
		},
		why: "never the store: a handler that could write SQL would soon hold a rule",
	},
	"internal/httpapi/contract": {
		leaves: true,
		may:    []string{"api"},
		why:    "whether a request fits the contract must not depend on who sends it or what it does",
	},
	"internal/httpapi/docs": {
		may: []string{"api"},
		why: "the readable page says what the contract says, and nothing that the code knows beside it",
	},
	"internal/web": {
		may: []string{"api"},
		why: "a page is the same for everybody, so that it needs no rule and no store",
	},
	"internal/webhook": {
		leaves: true,
		may:    []string{"api", "internal/httpserver", "internal/marketplace"},
		why:    "it must stay up when the API is not, and what an event does is decided in the domain",
	},
	"internal/marketplaceapi": {
		leaves: true,
		may:    []string{"internal/billing", "internal/marketplace", "internal/outbound"},
		why:    "an adapter points inwards: it knows the ports to Microsoft and nobody who calls them",
	},
	"internal/connector/azuredevops": {
		leaves: true,
		may:    []string{"internal/entra", "internal/outbound", "internal/workitem"},
		why:    "an adapter points inwards: it knows the port to trackers, and no rule of what is asked",
	},
	"internal/outbound": {
		may: []string{"internal/span"},
		why: "how a service is called must not depend on which one it is",
	},
	"internal/jobs": {
		leaves: true,
		why:    "a job calls the same services as a request does",
	},
	"internal/telemetry": {
		leaves: true,
		why:    "what may be logged must not depend on what there is to log",
	},
	"internal/sandbox": {
		why: "who is in the sandbox must not depend on the services that know them",
	},
	"internal/sandbox/standin": {
		why: "what stand-ins are built from must not depend on the service",
	},
	"internal/sandbox/ca": {
		may: []string{"internal/sandbox/standin"},
		why: "certificates are for every stand-in and know none",
	},
	"internal/sandbox/entra": {
		may: []string{"internal/sandbox", "internal/sandbox/standin"},
		why: "everybody signs in here, so that it can't depend on the services behind the sign-in",
	},
	"internal/sandbox/graph": {
		may: []string{"internal/sandbox", "internal/sandbox/entra", "internal/sandbox/standin"},
		why: standIn,
	},
	"internal/sandbox/devops": {
		may: []string{
			"internal/sandbox", "internal/sandbox/devops/boards", "internal/sandbox/devops/rest", "internal/sandbox/entra",
			"internal/sandbox/standin",
		},
		why: standIn,
	},
	"internal/sandbox/devops/boards": {
		may: []string{"internal/sandbox"},
		why: "what becomes of a work item must not depend on whether the page or the API asks",
	},
	"internal/sandbox/devops/rest": {
		may: []string{
			"internal/sandbox", "internal/sandbox/devops/boards", "internal/sandbox/devops/wiql", "internal/sandbox/entra",
			"internal/sandbox/standin",
		},
		why: "it writes what the boards hold as Azure DevOps does, and knows no page",
	},
	"internal/sandbox/devops/wiql": {
		why: "what a query says does not depend on the work items that it finds",
	},
	"internal/sandbox/marketplace": {
		may: []string{"internal/sandbox", "internal/sandbox/entra", "internal/sandbox/standin"},
		why: standIn,
	},
	"internal/config": {
		why: "it is read before anything else exists",
	},
	"internal/app": {
		leaves: true,
		may: []string{
			"extension", "internal/audit", "internal/billing", "internal/config", "internal/connector/azuredevops", "internal/entra", "internal/httpapi", "internal/httpserver",
			"internal/idempotency", "internal/importer", "internal/jobs", "internal/marketplace", "internal/marketplaceapi",
			"internal/outbound", "internal/pdf", "internal/privacy", "internal/proof", "internal/report", "internal/report/render", "internal/spool", "internal/sqlstore", "internal/telemetry",
			"internal/tenant", "internal/timer", "internal/timesheet", "internal/web", "internal/webhook", "internal/workitem",
		},
		why: "it composes the product's processes: never a stand-in, and not the schema, which is the store's",
	},
	"internal/dev": {
		leaves: true,
		may: []string{
			"extension", "internal/app", "internal/billing", "internal/marketplace", "internal/marketplaceapi", "internal/outbound", "internal/pdf",
			"internal/sandbox", "internal/sandbox/ca", "internal/sandbox/devops", "internal/sandbox/devops/boards",
			"internal/sandbox/entra",
			"internal/sandbox/graph", "internal/sandbox/marketplace", "internal/sqlstore", "internal/telemetry",
			"internal/tenant", "internal/timer", "internal/timesheet", "internal/webhook", "internal/workitem",
		},
		why: "it composes everything on one machine, and is the only one that knows the stand-ins beside the product",
	},
	"api": {
		why: "the contract comes before the code that serves it",
	},
	"extension": {
		why: "files for a browser",
	},
	"migrations": {
		why: "SQL files",
	},
	"cmd/timetracker": {
		may: []string{"internal/app", "internal/config", "internal/dev", "internal/telemetry"},
		why: "main is a few lines; what it starts is wired in app and dev",
	},
	"deploy/tools/image": {
		why: "an image is packed in the same way whatever the program does",
	},
	"deploy/tools/release": {
		why: "what a release is called follows from its tag and its changelog alone",
	},
	"deploy/tools/promql": {
		why: "rules are read by Prometheus's own parser, which the program must not carry",
	},
	"deploy/tools/roots": {
		why: "whom Mozilla trusts has nothing to do with us",
	},
}

// outside names external packages that only a few of ours may import.
var outside = []struct {
	prefix string // an import path, and everything below it
	only   []string
	why    string
}{
	{"net/http", []string{
		"api", "internal/app", "internal/connector/azuredevops", "internal/dev", "internal/entra", "internal/httpapi", "internal/httpapi/contract",
		"internal/httpapi/docs", "internal/httpserver", "internal/marketplaceapi", "internal/outbound", "internal/sandbox/devops",
		"internal/sandbox/devops/rest",
		"internal/sandbox/entra", "internal/sandbox/graph", "internal/sandbox/marketplace", "internal/sandbox/standin",
		"internal/telemetry", "internal/web", "internal/webhook",
	},
		"rules and the store must not know how they are reached"},
	{"github.com/go-chi/chi", []string{"api", "internal/httpapi", "internal/webhook"}, "routes belong to the HTTP layer"},
	{"database/sql", []string{"internal/ids", "internal/sqlstore", "internal/sqlstore/engine"}, "SQL stands in one place, where a test can read all of it"},
	{"modernc.org/sqlite", []string{"internal/sqlstore/engine"}, "nobody else may know which database it is"},
	{"github.com/microsoft/go-mssqldb", []string{"internal/sqlstore/engine"}, "nobody else may know which database it is"},
	{"github.com/golang-migrate/migrate", []string{"internal/sqlstore/engine"}, "a schema is migrated in one way"},
	{"github.com/coreos/go-oidc", []string{"internal/entra"}, "a token is validated in one place"},
	{"github.com/go-jose/go-jose", []string{"internal/entra"},
		"a token is validated in one place, and the sandbox signs without the library that checks"},
	{"github.com/AzureAD/microsoft-authentication-library-for-go", []string{"internal/entra", "internal/marketplaceapi", "internal/outbound"},
		"people's tokens are exchanged where they are validated, the publisher's own is got where it is used"},
	{"github.com/caarlos0/env", []string{"internal/config"}, "the environment is read once"},
	{"github.com/carlos7ags/folio", []string{"internal/pdf"}, "pages are made in one place"},
	{"github.com/go-text/typesetting", []string{"internal/pdf"}, "texts are shaped in one place"},
	{"github.com/microsoft/azure-devops-go-api", []string{"internal/connector/azuredevops"},
		"Azure DevOps is asked in one way, and the sandbox must not share what the product is tried with"},
	{"github.com/xuri/excelize", nil, "workbooks are read back by a library that has not written them"},
	{"go.opentelemetry.io", []string{"internal/span", "internal/telemetry"},
		"what a trace may say stands in one place, and who sends it in another"},
	{"testing", nil, "the program must not carry its tests"},
	{"os/exec", nil, "no program is started, so that no text can become a command"},
	{"plugin", nil, "code is what was built"},
	{"encoding/xml", []string{"internal/xlsx"}, "no XML of others is read, and only workbooks are written in it"},
	{"net/smtp", nil, "nothing is mailed"},
	{"text/template", nil, "what is made of a template is for a browser, and is encoded for it"},
	{"html/template", nil, "it calls methods by name, so that the linker keeps every method of the program: 4 MB of it"},
	{"maragu.dev/gomponents", []string{"internal/httpapi/docs", "internal/sandbox/entra"}, "people's pages are the extension's"},
	{"crypto/cipher", nil, "nothing is encrypted by hand"},
	{"crypto/md5", nil, "it holds nothing together"},
	{"crypto/sha1", nil, "it holds nothing together"},
	{"unsafe", nil, "nothing here is worth it"},
}

// pkg is a directory with Go files.
type pkg struct {
	imports  map[string]string // import path to the file that has it; without those of tests
	comments []string          // the files that hold a package comment
	command  bool
}

// packages reads the import clauses of all Go files of the repository, by the directory within it.
func packages(t *testing.T) map[string]*pkg {
	t.Helper()
	found := map[string]*pkg{}
	walkFiles(t, func(name string) {
		if path.Ext(name) != ".go" {
			return
		}
		p := found[path.Dir(name)]
		if p == nil {
			p = &pkg{imports: map[string]string{}}
			found[path.Dir(name)] = p
		}
		if strings.HasSuffix(name, "_test.go") {
			return
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, readText(t, name), parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		p.read(path.Base(name), parsed)
	})
	if len(found) == 0 {
		t.Fatal("no packages were found")
	}
	return found
}

func (p *pkg) read(name string, file *ast.File) {
	p.command = file.Name.Name == "main"
	if file.Doc != nil {
		p.comments = append(p.comments, name)
	}
	for _, spec := range file.Imports {
		if imported, err := strconv.Unquote(spec.Path.Value); err == nil {
			p.imports[imported] = name
		}
	}
}

// importsBelow says whether the package imports a path or something below it.
func (p *pkg) importsBelow(prefix string) bool {
	for imported := range p.imports {
		if within(imported, prefix) {
			return true
		}
	}
	return false
}

// within says whether an import path is the prefix or below it.
func within(imported, prefix string) bool {
	return imported == prefix || strings.HasPrefix(imported, prefix+"/")
}

// ours gives an imported package's directory within the repository; ok is false for a package of others.
func ours(imported string) (dir string, ok bool) { return strings.CutPrefix(imported, module+"/") }

// servesTests says whether a package exists for tests alone.
func servesTests(dir string) bool { return strings.HasSuffix(path.Base(dir), "test") }

func (r rule) allows(target string) bool {
	return slices.Contains(r.may, target) || (r.leaves && slices.Contains(leaves, target))
}

func TestImports(t *testing.T) {
	found := packages(t)
	for _, dir := range slices.Sorted(maps.Keys(found)) {
		if servesTests(dir) {
			continue
		}
		r, ok := rules[dir]
		if !ok && len(found[dir].imports) > 0 {
			t.Errorf("%s has no row in the table of imports: decide what it may import, and why no more", dir)
			continue
		}
		for imported, file := range found[dir].imports {
			if target, isOurs := ours(imported); isOurs && !r.allows(target) {
				t.Errorf("%s/%s imports %s, but %s may import only %q (leaves: %t): %s", dir, file, target, dir, r.may, r.leaves, r.why)
			}
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(rules)) {
		if found[dir] == nil {
			t.Errorf("%s has a row in the table of imports, but is not there", dir)
		}
	}
}

// An unused grant would allow an import that nobody has decided on.
func TestEveryGrantIsUsed(t *testing.T) {
	found := packages(t)
	for _, fault := range unusedGrants(rules, found) {
		t.Error(fault)
	}
	for _, ban := range outside {
		for _, dir := range ban.only {
			if found[dir] == nil || !found[dir].importsBelow(ban.prefix) {
				t.Errorf("%s may import %s, and does not: remove it from the row", dir, ban.prefix)
			}
		}
	}
}

// TestUnusedGrantsAreNoticed makes sure that the test above can fail.
func TestUnusedGrantsAreNoticed(t *testing.T) {
	found := map[string]*pkg{"internal/x": {imports: map[string]string{module + "/internal/errs": "x.go"}}}
	if faults := unusedGrants(map[string]rule{"internal/x": {leaves: true}}, found); len(faults) != 0 {
		t.Errorf("a grant that is used: %q", faults)
	}
	for name, r := range map[string]rule{
		"a package":                       {leaves: true, may: []string{"internal/tenant"}},
		"a leaf beside all leaves":        {leaves: true, may: []string{"internal/errs"}},
		"another package than the one":    {may: []string{"internal/errs", "internal/page"}},
		"leaves, though none is imported": {leaves: true, may: []string{"api"}},
	} {
		imports := found
		if name == "leaves, though none is imported" {
			imports = map[string]*pkg{"internal/x": {imports: map[string]string{module + "/api": "x.go"}}}
		}
		if faults := unusedGrants(map[string]rule{"internal/x": r}, imports); len(faults) != 1 {
			t.Errorf("%s: got %q", name, faults)
		}
	}
}

// unusedGrants names what the rows of packages grant but the packages do not import.
func unusedGrants(rows map[string]rule, found map[string]*pkg) (faults []string) {
	for _, dir := range slices.Sorted(maps.Keys(rows)) {
		p, r := found[dir], rows[dir]
		if p == nil {
			continue // TestImports reports it
		}
		imported := func(target string) bool { return p.imports[module+"/"+target] != "" }
		for _, target := range r.may {
			if r.leaves && slices.Contains(leaves, target) {
				faults = append(faults, dir+" may import every leaf: remove "+target+" from its row")
			} else if !imported(target) {
				faults = append(faults, dir+" may import "+target+", and does not: remove it from its row")
			}
		}
		if r.leaves && !slices.ContainsFunc(leaves, imported) {
			faults = append(faults, dir+" may import leaves, and imports none: remove them from its row")
		}
	}
	return faults
}

func TestImportsOfOthers(t *testing.T) {
	found := packages(t)
	for _, dir := range slices.Sorted(maps.Keys(found)) {
		if servesTests(dir) {
			continue
		}
		for imported, file := range found[dir].imports {
			for _, ban := range outside {
				if within(imported, ban.prefix) && !slices.Contains(ban.only, dir) {
					t.Errorf("%s/%s imports %s, which only %q may: %s", dir, file, imported, ban.only, ban.why)
				}
			}
		}
	}
}

func TestSandboxUsesTheStandardLibraryOnly(t *testing.T) {
	const sandbox = "internal/sandbox"
	for dir, p := range packages(t) {
		if (dir != sandbox && !strings.HasPrefix(dir, sandbox+"/")) || servesTests(dir) {
			continue
		}
		for imported, file := range p.imports {
			host, _, _ := strings.Cut(imported, "/")
			harmless := strings.HasPrefix(imported, "golang.org/x/crypto/") || within(imported, "maragu.dev/gomponents")
			if strings.Contains(host, ".") && !harmless {
				t.Errorf("%s/%s imports %s: a library that the product uses would hide its own faults", dir, file, imported)
			}
		}
	}
}

func TestSupportOfTestsIsForTests(t *testing.T) {
	for dir, p := range packages(t) {
		for imported, file := range p.imports {
			target, isOurs := ours(imported)
			if isOurs && servesTests(target) && !servesTests(dir) {
				t.Errorf("%s/%s imports %s, which is for tests", dir, file, target)
			}
		}
	}
}

func TestEveryPackageSaysWhatItOwns(t *testing.T) {
	for dir, p := range packages(t) {
		want := "doc.go"
		if p.command {
			want = "main.go" // a command says how it is used
		}
		if !slices.Contains(p.comments, want) {
			t.Errorf("%s has no %s with a package comment that says what it owns", dir, want)
		}
	}
}

// What is built to be shipped asks Microsoft: only tests and measurements link the program so that it asks stand-ins.
func TestNothingShippedAsksStandIns(t *testing.T) {
	read := 0
	walkFiles(t, func(name string) {
		build := path.Base(name) == "Makefile" || path.Base(name) == "Dockerfile" || (strings.HasPrefix(name, "deploy/") && path.Ext(name) != ".md")
		if !build {
			return
		}
		read++
		if strings.Contains(readText(t, name), "main.services") {
			t.Errorf("%s builds a program that asks stand-ins", name)
		}
	})
	if read < 3 {
		t.Fatalf("%d files that build were found", read)
	}
}
