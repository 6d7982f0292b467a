// Package docs makes the contract readable for people. It serves one page without scripts or other files, and
// openapi.yaml as it is written.
//
// It must not add anything to the contract, nor read any other file.
package docs
