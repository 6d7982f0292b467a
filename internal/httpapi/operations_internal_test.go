package httpapi

import (
	"maps"
	"slices"
	"testing"

	"timetracker/internal/httpapi/contract"
)

// TestNamedOperationsAreInTheContract: an operation that gets another name must not lose what is special about it.
func TestNamedOperationsAreInTheContract(t *testing.T) {
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
	for _, id := range slices.Concat(leavingWork, slices.Collect(maps.Keys(writesToTracker))) {
		if !known[id] {
			t.Errorf("%s is no operation of the contract", id)
		}
	}
}
