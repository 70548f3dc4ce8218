package clientlog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/collect/clientlog"
	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/trace"
)

// Whatever comes, reading it ends without an error, does not depend on how it
// arrives, stays within bounds and shows no secret.
func FuzzRead(f *testing.F) {
	c := lab.NewClient()
	c.Secret = hidden
	c.SignIn(403, "Forbidden")
	for _, frame := range frames {
		for _, encoding := range []lab.Encoding{lab.UTF8, lab.UTF16LE, lab.UTF16BEBare} {
			var file bytes.Buffer
			if err := lab.Write(&file, frame, c.Log, lab.Options{Encoding: encoding}); err != nil {
				f.Fatal(err)
			}
			f.Add(file.Bytes())
		}
	}
	f.Add([]byte(messenger))
	f.Add([]byte(pasted))
	f.Add([]byte("SIP/2.0 401 x WWW-Authenticate: NTLM gssapi-data=\"" + hidden + "\" Authorization: " + hidden + "\n"))
	f.Add([]byte("SIP/2.0 200 OK\nAuthorization: NTLM response=\"1\",\n gssapi-data=\"" + hidden + "\"\n\t" + hidden + "\nVia: a\n\n\nContact: a\n" + hidden))
	f.Add([]byte("TL_ERROR(TF_SECURITY) [0]1.2::01/18/2012-05:00:43.101.0000 $$begin_record\nText: x\nData: gssapi-data=" + hidden + "\n$$end_record\n$$begin_record\nTL_"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var damage, again clientlog.Damage
		whole := all(t, clientlogRead{bytes.NewReader(data), &damage})
		slow := all(t, clientlogRead{iotest.OneByteReader(bytes.NewReader(data)), &again})
		if diff := cmp.Diff(whole, slow); diff != "" {
			t.Fatalf("arriving octet by octet: %s", diff)
		}
		if diff := cmp.Diff(damage, again); diff != "" {
			t.Fatalf("arriving octet by octet: %s", diff)
		}
		last := 0
		for i, r := range whole {
			if r.End != (i == len(whole)-1) || r.Line < last || !r.End && r.Message == nil && r.Diagnostic == nil {
				t.Fatalf("%d of %d: %+v", i, len(whole), r)
			}
			last = r.Line
			if m := r.Message; m != nil && (m.IsResponse() == (m.Method != "") || m.Body != nil || m.Raw != nil || len(m.Headers) > 128) {
				t.Fatalf("%+v", m)
			}
		}
		text, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		if shown := string(text) + fmt.Sprintf("%+v", damage); strings.Contains(shown, "TlRMTVNT") {
			t.Fatalf("shows a secret: %s", shown)
		}
	})
}

type clientlogRead struct {
	from   interface{ Read([]byte) (int, error) }
	damage *clientlog.Damage
}

func all(t *testing.T, c clientlogRead) (records []trace.Record) {
	t.Helper()
	for r, err := range clientlog.Read(t.Context(), "trace", c.from, c.damage) {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	return records
}
