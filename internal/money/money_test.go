package money

import (
	"errors"
	"math"
	"testing"
)

func TestFormat(t *testing.T) {
	tests := []struct {
		minor    int64
		currency string
		want     string
	}{
		{0, "USD", "0.00"},
		{5, "USD", "0.05"},
		{-5, "USD", "-0.05"},
		{90, "EUR", "0.90"},
		{99_999, "USD", "999.99"},
		{100_000, "USD", "1,000.00"},
		{-123_456_789, "USD", "-1,234,567.89"},
		{0, "JPY", "0"},
		{29_900, "JPY", "29,900"},
		{-1000, "KRW", "-1,000"},
		{5, "KWD", "0.005"},
		{1_234, "BHD", "1.234"},
		{1_234_567, "KWD", "1,234.567"},
		{1_234_567, "CLF", "123.4567"},
		{100, "ABC", "1.00"},
		{math.MaxInt64, "USD", "92,233,720,368,547,758.07"},
		{math.MinInt64, "USD", "-92,233,720,368,547,758.08"},
		{math.MinInt64, "JPY", "-9,223,372,036,854,775,808"},
	}
	for _, tt := range tests {
		if got := Format(tt.minor, tt.currency); got != tt.want {
			t.Errorf("%d %s is written as %s, want %s", tt.minor, tt.currency, got, tt.want)
		}
	}
}

func TestArithmetic(t *testing.T) {
	t.Parallel()
	const most, least = math.MaxInt64, math.MinInt64
	type calculation struct {
		name string
		do   func(a, b int64) (int64, error)
		a, b int64
		want int64
		ok   bool
	}
	tests := []calculation{
		{"add", Add, 1, 2, 3, true},
		{"add", Add, most, 0, most, true},
		{"add", Add, most, least, -1, true},
		{"add", Add, most, 1, 0, false},
		{"add", Add, most, most, 0, false},
		{"add", Add, least, -1, 0, false},
		{"add", Add, least, least, 0, false},
		{"sub", Sub, 1, 2, -1, true},
		{"sub", Sub, -1, most, least, true},
		{"sub", Sub, -1, least, most, true},
		{"sub", Sub, 0, least, 0, false},
		{"sub", Sub, most, -1, 0, false},
		{"sub", Sub, least, 1, 0, false},
		{"mul", Mul, 900, 12, 10_800, true},
		{"mul", Mul, -900, 12, -10_800, true},
		{"mul", Mul, 0, most, 0, true},
		{"mul", Mul, most, 0, 0, true},
		{"mul", Mul, least, 1, least, true},
		{"mul", Mul, 1 << 32, 1 << 30, 1 << 62, true},
		{"mul", Mul, 1 << 32, 1 << 31, 0, false},
		{"mul", Mul, 1 << 32, 1 << 32, 0, false},
		{"mul", Mul, most, 2, 0, false},
		{"mul", Mul, least, -1, 0, false},
		{"mul", Mul, -1, least, 0, false},
	}
	for _, test := range tests {
		got, err := test.do(test.a, test.b)
		if got != test.want || errors.Is(err, ErrOverflow) == test.ok {
			t.Errorf("%s %d, %d gives %d: %v", test.name, test.a, test.b, got, err)
		}
	}
}
