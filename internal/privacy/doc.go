// Package privacy owns people's rights to their data: what they choose, what they ask for, and what is decided on it. It owns
// the export and the erasure of a person, and the class of every column of the schema, with its purpose and retention.
//
// It must not know HTTP or SQL, nor how anything is stored. Every noun exports its own data and erases what is a person's alone: see
// Holder. Texts that anybody can write are taken care of here, as the classes of the columns say: see Erasures.
package privacy
