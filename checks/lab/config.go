package lab

import (
	"bytes"
	_ "embed"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"text/template"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/tdsd"
)

//go:embed lcshealth.yaml.tmpl
var configText string

// The account that a check signs in with, everywhere.
const (
	readerAccount = "lcshealth"
	readerName    = readerAccount + "@contoso.com"
	readerLogin   = `CONTOSO\` + readerAccount
)

// Names of the files, in the folder of the lab.
const (
	configFile            = "lcshealth.yaml"
	authorityFile         = "ca.pem"
	directoryPasswordFile = "directory.password"
	databasePasswordFile  = "database.password"
	userPasswordFile      = "user.password"
	clientFile            = "client.pem"
	hostsFolder           = "hosts"
)

func hostFile(s *server) string { return hostsFolder + "/" + s.fqdn + ".ndjson" }

// configuration is what the template is filled with.
type configuration struct {
	Planted     []string
	Controllers []string
	ReaderName  string
	ReaderLogin string
	ByAddress   bool // the databases are reached without DNS
	Clear       bool // the databases cannot encrypt
	Servers     []configuredServer
	Resolver    string
	Source      time.Duration

	Authority, DirectoryPassword, DatabasePassword, Database string
	Client, User, Account, UserPassword, Server              string // of the wire; no User: nobody can sign in
}

type configuredServer struct{ Name, Role, HostFile, Database string }

// config writes the configuration for a lab whose ports are known.
func (f *forest) config(resolver string, o Options) ([]byte, error) {
	c := configuration{
		Planted: f.notes, ReaderName: readerName, ReaderLogin: readerLogin, ByAddress: f.wire != proper, Resolver: resolver, Source: 15 * time.Second,
		Authority: authorityFile, DirectoryPassword: directoryPasswordFile, DatabasePassword: databasePasswordFile, Database: databaseName,
		Clear: o.Layout == tdsd.TDS71, Client: clientFile, UserPassword: userPasswordFile,
	}
	if u, s := f.prober(); u != nil {
		c.User, c.Account, c.Server = u.uri, u.domain.netbios+`\`+u.account, at(s.fqdn, s.listener(facts.TCP).port)
	}
	if f.hasInfrastructureFault() {
		c.Source = 4 * time.Second
	}
	for _, d := range f.domains {
		c.Controllers = append(c.Controllers, at(d.controller, d.port))
	}
	for _, s := range f.servers {
		row := configuredServer{Name: s.fqdn, HostFile: hostFile(s)}
		if s.role != facts.RoleHome {
			row.Role = string(s.role)
		}
		if s.database != nil && !o.HostDatabases {
			host := s.fqdn
			if c.ByAddress {
				host = s.address
			}
			row.Database = fmt.Sprintf(`%s\rtc:%d`, host, s.database.port)
		}
		c.Servers = append(c.Servers, row)
	}
	t, err := template.New(configFile).Parse(configText)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, c)
	return out.Bytes(), err
}

func at(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// inFolder is the path of a file of the lab.
func (l *Lab) inFolder(name string) string {
	return filepath.Join(l.options.Dir, filepath.FromSlash(name))
}
