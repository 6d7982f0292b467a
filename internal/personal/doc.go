// Package personal owns the words in which every noun speaks of one person's data. They are whom it is about and by which
// spellings a text can name them, a text without these, and where records about them go.
//
// It must not know what is held, where it is kept, or how it is handed out.
package personal
