package httpapi

import (
	"context"
	"net/url"

	"timetracker/internal/ids"
	"timetracker/internal/telemetry"
	"timetracker/internal/tenant"
)

// call is the caller of the API, and what the generated code does not pass on to handlers. Each layer that the request
// passes adds to it.
type call struct {
	accept []string      // the values of Accept
	query  url.Values    // validated, as soon as validate has passed
	token  string        // the access token, for asking Microsoft on the caller's behalf; never logged
	person tenant.Person // the person of the token
	member tenant.Member // read from the database on this very call, or made by a sign-up; zero until then

	shows []ids.User // whose data the answer has, where it doesn't say so itself

	leavesNothing bool // nothing was changed, and no answer may be kept; a repeat does nothing either

	newTenant ids.Tenant // what a sign-up must make, since a transaction was begun for it; zero: any
}

type callKey struct{}

// withCall returns a context that carries the call.
func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callOf gives the call that authenticate has begun.
func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// signIn stores the caller for handlers and for the log.
func (c *call) signIn(ctx context.Context, member tenant.Member) {
	c.member = member
	telemetry.SetTenant(ctx, member.Tenant.ID)
}

// caller is the member who calls. Every operation but those that come before sign-in has one.
func caller(ctx context.Context) tenant.Member {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil || c.member.User.ID.IsZero() {
		panic("httpapi: no caller in the context")
	}
	return c.member
}
