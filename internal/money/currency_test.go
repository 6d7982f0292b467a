package money

import "testing"

// TestDecimals has currencies that the browsers' own tables (CLDR) show with other decimals than ISO 4217.
func TestDecimals(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{
		"USD": 2, "EUR": 2, "HUF": 2, "COP": 2, "IDR": 2, "IRR": 2, "LAK": 2, "MMK": 2, "RSD": 2, "PKR": 2, "TWD": 2, "UZS": 2,
		"JPY": 0, "KRW": 0, "VND": 0, "ISK": 0, "UGX": 0, "UYI": 0, "CLP": 0,
		"IQD": 3, "KWD": 3, "BHD": 3, "TND": 3,
		"CLF": 4, "UYW": 4,
	} {
		if got := Decimals(code); got != want || !IsCurrency(code) {
			t.Errorf("%s has %d decimals, a currency: %t", code, got, IsCurrency(code))
		}
	}
}

func TestNoCurrencies(t *testing.T) {
	t.Parallel()
	// Not assigned, withdrawn, without a minor unit, for tests, or not as the standard writes it.
	for _, code := range []string{"ABC", "DEM", "BGN", "HRK", "ANG", "ZWL", "XAU", "XXX", "XTS", "usd", "US", "USDT", " USD", ""} {
		if IsCurrency(code) {
			t.Errorf("%q is a currency", code)
		}
	}
}
