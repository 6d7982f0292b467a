package importer

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

// read is a row as the tests compare it: its times in a zone.
type read struct {
	Who, Start, Stop, Work, Activity, Billable, Note, Problem string
	Placed                                                    bool
}

// readAll reads a file as the service does.
func readAll(t *testing.T, file string, format Format, order DateOrder, zone *time.Location) (Format, []read) {
	t.Helper()
	in, head, err := newRecords(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	l, err := readHead(head, format)
	if err != nil {
		t.Fatal(err)
	}
	p := newParser(l, order)
	var all []read
	seen := map[ids.External]int{}
	for {
		record, err := in.next()
		if errors.Is(err, io.EOF) {
			return l.format, all
		}
		if err != nil {
			t.Fatal(err)
		}
		row, problem := p.parse(in.row, record)
		if other, taken := seen[row.External]; taken {
			t.Errorf("row %d has the id of row %d", in.row, other)
		}
		seen[row.External] = in.row
		one := read{Who: row.Email + "|" + row.Person, Work: row.Project + "|" + row.WorkItem, Activity: strings.Join(append([]string{row.Activity}, row.Tags...), "|"), Note: row.Note}
		if row.Billable != nil {
			one.Billable = map[bool]string{true: "yes", false: "no"}[*row.Billable]
		}
		if problem != nil {
			one.Problem = problem.Code
		}
		if problem == nil || !slices.Contains([]Problem{problemDate, problemLength, problemKind}, *problem) {
			start, stop, placed := row.interval(zone)
			one.Start, one.Stop, one.Placed = calendar.FormatInstant(start), calendar.FormatInstant(stop), placed
		}
		all = append(all, one)
	}
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := calendar.LoadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestFilesOfOtherProducts(t *testing.T) {
	const noon, one = "2026-11-20T11:00:00.000Z", "2026-11-20T12:30:00.000Z"
	for _, test := range []struct {
		name   string
		file   string
		given  Format
		order  DateOrder
		format Format
		want   []read
	}{
		{
			name: "Toggl", format: Toggl,
			file: "\ufeffUser,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags,Amount ()\r\n" +
				`Ada,ada@contoso.example,Acme,Payments,,"Refund, #107",Yes,2026-11-20,12:00:00,2026-11-20,13:30:00,01:30:00,"Review, urgent",` + "\r\n" +
				"Ada,ada@contoso.example,,Payments,AB#104 Reference,,No,2026-11-20,12:00:00 PM,2026-11-20,01:30:00 PM,01:30:00,,\r\n",
			want: []read{
				{Who: "ada@contoso.example|Ada", Start: noon, Stop: one, Placed: true, Work: "Payments|107", Activity: "|Review|urgent", Billable: "yes", Note: "Refund, #107"},
				{Who: "ada@contoso.example|Ada", Start: noon, Stop: one, Placed: true, Work: "Payments|104", Billable: "no"},
			},
		},
		{
			name: "Clockify, months first", order: MonthFirst, format: Clockify,
			file: "Project,Client,Description,Task,User,Group,Email,Tags,Billable,Start Date,Start Time,End Date,End Time,Duration (h),Duration (decimal)\n" +
				"Payments,,Refund,#107,Ada,,ada@contoso.example,,Yes,11/20/2026,12:00 PM,11/20/2026,01:30 PM,01:30:00,1.50\n",
			want: []read{{Who: "ada@contoso.example|Ada", Start: noon, Stop: one, Placed: true, Work: "Payments|107", Billable: "yes", Note: "Refund"}},
		},
		{
			name: "Harvest, with commas in hours", format: Harvest,
			file: "Date;Client;Project;Project Code;Task;Notes;Hours;Billable?;Invoiced?;First Name;Last Name;External Reference URL\n" +
				"20.11.2026;Acme;Payments;P;Review;seen;1,5;No;No;Ada;Lovelace;https://dev.azure.com/contoso/Payments/_workitems/edit/107\n",
			want: []read{{Who: "|Ada Lovelace", Start: "2026-11-19T23:00:00.000Z", Stop: "2026-11-20T00:30:00.000Z", Work: "Payments|107", Activity: "Review", Billable: "no", Note: "seen"}},
		},
		{
			name: "entries of a report, with the texts of people who think of spreadsheets", format: TimeTracker,
			file: "\ufefffirst_day;2026-11-01;;;;;;;;;;;;;;\r\nlast_day;2026-11-30;;;;;;;;;;;;;;\r\ntime_zone;Europe/Berlin;;;;;;;;;;;;;;\r\nrounding;none;;;;;;;;;;;;;;\r\n" +
				"entry_id;day;start;end_day;end;started_at;stopped_at;cut;user;project;work_item_id;activity;billable;note;needs_review;kind\r\n" +
				"01a;2026-11-20;12:00;2026-11-20;13:30;" + noon + ";" + one + ";false;Ada;'=2+5;107;Review;true;\"a, '-b\n'- c; '＝d\";false;entry\r\n" +
				"01b;2026-11-20;12:00;2026-11-20;13:30;" + noon + ";" + one + ";true;Ada;Payments;107;Review;false;\u200b'@x;false;entry\r\n" +
				"01b;2026-11-20;12:00;2026-11-20;13:30;" + noon + ";" + noon + ";true;Ada;Payments;107;Review;false;it's = 1;false;entry\r\n" +
				";2026-11-20;;;;;;false;Ada;Payments;107;Review;false;;false;adjustment\r\n" +
				"01c;2026-11-20;12:00;2026-11-20;13:30;" + noon + ";" + one + ";false;Ada;Payments;107;Review;false;;true;entry\r\n" +
				"total;;;;;;;;;;;;;;;\r\n",
			want: []read{
				{Who: "|Ada", Start: noon, Stop: one, Placed: true, Work: "=2+5|107", Activity: "Review", Billable: "yes", Note: "a, -b\n- c; ＝d"},
				{Who: "|Ada", Start: noon, Stop: one, Placed: true, Work: "Payments|107", Activity: "Review", Billable: "no", Note: "\u200b@x"},
				{Who: "|Ada", Start: noon, Stop: noon, Placed: true, Work: "Payments|107", Activity: "Review", Billable: "no", Note: "it's = 1"},
				{Who: "|Ada", Work: "Payments|107", Activity: "Review", Billable: "no", Problem: "not_counted_as_entry"},
				{Who: "|Ada", Work: "Payments|107", Activity: "Review", Billable: "no", Problem: "not_counted_as_entry"},
			},
		},
		{
			name: "Toggl of today, with other names", format: Toggl,
			file: "Description,Duration,Member,Email,Project,Tags,Start date,Start time,Stop date,Stop time\n" +
				"Refund #107,1:30:00,Ada,ada@contoso.example,Payments,,2026-11-20,12:00:00,2026-11-20,13:30:00\n",
			want: []read{{Who: "ada@contoso.example|Ada", Start: noon, Stop: one, Placed: true, Work: "Payments|107", Note: "Refund #107"}},
		},
		{
			name: "Toggl of today, with dashes for nothing", format: Toggl,
			file: "Description,Duration,Member,Email,Project,Tags,Start date,Start time,Stop date,Stop time\n" +
				"-,1:30:00,Ada,ada@contoso.example,-,-,2026-11-20,12:00:00,2026-11-20,13:30:00\n",
			want: []read{{Who: "ada@contoso.example|Ada", Start: noon, Stop: one, Placed: true, Work: "|"}},
		},
		{
			name: "Toggl without ends, with an amount in a currency", format: Toggl,
			file: "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,Duration,Tags,Amount (EUR)\n" +
				"Ada,ada@contoso.example,,Payments,,Refund #107,No,2026-11-20,12:00:00,01:30:00,,0.00\n",
			want: []read{{Who: "ada@contoso.example|Ada", Start: noon, Stop: one, Placed: true, Work: "Payments|107", Billable: "no", Note: "Refund #107"}},
		},
		{
			name: "Clockify, whose tasks are called activities, with rates", format: Clockify, order: DayFirst,
			file: "Project,Client,Description,Activity,User,Group,Email,Tags,Billable,Start Date,Start Time,End Date,End Time," +
				"Duration (h),Duration (decimal),Billable Rate (EUR),Billable Amount (EUR),Date of creation\r\n" +
				"Payments,,Refund,AB#107,Ada,,ada@contoso.example,Review,No,20/11/2026,12:00:00,20/11/2026,13:30:00,01:30:00,1.50,0,0,20/11/2026\r\n",
			want: []read{
				{Who: "ada@contoso.example|Ada", Start: noon, Stop: one, Placed: true, Work: "Payments|107", Activity: "|Review", Billable: "no", Note: "Refund"},
			},
		},
		{
			name: "Harvest with every column", format: Harvest,
			file: "Date,Client,Project,Project Code,Task,Notes,Hours,Billable?,Invoiced?,Approved?,First Name,Last Name,Employee Id,Roles," +
				"Employee?,Billable Rate,Billable Amount,Cost Rate,Cost Amount,Currency,External Reference URL\n" +
				`2026-11-20,Acme,Payments,P,Review,"Refund, #107",0.25,Yes,No,No,Ada,Lovelace,7,,Yes,80,20,,,EUR,` + "\n",
			want: []read{{Who: "|Ada Lovelace", Start: "2026-11-19T23:00:00.000Z", Stop: "2026-11-19T23:15:00.000Z", Work: "Payments|107", Activity: "Review", Billable: "yes", Note: "Refund, #107"}},
		},
		{
			name: "Harvest with addresses alone", format: Harvest,
			file: "Date,Client,Project,Project Code,Task,Notes,Hours,Billable?,Invoiced?,Email,Currency\n" +
				"2026-11-20,Acme,Payments,P,Review,#107,1.5,Yes,No,ada@contoso.example,EUR\n",
			want: []read{{Who: "ada@contoso.example|", Start: "2026-11-19T23:00:00.000Z", Stop: "2026-11-20T00:30:00.000Z", Work: "Payments|107", Activity: "Review", Billable: "yes", Note: "#107"}},
		},
		{
			name: "an instant beyond the calendar, and texts that nobody sees", given: TimeTracker, format: TimeTracker,
			file: "user,started_at,stopped_at,note\n" +
				"Ada,9999-12-31T23:59:59-01:00,9999-12-31T23:59:59Z,a\n" + "A\u202eda,2026-11-20T11:00:00Z,2026-11-20T12:30:00Z,\ufeffa\x00b\n",
			want: []read{
				{Who: "|Ada", Work: "|", Note: "a", Problem: "date_unreadable"},
				{Who: "|Ada", Start: noon, Stop: one, Placed: true, Work: "|", Note: "ab"},
			},
		},
		{
			name: "7pace", format: SevenPace,
			file: "User,Unique Name,Date,Length,Work Item ID,Work Item Title,Team Project,Activity Type,Comment\n" +
				"Ada Lovelace,ada@contoso.example,2026-11-20,1:30,107,Refund,Payments,Review,seen\n" +
				"Ada Lovelace,CONTOSO\\ada,2026-11-20,1.5,107,Refund,Payments,,\n",
			want: []read{
				{Who: "ada@contoso.example|Ada Lovelace", Start: "2026-11-19T23:00:00.000Z", Stop: "2026-11-20T00:30:00.000Z", Work: "Payments|107", Activity: "Review", Note: "seen"},
				{Who: "|Ada Lovelace", Start: "2026-11-19T23:00:00.000Z", Stop: "2026-11-20T00:30:00.000Z", Work: "Payments|107"},
			},
		},
		{
			name: "7pace with seconds and an instant", format: SevenPace,
			file: "Email\tTimestamp\tPeriodLength\tWorkItemId\nada@contoso.example\t2026-11-20T12:00:00\t5400\t107\nada@contoso.example\t2026-11-20T12:00:00+01:00\t5400\t104\n",
			want: []read{
				{Who: "ada@contoso.example|", Start: noon, Stop: one, Placed: true, Work: "|107"},
				{Who: "ada@contoso.example|", Start: noon, Stop: one, Placed: true, Work: "|104"},
			},
		},
		{
			name: "7pace's table for imports, with points and with slashes", format: SevenPace, order: MonthFirst,
			file: "UserName,TimeStamp,Duration,ActivityType,Comment,WorkItem,BillableDuration\n" +
				"ada@contoso.example,11.20.2026 12:00,1.5,Development,Test comment,107,\n" +
				"Ada Lovelace,11/20/2026 12:00:00,1.5,,,104,1.5\n" +
				"ada@contoso.example,2026-11-20 12:00,1.5,,Daily,,0\n" +
				"ada@contoso.example,11.20.2026 12:00,1.5,,,107,1\n" +
				",11.20.2026 12:00,1.5,,,107,soon\n",
			want: []read{
				{Who: "ada@contoso.example|", Start: noon, Stop: one, Placed: true, Work: "|107", Activity: "Development", Note: "Test comment"},
				{Who: "|Ada Lovelace", Start: noon, Stop: one, Placed: true, Work: "|104", Billable: "yes"},
				{Who: "ada@contoso.example|", Start: noon, Stop: one, Placed: true, Work: "|", Billable: "no", Note: "Daily"},
				{Who: "ada@contoso.example|", Start: noon, Stop: one, Placed: true, Work: "|107", Problem: "billable_in_part"},
				{Who: "|", Start: noon, Stop: one, Placed: true, Work: "|107", Problem: "person_missing"},
			},
		},
		{
			name: "7pace's table for imports, with days and times apart", format: SevenPace, order: MonthFirst,
			file: "UserName;Date;Start;Duration;WorkItem\nada@contoso.example;11/20/2026;12:00;1,5;107\n",
			want: []read{{Who: "ada@contoso.example|", Start: noon, Stop: one, Placed: true, Work: "|107"}},
		},
		{
			name: "our own", format: TimeTracker,
			file: "id,user_email,started_at,stopped_at,project,work_item_id,activity,billable,note\n" +
				"x1,ada@contoso.example,2026-11-20T11:00:00.000Z,2026-11-20T12:30:00.000Z,Payments,107,Review,true,seen\n",
			want: []read{{Who: "ada@contoso.example|", Start: noon, Stop: one, Placed: true, Work: "Payments|107", Activity: "Review", Billable: "yes", Note: "seen"}},
		},
		{
			name: "over midnight, of one day and two times", format: SevenPace,
			file: "Email,Date,Start Time,End Time,Work Item ID\nada@contoso.example,2026-11-20,23:30,00:15,107\n",
			want: []read{{Who: "ada@contoso.example|", Start: "2026-11-20T22:30:00.000Z", Stop: "2026-11-20T23:15:00.000Z", Placed: true, Work: "|107"}},
		},
		{
			name: "the length tells which of two times the clocks showed", format: Toggl,
			file: "User,Description,Start date,Start time,End date,End time,Duration\n" +
				"Ada,a,2026-10-25,01:30:00,2026-10-25,02:30:00,01:00:00\n" +
				"Ada,b,2026-10-25,01:30:00,2026-10-25,02:30:00,02:00:00\n" +
				"Ada,c,2026-10-25,02:30:00,2026-10-25,03:30:00,01:00:00\n",
			want: []read{
				{Who: "|Ada", Start: "2026-10-24T23:30:00.000Z", Stop: "2026-10-25T00:30:00.000Z", Placed: true, Work: "|", Note: "a"},
				{Who: "|Ada", Start: "2026-10-24T23:30:00.000Z", Stop: "2026-10-25T01:30:00.000Z", Placed: true, Work: "|", Note: "b"},
				{Who: "|Ada", Start: "2026-10-25T01:30:00.000Z", Stop: "2026-10-25T02:30:00.000Z", Placed: true, Work: "|", Note: "c"},
			},
		},
		{
			name: "rows that can't be read", given: TimeTracker, order: DayFirst, format: TimeTracker,
			file: "user,email,date,duration,project,work_item,billable\n" +
				",,2026-11-20,1:30,Payments,107,\n" +
				"Ada,,2026-04-31,1:30,Payments,107,\n" +
				"Ada,,11/21/2026,1:30,Payments,107,\n" +
				"Ada,,2026-11-20,1:75,Payments,107,\n" +
				"Ada,,2026-11-20,,Payments,107,\n" +
				"Ada,,2026-11-20,1:30,Payments,107,perhaps\n" +
				"Ada,,2026-11-20,1:30,Payments,PAY-12,\n" +
				"Ada\n",
			want: []read{
				{Who: "|", Start: "2026-11-19T23:00:00.000Z", Stop: "2026-11-20T00:30:00.000Z", Work: "Payments|107", Problem: "person_missing"},
				{Who: "|Ada", Work: "Payments|107", Problem: "date_unreadable"},
				{Who: "|Ada", Work: "Payments|107", Problem: "date_unreadable"},
				{Who: "|Ada", Work: "Payments|107", Problem: "length_unreadable"},
				{Who: "|Ada", Work: "Payments|107", Problem: "length_unreadable"},
				{Who: "|Ada", Start: "2026-11-19T23:00:00.000Z", Stop: "2026-11-20T00:30:00.000Z", Work: "Payments|107", Problem: "billable_unreadable"},
				{Who: "|Ada", Start: "2026-11-19T23:00:00.000Z", Stop: "2026-11-20T00:30:00.000Z", Work: "Payments|", Problem: "work_item_unreadable"},
				{Who: "|Ada", Work: "|", Problem: "date_unreadable"},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			format, got := readAll(t, test.file, test.given, test.order, berlin(t))
			if format != test.format {
				t.Errorf("the format is %s, want %s", format, test.format)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFilesThatAreNone(t *testing.T) {
	for _, test := range []struct{ name, file, code string }{
		{"empty", "", "import_empty"},
		{"blank lines", "\n\n", "import_empty"},
		{"of nobody", "Invoice,Amount\n1,2\n", "import_format_unknown"},
		{"without a length", "Work Item ID,Email,Date\n", "import_columns_missing"},
		{"without a day", "Work Item ID,Email,Hours\n", "import_columns_missing"},
		{"without a person", "Work Item ID,Date,Hours\n", "import_columns_missing"},
		{"a bare quotation mark", "Work Item ID,Email,Date,Hours\n1,a\"b,2026-11-20,1\n", "import_not_csv"},
		{"an open one", "Work Item ID,Email,Date,Hours\n1,\"a,2026-11-20,1\n", "import_not_csv"},
		{"a long row", "Work Item ID,Email,Date,Hours\n1," + strings.Repeat("x", maxRecord) + ",2026-11-20,1\n", "import_row_too_long"},
		{"a quotation mark that no other follows", "Work Item ID,Email,Date,Hours\n1,\"" + strings.Repeat("x\n", 5*maxRecord), "import_row_too_long"},
		{"many rows", "Work Item ID,Email,Date,Hours\n" + strings.Repeat("1,a,b,c\n", MaxRows+1), "import_too_long"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, head, err := newRecords(strings.NewReader(test.file))
			if err == nil {
				_, err = readHead(head, "")
			}
			for err == nil {
				_, err = in.next()
			}
			if errs.CodeOf(err) != test.code {
				t.Errorf("the error is %v, want %s", err, test.code)
			}
		})
	}
}

func TestRowsKeepTheirIDs(t *testing.T) {
	idsOf := func(file string) (all []ids.External) {
		in, head, err := newRecords(strings.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		l, err := readHead(head, "")
		if err != nil {
			t.Fatal(err)
		}
		p := newParser(l, "")
		for {
			record, err := in.next()
			if err != nil {
				return all
			}
			row, _ := p.parse(in.row, record)
			all = append(all, row.External)
		}
	}
	const head = "Work Item ID,Email,Date,Hours\n"
	first := idsOf(head + "1,ada@x.example,2026-11-20,1\n1,ada@x.example,2026-11-20,1\n2,ada@x.example,2026-11-20,1\n")
	later := idsOf("Extra;" + strings.ReplaceAll(head, ",", ";") + "z;2;ada@x.example;2026-11-20;1\n" + strings.Repeat("z;1;ada@x.example;2026-11-20;1\n", 2))
	if first[0] == first[1] {
		t.Error("two rows that say the same have one id")
	}
	if diff := cmp.Diff([]ids.External{first[2], first[0], first[1]}, later); diff != "" {
		t.Errorf("the rows have other ids in another order, with another column (-want +got):\n%s", diff)
	}
	own := "Worklog ID,Work Item ID,Email,Date,Hours\n"
	if a, b := idsOf(own+"7,1,ada@x.example,2026-11-20,1\n"), idsOf(own+"7,1,ada@x.example,2026-11-20,2\n"); a[0] != b[0] {
		t.Error("a row with an id of its own is another one when it was changed")
	}
}

func TestLengths(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1:30": 90 * time.Minute, "01:30:00": 90 * time.Minute, "0:00:01": time.Second, "0:00:00.250": 250 * time.Millisecond,
		"1.5": 90 * time.Minute, "1,5": 90 * time.Minute, "0.1": 360 * time.Second, "8": 8 * time.Hour, "0.333333": 1199998 * time.Millisecond,
		"100:00": 100 * time.Hour,
	} {
		if got, ok := parseLength(text); !ok || got != want {
			t.Errorf("%s is %v (%v), want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "x", "-1", "1:60", "1:3", "1.5.2", "1e3", "99999", "1h"} {
		if got, ok := parseLength(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestDateOrders(t *testing.T) {
	for text, want := range map[string]DateOrder{
		"11/20/2026": MonthFirst, "20/11/2026": DayFirst, "20-11-2026 12:00": DayFirst, "11/12/2026": "", "2026-11-20": "", "20.11.2026": "", "x": "", "20/20/2026": "",
	} {
		if got := orderOf(text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func FuzzFiles(f *testing.F) {
	for _, seed := range []string{
		"Work Item ID,Email,Date,Hours\n1,ada@x.example,2026-11-20,1\n", "id;started_at;stopped_at;user\n1;2026-11-20T00:00:00Z;2026-11-20T01:00:00Z;a\n",
		"\ufeffUser,Start date,Start time,Duration\nA,1/2/26,3:04 PM,1:00\n", "\"", "\x00,\xff",
	} {
		f.Add(seed)
	}
	zone, err := calendar.LoadZone("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file string) {
		in, head, err := newRecords(strings.NewReader(file))
		if err != nil {
			return
		}
		l, err := readHead(head, "")
		if err != nil {
			return
		}
		p := newParser(l, MonthFirst)
		for {
			record, err := in.next()
			if err != nil {
				return
			}
			row, problem := p.parse(in.row, record)
			if problem != nil {
				continue
			}
			start, stop, _ := row.interval(zone)
			if row.Length < 0 || start.Location() != time.UTC || stop.Location() != time.UTC {
				t.Errorf("row %+v is from %v to %v", row, start, stop)
			}
		}
	})
}
