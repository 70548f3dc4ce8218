package wmid

import (
	"bytes"
	"testing"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemservices/v0"

	"lcshealth/checks/lab/internal/nlmp"
)

func FuzzPDU(f *testing.F) {
	bind := append([]byte{0xD0, 0x16, 0xD0, 0x16, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0}, iidObjectExporter[:]...)
	bind = append(append(bind, 0, 0, 0, 0), ndr20.id[:]...)
	f.Add(buildPDU(pduBind, flagFirst|flagLast, 1, append(bind, 2, 0, 0, 0), nil))
	token := &trailer{typ: authNTLM, level: levelPrivacy, context: 7, pad: 4, value: make([]byte, ntlmSignatureSize)}
	f.Add(buildPDU(pduRequest, flagFirst|flagLast|flagObject, 2, make([]byte, 40), token))
	f.Add(buildPDU(pduAuth3, flagFirst|flagLast, 2, make([]byte, 4), token))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := readPDU(bytes.NewReader(b))
		if err != nil {
			return
		}
		size := headerSize + len(p.body)
		if p.auth != nil {
			size += trailerSize + len(p.auth.value)
		}
		if size != len(p.raw) {
			t.Fatalf("%d octets of %d are accounted for", size, len(p.raw))
		}
		if r, err := parseRequest(p); err == nil && p.auth != nil && p.auth.pad > len(r.stub) {
			t.Fatalf("padding %d of %d", p.auth.pad, len(r.stub))
		}
		if b, err := parseBind(p.body); err == nil && 24*len(b.contexts) > len(p.body) {
			t.Fatalf("%d contexts in %d octets", len(b.contexts), len(p.body))
		}
	})
}

func FuzzNTLM(f *testing.F) {
	negotiate := le.AppendUint32(le.AppendUint32([]byte(ntlmSignature), 1), ntlmUnicode|ntlmESS|ntlmSign)
	authenticate := append(le.AppendUint32([]byte(ntlmSignature), 3), make([]byte, 120)...)
	f.Add(negotiate, authenticate)
	// A user that is known, with a response and the flags that are wanted.
	user := nlmp.EncodeUTF16("health")
	known := bytes.Clone(authenticate[:88])
	field := func(at, size, offset int) {
		le.PutUint16(known[at:], uint16(size))
		le.PutUint32(known[at+4:], uint32(offset))
	}
	field(36, len(user), 88)
	field(20, 60, 88+len(user))
	le.PutUint32(known[60:], ntlmESS|ntlmUnicode)
	known = append(append(known, user...), make([]byte, 60)...)
	f.Add(negotiate, known)
	host := &Host{Computer: "LCS01", Domain: "CONTOSO", User: "health", Password: "secret"}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		login, err := beginNTLM(host, first)
		if err != nil {
			return
		}
		if s, err := login.finish(host, second); err == nil {
			t.Fatalf("logged in as %s without the password", s.account)
		}
	})
}

func FuzzQuery(f *testing.F) {
	f.Add("SELECT * FROM Win32_NTLogEvent WHERE TimeGenerated >= '20060101000000.000000+000' AND SourceName LIKE 'MSSQL$RTC%'")
	f.Add(`SELECT A, B FROM C WHERE A IS NOT NULL AND B = "x\\y" AND D <> -1 AND E = TRUE`)
	properties := []Property{{Name: "A", Type: String}, {Name: "B", Type: Sint32}, {Name: "D", Type: DateTime}, {Name: "E", Type: Boolean}}
	row := Instance{"A": "x%y", "B": -1, "D": "20060301120000.000000+060", "E": true}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := parseQuery(s)
		if err != nil {
			return
		}
		if q.class == "" {
			t.Fatal("a query without a class")
		}
		_, _ = q.matches(properties, row)
		_, _ = q.project(properties)
	})
}

func FuzzParameters(f *testing.F) {
	for _, m := range registrySchema.methods {
		f.Add(parameters(m.in, Instance{"hDefKey": uint32(0x80000002), "sSubKeyName": "SOFTWARE", "sValueName": "ж"}))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		row, err := parseParameters(b)
		if err != nil {
			return
		}
		for name, v := range row {
			switch v.(type) {
			case uint64, string:
			default:
				t.Fatalf("%s: %T", name, v)
			}
		}
	})
}

// FuzzStub is about the library that the stubs are read with: whatever it
// makes of them, it must not end the process or run away.
func FuzzStub(f *testing.F) {
	b, err := marshal(&iwbemservices.ExecQueryRequest{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(20), b)
	f.Add(uint16(24), b)
	f.Add(uint16(0), b)
	f.Add(uint16(4), b)
	// NTLMLogin with a namespace of 2^32-1 characters.
	f.Add(uint16(6), append(append(make([]byte, 32), 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF), 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF))
	s, err := New(Host{Computer: "LCS01"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, opnum uint16, stub []byte) {
		for _, srv := range []*service{&servicesService, &unknown2Service, &loginService} {
			target := s.objects.add(object{iid: srv.ids[0], namespace: rootDefault})
			c := &call{ctx: t.Context(), server: s, conn: newConn(s, objectsRole, 1, pipeEnd{}), user: "u", object: target.ipid}
			_, _ = srv.serve(c, opnum, stub)
			s.objects.release(target.ipid)
		}
		for _, srv := range []*service{&exporterService, &activationService, &scmService} {
			_, _ = srv.serve(&call{ctx: t.Context(), server: s, conn: newConn(s, resolverRole, 1, pipeEnd{}), user: "u"}, opnum, stub)
		}
	})
}
