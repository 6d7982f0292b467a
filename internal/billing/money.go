package billing

import "fmt"

// decimals is how many decimals the minor unit of a currency has (ISO 4217, list one).
func decimals(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "CLF", "UYW":
		return 4
	default:
		return 2
	}
}

// FormatMinor writes an amount in minor units of a currency exactly, such as -1,234.50.
func FormatMinor(minor int64, currency string) string { return formatFixed(minor, decimals(currency)) }

// formatFixed writes a number whose last digits are decimals, with its thousands apart.
func formatFixed(n int64, places int) string {
	sign, size := "", uint64(n)
	if n < 0 {
		sign, size = "-", -size // also for the least number, whose opposite is no int64
	}
	digits := fmt.Sprintf("%0*d", places+1, size)
	whole, fraction := digits[:len(digits)-places], digits[len(digits)-places:]
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if places > 0 {
		whole += "."
	}
	return sign + whole + fraction
}
