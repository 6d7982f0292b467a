package domaintest

import (
	"encoding/json"
	"testing"
)

// TimePolicy are the vectors of docs/time-policy.json that a report and its files have to pass.
type TimePolicy struct {
	Cuts []struct {
		Zone    string `json:"time_zone"`
		Unit    string `json:"unit"`
		Started string `json:"started_at"`
		Stopped string `json:"stopped_at"`
		Elapsed int64  `json:"elapsed_in_ms"`
		Parts   string `json:"parts_in_ms"` // such as "2026-11-20: 5399999, 2026-11-21: 1800000"
	} `json:"cutting_an_entry"`
	Roundings []struct {
		Length   int64  `json:"length_in_ms"`
		Minutes  int    `json:"round_to_minutes"`
		Rounding string `json:"rounding"`
		Result   int64  `json:"result_in_ms"`
	} `json:"rounding"`
	Shown struct {
		Wholes []struct {
			Remark string  `json:"remark"`
			Unit   int64   `json:"unit_ms"`
			Parts  []int64 `json:"parts_ms"`
			Shown  []int64 `json:"shown_ms"`
			Whole  int64   `json:"whole_ms"`
		} `json:"wholes"`
		DecimalHours []struct {
			MS    int64  `json:"ms"`
			Point string `json:"point"`
			Comma string `json:"comma"`
		} `json:"decimal_hours"`
		Entries []struct {
			Remark  string `json:"remark"`
			Started string `json:"started_at"`
			Stopped string `json:"stopped_at"`
			From    string `json:"from"`
			To      string `json:"to"`
			Length  string `json:"length"`
		} `json:"entries"`
	} `json:"shown"`
}

// ReadTimePolicy reads them. A test that finds none of a kind fails.
func ReadTimePolicy(t *testing.T) (p TimePolicy) {
	t.Helper()
	if err := json.Unmarshal(Document(t, "time-policy.json"), &p); err != nil {
		t.Fatal(err)
	}
	if len(p.Cuts) == 0 || len(p.Roundings) == 0 || len(p.Shown.Wholes) == 0 || len(p.Shown.DecimalHours) == 0 || len(p.Shown.Entries) == 0 {
		t.Fatal("docs/time-policy.json lacks vectors")
	}
	return p
}
