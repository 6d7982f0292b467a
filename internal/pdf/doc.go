// Package pdf owns how texts in any script and rules get onto pages of a PDF: fonts, shaping, directions and line breaks.
// Text can be copied and searched, and the same calls with the same fonts give the same bytes.
//
// It must not know what is printed, nor who is told of characters that no font has.
package pdf
