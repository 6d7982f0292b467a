// Package calendar owns the rules of time that need no database. They cover instants in UTC with milliseconds, days,
// weeks and months in an IANA time zone, and calendar months in UTC. They also say as what lengths are shown.
// docs/time-policy.md states them, with vectors that the tests read.
//
// It must not know entries, tenants or any other noun of the product.
package calendar
