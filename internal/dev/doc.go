// Package dev composes everything on one machine: the product's processes, stand-ins for the services of others, and
// the history of a customer to look at.
//
// It must not hold rules of the product, nor write its rows, since the same services make the history that make
// everybody's. It listens only on loopback.
package dev
