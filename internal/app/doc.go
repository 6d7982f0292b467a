// Package app is the composition root: it opens the database, makes the services, listens, and stops in order.
//
// It must not hold rules of the product. It is the only package that knows all the others.
package app
