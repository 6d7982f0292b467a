package app

import (
	"os"
	"runtime"
	"runtime/metrics"
	"testing"
)

// heapGoal is the size of the heap at which garbage is collected next.
func heapGoal() uint64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func withoutSettings(t *testing.T) {
	t.Helper()
	for _, variable := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Setenv(variable, "") // restores it at the end
		if err := os.Unsetenv(variable); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGarbageIsCollectedLater(t *testing.T) {
	withoutSettings(t)
	before := heapGoal()
	release := reserveHeap()
	during := heapGoal()
	release()
	if during < before+heapReserve {
		t.Errorf("garbage is collected at %d bytes, and was at %d before", during, before)
	}
	if after := heapGoal(); after >= before+heapReserve {
		t.Errorf("after the release garbage is collected at %d bytes", after)
	}
}

func TestOperatorDecidesWhenGarbageIsCollected(t *testing.T) {
	for _, variable := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Run(variable, func(t *testing.T) {
			withoutSettings(t)
			t.Setenv(variable, "100")
			before := heapGoal()
			defer reserveHeap()()
			if during := heapGoal(); during >= before+heapReserve {
				t.Errorf("garbage is collected at %d bytes, and was at %d before", during, before)
			}
		})
	}
}
