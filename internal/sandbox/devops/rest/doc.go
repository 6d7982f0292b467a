// Package rest owns the REST side of the stand-in for Azure DevOps: addresses, tokens, JSON and errors as Azure DevOps has
// them. It must not decide what may become of a work item; that is up to the boards.
package rest
