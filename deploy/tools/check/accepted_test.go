package check

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// samples are values that the program takes, for variables that need more than any text.
var samples = map[string]string{
	"TIMETRACKER_DATABASE_URL":          "sqlite:/nonexistent/timetracker.db",
	"TIMETRACKER_PUBLIC_URL":            "https://timetracker.example",
	"TIMETRACKER_PLANS_URL":             "https://market.example",
	"TIMETRACKER_TERMS_URL":             "https://timetracker.example/terms",
	"TIMETRACKER_PRIVACY_URL":           "https://timetracker.example/privacy",
	"TIMETRACKER_LISTEN":                ":8080",
	"TIMETRACKER_WEBHOOK_LISTEN":        ":8081",
	"TIMETRACKER_INTERNAL_LISTEN":       "127.0.0.1:9090",
	"TIMETRACKER_LOG_FORMAT":            "json",
	"TIMETRACKER_SHUTDOWN_DELAY":        "5s",
	"TIMETRACKER_MARKETPLACE_OFFERS":    "timetracker",
	"TIMETRACKER_LIMIT_CONNECTIONS":     "1000:5000",
	"OTEL_EXPORTER_OTLP_ENDPOINT":       "http://127.0.0.1:4318",
	"TIMETRACKER_ENTRA_CLIENT_ID":       id,
	"TIMETRACKER_SPA_CLIENT_ID":         id,
	"TIMETRACKER_MARKETPLACE_TENANT_ID": id,
	"TIMETRACKER_MARKETPLACE_CLIENT_ID": id,
}

const id = "6a2b8d10-47c3-4e9f-a5d1-8b3e0c6f9211"

// accepted starts the program with values for the variables named, and nothing else. It must miss none, and know all.
func accepted(t *testing.T, command string, names []string) {
	t.Helper()
	stage := os.Getenv("TIMETRACKER_TEST_STAGE")
	if stage == "" {
		t.Fatal("TIMETRACKER_TEST_STAGE names no directory; run make test-image")
	}
	said, err := start(t, filepath.Join(stage, "image", "timetracker"), command, names)
	if err == nil || !strings.Contains(said, "timetracker: database: ") || strings.Contains(said, "TIMETRACKER_") {
		t.Errorf("%s with %q: %v\n%s", command, names, err, said)
	}
}

func start(t *testing.T, program, command string, names []string) (string, error) {
	t.Helper()
	run := exec.CommandContext(t.Context(), program, command)
	run.Env = []string{}
	for _, name := range names {
		value, ok := samples[name]
		if !ok {
			value = "sample"
		}
		run.Env = append(run.Env, name+"="+value)
	}
	said, err := run.CombinedOutput()
	return string(said), err
}

// TestFaultsOfSettingsAreFound makes sure that accepted can fail.
func TestFaultsOfSettingsAreFound(t *testing.T) {
	program := filepath.Join(os.Getenv("TIMETRACKER_TEST_STAGE"), "image", "timetracker")
	for name, names := range map[string][]string{
		"a variable that is missing":      {"TIMETRACKER_DATABASE_URL"},
		"a variable that means nothing":   {"TIMETRACKER_DATABASE_URL", "TIMETRACKER_DATABASE_ULR"},
		"a variable that has a bad value": {"TIMETRACKER_DATABASE_URL", "TIMETRACKER_SHUTDOWN_DELAY", "TIMETRACKER_LIMIT_USER"},
	} {
		command := "migrate"
		if name == "a variable that is missing" {
			command = "webhook"
		}
		if said, err := start(t, program, command, names); err == nil || !strings.Contains(said, "TIMETRACKER_") {
			t.Errorf("%s isn't told: %s", name, said)
		}
	}
}
