package bench

import (
	_ "embed"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"timetracker/internal/apptest"
)

// build is a revision of the product, built to be served.
type build struct {
	start func(b *testing.B, environment []string)
	// seed makes a database file of the revision's schema.
	seed func(b *testing.B, c crowd) (path string)
}

// buildWorkingTree builds the working tree. At the smallest size this test binary is the product, so that the tests
// need not build another one.
func buildWorkingTree(b *testing.B) *build {
	b.Helper()
	product := &build{seed: func(b *testing.B, c crowd) string { return seed(b, c) }}
	if *small {
		product.start = func(b *testing.B, environment []string) { apptest.Start(b, roleServe, environment) }
		return product
	}
	root := strings.TrimSpace(run(b, ".", "git", "rev-parse", "--show-toplevel"))
	product.start = buildUnlimited(b, root)
	return product
}

// seedSource is added to the benchmarks of a revision, so that its own code makes its database files.
//
//go:embed testdata/seed.go.txt
var seedSource []byte

// buildRevision builds a revision in a directory of its own.
func buildRevision(b *testing.B, revision string) *build {
	b.Helper()
	root := b.TempDir()
	archive := filepath.Join(b.TempDir(), "source.tar")
	top := strings.TrimSpace(run(b, ".", "git", "rev-parse", "--show-toplevel"))
	run(b, top, "git", "archive", "--output", archive, revision)
	run(b, root, "tar", "-xf", archive)
	copyZones(b, top, root)
	benchmarks := filepath.Join(root, "internal", "bench")
	if err := os.WriteFile(filepath.Join(benchmarks, "seedfile_test.go"), seedSource, 0o600); err != nil {
		b.Fatal(err)
	}
	seeder := filepath.Join(b.TempDir(), "seed.test")
	run(b, benchmarks, "go", "test", "-c", "-o", seeder, ".")
	return &build{
		start: buildUnlimited(b, root),
		seed: func(b *testing.B, c crowd) string {
			b.Helper()
			path := filepath.Join(b.TempDir(), "base.db")
			run(b, benchmarks, seeder, "-test.run=^$", "-test.bench=^BenchmarkSeedFile$", "-test.benchtime=1x",
				"-seed.file="+path, "-seed.tenants="+strconv.Itoa(c.tenants), "-seed.users="+strconv.Itoa(c.users),
				"-seed.entries="+strconv.Itoa(c.entries))
			return path
		},
	}
}

// copyZones gives a revision that carries the toolchain's time zones those of the working tree.
func copyZones(b *testing.B, from, to string) {
	b.Helper()
	zones := filepath.Join("internal", "calendar", "zoneinfo")
	if _, err := os.Stat(filepath.Join(to, zones)); err != nil {
		return
	}
	if err := os.RemoveAll(filepath.Join(to, zones)); err != nil {
		b.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(to, zones), os.DirFS(filepath.Join(from, zones))); err != nil {
		b.Fatal(err)
	}
}

// buildLimited builds the working tree with its limits.
func buildLimited(b *testing.B) *build {
	b.Helper()
	if *small {
		return buildWorkingTree(b)
	}
	return &build{start: buildServe(b, strings.TrimSpace(run(b, ".", "git", "rev-parse", "--show-toplevel")))}
}

// buildUnlimited builds the program with its limit on requests turned off.
func buildUnlimited(b *testing.B, root string) (start func(b *testing.B, environment []string)) {
	b.Helper()
	return buildServe(b, root, "-overlay", liftLimits(b, root))
}

// buildServe builds the program so that it asks stand-ins.
func buildServe(b *testing.B, root string, flags ...string) (start func(b *testing.B, environment []string)) {
	b.Helper()
	program := filepath.Join(b.TempDir(), "timetracker")
	run(b, root, "go", append(append([]string{"build", "-ldflags", "-X main.services=stand-ins"}, flags...), "-o", program, "./cmd/timetracker")...)
	return func(b *testing.B, environment []string) {
		b.Helper()
		// With a line of the log for each request, reading would keep this process busy.
		apptest.StartProgram(b, "sh", environment, "-c", `exec "$0" serve 2>/dev/null`, program)
	}
}

// liftLimits makes an overlay for the go command in which the limits on requests are never reached. One person asks for
// more here than people and their browsers do.
func liftLimits(b *testing.B, root string) (overlay string) {
	b.Helper()
	source := filepath.Join(root, "internal", "httpapi", "limits.go")
	text, err := os.ReadFile(source)
	if err != nil {
		b.Fatal(err)
	}
	limits := []string{"Rate{PerSecond: 20, Burst: 200}", "Rate{PerSecond: 200, Burst: 2000}"}
	changed := string(text)
	for _, limit := range limits {
		if !strings.Contains(changed, limit) {
			b.Fatalf("%s has no %s any more", source, limit)
		}
		changed = strings.Replace(changed, limit, "Rate{PerSecond: 1e9, Burst: 1e9}", 1)
	}
	directory := b.TempDir()
	replacement := filepath.Join(directory, "limits.go")
	if err := os.WriteFile(replacement, []byte(changed), 0o600); err != nil {
		b.Fatal(err)
	}
	overlay = filepath.Join(directory, "overlay.json")
	described, err := json.Marshal(map[string]any{"Replace": map[string]string{source: replacement}})
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(overlay, described, 0o600); err != nil {
		b.Fatal(err)
	}
	return overlay
}

// run gives the output of a command.
func run(b *testing.B, directory, name string, args ...string) string {
	b.Helper()
	command := exec.CommandContext(b.Context(), name, args...)
	command.Dir = directory
	var problems strings.Builder
	command.Stderr = &problems
	output, err := command.Output()
	if err != nil {
		b.Fatalf("%s: %v\n%s%s", strings.Join(command.Args, " "), err, problems.String(), output)
	}
	return string(output)
}

// serve runs the revision's `serve` over the file until the benchmark ends, and gives its address.
func (product *build) serve(b *testing.B, d *directory, path string) (address string) {
	b.Helper()
	address, _ = product.serveBoth(b, d, path)
	return address
}

// serveBoth is serve, and gives the internal address, too.
func (product *build) serveBoth(b *testing.B, d *directory, path string) (address, internal string) {
	b.Helper()
	addresses := apptest.Addresses(b, 2)
	product.start(b, []string{
		"TIMETRACKER_DATABASE_URL=sqlite:" + path,
		"TIMETRACKER_LISTEN=" + addresses[0],
		"TIMETRACKER_INTERNAL_LISTEN=" + addresses[1],
		"TIMETRACKER_PUBLIC_URL=https://timetracker.example",
		"TIMETRACKER_ENTRA_AUTHORITY=" + d.server.URL,
		"TIMETRACKER_ENTRA_CLIENT_ID=" + apiClientID,
		"TIMETRACKER_SPA_CLIENT_ID=" + spaClientID,
		"TIMETRACKER_MARKETPLACE_URL=" + d.server.URL + "/api",
		"TIMETRACKER_MARKETPLACE_TENANT_ID=" + publisherID,
		"TIMETRACKER_MARKETPLACE_CLIENT_ID=" + apiClientID,
		"TIMETRACKER_MARKETPLACE_CLIENT_SECRET=none",
		"TIMETRACKER_SELLER_NAME=none",
		"TIMETRACKER_SELLER_ADDRESS=none",
		"TIMETRACKER_PLANS_URL=https://market.example",
		"TIMETRACKER_CA_FILE=" + d.caFile(b),
	})
	apptest.AwaitOK(b, fmt.Sprintf("http://%s/readyz", addresses[1]))
	return addresses[0], addresses[1]
}

// caFile has the root of the directory's certificate.
func (d *directory) caFile(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "root.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: d.server.Certificate().Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}
