// Package config is the typed configuration of lcshealth: where the directory,
// the databases and the hosts of a deployment are, and with which account each
// is read. It is a YAML file; unknown keys are refused, and every error names
// the key that it is about. Environment variables named after the keys
// (LCSHEALTH_DIRECTORY_USERNAME) go before the file.
//
// Secrets never stand in it. A [Secret] says where one is found.
package config

import "time"

// Config is the whole configuration.
type Config struct {
	Directory Directory `mapstructure:"directory"`
	Database  Database  `mapstructure:"database"`
	Servers   []Server  `mapstructure:"servers"`
	Pools     []Pool    `mapstructure:"pools"`
	Hosts     Hosts     `mapstructure:"hosts"`
	WMI       WMI       `mapstructure:"wmi"`
	Wire      Wire      `mapstructure:"wire"`
	Probe     Probe     `mapstructure:"probe"`
	DNS       DNS       `mapstructure:"dns"`
	Redact    Redact    `mapstructure:"redact" json:",omitzero"` // not in the digest of who has none
	Timeouts  Timeouts  `mapstructure:"timeouts"`

	// What does not change what is asked is no part of the digest.
	History History `mapstructure:"history" json:"-"`
	Notify  Notify  `mapstructure:"notify" json:"-"`
	Serve   Serve   `mapstructure:"serve" json:"-"`

	path string // of the file, for messages and relative paths; empty without one
}

// Directory says how Active Directory is read.
type Directory struct {
	Controllers []string `mapstructure:"controllers"` // host or host:port, tried in this order
	Security    string   `mapstructure:"security"`    // ldaps, starttls or plain
	Auth        string   `mapstructure:"auth"`        // simple, ntlm or kerberos
	Username    string   `mapstructure:"username"`
	Password    Secret   `mapstructure:"password"`
	Kerberos    Kerberos `mapstructure:"kerberos"`
	CAFile      string   `mapstructure:"ca-file"`     // PEM; empty: the system's authorities
	ServerName  string   `mapstructure:"server-name"` // that the certificate must bear, if it is not the controller's name
	OldTLS      bool     `mapstructure:"old-tls"`     // accept the TLS 1.0 of Windows Server 2003
	PageSize    int      `mapstructure:"page-size"`
	Connections int      `mapstructure:"connections"`
}

// Database says how the RTC databases are read, unless a server's own entry
// says otherwise.
type Database struct {
	Auth       string   `mapstructure:"auth"` // ntlm, sql, kerberos or integrated
	Username   string   `mapstructure:"username"`
	Password   Secret   `mapstructure:"password"`
	Kerberos   Kerberos `mapstructure:"kerberos"`
	Encrypt    string   `mapstructure:"encrypt"` // true, login or disable
	CAFile     string   `mapstructure:"ca-file"`
	ServerName string   `mapstructure:"server-name"` // that the certificate must bear, if it is not the host's name
	Name       string   `mapstructure:"name"`        // of the database, rtc
}

// Kerberos says where tickets come from.
type Kerberos struct {
	Realm  string `mapstructure:"realm"`
	Config string `mapstructure:"config"` // krb5.conf
	CCache string `mapstructure:"ccache"`
	Keytab string `mapstructure:"keytab"`
	SPN    string `mapstructure:"spn"`
}

// Server is a Live Communications Server with the ways into it.
type Server struct {
	Name       string `mapstructure:"name"`       // its FQDN
	Role       string `mapstructure:"role"`       // home, front-end or proxy; empty: as the sources tell
	Generation string `mapstructure:"generation"` // 2003 or 2005; empty: as the sources tell
	Host       string `mapstructure:"host"`       // wmi or com: asked over the network; empty: by a host file, or not at all
	HostFile   string `mapstructure:"host-file"`  // made on the host
	Database   string `mapstructure:"database"`   // host, host:port or host\instance; empty: not read
}

// Pool is an LCS 2005 Enterprise Edition pool, whose database is on a back end.
type Pool struct {
	Name     string `mapstructure:"name"` // its FQDN
	Database string `mapstructure:"database"`
}

// Hosts says where host files are, and which are accepted.
type Hosts struct {
	Files    []string      `mapstructure:"files"` // files, folders and patterns; each file says itself which host it was made on
	MaxAge   time.Duration `mapstructure:"max-age"`
	AllowOld bool          `mapstructure:"allow-old"`
}

// WMI says as whom hosts are asked over the network.
type WMI struct {
	Auth     string   `mapstructure:"auth"` // ntlm or kerberos; for com: as yourself if there is no username
	Username string   `mapstructure:"username"`
	Password Secret   `mapstructure:"password"`
	Kerberos Kerberos `mapstructure:"kerberos"`
}

// Wire says what is probed over the network.
type Wire struct {
	Enabled     bool              `mapstructure:"enabled"`
	SIP         bool              `mapstructure:"sip"` // OPTIONS, and REGISTER without credentials
	Certificate ClientCertificate `mapstructure:"certificate"`
}

// ClientCertificate is what mutual TLS is tried with.
type ClientCertificate struct {
	File     string `mapstructure:"file"`     // PEM, or PKCS #12 (.pfx, .p12) with its key
	Key      string `mapstructure:"key"`      // PEM, if it is not in File
	Password Secret `mapstructure:"password"` // of a PKCS #12 file
}

// Probe says as whom a sign-in is tried.
type Probe struct {
	User     string `mapstructure:"user"`    // sign-in name; empty: nobody's sign-in is tried
	Account  string `mapstructure:"account"` // DOMAIN\user or user@domain
	Password Secret `mapstructure:"password"`
	Server   string `mapstructure:"server"` // host or host:port; empty: a home server that was found
}

// DNS says who is asked for names.
type DNS struct {
	Resolver string `mapstructure:"resolver"` // host or host:port; empty: the system's
}

// Redact says how names are replaced by pseudonyms, if that is asked for.
type Redact struct {
	Key Secret `mapstructure:"key"` // a name has the same pseudonym with the same key; not set: only within a run
}

// Timeouts bound the run and its parts.
type Timeouts struct {
	Run     time.Duration `mapstructure:"run"`
	Source  time.Duration `mapstructure:"source"`
	Connect time.Duration `mapstructure:"connect"`
}

// Default returns the configuration that holds where a file says nothing.
func Default() *Config {
	return &Config{
		Directory: Directory{Security: "ldaps", Auth: "simple", PageSize: 1000, Connections: 2},
		Database:  Database{Auth: "ntlm", Encrypt: "true", Name: "rtc"},
		Hosts:     Hosts{MaxAge: 7 * 24 * time.Hour},
		WMI:       WMI{Auth: "ntlm"},
		Wire:      Wire{Enabled: true, SIP: true},
		Timeouts:  Timeouts{Run: 15 * time.Minute, Source: 10 * time.Minute, Connect: 5 * time.Second},
		History:   History{Path: "lcshealth-history.db", KeepAge: 2 * 365 * 24 * time.Hour, KeepReports: 92 * 24 * time.Hour},
		Serve:     Serve{Listen: "127.0.0.1:8443", Users: "users.yaml", Waivers: "waivers.yaml"},
	}
}
