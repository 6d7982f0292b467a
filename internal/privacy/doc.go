// Package privacy owns people's rights to their data: what they choose, what they ask for, and what is decided on it. It owns
// the export and the erasure of a person, and the class of every column of the schema, with its purpose and retention.
//
// It must not know HTTP or SQL, nor how anything is stored. Every noun exports and erases its own data: see Holder.
package privacy
