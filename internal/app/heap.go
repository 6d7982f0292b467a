package app

import (
	"os"
	"runtime"
)

// heapReserve is how many bytes of garbage may pile up before it is collected, whatever little the process keeps. The
// collector runs when the heap has doubled. A few megabytes double fifty times a second.
const heapReserve = 64 << 20

// reserveHeap makes the collector count memory that nobody touches, and which therefore takes no room. So garbage piles
// up to heapReserve more than by default, however large the heap becomes. An operator who sets GOGC or GOMEMLIMIT
// decides instead. The reserve lasts until it is released.
func reserveHeap() (release func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	reserve := make([]byte, heapReserve)
	return func() { runtime.KeepAlive(reserve) }
}
