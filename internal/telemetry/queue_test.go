package telemetry_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"timetracker/internal/telemetry"
)

// dropped reads the counter of the metrics, which is the process's.
func dropped(t *testing.T) int {
	t.Helper()
	answer := httptest.NewRecorder()
	telemetry.NewMetrics().Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	found := regexp.MustCompile(`(?m)^timetracker_log_dropped_lines_total (\S+)$`).FindStringSubmatch(answer.Body.String())
	if found == nil {
		t.Fatal("the counter is missing")
	}
	lines, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return int(lines)
}

func TestALogThatNobodyReadsHoldsNothingUp(t *testing.T) {
	reading, writing, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	queue := telemetry.NewQueue(writing)
	log := telemetry.NewLogger(queue, "json", slog.LevelInfo)
	other := telemetry.NewQueue(failingWriter{})
	fmt.Fprintln(other, "another log lacks this line")
	other.Close(time.Minute)
	before := dropped(t)
	const lines = 12_000 // more than the pipe and the queue hold
	for i := range lines {
		log.Info("hello", "n", i, "padding", strings.Repeat("x", 1000))
	}
	lost := dropped(t) - before
	if lost == 0 || lost == lines {
		t.Fatalf("%d of %d lines were dropped", lost, lines)
	}

	// Somebody reads at last: first what was kept, which is the beginning, and then how much is missing.
	scanner := bufio.NewScanner(reading)
	read := func() string {
		t.Helper()
		if !scanner.Scan() {
			t.Fatalf("the log has ended: %v", scanner.Err())
		}
		return scanner.Text()
	}
	for i := range lines - lost {
		if line := read(); !strings.Contains(line, fmt.Sprintf(`"n":%d,`, i)) {
			t.Fatalf("line %d is %s", i, line)
		}
	}
	log.Info("room again")
	if line := read(); !strings.HasSuffix(line, fmt.Sprintf(`"lines":%d}`, lost)) || !strings.Contains(line, "WARN") {
		t.Errorf("of %d lines that are missing the log says %s", lost, line)
	}
	if line := read(); !strings.Contains(line, "room again") {
		t.Errorf("the log goes on with %s", line)
	}
	queue.Close(time.Minute)
}

// The program must end although nobody reads its log.
func TestCloseWaitsOnlyForItsPatience(*testing.T) {
	reading, writing := io.Pipe()
	queue := telemetry.NewQueue(writing)
	fmt.Fprintln(queue, "nobody reads this")
	queue.Close(time.Millisecond)
	_ = reading.Close()
	queue.Close(time.Minute) // its line is counted before the next test counts
}

func TestWhatCannotBeWrittenIsCounted(t *testing.T) {
	before := dropped(t)
	queue := telemetry.NewQueue(failingWriter{})
	fmt.Fprint(queue, "one\ntwo\n")
	queue.Close(time.Minute)
	fmt.Fprintln(queue, "after the end")
	if lost := dropped(t) - before; lost != 3 {
		t.Errorf("%d lines are counted", lost)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }
