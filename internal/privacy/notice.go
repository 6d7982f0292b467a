package privacy

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// noticePeriod is how long before it takes effect a material change of the privacy notice is announced.
const noticePeriod = 14 * 24 * time.Hour

// NoticeVersion is a version of the privacy notice. Its text is in the pages' catalogue. Days begin in UTC.
type NoticeVersion struct {
	Number    int
	Announced time.Time
	Effective time.Time
	// Material says that the version changes what people are promised, and not only how it is said.
	Material bool
}

// Notices are the versions of the privacy notice, the oldest first. There is at least one.
type Notices []NoticeVersion

// noticeVersions is the one list of versions, which the pages import too.
//
//go:embed notices.json
var noticeVersions []byte

// ReadNotices gives the product's versions.
func ReadNotices() (Notices, error) { return parseNotices(noticeVersions) }

// parseNotices refuses a list by which a material change could surprise anybody.
func parseNotices(list []byte) (Notices, error) {
	var read []struct {
		Version              int
		Announced, Effective string
		Material             bool
	}
	if err := json.Unmarshal(list, &read); err != nil || len(read) == 0 {
		return nil, errors.Join(errors.New("privacy: the list of notices can't be read"), err)
	}
	notices := make(Notices, len(read))
	for i, each := range read {
		announced, errAnnounced := time.Parse(time.DateOnly, each.Announced)
		effective, errEffective := time.Parse(time.DateOnly, each.Effective)
		n := NoticeVersion{Number: each.Version, Announced: announced, Effective: effective, Material: each.Material}
		switch {
		case errAnnounced != nil || errEffective != nil:
			return nil, fmt.Errorf("privacy: notice %d has no days", each.Version)
		case n.Number != i+1:
			return nil, fmt.Errorf("privacy: notice %d is in the place of %d", n.Number, i+1)
		case i > 0 && !n.Effective.After(notices[i-1].Effective):
			return nil, fmt.Errorf("privacy: notice %d does not follow %d", n.Number, i)
		case i > 0 && n.Material && n.Effective.Sub(n.Announced) < noticePeriod, n.Effective.Before(n.Announced):
			return nil, fmt.Errorf("privacy: notice %d takes effect too soon after it is announced", n.Number)
		}
		notices[i] = n
	}
	return notices, nil
}

// InForce is the version that holds at an instant.
func (n Notices) InForce(now time.Time) NoticeVersion {
	holds := n[0]
	for _, each := range n[1:] {
		if !now.Before(each.Effective) {
			holds = each
		}
	}
	return holds
}

// Coming is the next version that was announced and doesn't hold yet.
func (n Notices) Coming(now time.Time) (NoticeVersion, bool) {
	for _, each := range n {
		if !now.Before(each.Announced) && now.Before(each.Effective) {
			return each, true
		}
	}
	return NoticeVersion{}, false
}

// ToTell is the latest material change of which a person is to be told. They have been there since an instant, and have
// dismissed what they were told of earlier versions, up to seen. Whoever came later has begun with it.
func (n Notices) ToTell(now, since time.Time, seen int) (told NoticeVersion, ok bool) {
	for _, each := range n[1:] {
		if each.Material && each.Number > seen && !now.Before(each.Announced) && since.Before(each.Effective) {
			told, ok = each, true
		}
	}
	return told, ok
}

// Seen is what is remembered of a person who has dismissed a version: no later one than they could have been told of.
func (n Notices) Seen(now time.Time, version int) int {
	seen := 0
	for _, each := range n {
		if !now.Before(each.Announced) {
			seen = min(version, each.Number)
		}
	}
	return seen
}
