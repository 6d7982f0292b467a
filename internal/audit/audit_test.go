package audit_test

import (
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
)

func TestActorKind(t *testing.T) {
	user := audit.Actor{ID: ids.New[ids.User](), Name: "Ada Lovelace"}
	for _, test := range []struct {
		by   audit.Actor
		what audit.EventType
		want audit.ActorKind
	}{
		{user, audit.RoleChanged, audit.ActorUser},
		{user, audit.SubscriptionChanged, audit.ActorUser},
		{audit.Actor{Name: "Azure Marketplace"}, audit.SubscriptionChanged, audit.ActorMarketplace},
		{audit.Actor{Name: "Microsoft Entra ID"}, audit.ProfileChanged, audit.ActorDirectory},
		{audit.Actor{Name: "Olga Operator"}, audit.PlanChanged, audit.ActorOperator},
	} {
		event := audit.NewEvent(test.by, test.what, audit.Target{}, time.Time{})
		if got := event.ActorKind(); got != test.want {
			t.Errorf("%s by %q: %s, want %s", test.what, test.by.Name, got, test.want)
		}
	}
}
