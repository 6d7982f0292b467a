package bench

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"testing"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/apptest"
	"timetracker/internal/config"
	"timetracker/internal/telemetry"
)

// The flags of `go test -args`.
var (
	small = flag.Bool("small", false, "run everything at its smallest size, to see that it runs")
	load  = flag.Duration("load", 20*time.Second, "how long BenchmarkLoad keeps up the full load")
	base  = flag.String("base", "6fd71b6", "the `revision` that the product is compared with")
)

// roleServe is `timetracker serve` without building it.
const roleServe = "serve"

func TestMain(m *testing.M) {
	apptest.Main(m, map[string]func(){roleServe: func() {
		if err := serveRole(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}})
}

func serveRole() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	environment := map[string]string{}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		environment[name] = value
	}
	c, err := config.Load(environment)
	if err != nil {
		return err
	}
	return app.Serve(ctx, c, telemetry.NewLogger(os.Stderr, c.LogFormat, c.LogLevel))
}

// Every benchmark runs once, so that it still works when somebody wants to measure.
func TestEveryBenchmarkRuns(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), self,
		"-test.run=^$", "-test.bench=.", "-test.benchtime=1x", "-small")
	output, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, row := range []string{"month of", "entries as XLSX", "deep page", "import of", "start + current + stop", "bytes", "write-backs", "Azure DevOps", "goroutines", "floods", "× 1000"} {
		if !strings.Contains(string(output), row) {
			t.Errorf("nothing was measured of %q:\n%s", row, output)
		}
	}
}

// sized chooses between the size for measuring and the smallest, which only shows that the benchmark runs.
func sized(measured, smallest int) int {
	if *small {
		return smallest
	}
	return measured
}

// roundLength is how long each contender runs in each round.
func roundLength() time.Duration {
	if *small {
		return time.Millisecond
	}
	return time.Second
}

// loadLength is how long the full load lasts.
func loadLength() time.Duration {
	if *small {
		return time.Millisecond
	}
	return *load
}
