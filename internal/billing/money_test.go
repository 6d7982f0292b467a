package billing

import (
	"math"
	"testing"
)

func TestFormatMinor(t *testing.T) {
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
		if got := FormatMinor(tt.minor, tt.currency); got != tt.want {
			t.Errorf("%d %s is written as %s, want %s", tt.minor, tt.currency, got, tt.want)
		}
	}
}
