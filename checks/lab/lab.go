package lab

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"lcshealth/checks/lab/ldapd"
	"lcshealth/checks/lab/tdsd"
)

// Options say what lab to start.
type Options struct {
	Dir    string   // where the host files, the certificate of the authority and the configuration are written
	Faults []string // ids of what to plant, see [Faults]; "none" and an empty list plant nothing
	Users  int      // how many there are; 0 means 200
	// HostDatabases brings the rows of the databases in the host files instead
	// of over TDS.
	HostDatabases bool
	SIPDomains    []string    // besides contoso.com and fabrikam.com; nobody has an address there
	OneAddress    bool        // everything is on 127.0.0.1, as on systems that have no other loopback address
	Layout        tdsd.Layout // the newest layout of TDS that the databases speak; the zero value is that of SQL Server 2005
	// Now is the clock of the controllers. Events, moves and host files are as
	// of the time that it shows at the start. Nil means [time.Now].
	Now func() time.Time
}

// DefaultUsers is how many users a lab has unless it is told.
const DefaultUsers = 200

// Lab is a running forest.
type Lab struct {
	options  Options
	started  *forest // as it was at the start
	forest   *forest // that is served
	group    *group
	sockets  *sockets
	dns      *group
	names    resolver
	resolver string      // its address
	forsake  func() bool // has the end of the context no longer close the sockets
	issued   []*certificate
	domains  []string // SIP domains that DNS knows before they are listed
	password struct{ directory, database, user string }

	controllers []*ldapd.Server
	databases   []*tdsd.Server
	releases    []func() // of those who read host files that hang
}

// Start builds a forest, plants the faults and serves it until ctx ends or
// [Lab.Close] is called. The error for a fault that does not exist names those
// that are like it.
func Start(ctx context.Context, o Options) (*Lab, error) {
	planted, err := choose(o.Faults)
	if err != nil {
		return nil, err
	}
	if o.Dir == "" {
		return nil, errors.New("start a lab: no folder is named")
	}
	if o.Users <= 0 {
		o.Users = DefaultUsers
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	f, err := newForest(o, newAddressBook(ctx, o.OneAddress))
	if err != nil {
		return nil, fmt.Errorf("start a lab: %w", err)
	}
	for _, fault := range planted {
		if err := fault.plant(f); err != nil {
			return nil, fmt.Errorf("plant %s: %w", fault.ID, err)
		}
	}
	f.infect()
	open := newSockets()
	l := &Lab{
		options: o, started: f, forest: f, group: newGroup(ctx, open), sockets: open, dns: newGroup(ctx, open),
		forsake: context.AfterFunc(ctx, open.close),
	}
	l.password.directory, l.password.database, l.password.user = rand.Text(), rand.Text(), rand.Text()
	if err := l.serve(); err != nil {
		_ = l.Close() // the error that led here says more
		return nil, fmt.Errorf("start a lab: %w", err)
	}
	return l, nil
}

// Close ends the lab and waits until nothing of it runs any more. The files
// stay.
func (l *Lab) Close() error {
	l.letGo()
	l.group.close()
	l.dns.close()
	l.forsake()
	l.sockets.close()
	return nil
}

// letGo lets go of those who read host files that hang.
func (l *Lab) letGo() {
	for _, release := range l.releases {
		release()
	}
	l.releases = nil
}

// Config is the path of the configuration for an ordinary check.
func (l *Lab) Config() string { return l.inFolder(configFile) }

// Requests returns everything that the controllers were asked, controller by
// controller.
func (l *Lab) Requests() (out []ldapd.Request) {
	for _, s := range l.controllers {
		out = append(out, s.Requests()...)
	}
	return out
}

// Statements returns the text of everything that the databases were asked,
// database by database.
func (l *Lab) Statements() (out []string) {
	for _, s := range l.databases {
		out = append(out, s.Statements()...)
	}
	return out
}

// Describe says who listens where, and what was planted.
func (l *Lab) Describe() string {
	f := l.forest
	var b strings.Builder
	fmt.Fprintf(&b, "%d users; names resolve at %s\n", len(f.users), l.resolver)
	for _, d := range f.domains {
		fmt.Fprintf(&b, "  %-22s %-9s domain controller, ldaps %d\n", d.controller, d.address, d.port)
	}
	for _, s := range f.servers {
		var ports []string
		for _, listener := range s.listeners {
			if listener.open() {
				ports = append(ports, fmt.Sprintf("%s %d", listener.transport, listener.port))
			}
		}
		if s.database != nil && s.database.manner != closed {
			ports = append(ports, fmt.Sprintf("database %d", s.database.port))
		}
		fmt.Fprintf(&b, "  %-22s %-9s %s, %s\n", s.fqdn, s.address, s.role, strings.Join(ports, ", "))
	}
	for _, note := range f.notes {
		fmt.Fprintf(&b, "planted: %s\n", note)
	}
	return b.String()
}
