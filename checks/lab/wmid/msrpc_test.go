package wmid_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/oiweiwei/go-msrpc/dcerpc"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iremunknown2/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/oaut"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemfetchsmartenum/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemlevel1login/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemservices/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmio"
	wmioquery "github.com/oiweiwei/go-msrpc/msrpc/dcom/wmio/query"

	"lcshealth/checks/lab/wmid"
)

func TestMSRPC(t *testing.T) {
	t.Parallel()
	levels := map[string]dcerpc.Option{
		"connect": dcerpc.WithConnect(), "sign": dcerpc.WithSign(), "seal": dcerpc.WithSeal(),
	}
	for name, level := range levels {
		for _, portion := range []uint32{1, 2, 50} {
			t.Run(fmt.Sprintf("%s in %d", name, portion), func(t *testing.T) {
				t.Parallel()
				s := start(t, host())
				ctx := shared(t, testPassword)
				c, err := dial(ctx, t, s, testPassword, level)
				if err != nil {
					t.Fatal(err)
				}
				services, err := c.namespace(ctx, "//./root/cimv2")
				if err != nil {
					t.Fatal(err)
				}
				rows, err := c.query(ctx, services, "SELECT * FROM MSFT_SIPTypes", 0, portion)
				if err != nil {
					t.Fatal(err)
				}
				want := wmio.Values{
					"Z8": int8(-5), "A8": uint8(250), "Z16": int16(-500), "A16": uint16(65000), "Z32": int32(-70000),
					"A32": uint32(4000000000), "Z64": int64(-1) << 40, "A64": uint64(1) << 63,
					"Octets": []byte{0, 1, 0xFE, 0xFF}, "Numbers": []uint16{1, 2, 65535}, "Nothing": nil, "Empty": "",
					// The library takes what MS-WMIO 2.2.78 compresses for UTF-8.
					"Names": []string{"eins", "zw\xF6lf", "三"},
				}
				if d := cmp.Diff([]wmio.Values{want}, rows); d != "" {
					t.Error(d)
				}
				rows, err = c.query(ctx, services, "SELECT * FROM Win32_Service", 0x30, portion)
				if err != nil || len(rows) != 3 || rows[2]["Caption"] != "Прокси 日本 😀" || rows[2]["ProcessId"] != nil || rows[0]["Started"] != true {
					t.Errorf("%v, %v", rows, err)
				}
			})
		}
	}
}

// The rows of a large class take many fragments, both ways.
func TestFragments(t *testing.T) {
	t.Parallel()
	h := host()
	long := strings.Repeat("ж", 5000)
	h.Classes["MSFT_SIPLong"] = wmid.Class{
		Properties: []wmid.Property{{Name: "Text", Type: wmid.String}},
		Instances:  []wmid.Instance{{"Text": long}, {"Text": long + "1"}, {"Text": long + "2"}},
	}
	for name, level := range map[string]dcerpc.Option{"sign": dcerpc.WithSign(), "seal": dcerpc.WithSeal()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, h)
			ctx := shared(t, testPassword)
			c, err := dial(ctx, t, s, testPassword, level)
			if err != nil {
				t.Fatal(err)
			}
			services, err := c.namespace(ctx, "root/cimv2")
			if err != nil {
				t.Fatal(err)
			}
			rows, err := c.query(ctx, services, "SELECT * FROM MSFT_SIPLong WHERE Text = '"+long+"1'", 0, 10)
			if err != nil || len(rows) != 1 || rows[0]["Text"] != long+"1" {
				t.Errorf("%d rows: %v", len(rows), err)
			}
		})
	}
}

func TestMSRPCRegistry(t *testing.T) {
	t.Parallel()
	s := start(t, host())
	ctx := shared(t, testPassword)
	c, err := dial(ctx, t, s, testPassword, dcerpc.WithSign())
	if err != nil {
		t.Fatal(err)
	}
	services, err := c.namespace(ctx, `\\LCS01\root\default`)
	if err != nil {
		t.Fatal(err)
	}
	call := func(method string, in wmio.Values) wmio.Values {
		t.Helper()
		out, err := wmioquery.NewBuilder(ctx, services, c.this.Version).Spawn("StdRegProv").Method(method).Values(in).Exec().Object()
		if err != nil {
			t.Fatal(err)
		}
		return out.Values()
	}
	const key = `SOFTWARE\Microsoft\SystemCertificates\MY\Certificates`
	hklm := uint32(0x80000002)
	got := call("EnumKey", wmio.Values{"hDefKey": hklm, "sSubKeyName": key})
	if d := cmp.Diff(wmio.Values{"sNames": []string{"AB12", "CD34"}, "ReturnValue": uint32(0)}, got); d != "" {
		t.Error(d)
	}
	got = call("GetBinaryValue", wmio.Values{"hDefKey": hklm, "sSubKeyName": key + `\AB12`, "sValueName": "Blob"})
	if d := cmp.Diff(wmio.Values{"uValue": []byte{3, 0, 0, 0, 1, 0, 0xFF}, "ReturnValue": uint32(0)}, got); d != "" {
		t.Error(d)
	}
	got = call("GetBinaryValue", wmio.Values{"hDefKey": hklm, "sSubKeyName": "NONE", "sValueName": "Blob"})
	if d := cmp.Diff(wmio.Values{"uValue": nil, "ReturnValue": uint32(2)}, got); d != "" {
		t.Error(d)
	}
}

func TestQueryInterface(t *testing.T) {
	t.Parallel()
	s := start(t, host())
	ctx := shared(t, testPassword)
	c, err := dial(ctx, t, s, testPassword, dcerpc.WithSign())
	if err != nil {
		t.Fatal(err)
	}
	login, err := c.login.NTLMLogin(ctx, &iwbemlevel1login.NTLMLoginRequest{This: c.this, NetworkResource: "//./root/cimv2"})
	if err != nil {
		t.Fatal(err)
	}
	unknown, err := iremunknown2.NewRemoteUnknown2Client(ctx, c.conn, dcom.WithIPID(c.remote))
	if err != nil {
		t.Fatal(err)
	}
	ipid := login.Namespace.InterfacePointer().IPID().GUID()
	for _, tt := range []struct {
		iid  *dcom.IID
		want uint32
	}{{iwbemservices.ServicesIID, 0}, {iwbemfetchsmartenum.FetchSmartEnumIID, 0x80004002}} {
		r, err := unknown.RemoteQueryInterface2(ctx, &iremunknown2.RemoteQueryInterface2Request{This: c.this, IPID: ipid, IIDs: []*dcom.IID{tt.iid}})
		if r == nil || len(r.HResult) != 1 || uint32(r.HResult[0]) != tt.want {
			t.Errorf("%s: %+v, %v", tt.iid, r, err)
		}
	}
	if got := s.Operations(); got[len(got)-1].String() != "IRemUnknown2.RemQueryInterface2(1c1c45ee-4395-11d2-b60b-00104b703efd)" {
		t.Errorf("last operation %s", got[len(got)-1])
	}
}

// What would write is refused, and shows in the record.
func TestWritesAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, host())
	ctx := shared(t, testPassword)
	c, err := dial(ctx, t, s, testPassword, dcerpc.WithSeal())
	if err != nil {
		t.Fatal(err)
	}
	services, err := c.namespace(ctx, `root\default`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := services.ExecMethod(ctx, &iwbemservices.ExecMethodRequest{
		This: c.this, ObjectPath: &oaut.String{Data: "StdRegProv"}, MethodName: &oaut.String{Data: "SetStringValue"},
	})
	if err == nil || out == nil || uint32(out.Return) != 0x8004102E {
		t.Errorf("a value was set: %+v, %v", out, err)
	}
	// The library lets go of a connection after a fault, so this comes last.
	if _, err := services.DeleteInstance(ctx, &iwbemservices.DeleteInstanceRequest{
		This: c.this, ObjectPath: &oaut.String{Data: "Win32_Service.Name='RtcSrv'"},
	}); err == nil {
		t.Error("an instance was deleted")
	}
	var got []string
	for _, op := range s.Operations()[3:] {
		got = append(got, op.String())
	}
	want := []string{"IWbemServices.ExecMethod(StdRegProv.SetStringValue)", "IWbemServices.DeleteInstance()"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
