package httpapi

import (
	"strconv"
	"strings"
)

// negotiate chooses the offer that the values of Accept prefer (RFC 9110 section 12.5.1). Between equals the earlier
// offer wins. Without Accept any offer is accepted. A part that can't be read is ignored.
func negotiate(accept, offers []string) (offer string, ok bool) {
	if len(accept) == 0 {
		return offers[0], true
	}
	best := 0.0
	for _, candidate := range offers {
		if quality := qualityOf(candidate, accept); quality > best {
			offer, best = candidate, quality
		}
	}
	return offer, best > 0
}

// qualityOf is the weight of the most specific range that covers the offer; zero when none does.
func qualityOf(offer string, accept []string) float64 {
	mainType, _, _ := strings.Cut(offer, "/")
	quality, precision := 0.0, 0
	for _, value := range accept {
		for part := range strings.SplitSeq(value, ",") {
			name, parameters, _ := strings.Cut(part, ";")
			var covers int
			switch name = strings.ToLower(strings.TrimSpace(name)); name {
			case offer:
				covers = 3
			case mainType + "/*":
				covers = 2
			case "*/*":
				covers = 1
			}
			if weight, valid := weightOf(parameters); valid && covers > precision {
				quality, precision = weight, covers
			}
		}
	}
	return quality
}

// weightOf reads q among a range's parameters; it is 1 when there is none.
func weightOf(parameters string) (weight float64, valid bool) {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return weight, err == nil && weight >= 0 && weight <= 1
	}
	return 1, true
}
