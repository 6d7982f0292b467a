package proof

import (
	"testing"

	"timetracker/internal/ids"
)

// Forge makes a link like another one that follows from a link.
func Forge(t *testing.T, id ids.Tenant, previous Hash, like Sealed) Sealed {
	t.Helper()
	like.Link.RowID = ids.New[ids.Any]()
	like.Link.Hash = hashOf(id, previous, like.Link)
	return like
}
