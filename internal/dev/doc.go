// Package dev composes everything on one machine: the product's processes, stand-ins for the services of others, and the
// history of a customer to look at.
//
// It must not hold rules of the product, nor write its rows: the history is made by the services that make everybody's.
// Nothing of it listens anywhere but on loopback.
package dev
