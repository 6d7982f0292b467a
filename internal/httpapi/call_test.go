package httpapi

import (
	"context"
	"testing"

	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

func TestCallerTravelsInContext(t *testing.T) {
	nobody := withCall(t.Context(), &call{})
	for name, ctx := range map[string]context.Context{"no call": t.Context(), "nobody has signed in": nobody} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s, but there is a caller", name)
				}
			}()
			caller(ctx)
		}()
	}
	ada := tenant.Member{Tenant: tenant.Tenant{ID: ids.Tenant{'c'}}, User: tenant.User{ID: ids.User{'a'}}}
	ben := tenant.Member{Tenant: tenant.Tenant{ID: ids.Tenant{'c'}}, User: tenant.User{ID: ids.User{'b'}}}

	outer := withCall(t.Context(), &call{})
	callOf(outer).signIn(outer, ada)
	inner, cancel := context.WithCancel(outer)
	defer cancel()
	if got := caller(inner); got != ada {
		t.Errorf("the caller is %+v, want Ada", got)
	}
	if got := caller(withCall(inner, &call{member: ben})); got != ben {
		t.Errorf("the caller is %+v, want Ben", got)
	}
	if got := caller(outer); got != ada {
		t.Errorf("the outer context carries %+v, want Ada", got)
	}
	if got := caller(context.WithoutCancel(outer)); got != ada {
		t.Errorf("the caller is %+v, want Ada", got)
	}
}
