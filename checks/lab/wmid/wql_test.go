package wmid

import (
	"errors"
	"testing"
)

func TestQuery(t *testing.T) {
	t.Parallel()
	properties := []Property{
		{Name: "Name", Type: String}, {Name: "Path", Type: String}, {Name: "Port", Type: Uint32}, {Name: "Delta", Type: Sint32},
		{Name: "On", Type: Boolean}, {Name: "Time", Type: DateTime}, {Name: "Big", Type: Uint64}, {Name: "Null", Type: String},
		{Name: "List", Type: Uint8 | Array},
	}
	row := Instance{
		"Name": "Live Communications Server", "Path": `SQL01\RTC`, "Port": 5060, "Delta": -3, "On": true,
		"Time": "20060301120000.000000+060", "Big": uint64(1) << 63, "List": []byte{1},
	}
	const yes, no, refused = 1, 0, -1
	tests := map[string]int{
		"": yes,
		" WHERE Name = 'live communications server'": yes,
		` where name="Live Communications Server"`:   yes,
		" WHERE Name LIKE 'Live Communications%'":    yes,
		" WHERE Name LIKE '%comm%ser_er'":            yes,
		" WHERE Name LIKE '%comm%x'":                 no,
		" WHERE Name LIKE 'Live'":                    no,
		` WHERE Path = 'SQL01\\RTC'`:                 yes,
		` WHERE Path = 'SQL01\RTC'`:                  no,
		` WHERE Name <> 'it\'s'`:                     yes,
		" WHERE Port = 5060 AND On = TRUE":           yes,
		" WHERE Port=5060 AND On = FALSE":            no,
		" WHERE Port <= 5059":                        no,
		" WHERE Port >= 5060":                        yes,
		" WHERE Port <> 5060":                        no,
		" WHERE Port != 5060":                        no,
		" WHERE Port > 5059":                         yes,
		" WHERE Port < 0x2000":                       yes,
		" WHERE Delta < -2":                          yes,
		" WHERE Delta >= 0":                          no,
		" WHERE Big = 9223372036854775808":           yes,
		" WHERE Null IS NULL":                        yes,
		" WHERE Null IS NOT NULL":                    no,
		" WHERE List IS NOT NULL":                    yes,
		" WHERE Null = 'x'":                          no,
		" WHERE Null <> 'x'":                         no,
		" WHERE Time >= '20060301110000.000000+000'": yes,
		" WHERE Time >= '20060301110000.000001+000'": no,
		" WHERE Time >= '20060301060000.000000-300'": yes,
		" WHERE Time >= '2006'":                      refused,
		" WHERE List = 1":                            refused,
		" WHERE None = 1":                            refused,
		" WHERE Port = 'x'":                          refused,
		" WHERE Name = 1":                            refused,
		" WHERE On = 1":                              refused,
		" WHERE Name = TRUE":                         refused,
	}
	for where, want := range tests {
		q, err := parseQuery("SELECT * FROM C" + where)
		if err != nil || q.class != "C" {
			t.Errorf("%s: %+v, %v", where, q, err)
			continue
		}
		got, err := q.matches(properties, row)
		if (err != nil) != (want == refused) || got != (want == yes) {
			t.Errorf("%s: got %t, %v", where, got, err)
		}
	}
}

func TestQueryRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "SELECT", "SELECT * FROM", "SELECT FROM C", "SELECT * FROM 'C'", "UPDATE C", "SELECT * FROM C WHERE",
		"SELECT * FROM C X", "SELECT * FROM C WHERE A", "SELECT * FROM C WHERE A =", "SELECT * FROM C WHERE A = B",
		"SELECT * FROM C WHERE A = 'x", `SELECT * FROM C WHERE A = 'x\`, "SELECT * FROM C WHERE A LIKE 5",
		"SELECT * FROM C WHERE A IS 5", "SELECT * FROM C WHERE A = 1 OR B = 2", "SELECT * FROM C WHERE A == 1",
		"SELECT * FROM C WHERE A = 1 AND", "SELECT A, FROM C", "SELECT * FROM C; DELETE", "SELECT * FROM C WHERE 'A' = 1",
	} {
		if q, err := parseQuery(s); !errors.Is(err, errWQL) {
			t.Errorf("%s: %+v, %v", s, q, err)
		}
	}
}

func TestProject(t *testing.T) {
	t.Parallel()
	q, err := parseQuery("select b,A from C")
	if err != nil {
		t.Fatal(err)
	}
	got, ok := q.project([]Property{{Name: "A", Type: String}, {Name: "B", Type: Uint8}, {Name: "D", Type: Uint8}})
	if !ok || len(got) != 2 || got[0].Name != "B" || got[1].Name != "A" {
		t.Errorf("%v, %t", got, ok)
	}
	if _, ok := q.project([]Property{{Name: "A", Type: String}}); ok {
		t.Error("a property that is missing was selected")
	}
}
