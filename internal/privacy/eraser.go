package privacy

import (
	"context"
	"time"

	"timetracker/internal/ids"
)

// Eraser takes people out of all that is held.
type Eraser interface {
	// Erase begins the erasure of a person, whose request was granted at an instant. It goes on by itself, and may be begun
	// again.
	Erase(ctx context.Context, tenantID ids.Tenant, userID ids.User, at time.Time) error
}
