// Package audit owns what is remembered of what people did: administrative changes, with old and new values, and actions
// in the product. It never says from where.
//
// It must not decide who may read it, nor know what is changed beyond its kind, id and name.
package audit
