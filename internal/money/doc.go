// Package money owns amounts: integers in a currency's minor unit, their decimals by ISO 4217, and arithmetic that refuses
// to overflow.
//
// It must not use floating point, convert between currencies, or know what an amount is for.
package money
