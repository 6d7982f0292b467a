package money

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// listOne has the decimals of each currency's minor unit by ISO 4217, list one, as of 1 January 2026. The pages import
// the same file. Codes without a minor unit, such as gold's, are left out: nothing is priced in them.
//
//go:embed iso4217.json
var listOne []byte

var decimals = readListOne()

func readListOne() map[string]int {
	read := map[string]int{}
	if err := json.Unmarshal(listOne, &read); err != nil {
		panic(fmt.Sprintf("money: iso4217.json: %v", err)) // a fault of the program, which every test would show
	}
	return read
}

// IsCurrency says whether a code is one of ISO 4217 that amounts can be in.
func IsCurrency(code string) bool {
	_, ok := decimals[code]
	return ok
}

// Decimals is how many decimals the minor unit of a currency has; 2 for what is no currency.
func Decimals(currency string) int {
	if places, ok := decimals[currency]; ok {
		return places
	}
	return 2
}
