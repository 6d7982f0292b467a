// Package proof owns the chain of a tenant. Its links seal rows which are final, and each is made of the link before it.
// Whoever alters, removes, inserts or reorders a row breaks it. It owns how rows are hashed, how a chain is verified, with a
// database or without, and what a person's erasure leaves of it.
//
// It must not change a row, nor decide what is written into one. See docs/proof.md.
package proof
