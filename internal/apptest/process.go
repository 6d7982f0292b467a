package apptest

import (
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// roleVariable tells a test binary that it runs as another program.
const roleVariable = "TIMETRACKER_TEST_ROLE"

// Main is for TestMain. It runs the tests or, in a process that Start has made, the role that Start names. A role reads
// its arguments from os.Args[1:].
func Main(m *testing.M, roles map[string]func()) {
	name := os.Getenv(roleVariable)
	if name == "" {
		os.Exit(m.Run())
	}
	go func() {
		// Standard input ends with the process that has started this one.
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	roles[name]()
	os.Exit(0)
}

// Process is a program that a test has started. It is killed when the test ends.
type Process struct {
	Stdout, Stderr *Output

	command *exec.Cmd
	ended   chan struct{}
}

// Start runs the test binary again in a role that its TestMain gives to Main. The process has the test's environment,
// in which environment replaces all the program's own variables.
func Start(tb testing.TB, role string, environment []string, args ...string) *Process {
	tb.Helper()
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	return StartProgram(tb, self, append(slices.Clone(environment), roleVariable+"="+role), args...)
}

// StartProgram runs a program. The process has the test's environment, in which environment replaces all the program's
// own variables.
func StartProgram(tb testing.TB, program string, environment []string, args ...string) *Process {
	tb.Helper()
	p := &Process{
		Stdout: NewOutput(), Stderr: NewOutput(), ended: make(chan struct{}),
		command: exec.CommandContext(tb.Context(), program, args...), //nolint:gosec // the test names it
	}
	inherited := slices.DeleteFunc(os.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "TIMETRACKER_") })
	p.command.Env = slices.Concat(inherited, environment)
	p.command.Stdout, p.command.Stderr = p.Stdout, p.Stderr
	if _, err := p.command.StdinPipe(); err != nil {
		tb.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.command.Wait() // callers read its state where they need it
	}()
	tb.Cleanup(p.Kill)
	return p
}

// AwaitLine waits until the line was printed to standard output.
func (p *Process) AwaitLine(t *testing.T, line string) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("standard error:\n%s", p.Stderr)
		}
	}()
	p.Stdout.AwaitLine(t, line, p.ended)
}

// Kill ends the process at once, and waits until it has gone.
func (p *Process) Kill() {
	_ = p.command.Process.Kill() // fails when it has ended already
	<-p.ended
}

// PID is the process's id.
func (p *Process) PID() int { return p.command.Process.Pid }

// Interrupt does what Ctrl-C does.
func (p *Process) Interrupt(tb testing.TB) {
	tb.Helper()
	p.Signal(tb, os.Interrupt)
}

// Signal sends a signal to the process.
func (p *Process) Signal(tb testing.TB, signal os.Signal) {
	tb.Helper()
	if err := p.command.Process.Signal(signal); err != nil {
		tb.Fatal(err)
	}
}

// ExitCode waits for the end of the process and gives its exit code, which is -1 when it was killed.
func (p *Process) ExitCode(tb testing.TB) int {
	tb.Helper()
	select {
	case <-p.ended:
		return p.command.ProcessState.ExitCode()
	case <-time.After(patience):
		tb.Fatalf("the program does not end; it printed:\n%s%s", p.Stdout, p.Stderr)
		return 0
	}
}
