package sqlstore

import (
	"database/sql/driver"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"timetracker/internal/sqlstore/enginetest"
)

// rolesDirectory has the scripts that an operator runs on Azure SQL.
const rolesDirectory = "../../deploy/sql/"

// rights are what may be done with each table.
type rights map[string]map[string]bool

func (r rights) add(table, right string) {
	if r[table] == nil {
		r[table] = map[string]bool{}
	}
	r[table][right] = true
}

// lines are the grants as the script has them.
func (r rights) lines() (lines []string) {
	for _, table := range slices.Sorted(maps.Keys(r)) {
		var granted []string
		for _, right := range []string{"SELECT", "INSERT", "UPDATE", "DELETE"} {
			if r[table][right] {
				granted = append(granted, right)
			}
		}
		lines = append(lines, fmt.Sprintf("GRANT %s ON dbo.%s TO timetracker_service;", strings.Join(granted, ", "), table))
	}
	return lines
}

// addOf adds what a statement needs: reading what it changes or removes by a condition is a right of its own.
// https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql#permissions
func (r rights) addOf(statement enginetest.Node) {
	rightOf := map[string]string{"InsertSpecification": "INSERT", "UpdateSpecification": "UPDATE", "DeleteSpecification": "DELETE"}
	statement.Walk(func(n enginetest.Node) bool {
		if right, changes := rightOf[n.Kind()]; changes {
			r.add(tableOf(n.Child("Target")), right)
			if n.Kind() == "InsertSpecification" {
				n.Child("InsertSource").Walk(func(n enginetest.Node) bool {
					if n.Kind() == "NamedTableReference" {
						r.add(tableOf(n), "SELECT")
					}
					return true
				})
				return false
			}
		}
		if n.Kind() == "NamedTableReference" {
			r.add(tableOf(n), "SELECT")
		}
		return true
	})
}

func tableOf(reference enginetest.Node) string {
	return reference.Child("SchemaObject").Child("BaseIdentifier").Text("Value")
}

// neededRights are those that the service needs for all that it sends. It fails when a statement defines something.
func neededRights(t *testing.T) rights {
	t.Helper()
	server := &enginetest.Recorder{Answer: func(string) ([][]driver.Value, error) {
		return [][]driver.Value{{int64(1), int64(1), int64(1)}}, nil // as of a database that has a schema
	}}
	store := recorded(t, server)
	if err := store.CheckVersion(t.Context()); err == nil {
		t.Error("a version is of no schema")
	}
	needed, seen := rights{}, map[string]bool{}
	for _, sent := range slices.Concat(everyStatement(t, "text"), server.Sent()) {
		if seen[sent.Text] {
			continue
		}
		seen[sent.Text] = true
		statements, err := enginetest.ParseTSQL(sent.Text)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range statements {
			if kind := statement.Kind(); !slices.Contains(withoutDefinition, kind) {
				t.Errorf("the service sends a %s: %s", kind, sent.Text)
			}
			needed.addOf(statement)
		}
	}
	for table := range needed {
		if strings.Contains(table, "SCHEMA") || table == "TABLES" || table == "COLUMNS" { // everybody reads what they may know of
			delete(needed, table)
		}
	}
	return needed
}

// withoutDefinition are the kinds of statements that the service may send. None of them defines or alters anything, and
// everybody may call the procedures, which are those of locks: see enginetest.TSQLFaults.
var withoutDefinition = []string{
	"SelectStatement", "InsertStatement", "UpdateStatement", "DeleteStatement", "DeclareVariableStatement", "ExecuteStatement",
	"IfStatement", "ThrowStatement", "PredicateSetStatement", "SetCommandStatement",
}

// TestTheServiceHasTheRightsThatItNeeds compares the script with what the store sends. The program starts and works with
// these rights and no other, and each table is named.
func TestTheServiceHasTheRightsThatItNeeds(t *testing.T) {
	script, err := os.ReadFile(rolesDirectory + "service.sql")
	if err != nil {
		t.Fatal(err)
	}
	var granted []string
	for line := range strings.Lines(string(script)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "GRANT ") {
			granted = append(granted, line)
		}
	}
	needed := neededRights(t)
	if want := needed.lines(); !slices.Equal(granted, want) {
		t.Errorf("the grants of %sservice.sql must be:\n%s", rolesDirectory, strings.Join(want, "\n"))
	}
	for table := range columnTypes(t) {
		if needed[table] == nil {
			t.Errorf("nothing is sent for the table %s", table)
		}
	}
	if needed["billing_records"]["DELETE"] || len(needed["schema_migrations"]) != 1 {
		t.Errorf("the service may do too much: %v, %v", needed["billing_records"], needed["schema_migrations"])
	}
}

// batchEnd ends a batch, for the tool that sends scripts and not for the server.
var batchEnd = regexp.MustCompile(`(?m)^GO$`)

// TestRoleScriptsAreTSQL parses the scripts batch by batch, as their tool sends them. Nothing in them gives everything.
func TestRoleScriptsAreTSQL(t *testing.T) {
	variables := strings.NewReplacer("$(MIGRATOR)", "timetracker-migrate", "$(SERVICE)", "timetracker-serve")
	for _, name := range []string{"users.sql", "service.sql"} {
		script, err := os.ReadFile(rolesDirectory + name)
		if err != nil {
			t.Fatal(err)
		}
		text := variables.Replace(string(script))
		for _, batch := range batchEnd.Split(text, -1) {
			if strings.TrimSpace(batch) == "" {
				continue
			}
			if _, err := enginetest.ParseTSQL(batch); err != nil {
				t.Errorf("%s: %v in: %s", name, err, batch)
			}
		}
		for _, word := range []string{"db_owner", "db_datareader", "db_datawriter", "GRANT ALL", "PASSWORD", "$("} {
			if strings.Contains(text, word) {
				t.Errorf("%s has %s", name, word)
			}
		}
	}
}
