package sip_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/sip"
)

func register(t *testing.T) sip.Request {
	t.Helper()
	dialog, err := sip.NewDialog(&counting{})
	if err != nil {
		t.Fatal(err)
	}
	return sip.Request{
		Method: "REGISTER", URI: "sip:contoso.com", Transport: "TLS", SentBy: "192.0.2.7:50000",
		From: "sip:kim@contoso.com", To: "sip:kim@contoso.com", Dialog: dialog, Sequence: 1,
	}
}

func TestRegister(t *testing.T) {
	r, zero := register(t), int64(0)
	r.UserAgent = "lcshealth"
	r.Contact = "sip:192.0.2.7:50000;transport=tls"
	r.ContactParams = []sip.Param{{Name: "methods", Value: `INVITE, "x"`, Quoted: true}, {Name: "proxy", Value: "replace"}, {Name: "lr"}}
	r.Expires = &zero
	r.Extra = []sip.Header{{Name: "Event", Value: "registration"}, {Name: "ms-keep-alive", Value: "UAC;hop-hop=yes"}}
	want := lines(
		"REGISTER sip:contoso.com SIP/2.0",
		"Via: SIP/2.0/TLS 192.0.2.7:50000;branch=z9hG4bK1a1b1c1d1e1f20212223242526272829",
		"Max-Forwards: 70",
		"From: <sip:kim@contoso.com>;tag=1011121314;epid=1516171819",
		"To: <sip:kim@contoso.com>",
		"Call-ID: 000102030405060708090a0b0c0d0e0f",
		"CSeq: 1 REGISTER",
		"User-Agent: lcshealth",
		`Contact: <sip:192.0.2.7:50000;transport=tls>;methods="INVITE, \"x\"";proxy=replace;lr`,
		"Expires: 0",
		"Event: registration",
		"ms-keep-alive: UAC;hop-hop=yes",
		"Content-Length: 0")
	m, err := r.Message(&counting{next: 26})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(m.Raw)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(parse(t, want), m); diff != "" {
		t.Errorf("is not what is read of it: %s", diff)
	}
}

func TestOptions(t *testing.T) {
	r := register(t)
	r.Method, r.Transport, r.SentBy, r.Sequence, r.Dialog.Epid = "OPTIONS", "TCP", "[2001:db8::7]:5060", 2147483647, ""
	want := lines(
		"OPTIONS sip:contoso.com SIP/2.0",
		"Via: SIP/2.0/TCP [2001:db8::7]:5060;branch=z9hG4bK000102030405060708090a0b0c0d0e0f",
		"Max-Forwards: 70",
		"From: <sip:kim@contoso.com>;tag=1011121314",
		"To: <sip:kim@contoso.com>",
		"Call-ID: 000102030405060708090a0b0c0d0e0f",
		"CSeq: 2147483647 OPTIONS",
		"Content-Length: 0")
	m, err := r.Message(&counting{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(m.Raw)); diff != "" {
		t.Error(diff)
	}
}

// Nothing that is written can begin a line of its own, or end the value in
// which it stands.
func TestRequestRefuses(t *testing.T) {
	negative, large := int64(-1), int64(1)<<32
	for field, changes := range map[string][]func(*sip.Request){
		"Method":    {func(r *sip.Request) { r.Method = "" }, func(r *sip.Request) { r.Method = "REGISTER x" }},
		"Transport": {func(r *sip.Request) { r.Transport = "UDP" }, func(r *sip.Request) { r.Transport = "tls" }},
		"SentBy": {func(r *sip.Request) { r.SentBy = "192.0.2.7" }, func(r *sip.Request) { r.SentBy = ":5060" },
			func(r *sip.Request) { r.SentBy = "a:0" }, func(r *sip.Request) { r.SentBy = "a:65536" }, func(r *sip.Request) { r.SentBy = "a\r\nb:5060" },
			func(r *sip.Request) { r.SentBy = "[::1:5060" }, func(r *sip.Request) { r.SentBy = "2001:db8::7:5060" }},
		"URI": {func(r *sip.Request) { r.URI = "" }, func(r *sip.Request) { r.URI = "contoso.com" },
			func(r *sip.Request) { r.URI = "sip:" }, func(r *sip.Request) { r.URI = "sip:a b" }, func(r *sip.Request) { r.URI = "sip:a\r\nX:" }},
		"From":    {func(r *sip.Request) { r.From = "sip:a\nX: y" }, func(r *sip.Request) { r.From = "sip:a>;tag=1" }},
		"To":      {func(r *sip.Request) { r.To = "sip:a\rX" }, func(r *sip.Request) { r.To = "" }},
		"Contact": {func(r *sip.Request) { r.Contact = "*" }, func(r *sip.Request) { r.Contact = `sip:"a"` }},
		"ContactParams": {func(r *sip.Request) { r.ContactParams = []sip.Param{{Name: "lr"}} },
			func(r *sip.Request) { r.Contact, r.ContactParams = "sip:a", []sip.Param{{Name: "a b"}} },
			func(r *sip.Request) { r.Contact, r.ContactParams = "sip:a", []sip.Param{{Name: "a", Value: "b;c"}} },
			func(r *sip.Request) {
				r.Contact, r.ContactParams = "sip:a", []sip.Param{{Name: "a", Value: "b\nc", Quoted: true}}
			}},
		"Dialog.CallID": {func(r *sip.Request) { r.Dialog.CallID = "" }, func(r *sip.Request) { r.Dialog.CallID = "a\r\n" }},
		"Dialog.Tag":    {func(r *sip.Request) { r.Dialog.Tag = "" }, func(r *sip.Request) { r.Dialog.Tag = "a;b" }},
		"Dialog.Epid":   {func(r *sip.Request) { r.Dialog.Epid = "a\n" }},
		"Sequence":      {func(r *sip.Request) { r.Sequence = 0 }, func(r *sip.Request) { r.Sequence = 1 << 31 }},
		"UserAgent":     {func(r *sip.Request) { r.UserAgent = "a\r\nX: y" }, func(r *sip.Request) { r.UserAgent = "a " }},
		"Expires":       {func(r *sip.Request) { r.Expires = &negative }, func(r *sip.Request) { r.Expires = &large }},
		"Extra": {func(r *sip.Request) { r.Extra = []sip.Header{{Name: "A b", Value: "c"}} },
			func(r *sip.Request) { r.Extra = []sip.Header{{Name: "", Value: "c"}} },
			func(r *sip.Request) { r.Extra = []sip.Header{{Name: "A", Value: secret + "\r\nB: c"}} },
			func(r *sip.Request) { r.Extra = []sip.Header{{Name: "l", Value: "5"}} },
			func(r *sip.Request) { r.Extra = []sip.Header{{Name: "VIA", Value: "x"}} }},
	} {
		for i, change := range changes {
			r := register(t)
			change(&r)
			_, err := r.Message(&counting{})
			var wrong *sip.FieldError
			if !errors.As(err, &wrong) || wrong.Field != field || strings.Contains(err.Error(), secret) || strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("%s, %d: %v", field, i, err)
			}
		}
	}
}

func TestNoRandomOctets(t *testing.T) {
	dry := errors.New("dry")
	if _, err := sip.NewDialog(iotest.ErrReader(dry)); !errors.Is(err, dry) {
		t.Errorf("dialog: %v", err)
	}
	r := register(t)
	if _, err := r.Message(iotest.ErrReader(dry)); !errors.Is(err, dry) {
		t.Errorf("branch: %v", err)
	}
}
