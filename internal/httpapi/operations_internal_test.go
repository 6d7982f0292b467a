package httpapi

import (
	"maps"
	"slices"
	"testing"

	"timetracker/internal/audit"
	"timetracker/internal/httpapi/contract"
)

// TestNamedOperationsAreInTheContract: an operation that gets another name must not lose what is special about it.
func TestNamedOperationsAreInTheContract(t *testing.T) {
	known := operations(t)
	for _, id := range slices.Concat(leavingWork, slices.Collect(maps.Keys(writesToTracker))) {
		if !known[id] {
			t.Errorf("%s is no operation of the contract", id)
		}
	}
}

// An operation that doesn't say whose data it gives away is one that nobody hears of.
func TestEveryOperationSaysWhoseDataItGivesAway(t *testing.T) {
	known := operations(t)
	for id := range known {
		if _, said := readings[id]; !said {
			t.Errorf("%s is missing in readings, internal/httpapi/access.go", id)
		}
	}
	for id, what := range readings {
		if !known[id] {
			t.Errorf("%s is no operation of the contract", id)
		}
		if what.whose != nil && !slices.Contains(audit.AccessKinds, what.kind) {
			t.Errorf("%s has no kind", id)
		}
	}
}

// operations are those of the contract.
func operations(t *testing.T) map[string]bool {
	t.Helper()
	published, err := contract.Published()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, path := range published.Document.Paths.Map() {
		for _, operation := range path.Operations() {
			known[operation.OperationID] = true
		}
	}
	return known
}
