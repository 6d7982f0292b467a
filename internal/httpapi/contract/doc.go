// Package contract checks requests against openapi.yaml: their parameters, their media types and their bodies. It is
// the only reader of a request's JSON.
//
// It must not know what an operation does, nor who calls. Its answers repeat nothing of a request but names.
package contract
