package importer

import (
	"slices"
	"sort"
	"time"

	"timetracker/internal/ids"
)

// spans are the times that rows of the file take. Those that touch are one, so that a day holds few of them, in whatever
// order the rows come.
type spans map[personDay][]span

// personDay is a person's day of 24 hours since 1970, UTC.
type personDay struct {
	owner ids.User
	day   int64
}

// span is within one day, in milliseconds since 1970.
type span struct{ from, to int64 }

const dayMS = int64(24 * time.Hour / time.Millisecond)

// days calls use with the part of [from, to) in each day that it reaches into, until use gives false.
func days(owner ids.User, from, to time.Time, use func(of personDay, part span) bool) {
	end := to.UnixMilli()
	for at := from.UnixMilli(); at < end; {
		day := at / dayMS
		if at < 0 && at%dayMS != 0 {
			day-- // the division cuts towards zero
		}
		next := min((day+1)*dayMS, end)
		if !use(personDay{owner, day}, span{at, next}) {
			return
		}
		at = next
	}
}

func (s spans) add(owner ids.User, from, to time.Time) {
	days(owner, from, to, func(of personDay, part span) bool {
		all := s[of]
		first := sort.Search(len(all), func(n int) bool { return all[n].to >= part.from })
		last := first
		for last < len(all) && all[last].from <= part.to {
			part = span{min(part.from, all[last].from), max(part.to, all[last].to)}
			last++
		}
		s[of] = slices.Replace(all, first, last, part)
		return true
	})
}

// endOf is the end of the first span that shares time with an interval; zero when none does. The span may continue on the
// next day.
func (s spans) endOf(owner ids.User, from, to time.Time) (end time.Time) {
	days(owner, from, to, func(of personDay, part span) bool {
		all := s[of]
		at := sort.Search(len(all), func(n int) bool { return all[n].to > part.from })
		if at < len(all) && all[at].from < part.to {
			end = time.UnixMilli(all[at].to).UTC()
			return false
		}
		return true
	})
	return end
}
