package host

import (
	"testing"
	"time"

	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// TestClasses shows what each class of rows tells, and what it does not.
func TestClasses(t *testing.T) {
	yes, no := true, false
	issuer, serial := []byte{0x30, 0x00}, []byte{0x2c, 0x3b, 0x0a, 0x61}
	tests := []struct {
		name  string
		lines []string
		fact  string
		want  any    // nil: not observed
		class string // why
		text  string
	}{
		{name: "operating system", fact: "system", lines: []string{
			instance("win32_operatingsystem", `{"caption":" Microsoft Windows Server 2003 ","VERSION":"5.2.3790","ServicePackMajorVersion":"2","CurrentTimeZone":-480}`),
			end("Win32_OperatingSystem", 1),
		}, want: facts.System{Caption: "Microsoft Windows Server 2003", Version: "5.2.3790", ServicePack: 2, UTCOffset: number(-480)}},
		{name: "two operating systems", fact: "system", lines: []string{
			instance("Win32_OperatingSystem", `{"Version":"5.2.3790"}`), instance("Win32_OperatingSystem", `{"Version":"5.2.3790"}`),
			end("Win32_OperatingSystem", 2),
		}, class: "protocol", text: "there are 2 instances of Win32_OperatingSystem, not one"},

		{name: "services", fact: "services", lines: []string{
			instance("Win32_Service", `{"Name":"rtcsrv","State":"Running","StartMode":"Auto","StartName":"CONTOSO\\RTCService","ProcessId":1804,"ExitCode":0}`),
			instance("Win32_Service", `{"Name":"MSSQL$RTC","State":"Stopped","StartMode":null,"ExitCode":1066,"ServiceSpecificExitCode":-1008124893}`),
			end("Win32_Service", 2),
		}, want: []facts.Service{
			{Name: "rtcsrv", State: "Running", StartMode: "Auto", Account: `CONTOSO\RTCService`, ProcessID: 1804},
			{Name: "MSSQL$RTC", State: "Stopped", ExitCode: 0xC3E93C23, OwnExitCode: true},
		}},
		{name: "a service without state", fact: "services", lines: []string{
			instance("Win32_Service", `{"Name":"rtcsrv","State":"Running"}`), instance("Win32_Service", `{"Name":"other"}`), end("Win32_Service", 2),
		}, class: "protocol", text: "lcs01.ndjson:3: Win32_Service: State is missing"},
		{name: "no services", fact: "services", lines: []string{end("Win32_Service", 0)},
			class: "protocol", text: "Win32_Service has no instance, which no running host can say"},
		{name: "services not told of", fact: "services", class: "missing", text: "nothing is said of Win32_Service"},
		{name: "services out of reach", fact: "services", lines: []string{
			`{"kind":"missing","class":"Win32_Service","code":-2147217405,"reason":"Access denied"}`,
		}, class: "rights", text: "read Win32_Service: Access denied"},
		{name: "services cut off by an error", fact: "services", lines: []string{
			instance("Win32_Service", `{"Name":"rtcsrv","State":"Running"}`),
			`{"kind":"missing","class":"Win32_Service","why":"timeout"}`, end("Win32_Service", 1),
		}, class: "timeout", text: "read Win32_Service: timeout"},

		{name: "processes", fact: "processes", lines: []string{
			instance("Win32_Process", `{"ProcessId":4,"Name":"System","ExecutablePath":null}`),
			instance("Win32_Process", `{"ProcessId":"1804","Name":"RTCSrv.exe","ExecutablePath":"C:\\RTCSrv.exe","CreationDate":"20261121085900.123456+060","Owner":"CONTOSO\\RTCService"}`),
			end("Win32_Process", 2),
		}, want: []facts.Process{{ID: 4, Name: "System"}, {
			ID: 1804, Name: "RTCSrv.exe", Path: `C:\RTCSrv.exe`, Owner: `CONTOSO\RTCService`, CreatedAt: made.Add(-2*time.Hour - time.Minute),
		}}},
		{name: "processes created at no moment", fact: "processes", lines: []string{
			instance("Win32_Process", `{"ProcessId":4,"Name":"System","CreationDate":"16010101000000.000000+000"}`),
			instance("Win32_Process", `{"ProcessId":8,"Name":"smss.exe","CreationDate":"********000000.000000+000"}`), end("Win32_Process", 2),
		}, want: []facts.Process{{ID: 4, Name: "System"}, {ID: 8, Name: "smss.exe"}}},

		{name: "ports", fact: "ports", lines: []string{
			`{"kind":"port","address":"0.0.0.0","port":5060,"pid":1804}`,
			`{"kind":"port","address":"[::]","port":"5061","pid":"12"}`,
			`{"kind":"port","port":5062,"pid":13,"process":"other.exe"}`,
			end("port", 3),
			instance("Win32_Process", `{"ProcessId":1804,"Name":"msmsgs.exe"}`), // after the ports
			end("Win32_Process", 1),
		}, want: []facts.PortOwner{
			{Address: "0.0.0.0", Port: 5060, ProcessID: 1804, Process: "msmsgs.exe"},
			{Address: "[::]", Port: 5061, ProcessID: 12},
			{Port: 5062, ProcessID: 13, Process: "other.exe"},
		}},
		{name: "a port that is none", fact: "ports", lines: []string{`{"kind":"port","port":0,"pid":1}`, end("port", 1)},
			class: "protocol", text: "lcs01.ndjson:2: port: port is 0, not from 1 to 65535"},

		{name: "listeners", fact: "listeners", lines: []string{
			instance("MSFT_SIPListeningAddressData", `{"InstanceID":"{1}","Enabled":true,"IPAddress":"192.0.2.11","Port":5061,"TransportType":"mtls",
				"TLSCertIssuer":[48,0],"TLSCertSN":"2c3b0a61","TreatAllConnetionsAsTrusted":"True","TreatAllConnectionsAsServer":-1}`),
			instance("MSFT_SIPListeningAddressData", `{"InstanceID":"{2}","Enabled":0,"IPAddress":null,"Port":5060,"TransportType":"Tcp",
				"TLSCertIssuer":[],"TLSCertSN":null,"TreatAllConnectionsAsTrusted":true}`),
			end("MSFT_SIPListeningAddressData", 2),
		}, want: []facts.Listener{
			{ID: "{1}", Enabled: true, Address: "192.0.2.11", Port: 5061, Transport: facts.MTLS,
				Certificate: facts.CertificateRef{Issuer: issuer, Serial: serial}, TreatAsTrusted: true, TreatAsServer: true},
			{ID: "{2}", Port: 5060, Transport: facts.TCP, TreatAsTrusted: true},
		}},
		{name: "a listener of unknown transport", fact: "listeners", lines: []string{
			instance("MSFT_SIPListeningAddressData", `{"Enabled":true,"Port":5061,"TransportType":"TLS"}`),
			instance("MSFT_SIPListeningAddressData", `{"Enabled":true,"Port":5062,"TransportType":"SCTP"}`),
			instance("MSFT_SIPListeningAddressData", `{"Enabled":true,"Port":5063,"TransportType":null}`),
			end("MSFT_SIPListeningAddressData", 3),
		}, class: "protocol", text: `lcs01.ndjson:3: MSFT_SIPListeningAddressData: TransportType is "SCTP", not TCP, TLS or MTLS (and 1 more)`},
		{name: "no listener", fact: "listeners", lines: []string{
			end("MSFT_SIPListeningAddressData", 0), instance("MSFT_SIPRoutingSetting", `{"DefaultPort":5061}`), end("MSFT_SIPRoutingSetting", 1),
		}, want: []facts.Listener(nil)},
		{name: "nothing answers", fact: "listeners", lines: []string{end("MSFT_SIPListeningAddressData", 0), end("MSFT_SIPRoutingSetting", 0)},
			class: "missing", text: "there is no instance of MSFT_SIPListeningAddressData, but none of MSFT_SIPRoutingSetting either, which always has one"},

		{name: "routing", fact: "routing", lines: []string{
			instance("MSFT_SIPRoutingSetting", `{"InstanceID":"{3}","DefaultPort":5071,"TLSCertIssuer":"MAA=","TLSCertSN":[44,59,10,97]}`),
			end("MSFT_SIPRoutingSetting", 1),
		}, want: facts.RoutingSetting{DefaultPort: 5071, Certificate: facts.CertificateRef{Issuer: issuer, Serial: serial}}},
		{name: "routing without certificate", fact: "routing", lines: []string{
			instance("MSFT_SIPRoutingSetting", `{"TLSCertIssuer":null,"TLSCertSN":null}`), end("MSFT_SIPRoutingSetting", 1),
		}, want: facts.RoutingSetting{DefaultPort: 5061}},
		{name: "no routing", fact: "routing", lines: []string{end("MSFT_SIPRoutingSetting", 0)},
			class: "missing", text: "there is no instance of MSFT_SIPRoutingSetting"},
		{name: "no such class", fact: "routing", lines: []string{`{"kind":"missing","class":"msft_siproutingsetting","code":"0x80041010","reason":"Invalid class"}`},
			class: "missing", text: "read msft_siproutingsetting: Invalid class"},

		{name: "routes", fact: "routes", lines: []string{
			instance("MSFT_SIPRoutingTableData", `{"InstanceID":"{4}","Enabled":"true","MatchURI":"*.fabrikam.com","NextHop":"sip.fabrikam.com","NextHopPort":5061,"NextHopTransport":"tls","TreatAllConnetionsAsTrusted":1}`),
			instance("MSFT_SIPRoutingTableData", `{"InstanceID":"{5}","Enabled":false,"MatchURI":"*","NextHop":"192.0.2.50","NextHopPort":null,"NextHopTransport":"TCP","TreatAllConnectionsAsTrusted":-1}`),
			end("MSFT_SIPRoutingTableData", 2),
		}, want: []facts.StaticRoute{
			{ID: "{4}", Enabled: true, MatchURI: "*.fabrikam.com", NextHop: "sip.fabrikam.com", Port: 5061, Transport: facts.TLS, TreatAsTrusted: true},
			{ID: "{5}", MatchURI: "*", NextHop: "192.0.2.50", Transport: facts.TCP, TreatAsTrusted: true},
		}},
		{name: "a route of unknown transport", fact: "routes", lines: []string{
			instance("MSFT_SIPRoutingTableData", `{"Enabled":true,"MatchURI":"*","NextHop":"192.0.2.50","NextHopTransport":"UDP"}`), end("MSFT_SIPRoutingTableData", 1),
		}, class: "protocol", text: `lcs01.ndjson:2: MSFT_SIPRoutingTableData: NextHopTransport is "UDP", not TCP, TLS or MTLS`},
		{name: "routes in a stopped database", fact: "routes", lines: []string{
			instance("Win32_Service", `{"Name":"mssql$rtc","State":"Stopped"}`), end("Win32_Service", 1),
			`{"kind":"missing","class":"MSFT_SIPRoutingTableData","code":"0x80041001","reason":"Generic failure"}`,
		}, class: "protocol", text: "read MSFT_SIPRoutingTableData: Generic failure (these settings are kept in the database of MSSQL$RTC, which is not running)"},

		{name: "authorized hosts", fact: "authorizedHosts", lines: []string{
			instance("MSFT_SIPRemoteAddressData", `{"InstanceID":"{6}","Server":"gateway.contoso.com","OutboundOnly":false,"ThrottleAsServer":-1,"TreatAsAuthenticated":"1"}`),
			end("MSFT_SIPRemoteAddressData", 1),
		}, want: []facts.AuthorizedHost{{ID: "{6}", Host: "gateway.contoso.com", ThrottleAsServer: true, TreatAsAuthenticated: true}}},

		{name: "server setting", fact: "serverSetting", lines: []string{
			instance("MSFT_SIPESServerSetting", `{"FQDN":"lcs02.contoso.com","HomeUsers":false}`),
			instance("MSFT_SIPESServerSetting", `{"FQDN":"LCS01.Contoso.com.","HomeUsers":true,"ESInstalled":false,"MajorVersion":2,"MinorVersion":1}`),
			end("MSFT_SIPESServerSetting", 2),
		}, want: facts.ServerSetting{HomesUsers: true, MajorVersion: 2, MinorVersion: 1}},
		{name: "server setting without HomeUsers", fact: "serverSetting", lines: []string{
			instance("MSFT_SIPESServerSetting", `{"FQDN":"lcs01.contoso.com","ESInstalled":"True"}`), end("MSFT_SIPESServerSetting", 1),
		}, want: facts.ServerSetting{HomesUsers: true}},
		{name: "server setting of others only", fact: "serverSetting", lines: []string{
			instance("MSFT_SIPESServerSetting", `{"FQDN":"lcs02.contoso.com"}`), end("MSFT_SIPESServerSetting", 1),
		}, class: "missing", text: "there is no instance of MSFT_SIPESServerSetting for lcs01.contoso.com"},

		{name: "certificates", fact: "certificates", lines: []string{
			`{"kind":"certificate","store":"LocalMachine\\MY","der":"3000","hasPrivateKey":true}`,
			`{"kind":"certificate","store":"localmachine/root","profile":"","der":"MAA=","hasPrivateKey":0}`,
			`{"kind":"certificate","store":"LocalMachine\\MY","blob":"20000000 01000000 02000000 3001"}`,
			`{"kind":"certificate","store":"LocalMachine\\Disallowed","der":"3002"}`,
			`{"kind":"end","class":"certificate","store":"LOCALMACHINE\\my","count":2}`,
			`{"kind":"end","class":"certificate","store":"LocalMachine\\CA","count":0}`,
			`{"kind":"end","class":"certificate","store":"LocalMachine\\ROOT","count":1}`,
		}, want: []facts.Certificate{
			{Store: "MY", DER: []byte{0x30, 0x00}, HasPrivateKey: &yes},
			{Store: "ROOT", DER: []byte{0x30, 0x00}, HasPrivateKey: &no},
			{Store: "MY", DER: []byte{0x30, 0x01}, HasPrivateKey: &no},
		}},
		{name: "one store missing", fact: "certificates", lines: []string{
			`{"kind":"end","class":"certificate","store":"LocalMachine\\MY","count":0}`,
			`{"kind":"end","class":"certificate","store":"LocalMachine\\ROOT","count":0}`,
		}, class: "missing", text: `nothing is said of certificate LocalMachine\CA`},
		{name: "a certificate without octets", fact: "certificates", lines: []string{
			`{"kind":"certificate","store":"LocalMachine\\MY","der":""}`,
			`{"kind":"end","class":"certificate","store":"LocalMachine\\MY","count":1}`,
		}, class: "protocol", text: `lcs01.ndjson:2: certificate LocalMachine\MY: der is missing`},
		{name: "user roots", fact: "userRoots", lines: []string{
			`{"kind":"certificate","store":"CurrentUser\\ROOT","profile":"CONTOSO\\kim","der":"3000"}`,
			`{"kind":"certificate","store":"CurrentUser\\ROOT","profile":"CONTOSO\\lee","der":"3000"}`,
			`{"kind":"end","class":"certificate","store":"CurrentUser\\ROOT","count":2}`,
		}, want: []facts.Certificate{
			{Store: "ROOT", Profile: `CONTOSO\kim`, DER: []byte{0x30, 0x00}}, {Store: "ROOT", Profile: `CONTOSO\lee`, DER: []byte{0x30, 0x00}},
		}},

		{name: "events", fact: "events", lines: []string{
			`{"kind":"event","log":"Application","source":"Live Communications Server","id":14347,"type":"Error","at":"20261121003000.000000+060","message":"no listener\r\n"}`,
			instance("Win32_NTLogEvent", `{"Logfile":"System","SourceName":"Service Control Manager","EventCode":7024,"EventType":1,"Type":"Fehler","TimeGenerated":"20261121003000.000000+060","Message":"Der Dienst RtcSrv wurde beendet"}`),
			`{"kind":"event","log":"Security","source":"Security","id":"529","type":"5","at":"2026-11-20T23:30:00Z"}`,
			end("event", 3),
		}, want: []facts.Event{
			{Log: "Application", Source: "Live Communications Server", ID: 14347, Type: "error", At: made.Add(-10*time.Hour - 30*time.Minute), Message: "no listener"},
			{Log: "System", Source: "Service Control Manager", ID: 7024, Type: "error", At: made.Add(-10*time.Hour - 30*time.Minute), Message: "Der Dienst RtcSrv wurde beendet"},
			{Log: "Security", Source: "Security", ID: 529, Type: "audit failure", At: made.Add(-10*time.Hour - 30*time.Minute)},
		}},
		{name: "an event in another language", fact: "events", lines: []string{
			`{"kind":"event","log":"Application","source":"x","id":1,"type":"Fehler","at":"2026-11-20T23:30:00Z"}`, end("event", 1),
		}, class: "protocol", text: `lcs01.ndjson:2: event: type is "Fehler", not error, warning, information, audit success or audit failure`},
		{name: "events of services", fact: "events", lines: []string{
			`{"kind":"event","log":"System","source":"Service Control Manager","id":7036,"type":"information","at":"2026-11-20T23:30:00Z","message":"The Print Spooler service entered the stopped state."}`,
			`{"kind":"event","log":"SYSTEM","source":"service control manager","id":7034,"type":"error","at":"2026-11-20T23:30:01Z","message":"The MSSQL$RTC service terminated unexpectedly."}`,
			`{"kind":"event","log":"System","source":"Service Control Manager","id":7000,"type":"error","at":"2026-11-20T23:30:02Z","message":"The LIVE Communications Server service failed to start."}`,
			instance("Win32_NTLogEvent", `{"Logfile":"System","SourceName":"Service Control Manager","EventCode":7000,"EventType":1,"TimeGenerated":"20261121003003.000000+060","Message":null}`),
			instance("Win32_NTLogEvent", `{"Logfile":"System","SourceName":"Service Control Manager","EventCode":7038,"EventType":1,"TimeGenerated":"20261121003004.000000+060","Message":null,"InsertionStrings":["RTCSRV","%%1330"]}`),
			`{"kind":"event","log":"Application","source":"Service Control Manager","id":1,"type":"error","at":"2026-11-20T23:30:05Z","message":"not in its log"}`,
			`{"kind":"event","log":"System","source":"W32Time","id":29,"type":"error","at":"2026-11-20T23:30:06Z","message":"others are kept"}`,
			end("event", 7), // dropping is no loss
		}, want: []facts.Event{
			{Log: "SYSTEM", Source: "service control manager", ID: 7034, Type: "error", At: made.Add(-10*time.Hour - 30*time.Minute + time.Second), Message: "The MSSQL$RTC service terminated unexpectedly."},
			{Log: "System", Source: "Service Control Manager", ID: 7000, Type: "error", At: made.Add(-10*time.Hour - 30*time.Minute + 2*time.Second), Message: "The LIVE Communications Server service failed to start."},
			{Log: "System", Source: "Service Control Manager", ID: 7038, Type: "error", At: made.Add(-10*time.Hour - 30*time.Minute + 4*time.Second), Message: "RTCSRV, %%1330"},
			{Log: "Application", Source: "Service Control Manager", ID: 1, Type: "error", At: made.Add(-10*time.Hour - 30*time.Minute + 5*time.Second), Message: "not in its log"},
			{Log: "System", Source: "W32Time", ID: 29, Type: "error", At: made.Add(-10*time.Hour - 30*time.Minute + 6*time.Second), Message: "others are kept"},
		}},
		{name: "no events", fact: "events", lines: []string{end("Win32_NTLogEvent", 0)}, want: []facts.Event(nil)},

		{name: "hotfixes", fact: "hotfixes", lines: []string{
			`{"kind":"hotfix","id":"KB839436","installedOn":"5/21/2004"}`,
			instance("Win32_QuickFixEngineering", `{"HotFixID":"File 1","ServicePackInEffect":"KB893067","InstalledOn":""}`),
			instance("Win32_QuickFixEngineering", `{"HotFixID":"File 1","ServicePackInEffect":"KB893067","InstalledOn":""}`),
			end("Win32_QuickFixEngineering", 3),
		}, want: []facts.Hotfix{{ID: "KB839436", InstalledOn: "5/21/2004"}, {ID: "KB893067"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lines := make([]string, len(tt.lines))
			for i, l := range tt.lines {
				lines[i] = oneLine(l)
			}
			h, account := collectText(t, hostFile(lines...))
			got, observed := observedFacts(t, h)[tt.fact]
			if tt.want == nil {
				if observed {
					t.Fatalf("observed: %+v", got)
				}
				why := whyNot(t, h)[tt.fact]
				if string(why.Class) != tt.class || why.Message != tt.text {
					t.Errorf("%s: %s\nwant %s: %s", why.Class, why.Message, tt.class, tt.text)
				}
				if why.Source != "host" || why.Target != lcs01 {
					t.Errorf("source %q, target %q", why.Source, why.Target)
				}
				return
			}
			if !observed {
				t.Fatalf("not observed: %+v; %+v", whyNot(t, h)[tt.fact], account)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
