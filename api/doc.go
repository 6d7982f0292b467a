// Package api owns the API's contract: openapi.yaml, which is written by hand, and the server code generated from it.
//
// It must not hold rules or behaviour; handlers live in internal/httpapi.
package api

import _ "embed"

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 --config oapi-codegen.yaml openapi.yaml

// Prefix is where the contract's paths begin: its server's address.
const Prefix = "/api/v1"

// Spec is openapi.yaml as it was when the program was built.
//
//go:embed openapi.yaml
var Spec []byte
