// Package jobs owns the background loops and the leases that keep replicas from doing the same work at once.
//
// It must not hold rules: a job is a call of a domain package. A job that runs twice must do no harm, since a lease only
// saves work; it is never what keeps data right.
package jobs
