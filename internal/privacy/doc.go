// Package privacy owns what people can demand of the data that is held about them: its export and its erasure. It also owns
// the class of every column of the schema, with its purpose and how long it is kept.
//
// It must not know how any of it is stored. Every noun exports and erases its own data: see Holder.
package privacy
