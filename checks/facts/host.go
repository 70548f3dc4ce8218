package facts

import "time"

// Host is what a Windows host says of itself.
type Host struct {
	System          Value[System]           `json:"system"`
	Services        Value[[]Service]        `json:"services"`
	Processes       Value[[]Process]        `json:"processes"`
	Ports           Value[[]PortOwner]      `json:"ports"`
	Listeners       Value[[]Listener]       `json:"listeners"`
	Routing         Value[RoutingSetting]   `json:"routing"`
	Routes          Value[[]StaticRoute]    `json:"routes"`
	AuthorizedHosts Value[[]AuthorizedHost] `json:"authorizedHosts"`
	ServerSetting   Value[ServerSetting]    `json:"serverSetting"`
	Certificates    Value[[]Certificate]    `json:"certificates"`
	UserRoots       Value[[]Certificate]    `json:"userRoots"` // Trusted Root stores of users' profiles
	Events          Value[[]Event]          `json:"events"`
	Hotfixes        Value[[]Hotfix]         `json:"hotfixes"`
	Clock           Value[Clock]            `json:"clock"`

	// What Live Communications Server on the host tells of the deployment.
	SIPDomains     Value[[]ServedDomain]    `json:"sipDomains"`
	Moves          Value[[]Move]            `json:"moves"`
	TrustedServers Value[[]TrustedServer]   `json:"trustedServers"` // without DN
	Applications   Value[[]Application]     `json:"applications"`
	Modules        Value[[]Module]          `json:"modules"`
	Replicator     Value[ReplicatorSetting] `json:"replicator"`
	Security       Value[SecuritySetting]   `json:"security"`
}

// System is the operating system of a host (Win32_OperatingSystem).
type System struct {
	Caption     string `json:"caption"`
	Version     string `json:"version"`
	ServicePack int    `json:"servicePack"`
	UTCOffset   *int   `json:"utcOffset,omitempty"` // minutes by which its local time is ahead of UTC now; nil: not told
}

// Service is a Windows service (Win32_Service).
type Service struct {
	Name      string `json:"name"` // key name: rtcsrv, MSSQL$RTC
	State     string `json:"state"`
	StartMode string `json:"startMode,omitempty"`
	Account   string `json:"account,omitempty"`
	ProcessID int    `json:"pid,omitempty"`
	ExitCode  uint32 `json:"exitCode,omitempty"`
	// OwnExitCode says that ExitCode is the service's own: Windows has 1066
	// (ERROR_SERVICE_SPECIFIC_ERROR) for it.
	OwnExitCode bool `json:"ownExitCode,omitempty"`
}

// Process is a running program (Win32_Process).
type Process struct {
	ID        int       `json:"pid"`
	Name      string    `json:"name"` // image name: rtcsrv.exe
	Path      string    `json:"path,omitempty"`
	Owner     string    `json:"owner,omitempty"`    // DOMAIN\user as whom it runs; empty if the host did not tell
	CreatedAt time.Time `json:"createdAt,omitzero"` // zero if the host did not tell
}

// PortOwner is a listening TCP port with the process that holds it.
type PortOwner struct {
	Address   string `json:"address,omitempty"`
	Port      int    `json:"port"`
	ProcessID int    `json:"pid"`
	Process   string `json:"process,omitempty"` // image name; empty if the host did not tell
}

// Transport is how SIP travels on a connection.
type Transport string

// The transports of listeners and routes. On LCS 2003, TLS and MTLS are two
// listener types (KB 830540).
const (
	TCP  Transport = "TCP"
	TLS  Transport = "TLS"
	MTLS Transport = "MTLS"
)

// CertificateRef names a certificate by issuer and serial number, as the LCS
// WMI classes do. Both empty means that none is set.
type CertificateRef struct {
	Issuer []byte `json:"issuer,omitempty"` // DER of the issuer's name
	Serial []byte `json:"serial,omitempty"` // octets, little endian as in a CERT_INFO, or big endian
}

// IsZero reports whether no certificate is named.
func (r CertificateRef) IsZero() bool { return len(r.Issuer) == 0 && len(r.Serial) == 0 }

// Listener is an address on which the server accepts SIP
// (MSFT_SIPListeningAddressData; the Connections tab of LCS 2003).
type Listener struct {
	ID             string         `json:"id"`
	Enabled        bool           `json:"enabled"`
	Address        string         `json:"address,omitempty"` // empty or 0.0.0.0: every address
	Port           int            `json:"port"`
	Transport      Transport      `json:"transport"`
	Certificate    CertificateRef `json:"certificate,omitzero"`
	TreatAsTrusted bool           `json:"treatAsTrusted,omitempty"` // TreatAllConnetionsAsTrusted
	TreatAsServer  bool           `json:"treatAsServer,omitempty"`  // TreatAllConnectionsAsServer
}

// RoutingSetting is the server's setting for outbound connections
// (MSFT_SIPRoutingSetting; the Routing tab). Certificate is the "Default
// certificate to be used for TLS Mutual encryption when none is specified in
// the routing table".
type RoutingSetting struct {
	DefaultPort int            `json:"defaultPort"`
	Certificate CertificateRef `json:"certificate,omitzero"`
}

// StaticRoute is a row of the routing table (MSFT_SIPRoutingTableData).
type StaticRoute struct {
	ID             string         `json:"id"`
	Enabled        bool           `json:"enabled"`
	MatchURI       string         `json:"matchURI"`
	NextHop        string         `json:"nextHop"`
	Port           int            `json:"port"`
	Transport      Transport      `json:"transport"`
	Certificate    CertificateRef `json:"certificate,omitzero"` // none: the default one is used
	TreatAsTrusted bool           `json:"treatAsTrusted,omitempty"`
	TreatAsServer  bool           `json:"treatAsServer,omitempty"`
}

// AuthorizedHost is a row of the Host Authorization tab
// (MSFT_SIPRemoteAddressData).
type AuthorizedHost struct {
	ID                   string `json:"id"`
	Host                 string `json:"host"` // FQDN or address
	OutboundOnly         bool   `json:"outboundOnly,omitempty"`
	ThrottleAsServer     bool   `json:"throttleAsServer,omitempty"`
	TreatAsAuthenticated bool   `json:"treatAsAuthenticated,omitempty"`
}

// ServerSetting is what the host's own LCS says of its part in the forest
// (MSFT_SIPESServerSetting).
type ServerSetting struct {
	HomesUsers   bool `json:"homesUsers"` // HomeUsers, or ESInstalled where there is no HomeUsers
	MajorVersion int  `json:"majorVersion,omitempty"`
	MinorVersion int  `json:"minorVersion,omitempty"`
}

// Certificate is a certificate in a store of the host.
type Certificate struct {
	Store         string `json:"store"` // MY, CA or ROOT of the local computer; for a user's store ROOT of that user
	Profile       string `json:"profile,omitempty"`
	DER           []byte `json:"der"`
	HasPrivateKey *bool  `json:"hasPrivateKey,omitempty"` // nil: not told
}

// Event is a record of the application or system log.
type Event struct {
	Log     string    `json:"log"`
	Source  string    `json:"source"`
	ID      int       `json:"id"`
	Type    string    `json:"type"` // error, warning, information
	At      time.Time `json:"at"`
	Message string    `json:"message,omitempty"`
}

// Hotfix is an installed update.
type Hotfix struct {
	ID          string `json:"id"` // KB839436
	InstalledOn string `json:"installedOn,omitempty"`
}
