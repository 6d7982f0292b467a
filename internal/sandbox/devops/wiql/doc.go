// Package wiql owns the query language of work items, as far as the stand-in for Azure DevOps understands it. That is flat
// queries which compare fields by =, <>, IN, CONTAINS, CONTAINS WORDS and UNDER. It must not know which fields there are,
// nor which work items match.
package wiql
