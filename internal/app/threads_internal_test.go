package app

import (
	"runtime"
	"testing"
)

func TestThreadsThatWaitForTheDiskAreAdded(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	expect := func(want int) {
		t.Helper()
		if got := runtime.GOMAXPROCS(0); got != want {
			t.Errorf("%d goroutines may run at a time, want %d", got, want)
		}
	}
	t.Setenv("GOMAXPROCS", "7")
	addThreads("sqlite:/data/timetracker.db")
	expect(before)
	t.Setenv("GOMAXPROCS", "")
	addThreads("sqlserver://db.example")
	expect(before)
	addThreads("sqlite:/data/timetracker.db")
	addThreads("sqlite:/data/timetracker.db") // another process of `dev`
	expect(before + waitingThreads)
}
