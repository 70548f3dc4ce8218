package facts

// ServedDomain is a SIP domain, or a wildcard such as *.contoso.com, that a
// server takes for one of its deployment (MSFT_SIPDomainData). A server reads
// the list from the directory, so that it may lag behind that.
type ServedDomain struct {
	Name          string `json:"name"`
	Authoritative *bool  `json:"authoritative,omitempty"` // nil: not told, as by LCS 2005
	Default       *bool  `json:"default,omitempty"`       // nil: not told, as by LCS 2005
}

// Move is a user who is on his way to another home server, as a server sees it
// (MSFT_SIPESUserSetting with TargetServerDNIfMoving).
type Move struct {
	Address    string `json:"uri,omitempty"` // PrimaryURI as stored, e.g. sip:kim@contoso.com
	AccountDN  string `json:"dn,omitempty"`
	HomeServer string `json:"home,omitempty"` // DN
	Target     string `json:"target"`         // DN of the home server that he is moved to
}

// Application is a SIP application that is registered with a server
// (MSFT_SIPApplicationSetting), with its state (MSFT_SIPApplicationElement).
type Application struct {
	ID       string `json:"id"`
	Name     string `json:"name,omitempty"`
	URI      string `json:"uri,omitempty"`
	Enabled  bool   `json:"enabled"`
	Critical bool   `json:"critical,omitempty"` // the server does not start, or stops, without it
	Running  *bool  `json:"running,omitempty"`  // nil: not told
}

// Module is an extension that a server has loaded, such as User Services
// (MSFT_SIPLoadedExtensionModuleElement).
type Module struct {
	ID     string `json:"id"`
	Status string `json:"status"` // ExecutionStatus: Started or Stopped
}

// ReplicatorSetting is how a server brings users from the directory into its
// database (MSFT_SIPUserReplicatorSetting).
type ReplicatorSetting struct {
	CycleInterval     int  `json:"cycleInterval"`               // ReplicationCycleInterval; its unit is not documented
	RegenerateCookies bool `json:"regenerateCookies,omitempty"` // RegenerateCookiesNow: everything is read anew
}

// SecuritySetting is how clients prove to a server who they are
// (MSFT_SIPProxySecuritySetting).
type SecuritySetting struct {
	Authentication []string `json:"authentication"` // ClientToProxyAuth: Kerberos, NTLM or both
	Realm          string   `json:"realm,omitempty"`
}
