// Package graph owns the stand-in for Microsoft Graph, as far as TimeTracker uses it: a search for a directory's users.
// It must not have people or tokens of its own; both are Entra's.
package graph
