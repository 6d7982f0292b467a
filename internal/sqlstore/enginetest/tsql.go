package enginetest

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/sqlc-dev/teesql/parser"
)

// Node is a part of a parsed T-SQL text, with the names of Microsoft's ScriptDOM:
// https://learn.microsoft.com/dotnet/api/microsoft.sqlserver.transactsql.scriptdom
type Node map[string]any

// Kind is the type of the node.
func (n Node) Kind() string {
	kind, _ := n["$type"].(string)
	return kind
}

// Child is the node of a field; nil when there is none.
func (n Node) Child(field string) Node {
	child, _ := n[field].(map[string]any)
	return child
}

// Children are the nodes of a field that holds several.
func (n Node) Children(field string) (children []Node) {
	all, _ := n[field].([]any)
	for _, child := range all {
		if child, ok := child.(map[string]any); ok {
			children = append(children, child)
		}
	}
	return children
}

// Text is the text of a field.
func (n Node) Text(field string) string {
	text, _ := n[field].(string)
	return text
}

// Walk calls visit for the node and all below it. visit says whether to go deeper.
func (n Node) Walk(visit func(n Node) bool) {
	if !visit(n) {
		return
	}
	for _, value := range n {
		switch value := value.(type) {
		case map[string]any:
			Node(value).Walk(visit)
		case []any:
			for _, child := range value {
				if child, ok := child.(map[string]any); ok {
					Node(child).Walk(visit)
				}
			}
		}
	}
}

// ordinaryWords are names that the parser takes for keywords, although SQL Server does not.
var ordinaryWords = regexp.MustCompile(`(^|[^@\w'])(type|message)\b`)

// parsed are the statements of the texts that were parsed. Tests ask for the same ones again and again.
var parsed sync.Map

// ParseTSQL gives the statements of a text. They are not to be changed.
func ParseTSQL(text string) ([]Node, error) {
	if known, ok := parsed.Load(text); ok {
		return known.([]Node), nil
	}
	statements, err := parse(text)
	if err == nil {
		parsed.Store(text, statements)
	}
	return statements, err
}

func parse(text string) ([]Node, error) {
	script, err := parser.Parse(context.Background(), strings.NewReader(ordinaryWords.ReplaceAllString(text, "$1[$2]")))
	if err != nil {
		return nil, fmt.Errorf("not T-SQL: %w", err)
	}
	encoded, err := parser.MarshalScript(script)
	if err != nil {
		return nil, err
	}
	var root Node
	if err := json.Unmarshal(encoded, &root); err != nil {
		return nil, err
	}
	var statements []Node
	for _, batch := range root.Children("Batches") {
		statements = append(statements, batch.Children("Statements")...)
	}
	return statements, nil
}

// refusedWords are unknown to SQL Server, though not to other servers with its protocol, or unwanted here.
var refusedWords = []struct {
	pattern *regexp.Regexp
	why     string
}{
	{anyCase(`\bMERGE\b`), "two of them can insert the same row: update, insert, and run again on a duplicate"},
	{anyCase(`\bOUTPUT\b`), "not on SQLite, and not from a table with triggers"},
	{anyCase(`\bRETURNING\b`), "not T-SQL"},
	{anyCase(`\bON\s+CONFLICT\b`), "not T-SQL"},
	{anyCase(`(?:^|[^@\w])LIMIT\b`), "not T-SQL: Dialect.Page"},
	{anyCase(`\bGLOB\b`), "not T-SQL: Dialect.Contains"},
	{anyCase(`\|\|`), "not before SQL Server 2025"},
	{anyCase(`::`), "not T-SQL"},
	{anyCase(`->`), "not T-SQL"},
	{anyCase(`\bTRUE\b|\bFALSE\b|\bBOOLEAN\b|\bJSONB\b`), "not T-SQL: BIT and 1 or 0"},
	{anyCase(`\bNOW\s*\(|\bGETDATE\s*\(|\bSYSUTCDATETIME\s*\(|\bCURRENT_TIMESTAMP\b`), "the clock is a parameter"},
	{anyCase(`\bNEWID\s*\(|\bNEWSEQUENTIALID\s*\(`), "ids are made in Go"},
	{anyCase(`\bIFNULL\s*\(|\bLENGTH\s*\(|\bSUBSTR\s*\(`), "not T-SQL"},
	{anyCase(`\bISNULL\s*\(`), "cuts its result to the first type"},
	{anyCase(`\bDB_ID\s*\(`), "finds no row on Azure SQL: DB_NAME()"},
	{anyCase(`\bNOLOCK\b|\bREADUNCOMMITTED\b`), "reads what may never be committed"},
	{anyCase(`\bHOLDLOCK\b|\bSERIALIZABLE\b`), "rely on unique indexes, not on locks of ranges"},
	{anyCase(`\bUNIQUEIDENTIFIER\b`), "compares its last bytes first"},
	{anyCase(`\bTRIGGER\b`), "rules are in Go"},
	{anyCase(`\bCASCADE\b`), "rows are removed by statements that one can read"},
}

func anyCase(pattern string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + pattern) }

// knownStatements are the statements that the product may send outside of migrations.
var knownStatements = []string{
	"SelectStatement", "InsertStatement", "UpdateStatement", "DeleteStatement", "DeclareVariableStatement",
	"ExecuteStatement", "IfStatement", "ThrowStatement", "PredicateSetStatement", "SetCommandStatement",
	"BeginTransactionStatement", "CommitTransactionStatement", "RollbackTransactionStatement",
}

// knownDefinitions are the further statements of migrations.
var knownDefinitions = []string{
	"CreateTableStatement", "CreateIndexStatement", "AlterTableAddTableElementStatement", "AlterTableDropTableElementStatement", "DropTableStatement",
	"DropIndexStatement",
}

var (
	knownProcedures = []string{"sp_getapplock", "sp_releaseapplock"}
	knownFunctions  = []string{"COUNT", "SUM", "MIN", "MAX", "LEN", "JSON_VALUE", "REPLACE", "DB_NAME", "DATEADD", "DATEDIFF"}
)

var comment = regexp.MustCompile(`--[^\n]*`)

// TSQLFaults says what SQL Server would refuse in a text, and what we don't want to send. Other servers with its
// protocol accept more.
func TSQLFaults(text string) (faults []string) {
	statements, err := ParseTSQL(text)
	if err != nil {
		return []string{err.Error()}
	}
	if len(statements) == 0 {
		return []string{"no statement"}
	}
	plain := comment.ReplaceAllString(text, "")
	for _, word := range refusedWords {
		if found := word.pattern.FindString(plain); found != "" {
			faults = append(faults, found+": "+word.why)
		}
	}
	for _, statement := range statements {
		if !slices.Contains(knownStatements, statement.Kind()) && !slices.Contains(knownDefinitions, statement.Kind()) {
			faults = append(faults, "unknown "+statement.Kind())
		}
		statement.Walk(func(n Node) bool {
			faults = append(faults, nodeFaults(n)...)
			return true
		})
	}
	return faults
}

// nodeFaults gives the faults of one node.
func nodeFaults(n Node) (faults []string) {
	switch n.Kind() {
	case "ExecuteStatement":
		name := "?"
		n.Walk(func(n Node) bool {
			if n.Kind() == "ProcedureReference" {
				name = n.Child("Name").Child("BaseIdentifier").Text("Value")
			}
			return true
		})
		// The parser takes a word that is no statement for the name of a procedure.
		if !slices.Contains(knownProcedures, name) {
			faults = append(faults, "unknown procedure or statement "+name)
		}
	case "FunctionCall":
		if name := n.Child("FunctionName").Text("Value"); !slices.Contains(knownFunctions, name) {
			faults = append(faults, "unknown function "+name)
		}
	case "QueryDerivedTable":
		if n.Child("Alias") == nil {
			faults = append(faults, "a derived table without a name")
		}
		for _, element := range n.Child("QueryExpression").Children("SelectElements") {
			if element.Child("ColumnName") == nil && element.Child("Expression").Kind() != "ColumnReferenceExpression" {
				faults = append(faults, "a column of a derived table without a name (8155)")
			}
		}
		faults = append(faults, orderFaults(n.Child("QueryExpression"))...)
	case "ScalarSubquery":
		faults = append(faults, orderFaults(n.Child("QueryExpression"))...)
	case "QuerySpecification":
		faults = append(faults, groupFaults(n)...)
	case "ValuesInsertSource":
		if rows := len(n.Children("RowValues")); rows > 1000 {
			faults = append(faults, "more than 1000 rows of VALUES (10738)")
		}
	}
	return faults
}

func orderFaults(query Node) []string {
	if query.Child("OrderByClause") == nil || query.Child("OffsetClause") != nil || query.Child("TopRowFilter") != nil {
		return nil
	}
	return []string{"ORDER BY in a subquery without OFFSET (1033)"}
}

// groupFaults finds columns outside of aggregates that aren't grouped by, even if the key determines them.
func groupFaults(query Node) (faults []string) {
	group := query.Child("GroupByClause")
	if group == nil {
		return nil
	}
	var grouped []string
	group.Walk(func(n Node) bool {
		if n.Kind() == "ColumnReferenceExpression" {
			grouped = append(grouped, ColumnName(n))
		}
		return true
	})
	for _, element := range query.Children("SelectElements") {
		element.Walk(func(n Node) bool {
			switch n.Kind() {
			case "FunctionCall":
				return !slices.Contains([]string{"COUNT", "SUM", "MIN", "MAX"}, n.Child("FunctionName").Text("Value"))
			case "ColumnReferenceExpression":
				if name := ColumnName(n); !slices.Contains(grouped, name) {
					faults = append(faults, name+" is not grouped by (8120)")
				}
			}
			return true
		})
	}
	return faults
}

// ColumnName is the name of a column as it was written, with its table's alias.
func ColumnName(reference Node) string {
	var parts []string
	for _, identifier := range reference.Child("MultiPartIdentifier").Children("Identifiers") {
		parts = append(parts, identifier.Text("Value"))
	}
	return strings.Join(parts, ".")
}
