package telemetry_test

import (
	"io"
	"log"
	"log/slog"
	"strings"
	"testing"

	"timetracker/internal/telemetry"
)

func TestWhatLibrariesQuoteIsLeftOut(t *testing.T) {
	flags := log.Flags()
	t.Cleanup(func() { log.SetFlags(flags); log.SetOutput(io.Discard) })
	var out strings.Builder
	telemetry.AdoptStandardLog(telemetry.NewLogger(&out, "json", slog.LevelInfo))
	log.Printf("Unsolicited response starting with %q; err=%v", "203.0.113.9", io.EOF)
	if line := out.String(); !strings.HasSuffix(line, `"level":"WARN","msg":"a library","message":"Unsolicited response starting with"}`+"\n") {
		t.Errorf("the log is told %s", line)
	}
}
