// Package audit owns the record of what people did: administrative changes, with old and new values, and actions in the
// product. It never records from where they were done.
//
// It must not decide who may read it, nor know what is changed beyond its kind, id and name.
package audit
