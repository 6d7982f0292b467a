// Package ids owns identifiers of 16 bytes. Every noun has a type of its own, so that a user's id can't be passed for a
// tenant's. Ours are UUIDv7 (RFC 9562), whose bytes sort by time; those of Microsoft are GUIDs. They are text only at
// the edge of the API.
//
// It must not know what the nouns are.
package ids
