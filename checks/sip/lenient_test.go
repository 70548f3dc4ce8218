package sip_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/sip"
)

// answer has what every well-formed answer of the table says.
var answer = []string{
	"SIP/2.0 401 Unauthorized",
	"Via: SIP/2.0/TCP 192.0.2.7:50000;branch=z9hG4bK7",
	"From: <sip:kim@contoso.com>;tag=8688ecc2f3;epid=8aecaf3d1e",
	"To: <sip:kim@contoso.com>;tag=0858513F",
	"Call-ID: 48bbcb49bf9e4e5c@192.0.2.7",
	"CSeq: 1 REGISTER",
	"Content-Length: 0",
}

// with gives the answer with one line in the place of another. A line that
// begins with nothing known is put behind the start line.
func with(line string) string {
	name, _, _ := strings.Cut(line, ":")
	all := append([]string(nil), answer...)
	for i, old := range all {
		if strings.HasPrefix(old, name+":") || i == 0 && strings.HasPrefix(line, "SIP/") {
			all[i] = line
			return lines(all...)
		}
	}
	return lines(append([]string{all[0], line}, all[1:]...)...)
}

// without gives the answer without some of its lines.
func without(names ...string) string {
	var all []string
	for _, line := range answer {
		if name, _, ok := strings.Cut(line, ":"); !ok || !strings.Contains(strings.Join(names, " "), name) {
			all = append(all, line)
		}
	}
	return lines(all...)
}

// whole is what is to be read of an undamaged answer.
var whole = read{Code: 401, Reason: "Unauthorized", CallID: "48bbcb49bf9e4e5c@192.0.2.7", CSeq: "REGISTER", Tag: "8688ecc2f3", Vias: 1}

type read struct {
	Code                      int
	Reason, CallID, CSeq, Tag string
	Vias                      int
	Body                      string
	Damaged                   []string
}

func but(change func(*read)) read {
	r := whole
	change(&r)
	return r
}

// What comes from old servers is read, and it is read at once: none of these
// waits for more than what is there.
func TestLenient(t *testing.T) {
	all := lines(answer...)
	for name, c := range map[string]struct {
		text string
		want read
	}{
		"well-formed": {all, whole},
		"compact headers": {strings.NewReplacer("Via:", "v:", "From:", "f:", "To:", "t:", "Call-ID:", "i:",
			"Content-Length:", "l:").Replace(all), whole},
		"compact headers in upper case": {strings.NewReplacer("Via:", "V:", "From:", "F:", "Call-ID:", "I:").Replace(all), whole},
		"folded":                        {with("From: <sip:kim@contoso.com>\r\n\t ;tag=8688ecc2f3"), whole},
		"folded with an empty piece":    {with("From: <sip:kim@contoso.com>\r\n \r\n ;tag=8688ecc2f3"), whole},
		"upper case":                    {strings.NewReplacer("Via", "VIA", "From", "FROM", "Call-ID", "CALL-ID", "CSeq", "CSEQ").Replace(all), whole},
		"lower case":                    {strings.NewReplacer("SIP/2.0 4", "sip/2.0 4", "Via", "via", "From", "from", "Call-ID", "call-id").Replace(all), whole},
		"leading CR LF":                 {"\r\n" + all, whole},
		"kept alive before":             {"\r\n\r\n\r\n\r\n\n" + all, whole},
		"empty value":                   {with("Subject:"), whole},
		"blank before the colon":        {strings.NewReplacer("From:", "From \t:", "Call-ID:", "Call-ID :").Replace(all), whole},
		"no blank behind the colon":     {strings.ReplaceAll(all, ": ", ":"), whole},
		"no reason":                     {with("SIP/2.0 401"), but(func(r *read) { r.Reason = "" })},
		"no reason, but its blank":      {with("SIP/2.0 401 "), but(func(r *read) { r.Reason = "" })},
		"blanks in the start line":      {with("SIP/2.0  401 \tNot  quite "), but(func(r *read) { r.Reason = "Not  quite" })},
		"reason in Latin-1":             {with("SIP/2.0 401 Nicht m\xf6glich"), but(func(r *read) { r.Reason = "Nicht m\xf6glich" })},
		"reason that looks like HTTP":   {with("SIP/2.0 401 HTTP/1.1 \"x\": <y>"), but(func(r *read) { r.Reason = `HTTP/1.1 "x": <y>` })},
		"LF only":                       {strings.ReplaceAll(all, "\r\n", "\n"), whole},
		"CR CR LF":                      {strings.ReplaceAll(all, "\r\n", "\r\r\n"), whole},
		"both line ends":                {strings.Replace(all, "\r\n", "\n", 3), whole},
		"no Content-Length":             {without("Content-Length"), whole},
		"no Content-Length, and a body": {without("Content-Length") + "v=0\r\n", whole},
		"garbage Via":                   {with("Via: %&/ nonsense"), but(func(r *read) { r.Vias = 0 })},
		"neither Via nor CSeq":          {without("Via", "CSeq"), but(func(r *read) { r.Vias, r.CSeq = 0, "" })},
		"no header at all":              {"SIP/2.0 400 Missing correct VIA header\r\n\r\n", read{Code: 400, Reason: "Missing correct VIA header"}},
		"CSeq without method":           {with("CSeq: 1"), but(func(r *read) { r.CSeq = "" })},
		"redacted To":                   {with("To: <user@domain>"), whole},
		"negative Content-Length":       {with("Content-Length: -5"), whole},
		"text as Content-Length":        {with("Content-Length: none"), whole},
		"a line without colon":          {with("this is not a header"), but(func(r *read) { r.Damaged = []string{"this is not a header"} })},
		"a line of a log":               {with("10:38:58.520 33C:B00 INFO"), but(func(r *read) { r.Damaged = []string{"10:38:58.520 33C:B00 INFO"} })},
		"70 KB header":                  {with("X-Large: " + strings.Repeat("x", 70<<10)), whole},
		"body":                          {with("Content-Length: 5") + "\x00\r\n\r\n" + "more", but(func(r *read) { r.Body = "\x00\r\n\r\n" })},
	} {
		for arrival, segment := range segments {
			t.Run(name+"/"+arrival, func(t *testing.T) {
				m, err := sip.NewReader(segment(silent(c.text)), sip.Limits{Head: 80 << 10}).Read()
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, summary(m)); diff != "" {
					t.Error(diff)
				}
				if !strings.HasPrefix(strings.TrimLeft(c.text, "\r\n"), string(m.Raw)) {
					t.Errorf("raw is %q", m.Raw)
				}
			})
		}
	}
}

func summary(m *sip.Message) read {
	_, method, _ := m.CSeq()
	from, _ := m.From()
	return read{m.Code, m.Reason, m.CallID(), method, from.Tag(), len(m.Vias()), string(m.Body), m.Damaged}
}

// A request in between is read like any other, so that who waits for an answer
// can skip it.
func TestRequestBeforeTheAnswer(t *testing.T) {
	notify := lines("NOTIFY sip:192.0.2.7:50000;transport=tcp SIP/2.0", "Call-ID: 2", "CSeq: 7 NOTIFY", "Content-Length: 4") + "<a/>"
	ask := parse(t, lines("REGISTER sip:contoso.com SIP/2.0", "Call-ID: 48bbcb49bf9e4e5c@192.0.2.7", "CSeq: 1 REGISTER"))
	for arrival, segment := range segments {
		r := sip.NewReader(segment(silent(notify+"\r\n"+lines(answer...))), sip.Limits{})
		first, err := r.Read()
		if err != nil {
			t.Fatal(arrival, err)
		}
		if first.Method != "NOTIFY" || first.RequestURI != "sip:192.0.2.7:50000;transport=tcp" || string(first.Body) != "<a/>" || first.Answers(ask) {
			t.Errorf("%s: first is %+v", arrival, first)
		}
		second, err := r.Read()
		if err != nil {
			t.Fatal(arrival, err)
		}
		if !second.Answers(ask) {
			t.Errorf("%s: not an answer: %s", arrival, second)
		}
	}
}
