package identity_test

import (
	"context"
	"testing"

	"timetracker/internal/identity"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

func TestCallerTravelsInContext(t *testing.T) {
	if caller, ok := identity.From(t.Context()); ok {
		t.Errorf("nobody has signed in, but the caller is %+v", caller)
	}
	ada := tenant.Member{Tenant: tenant.Tenant{ID: ids.Tenant{'c'}}, User: tenant.User{ID: ids.User{'a'}}}
	ben := tenant.Member{Tenant: tenant.Tenant{ID: ids.Tenant{'c'}}, User: tenant.User{ID: ids.User{'b'}}}

	outer := identity.With(t.Context(), ada)
	inner, cancel := context.WithCancel(outer)
	defer cancel()
	if caller, ok := identity.From(inner); !ok || caller != ada {
		t.Errorf("the caller is %+v, %v, want Ada", caller, ok)
	}
	if caller, _ := identity.From(identity.With(inner, ben)); caller != ben {
		t.Errorf("the caller is %+v, want Ben", caller)
	}
	if caller, _ := identity.From(outer); caller != ada {
		t.Errorf("the outer context carries %+v, want Ada", caller)
	}
	if caller, ok := identity.From(context.WithoutCancel(outer)); !ok || caller != ada {
		t.Errorf("the caller is %+v, %v, want Ada", caller, ok)
	}
}
