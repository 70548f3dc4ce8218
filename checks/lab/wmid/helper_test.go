package wmid_test

import (
	"net"
	"testing"

	"lcshealth/checks/lab/wmid"
)

const (
	testDomain   = "CONTOSO"
	testUser     = "health"
	testPassword = "Pässwörd 1"
)

// host has every type, values that are NULL, names whose order is not that of
// the declaration, and text within Latin-1 and beyond.
func host() wmid.Host {
	return wmid.Host{
		Computer: "LCS01", Domain: testDomain, User: testUser, Password: testPassword,
		Classes: map[string]wmid.Class{
			"Win32_Service": {
				Derivation: []string{"Win32_BaseService", "CIM_Service"},
				Properties: []wmid.Property{
					{Name: "Name", Type: wmid.String, Key: true}, {Name: "Caption", Type: wmid.String},
					{Name: "Started", Type: wmid.Boolean}, {Name: "ProcessId", Type: wmid.Uint32},
					{Name: "InstallDate", Type: wmid.DateTime}, {Name: "AcceptStop", Type: wmid.Boolean},
				},
				Instances: []wmid.Instance{
					{"Name": "RtcSrv", "Caption": "Live Communications Server", "Started": true, "ProcessId": 1234,
						"InstallDate": "20060301120000.500000+060", "AcceptStop": false},
					{"Name": "MSSQL$RTC", "Caption": "MSSQL$RTC", "Started": false, "ProcessId": 0},
					{"Name": "Größe", "Caption": "Прокси 日本 😀", "Started": true},
				},
			},
			"MSFT_SIPTypes": {
				Properties: []wmid.Property{
					{Name: "Z8", Type: wmid.Sint8}, {Name: "A8", Type: wmid.Uint8},
					{Name: "Z16", Type: wmid.Sint16}, {Name: "A16", Type: wmid.Uint16},
					{Name: "Z32", Type: wmid.Sint32}, {Name: "A32", Type: wmid.Uint32},
					{Name: "Z64", Type: wmid.Sint64}, {Name: "A64", Type: wmid.Uint64},
					{Name: "Octets", Type: wmid.Uint8 | wmid.Array}, {Name: "Names", Type: wmid.String | wmid.Array},
					{Name: "Numbers", Type: wmid.Uint16 | wmid.Array}, {Name: "Nothing", Type: wmid.String | wmid.Array},
					{Name: "Empty", Type: wmid.String},
				},
				Instances: []wmid.Instance{{
					"Z8": -5, "A8": 250, "Z16": -500, "A16": 65000, "Z32": -70000, "A32": uint32(4000000000),
					"Z64": int64(-1) << 40, "A64": uint64(1) << 63, "Octets": []byte{0, 1, 0xFE, 0xFF},
					"Names": []string{"eins", "zwölf", "三"}, "Numbers": []uint16{1, 2, 65535}, "Empty": "",
				}},
			},
			"MSFT_SIPProxySetting": {
				PoolLevel: true, PoolStatus: wmid.ProviderFailure,
				Properties: []wmid.Property{{Name: "Backend", Type: wmid.String, Key: true}, {Name: "Port", Type: wmid.Uint32}},
				Instances:  []wmid.Instance{{"Backend": `SQL01\RTC`, "Port": 5060}},
			},
			"MSFT_SIPLogSetting": {
				PoolLevel:  true,
				Properties: []wmid.Property{{Name: "Backend", Type: wmid.String, Key: true}},
				Instances:  []wmid.Instance{{"Backend": `SQL01\RTC`}},
			},
		},
		Registry: map[string]wmid.Values{
			`HKLM\SOFTWARE\Microsoft\SystemCertificates\MY\Certificates\AB12`: {"Blob": []byte{3, 0, 0, 0, 1, 0, 0xFF}},
			`HKLM\SOFTWARE\Microsoft\SystemCertificates\MY\Certificates\CD34`: {"Blob": []byte{}},
			`HKLM\SOFTWARE\Microsoft\Real-Time Communications\Setup`: {
				"Path": `C:\Programme\Größe`, "Version": uint32(2), "Roles": []string{"FrontEnd", "Прокси"}, "": "default",
			},
			`HKLM\SECURITY\Policy`: {},
		},
		RegistryDenied: []string{`HKLM\SECURITY`},
	}
}

// server is a running server.
type server struct {
	*wmid.Server
	resolver, objects string // addresses
}

func start(t testing.TB, h wmid.Host) server {
	t.Helper()
	s, err := wmid.New(h)
	if err != nil {
		t.Fatal(err)
	}
	resolver, objects := listen(t), listen(t)
	done := make(chan error, 1)
	go func() { done <- s.Serve(t.Context(), resolver, objects) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return server{s, resolver.Addr().String(), objects.Addr().String()}
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	var c net.ListenConfig
	ln, err := c.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}
