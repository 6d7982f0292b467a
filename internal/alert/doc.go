// Package alert owns the kinds of alert: what the product tells its operators because a person must look at it. The page
// docs/alerts.md says for each kind what to do.
//
// It must not know who raises an alert or where it goes, and nothing of a person may stand in one.
package alert
