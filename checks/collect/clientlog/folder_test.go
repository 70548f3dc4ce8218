package clientlog_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/collect/clientlog"
	"lcshealth/checks/sip/trace"
)

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Communicator-uccapi-0.uccapilog": "01/19/2012|05:00:43.101 1:2 INFO  :: SIP/2.0 200 OK\n",
		"Communicator-uccapi-1.uccapilog": "01/18/2012|05:00:43.101 1:2 INFO  :: SIP/2.0 401 x\n",
		"RTCDLL10.log":                    "10:38:58.520 33C:B00 INFO  :: SIP/2.0 480 x\n",
		"Rtcdll2.LOG":                     "10:38:58.520 33C:B00 INFO  :: SIP/2.0 404 x\n",
		"LCAPI0.log":                      "",
		"ras.log":                         "SIP/2.0 500 x\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "Rtcdll3.log"), 0o700); err != nil {
		t.Fatal(err)
	}
	files, err := clientlog.Folder(t.Context(), dir)
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	want := []string{"Communicator-uccapi-1.uccapilog", "Communicator-uccapi-0.uccapilog", "LCAPI0.log", "Rtcdll2.LOG", "RTCDLL10.log"}
	if diff := cmp.Diff(want, files); diff != "" || err != nil {
		t.Errorf("%v: %s", err, diff)
	}

	var codes []int
	var failed []error
	stdin := strings.NewReader("SIP/2.0 503 x\n")
	for r, err := range clientlog.Files(t.Context(), []string{dir, filepath.Join(dir, "none"), clientlog.Stdin, t.TempDir()}, stdin, nil) {
		if err != nil {
			failed = append(failed, err)
		} else if r.Message != nil {
			codes = append(codes, r.Message.Code)
		}
	}
	if diff := cmp.Diff([]int{401, 200, 404, 480, 503}, codes); diff != "" {
		t.Error(diff)
	}
	if len(failed) != 2 || !errors.Is(failed[0], fs.ErrNotExist) || !strings.Contains(failed[1].Error(), "no file in it is named as one") {
		t.Error(failed)
	}
	for range clientlog.Files(t.Context(), []string{dir}, nil, nil) {
		break // and no more is asked for
	}
}

func TestErrors(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	cancel(gone)
	for _, err := range clientlog.Read(ctx, "trace", strings.NewReader("SIP/2.0 200 OK\n"), nil) {
		if !errors.Is(err, gone) {
			t.Error(err)
		}
	}
	broken := iotest.ErrReader(gone)
	var got []trace.Record
	var last error
	for r, err := range clientlog.Read(t.Context(), "trace", broken, nil) {
		got, last = append(got, r), err
	}
	if !errors.Is(last, gone) || last.Error() != "read trace trace: gone" || len(got) != 2 {
		t.Errorf("%v %+v", last, got)
	}
}

// A line without end, headers without number and bodies of any size are let
// pass.
func TestBounds(t *testing.T) {
	text := "SIP/2.0 200 OK\nCall-ID: a\nServer: " + strings.Repeat("x", 3<<20) + "\n" +
		strings.Repeat("Via: SIP/2.0/TCP 192.0.2.1\n", 100000) + "Authorization: x\n continued secret\nCSeq: 1 REGISTER\n\n" +
		"SIP/2.0 200 OK\nCall-ID: b\nContact: " + strings.Repeat("<sip:a>,\n ", 100000) + "\n\n"
	records, damage := read(t, text)
	if len(records) != 3 || damage.Of(clientlog.LongLine) != 1 || damage.Of(clientlog.TooMany) != 2 {
		t.Fatalf("%d records, %+v", len(records), damage)
	}
	size := 0
	for _, r := range records {
		if r.Message != nil {
			for _, h := range r.Message.Headers {
				size += len(h.Name) + len(h.Value)
			}
		}
	}
	if size > 16<<10 || damage.Total() < 3 {
		t.Errorf("%d octets are kept", size)
	}
}
