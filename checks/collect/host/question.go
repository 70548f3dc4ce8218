package host

import (
	"fmt"
	"strings"
	"time"
)

// Question is what the WMI of a host is asked for one part: the instances of a
// class of root\cimv2. Every way into a host asks the same questions.
type Question struct {
	Class string
	// Where holds conditions of WQL, asked one after the other. Without any,
	// every instance is asked for.
	Where []string
	// PoolLevel marks settings of LCS 2005 that a pool shares. They are kept in
	// the RTC database, and are found by their property Backend.
	PoolLevel bool
}

// Statements are the question in WQL.
func (q Question) Statements() []string {
	all := "SELECT * FROM " + q.Class
	if len(q.Where) == 0 {
		return []string{all}
	}
	var out []string
	for _, condition := range q.Where {
		out = append(out, all+" WHERE "+condition)
	}
	return out
}

// EventDays is for how many days back records of the event logs are asked for.
const EventDays = 30

// Questions are all questions, those about Windows first. Records of the event
// logs are asked for from the given time on.
//
// Of the users (MSFT_SIPESUserSetting) only those are asked for that are being
// moved: the directory tells the rest, and faster. Their contacts and their
// access lists are nobody's business here.
func Questions(since time.Time) []Question {
	from := fmt.Sprintf("TimeGenerated >= '%s'", since.UTC().Format("20060102150405.000000+000"))
	out := []Question{
		{Class: "Win32_OperatingSystem"},
		{Class: "Win32_ComputerSystem"},
		{Class: "Win32_TimeZone"},
		{Class: "Win32_Service"},
		{Class: "Win32_Process"},
		{Class: "Win32_QuickFixEngineering"},
		{Class: "Win32_NetworkAdapterConfiguration", Where: []string{"IPEnabled = TRUE"}},
		{Class: "Win32_NTLogEvent", Where: []string{
			from + " AND Logfile = 'Application' AND SourceName LIKE 'Live Communications%'",
			from + " AND Logfile = 'Application' AND SourceName LIKE 'MSSQL$RTC%'",
			from + " AND Logfile = 'System' AND SourceName = 'Service Control Manager' AND EventType <= 2",
		}},
	}
	for _, name := range serverClasses {
		out = append(out, Question{Class: name})
	}
	out = append(out, Question{Class: "MSFT_SIPESUserSetting", Where: []string{"TargetServerDNIfMoving IS NOT NULL"}})
	for _, name := range poolClasses {
		out = append(out, Question{Class: name, PoolLevel: true})
	}
	return out
}

// serverClasses are settings of the forest, which LCS keeps in the directory,
// of the server, and what the server says of its state. The spelling of the
// one that begins with MSTF is Microsoft's.
var serverClasses = strings.Fields(`
	MSFT_SIPESServerSetting
	MSFT_SIPPoolSetting
	MSFT_SIPListeningAddressData
	MSFT_SIPRoutingSetting
	MSFT_SIPESTrustedServerSetting
	MSFT_SIPDomainData
	MSFT_SIPLoadedExtensionModuleElement
	MSFT_SIPApplicationSetting
	MSFT_SIPApplicationElement
	MSFT_SIPApplicationPriorityList
	MSFT_SIPESGlobalRegistrarSetting
	MSFT_SIPESGlobalSearchSetting
	MSFT_SIPLogServiceSetting
	MSFT_SIPArchivingServerSetting
	MSFT_SIPGlobalArchivingSetting
	MSFT_SIPTroubleShootingSetting
	MSFT_SIPFederationInternalDomainData
	MSFT_SIPFederationInternalServerData
	MSFT_SIPFederationListeningAddressSetting
	MSFT_SIPFederationExternalEdgeListeningAddressSetting
	MSTF_SIPEdgeProxySetting
	MSFT_SIPProxyServerSetting
`)

// BackendProbe is the pool-level class that always has an instance, so that
// its answer tells the Backend to ask the others with.
const BackendProbe = "MSFT_SIPProxySetting"

var poolClasses = strings.Fields(`
	MSFT_SIPProxySetting
	MSFT_SIPProxySecuritySetting
	MSFT_SIPRoutingTableData
	MSFT_SIPRemoteAddressData
	MSFT_SIPUserReplicatorSetting
	MSFT_SIPLogSetting
	MSFT_SIPEsEmSetting
	MSFT_SIPAddressBookURLData
`)
