// Package ids owns identifiers: 16 bytes each, with a type of its own for every noun, so that a user's id can't be passed
// where a tenant's is meant. Ours are UUIDv7 (RFC 9562), whose bytes sort by time; those of Microsoft are GUIDs. They are
// text at the edge of the API alone.
//
// It must not know what the nouns are.
package ids
