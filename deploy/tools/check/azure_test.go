package check

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

const template = "../../azure/main.bicep"

var setting = regexp.MustCompile(`(?m)^ {2}([A-Z][A-Z0-9_]+):`)

// settings gives the names of what a variable of the template tells the program.
func settings(t *testing.T, variable string) (names []string) {
	t.Helper()
	content, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile(`(?ms)^var ` + variable + ` = \{$.*?^\}$`).Find(content)
	for _, found := range setting.FindAllSubmatch(block, -1) {
		names = append(names, string(found[1]))
	}
	if len(names) == 0 {
		t.Fatalf("%s has no variable %s", template, variable)
	}
	return names
}

func TestAzureTellsTheProgramAllThatItNeeds(t *testing.T) {
	shared := settings(t, "sharedSettings")
	accepted(t, "webhook", shared)
	accepted(t, "serve", slices.Concat(shared, settings(t, "apiSettings")))
}
