package app

import (
	"os"
	"runtime"
	"strings"
	"sync"
)

// waitingThreads is how many threads of a process on SQLite wait for the disk most of the time.
const waitingThreads = 2

// addThreads lets as many goroutines run as there are processors, beside threads that wait for the disk. Go takes a
// waiting thread for a running one until it looks again, up to 10 ms later. An operator who sets GOMAXPROCS decides
// instead.
func addThreads(databaseURL string) {
	if strings.HasPrefix(databaseURL, "sqlite:") && os.Getenv("GOMAXPROCS") == "" {
		addThreadsOnce()
	}
}

var addThreadsOnce = sync.OnceFunc(func() { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + waitingThreads) })
