// Package span owns what a trace may say: which spans there are, and the attributes that they may have.
//
// Traces leave the machine, so nothing in them may come from a client or be about a person. Attributes are made here alone,
// from words of the program. A span never carries an address, a user agent, a path, a query, an error's text or an id of a
// tenant or a person. Who records and sends spans is not known here.
package span
