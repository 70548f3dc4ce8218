package catalog

import "lcshealth/checks"

// The facts that causes need, as plans and explanations call them.
var (
	needServices     = checks.Need{Source: "host", What: "the services and their states"}
	needProcesses    = checks.Need{Source: "host", What: "the processes and who listens on which port"}
	needListeners    = checks.Need{Source: "host", What: "the listening addresses of Live Communications Server"}
	needRouting      = checks.Need{Source: "host", What: "the routing setting and the static routes"}
	needTrust        = checks.Need{Source: "host", What: "the authorized hosts and trust settings"}
	needCertificates = checks.Need{Source: "host", What: "the certificate stores of the local computer"}
	needEvents       = checks.Need{Source: "host", What: "the application log"}
	needRole         = checks.Need{Source: "directory", What: "the servers and what each is for"}
	needTrustedList  = checks.Need{Source: "directory", What: "the list of trusted servers"}
	needSIPDomains   = checks.Need{Source: "directory", What: "the SIP domains of the deployment"}
	needForest       = checks.Need{Source: "directory", What: "the domains of the forest and their SIDs"}
	needAccounts     = checks.Need{Source: "directory", What: "the accounts of every domain of the forest"}
	needHomeServers  = checks.Need{Source: "directory", What: "the home servers that accounts name"}
	needEntries      = checks.Need{Source: "rtcdb", What: "the users in the RTC database of each home server"}
	needSIDs         = checks.Need{Source: "rtcdb", What: "the column that holds users' SIDs"}
	needGUIDs        = checks.Need{Source: "rtcdb", What: "the column that holds users' GUIDs"}
	needMirror       = checks.Need{Source: "rtcdb", What: "the table that mirrors the directory"}
	needReach        = checks.Need{Source: "wire", What: "names, ports and certificates of listeners and next hops"}
	needClientDNS    = checks.Need{Source: "wire", What: "the DNS records that clients look up"}
	needHostClock    = checks.Need{Source: "host", What: "the clock of the host"}
	needDomainClock  = checks.Need{Source: "directory", What: "the clock of a domain controller"}
	needPools        = checks.Need{Source: "directory", What: "the pools and edge proxies"}
	needSIPAnswers   = checks.Need{Source: "wire", What: "what listeners answer to SIP requests"}
)
