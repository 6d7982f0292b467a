// Package app composes the product's processes: it opens the database, makes the services, listens, and stops in order.
// NewProcess builds every process and demands what it needs.
//
// It must not hold rules of the product, nor know a stand-in: package dev composes everything on one machine.
package app
