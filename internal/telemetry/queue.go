package telemetry

import (
	"bytes"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// maxQueued is how much of the log waits for whoever reads it, in bytes: some 20,000 requests.
const maxQueued = 8 << 20

var droppedLines = prometheus.NewCounter(prometheus.CounterOpts{
	Name: "timetracker_log_dropped_lines_total",
	Help: "Lines of the log that were dropped, since nobody read the log fast enough.",
})

// Queue writes the program's log, so that nothing waits for whoever reads it. When more than maxQueued waits, further
// lines are dropped and counted. It is safe for concurrent use.
type Queue struct {
	mu     sync.Mutex
	filled *sync.Cond // waiting is not empty, or closing
	// waiting is what Write has taken. It is swapped with another buffer while that one is written.
	waiting bytes.Buffer
	closing bool
	done    chan struct{}

	untold atomic.Int64 // dropped lines of which the log says nothing yet
	full   atomic.Bool  // there is no room for saying it, either
}

// NewQueue begins to write to out. Close ends it.
func NewQueue(out io.Writer) *Queue {
	q := &Queue{done: make(chan struct{})}
	q.filled = sync.NewCond(&q.mu)
	go q.run(out)
	return q
}

// Write takes whole lines, or drops them. It never waits and never fails.
func (q *Queue) Write(lines []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closing || q.waiting.Len()+len(lines) > maxQueued {
		q.full.Store(true)
		q.drop(lines)
		return len(lines), nil
	}
	q.waiting.Write(lines)
	q.filled.Signal()
	return len(lines), nil
}

// drop counts lines that the log lacks.
func (q *Queue) drop(lines []byte) {
	count := bytes.Count(lines, []byte{'\n'})
	droppedLines.Add(float64(count))
	q.untold.Add(int64(count))
}

// takeUntold gives how many lines were dropped since the last call, once there is room for saying so.
func (q *Queue) takeUntold() int64 {
	if q.untold.Load() == 0 || q.full.Load() {
		return 0
	}
	return q.untold.Swap(0)
}

// run writes what was taken until Close, and then the rest.
func (q *Queue) run(out io.Writer) {
	defer close(q.done)
	var taken bytes.Buffer
	for {
		q.mu.Lock()
		for q.waiting.Len() == 0 && !q.closing {
			q.filled.Wait()
		}
		if q.waiting.Len() == 0 {
			q.mu.Unlock()
			return
		}
		taken, q.waiting = q.waiting, taken
		q.full.Store(false)
		q.mu.Unlock()
		written, err := out.Write(taken.Bytes())
		if err != nil {
			q.drop(taken.Bytes()[written:])
		}
		taken.Reset()
	}
}

// Close writes what is waiting, but for no longer than patience: the program must end although nobody reads its log.
func (q *Queue) Close(patience time.Duration) {
	q.mu.Lock()
	q.closing = true
	q.filled.Signal()
	q.mu.Unlock()
	select {
	case <-q.done:
	case <-time.After(patience):
	}
}
