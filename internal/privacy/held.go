package privacy

import (
	"slices"
	"strings"
)

// HeldData are fields of a record set of downloads that are treated alike.
type HeldData struct {
	RecordSet string
	Fields    []string
	Class     Class
	Purpose   Purpose
	Retention Retention
	Erasure   Erasure
}

// Held says what is held about people, in the order of the schema.
func Held() (all []HeldData) {
	for _, c := range Schema() {
		if c.Class == None || c.Export == "" {
			continue
		}
		set, field, renamed := strings.Cut(c.Export, ".")
		fields := c.Names
		if renamed {
			fields = []string{field}
		}
		for _, set := range []string{set, c.Also} {
			if set == "" {
				continue
			}
			one := HeldData{RecordSet: set, Class: c.Class, Purpose: c.Purpose, Retention: c.Retention, Erasure: c.Erasure}
			i := slices.IndexFunc(all, func(h HeldData) bool { return h.sameBut(one) })
			if i < 0 {
				i, all = len(all), append(all, one)
			}
			all[i].Fields = append(all[i].Fields, fields...)
		}
	}
	return all
}

// sameBut says whether two are alike but for their fields.
func (h HeldData) sameBut(other HeldData) bool {
	return h.RecordSet == other.RecordSet && h.Class == other.Class && h.Purpose == other.Purpose &&
		h.Retention == other.Retention && h.Erasure == other.Erasure
}
