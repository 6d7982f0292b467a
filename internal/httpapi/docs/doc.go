// Package docs makes the contract readable for people: one page without a script that loads nothing, and openapi.yaml as it
// is written.
//
// It must not add anything to what the contract says, nor read any other file.
package docs
