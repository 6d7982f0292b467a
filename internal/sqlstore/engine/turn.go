package engine

import (
	"os"
	"time"
)

const (
	// maxCourtesy is how long a process lets another one go first. A process that has stopped then keeps nobody waiting.
	maxCourtesy = 250 * time.Millisecond
	// courtesyPause is the time between two looks whether the other one has begun.
	courtesyPause = 500 * time.Microsecond
)

// turns lets processes write to one SQLite file in turn. SQLite's lock goes to whoever asks first after it was released,
// which is always a busy process, since the others sleep between their attempts. So a process holds the turn while it
// waits for SQLite's lock. The one that has released that lock can't ask for it again before it has the turn.
//
// The turn is a lock on a byte of the file that SQLite neither locks nor stores anything in. It decides only who goes first.
type turns struct {
	file *os.File // nil: there are no turns
}

// await takes the turn. It gives up after maxCourtesy, and does without. The caller ends the turn when it has SQLite's lock.
func (t turns) await() {
	if t.file == nil {
		return
	}
	for waited := time.Duration(0); !lockTurn(t.file) && waited < maxCourtesy; waited += courtesyPause {
		time.Sleep(courtesyPause)
	}
}

// end lets the next one have the turn.
func (t turns) end() {
	if t.file != nil {
		unlockTurn(t.file)
	}
}
