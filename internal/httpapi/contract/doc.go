// Package contract holds requests to openapi.yaml: their parameters, their media types and their bodies. It is the only
// reader of a request's JSON.
//
// It must not know what an operation does, nor who calls. It never says back more of a request than the names it found.
package contract
