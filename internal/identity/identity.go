package identity

import (
	"context"

	"timetracker/internal/tenant"
)

type contextKey struct{}

// With returns a context that carries the caller.
func With(ctx context.Context, caller tenant.Member) context.Context {
	return context.WithValue(ctx, contextKey{}, caller)
}

// From gives the caller, and false when nobody has signed in on this context.
func From(ctx context.Context) (tenant.Member, bool) {
	caller, ok := ctx.Value(contextKey{}).(tenant.Member)
	return caller, ok
}
