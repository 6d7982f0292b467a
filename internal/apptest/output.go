package apptest

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a step that takes a second may take. It ends a test that hangs, and measures nothing.
const patience = 60 * time.Second

// Output collects what a program prints.
type Output struct {
	mu    sync.Mutex
	text  strings.Builder
	grown chan struct{} // closed by the next Write
}

// NewOutput makes an empty Output.
func NewOutput() *Output { return &Output{grown: make(chan struct{})} }

// Write implements io.Writer.
func (o *Output) Write(data []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.grown)
	o.grown = make(chan struct{})
	return o.text.Write(data)
}

// String is what was printed so far.
func (o *Output) String() string {
	text, _ := o.read()
	return text
}

func (o *Output) read() (text string, grown <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.grown
}

// AwaitLine waits until the line was printed. The test fails when the program ends without it.
func (o *Output) AwaitLine(t *testing.T, line string, ended <-chan struct{}) {
	t.Helper()
	deadline := time.After(patience)
	for {
		text, grown := o.read()
		if slices.Contains(strings.Split(text, "\n"), line) {
			return
		}
		select {
		case <-grown:
		case <-ended:
			if text := o.String(); !slices.Contains(strings.Split(text, "\n"), line) {
				t.Fatalf("the program ended without the line %q; it printed:\n%s", line, text)
			}
			return
		case <-deadline:
			t.Fatalf("the program did not print the line %q in time; it printed:\n%s", line, text)
		}
	}
}
