// Package workitem owns the identity of what is worked on: sites, projects and work items, and each tracker's rules for ids.
//
// A work item is its number within its site, whatever project it is in. Sites and projects have the tracker's own stable id
// where the tracker has one, and every name that they were seen under. What a client says of them is a claim: it may create
// and add a name, never rename or merge. Renaming and merging is done by admins; what the tracker itself says renames, too.
//
// What is read of work items is stored for the tenant, and shown to each person as the tracker shows it to them: see
// WorkItem.SeenBy.
//
// What is written to trackers is here, too. A WriteBack says what Completed Work is to have of an entry. A Contribution is
// one change of it, which is in the ledger before it is sent. WriteBacks.Drain sends what is due; Corrections set right.
//
// It must not know HTTP, SQL or how a tracker is called.
package workitem
