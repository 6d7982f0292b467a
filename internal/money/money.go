package money

import (
	"errors"
	"fmt"
	"math"
)

// ErrOverflow says that an amount does not fit into 64 bits. A wrapped number would be billed as a real one.
var ErrOverflow = errors.New("the amount is too large")

// Add gives the sum of two amounts in minor units of the same currency, or ErrOverflow.
func Add(a, b int64) (int64, error) {
	sum := a + b
	if (a > 0 && b > 0 && sum <= 0) || (a < 0 && b < 0 && sum >= 0) {
		return 0, fmt.Errorf("%d + %d: %w", a, b, ErrOverflow)
	}
	return sum, nil
}

// Sub gives the difference of two amounts in minor units of the same currency, or ErrOverflow.
func Sub(a, b int64) (int64, error) {
	difference := a - b
	if (a >= 0 && b < 0 && difference < 0) || (a < 0 && b > 0 && difference >= 0) {
		return 0, fmt.Errorf("%d - %d: %w", a, b, ErrOverflow)
	}
	return difference, nil
}

// Mul gives what a number of units costs, in minor units, or ErrOverflow.
func Mul(unitMinor, count int64) (int64, error) {
	product := unitMinor * count
	wraps := (unitMinor == -1 && count == math.MinInt64) || (count == -1 && unitMinor == math.MinInt64)
	if wraps || (count != 0 && product/count != unitMinor) {
		return 0, fmt.Errorf("%d x %d: %w", unitMinor, count, ErrOverflow)
	}
	return product, nil
}

// Format writes an amount in minor units of a currency exactly, such as -1,234.50.
func Format(minor int64, currency string) string { return FormatFixed(minor, Decimals(currency)) }

// FormatFixed writes a number whose last digits are decimals, and groups its thousands.
func FormatFixed(n int64, places int) string {
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
