// Package calendar owns the rules of time that need no database: instants in UTC with milliseconds, days, weeks and months
// cut in an IANA time zone, and calendar months in UTC. docs/time-policy.md states them, with vectors that its tests read.
//
// It must not know entries, tenants or any other noun of the product.
package calendar
