package host

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// laterParts are the facts whose parts came to the format later.
var laterParts = []string{"applications", "modules", "moves", "replicator", "security", "sipDomains", "trustedServers"}

// TestDeploymentClasses shows what the classes tell in which a server says what
// it knows of the deployment.
func TestDeploymentClasses(t *testing.T) {
	yes, no := true, false
	tests := []struct {
		name  string
		lines []string
		fact  string
		want  any // nil: not observed
		class facts.Class
		text  string
	}{
		{name: "SIP domains of LCS 2005", fact: "sipDomains", lines: []string{
			instance("MSFT_SIPDomainData", `{"Address":" contoso.com "}`), instance("MSFT_SIPDomainData", `{"Address":"*.fabrikam.com"}`), end("MSFT_SIPDomainData", 2),
		}, want: []facts.ServedDomain{{Name: "contoso.com"}, {Name: "*.fabrikam.com"}}},
		{name: "SIP domains with more", fact: "sipDomains", lines: []string{
			instance("msft_sipdomaindata", `{"address":"contoso.com","Authoritative":-1,"DefaultDomain":"False"}`), end("MSFT_SIPDomainData", 1),
		}, want: []facts.ServedDomain{{Name: "contoso.com", Authoritative: &yes, Default: &no}}},
		{name: "no SIP domain", fact: "sipDomains", lines: []string{end("MSFT_SIPDomainData", 0)}, want: []facts.ServedDomain(nil)},
		{name: "a SIP domain without name", fact: "sipDomains", lines: []string{instance("MSFT_SIPDomainData", `{"Address":null}`), end("MSFT_SIPDomainData", 1)},
			class: facts.Protocol, text: "lcs01.ndjson:2: MSFT_SIPDomainData: Address is missing"},

		{name: "moves", fact: "moves", lines: []string{
			instance("MSFT_SIPESUserSetting", `{"PrimaryURI":"sip:kim@contoso.com","UserDN":"CN=Kim","HomeServerDN":"CN=a","TargetServerDNIfMoving":"CN=b","Enabled":true}`),
			instance("MSFT_SIPESUserSetting", `{"PrimaryURI":"sip:lee@contoso.com","UserDN":"CN=Lee","TargetServerDNIfMoving":null}`),
			instance("MSFT_SIPESUserSetting", `{"PrimaryURI":null,"UserDN":"CN=Pat","TargetServerDNIfMoving":"CN=b"}`),
			end("MSFT_SIPESUserSetting", 3),
		}, want: []facts.Move{
			{Address: "sip:kim@contoso.com", AccountDN: "CN=Kim", HomeServer: "CN=a", Target: "CN=b"}, {AccountDN: "CN=Pat", Target: "CN=b"},
		}},
		{name: "nobody is moved", fact: "moves", lines: []string{end("MSFT_SIPESUserSetting", 0)}, want: []facts.Move(nil)},
		{name: "a move of nobody", fact: "moves", lines: []string{instance("MSFT_SIPESUserSetting", `{"TargetServerDNIfMoving":"CN=b"}`), end("MSFT_SIPESUserSetting", 1)},
			class: facts.Protocol, text: "lcs01.ndjson:2: MSFT_SIPESUserSetting: neither PrimaryURI nor UserDN says who is being moved"},
		{name: "moves out of reach", fact: "moves", lines: []string{`{"kind":"missing","class":"MSFT_SIPESUserSetting","why":"rights","reason":"access denied"}`},
			class: facts.Rights, text: "read MSFT_SIPESUserSetting: access denied"},

		{name: "trusted servers", fact: "trustedServers", lines: []string{
			instance("MSFT_SIPESTrustedServerSetting", `{"FQDN":"lcs01.contoso.com","Version":2}`),
			instance("MSFT_SIPESTrustedServerSetting", `{"FQDN":"lcs02.contoso.com","Version":null}`), end("MSFT_SIPESTrustedServerSetting", 2),
		}, want: []facts.TrustedServer{{FQDN: "lcs01.contoso.com", Version: number(2)}, {FQDN: "lcs02.contoso.com"}}},

		{name: "applications", fact: "applications", lines: []string{
			instance("MSFT_SIPApplicationElement", `{"InstanceID":"{AB}","Running":0}`), // in any order, and case
			instance("MSFT_SIPApplicationSetting", `{"InstanceID":"{ab}","Name":"Filter","URI":"http://x","Critical":true,"Enabled":true}`),
			instance("MSFT_SIPApplicationSetting", `{"InstanceID":"{cd}","Enabled":false}`),
			end("MSFT_SIPApplicationSetting", 2), end("MSFT_SIPApplicationElement", 1),
		}, want: []facts.Application{{ID: "{ab}", Name: "Filter", URI: "http://x", Critical: true, Enabled: true, Running: &no}, {ID: "{cd}"}}},
		{name: "applications whose states did not come whole", fact: "applications", lines: []string{
			instance("MSFT_SIPApplicationElement", `{"InstanceID":"{ab}","Running":true}`), end("MSFT_SIPApplicationElement", 2),
			instance("MSFT_SIPApplicationSetting", `{"InstanceID":"{ab}","Enabled":true}`), end("MSFT_SIPApplicationSetting", 1),
		}, class: facts.Protocol, text: "MSFT_SIPApplicationElement should have 2 rows, but 1 came"},
		{name: "states of applications alone", fact: "applications", lines: []string{
			instance("MSFT_SIPApplicationElement", `{"InstanceID":"{ab}","Running":true}`), end("MSFT_SIPApplicationElement", 1),
		}, class: facts.Missing, text: "nothing is said of MSFT_SIPApplicationSetting"},

		{name: "modules", fact: "modules", lines: []string{
			instance("MSFT_SIPLoadedExtensionModuleElement", `{"InstanceID":"{1}","ExecutionStatus":"Stopped"}`), end("MSFT_SIPLoadedExtensionModuleElement", 1),
		}, want: []facts.Module{{ID: "{1}", Status: "Stopped"}}},

		{name: "replicator", fact: "replicator", lines: []string{
			instance("MSFT_SIPUserReplicatorSetting", `{"Backend":"(local)\\rtc","ReplicationCycleInterval":"60","RegenerateCookiesNow":false}`), end("MSFT_SIPUserReplicatorSetting", 1),
		}, want: facts.ReplicatorSetting{CycleInterval: 60}},
		{name: "replicator in a stopped database", fact: "replicator", lines: []string{
			instance("Win32_Service", `{"Name":"mssql$rtc","State":"Stopped"}`), end("Win32_Service", 1),
			`{"kind":"missing","class":"MSFT_SIPUserReplicatorSetting","code":"0x80041001","reason":"Generic failure"}`,
		}, class: facts.Protocol, text: "read MSFT_SIPUserReplicatorSetting: Generic failure (these settings are kept in the database of MSSQL$RTC, which is not running)"},

		{name: "security", fact: "security", lines: []string{
			instance("MSFT_SIPProxySecuritySetting", `{"ClientToProxyAuth":["Kerberos","NTLM"],"Realm":"SIP Communications Service"}`), end("MSFT_SIPProxySecuritySetting", 1),
		}, want: facts.SecuritySetting{Authentication: []string{"Kerberos", "NTLM"}, Realm: "SIP Communications Service"}},
		{name: "security with one protocol", fact: "security", lines: []string{
			instance("MSFT_SIPProxySecuritySetting", `{"ClientToProxyAuth":"NTLM"}`), end("MSFT_SIPProxySecuritySetting", 1),
		}, want: facts.SecuritySetting{Authentication: []string{"NTLM"}}},
		{name: "security of numbers", fact: "security", lines: []string{
			instance("MSFT_SIPProxySecuritySetting", `{"ClientToProxyAuth":["NTLM",2]}`), end("MSFT_SIPProxySecuritySetting", 1),
		}, class: facts.Protocol, text: `lcs01.ndjson:2: MSFT_SIPProxySecuritySetting: item 2 of ClientToProxyAuth is not a text but "2"`},
		{name: "security that is no list", fact: "security", lines: []string{
			instance("MSFT_SIPProxySecuritySetting", `{"ClientToProxyAuth":7}`), end("MSFT_SIPProxySecuritySetting", 1),
		}, class: facts.Protocol, text: `lcs01.ndjson:2: MSFT_SIPProxySecuritySetting: ClientToProxyAuth is not a list but "7"`},
		{name: "no security", fact: "security", lines: []string{end("MSFT_SIPProxySecuritySetting", 0)},
			class: facts.Missing, text: "there is no instance of MSFT_SIPProxySecuritySetting"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, _ := collectText(t, hostFile(tt.lines...))
			got, observed := observedFacts(t, h)[tt.fact]
			if why := whyNot(t, h)[tt.fact]; tt.want == nil && (observed || why.Class != tt.class || why.Message != tt.text) {
				t.Fatalf("%+v; %s: %s\nwant %s: %s", got, why.Class, why.Message, tt.class, tt.text)
			}
			if diff := cmp.Diff(tt.want, got); tt.want != nil && diff != "" {
				t.Errorf("%s\n%+v", diff, whyNot(t, h)[tt.fact])
			}
		})
	}
}

// Go's own lists, as a way into a host has them that reads no file.
func TestListOfTexts(t *testing.T) {
	d := NewDecoder(lcs01, from)
	if err := d.Row("MSFT_SIPProxySecuritySetting", map[string]any{"ClientToProxyAuth": []string{"NTLM"}}); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]facts.SecuritySetting{{Authentication: []string{"NTLM"}}}, d.got.security); diff != "" {
		t.Error(diff)
	}
}

// without writes a whole host file and takes the parts of the later facts out,
// or says of them that they are missing.
func without(t *testing.T, missing string) string {
	t.Helper()
	h := fullHost()
	later := []string{
		"MSFT_SIPDomainData", "MSFT_SIPESUserSetting", "MSFT_SIPESTrustedServerSetting", "MSFT_SIPApplicationSetting", "MSFT_SIPApplicationElement",
		"MSFT_SIPLoadedExtensionModuleElement", "MSFT_SIPUserReplicatorSetting", "MSFT_SIPProxySecuritySetting",
	}
	var lines []string
	for line := range strings.Lines(writeHost(t, h)) {
		var l struct{ Kind, Class string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if l.Kind != "header" && l.Kind != "trailer" && !slices.Contains(later, l.Class) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	for _, class := range later {
		if missing != "" {
			lines = append(lines, `{"kind":"missing","class":"`+class+`",`+missing+`}`)
		}
	}
	return hostFile(lines...)
}

// A file that was made before there were these parts, or on a server that has
// no such classes, is a whole file.
func TestLaterPartsMayLack(t *testing.T) {
	for name, missing := range map[string]string{"not told of": "", "no such class": `"code":"0x80041010","reason":"Invalid class"`} {
		h, account := collectText(t, without(t, missing))
		if account.Status != facts.OK {
			t.Errorf("%s: %+v", name, account)
		}
		unknown := whyNot(t, h)
		delete(unknown, "clock")
		if diff := cmp.Diff(laterParts, slices.Sorted(maps.Keys(unknown))); diff != "" {
			t.Errorf("%s: facts that are not observed: %s", name, diff)
		}
		for fact, why := range unknown {
			if why.Class != facts.Missing || why.Message == "" || why.Source != "host" || why.Target != lcs01 {
				t.Errorf("%s: %s is %+v", name, fact, why)
			}
		}
	}
}

// What a cause needs, and was refused, does make the source partial; the rest
// does not.
func TestLaterPartsRefused(t *testing.T) {
	_, account := collectText(t, without(t, `"why":"rights","reason":"access denied"`))
	if account.Status != facts.Partial || account.Class != facts.Rights || account.Message != "read MSFT_SIPDomainData: access denied (and 1 more)" {
		t.Errorf("%+v", account)
	}
}

// The example has every later part.
func TestExampleHasLaterParts(t *testing.T) {
	text, err := os.ReadFile("testdata/lcs01.example.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	for class := range classes {
		if strings.HasPrefix(class, "msft_") && !bytes.Contains(bytes.ToLower(text), []byte(`"class":"`+class+`"`)) {
			t.Errorf("the example says nothing of %s", class)
		}
	}
}
