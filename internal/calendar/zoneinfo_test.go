package calendar_test

import (
	"archive/zip"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"timetracker/internal/calendar"
)

// TestZonesVersion compares the release with the one that Go's list of its copy names.
func TestZonesVersion(t *testing.T) {
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "update.bash"))
	if err != nil {
		t.Fatal(err)
	}
	if release := calendar.ZonesVersion(); !strings.Contains(string(script), "\nDATA="+release+"\n") {
		t.Errorf("the zones are of %q, not of the toolchain's release", release)
	}
}

// TestMachinesZonesAreNotAsked runs the vectors of days on a machine whose own database says that Berlin is Tokyo.
func TestMachinesZonesAreNotAsked(t *testing.T) {
	machine := t.TempDir()
	database, err := zip.OpenReader(filepath.Join("zoneinfo", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = database.Close() }()
	tokyo, err := fs.ReadFile(database, "Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(machine, "Europe"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(machine, "Europe", "Berlin"), tokyo, 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), os.Args[0], "-test.run=Vectors")
	run.Env = append(os.Environ(), "ZONEINFO="+machine)
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("the machine's zones are used: %v\n%s", err, out)
	}
}
