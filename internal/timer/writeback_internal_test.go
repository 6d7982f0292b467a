package timer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOnePlaceSaves keeps every change of an entry on the way that tells what it means for Completed Work.
func TestOnePlaceSaves(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var saving []string
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "_test.go") && strings.Contains(string(text), "store.Save(") {
			saving = append(saving, name)
		}
	}
	if len(saving) != 1 || saving[0] != "writeback.go" {
		t.Errorf("%v save changes of entries; only writeback.go may, by Service.save", saving)
	}
}
