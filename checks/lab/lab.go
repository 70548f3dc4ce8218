package lab

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/checks/lab/ldapd"
	"lcshealth/checks/lab/rtcsim"
	"lcshealth/checks/lab/sipd"
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
	Layout        tdsd.Layout // the newest layout of TDS that the databases speak; the zero value is that of SQL Server 2005
	// Now is the clock of the controllers. Events, moves and host files are as
	// of the time that it shows at the start. Nil means [time.Now].
	Now func() time.Time
}

// DefaultUsers is how many users a lab has unless it is told.
const DefaultUsers = 200

// Lab is a running forest.
type Lab struct {
	dir      string
	forest   *forest
	group    *group
	resolver string
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
	f, err := newForest(o.Now(), o.Users)
	if err != nil {
		return nil, fmt.Errorf("start a lab: %w", err)
	}
	for _, fault := range planted {
		if err := fault.plant(f); err != nil {
			return nil, fmt.Errorf("plant %s: %w", fault.ID, err)
		}
	}
	f.infect()
	l := &Lab{dir: o.Dir, forest: f, group: newGroup(ctx)}
	l.password.directory, l.password.database, l.password.user = rand.Text(), rand.Text(), rand.Text()
	if err := l.start(o); err != nil {
		_ = l.Close() // the error that led here says more
		return nil, fmt.Errorf("start a lab: %w", err)
	}
	return l, nil
}

// start opens every port, so that what is written can name them.
func (l *Lab) start(o Options) error {
	for _, s := range l.forest.servers {
		for _, listener := range s.listeners {
			speaks := l.forest.sipServer(s, listener, o.Now, l.password.user)
			if err := l.group.serveListener(listener, l.forest.authority, speaks.ServeConn); err != nil {
				return err
			}
		}
	}
	for _, h := range l.forest.hops {
		speaks := sipd.New(sipd.Config{FQDN: h.name, Product: "Gateway/1.0", Now: o.Now})
		if err := l.group.serveListener(h.listener, l.forest.authority, speaks.ServeConn); err != nil {
			return err
		}
	}
	for _, s := range l.forest.homes() {
		if err := l.serveDatabase(s, o.Layout); err != nil {
			return err
		}
	}
	for _, d := range l.forest.domains {
		if err := l.serveController(d, o.Now); err != nil {
			return err
		}
	}
	var err error
	if l.resolver, err = l.group.serveDNS(l.forest.zone()); err != nil {
		return err
	}
	return l.write(o)
}

// serveDatabase serves the database of a home server.
func (l *Lab) serveDatabase(s *server, layout tdsd.Layout) (err error) {
	if s.database.manner == closed {
		s.database.port, err = l.group.refuse()
		return err
	}
	ln, err := l.group.listen()
	if err != nil {
		return err
	}
	s.database.port = portOf(ln)
	switch s.database.manner {
	case silent:
		l.group.serve(ln, hush)
		return nil
	case garbled:
		l.group.serve(ln, babble)
		return nil
	}
	db, err := s.database.simulate(products[layout])
	if err != nil {
		return err
	}
	encryption := tdsd.EncryptOff
	if layout == tdsd.TDS71 {
		encryption = tdsd.EncryptNotSupported // SQL Server 2000 makes no certificate of its own
	}
	server := tdsd.New(tdsd.Config{
		Handler: besideSystem(db, products[layout]), NTLMUsers: map[string]string{readerLogin: l.password.database}, Databases: []string{databaseName},
		ServerName: s.databaseServer(), ProductVersion: products[layout], Layout: layout,
		Encrypt: encryption, TLS: s.certificate.serve(),
	})
	l.databases = append(l.databases, server)
	l.group.wg.Go(func() { _ = server.Serve(l.group.ctx, ln) }) // it ends with the group
	return nil
}

// besideSystem answers statements for the RTC database, and for the instance's
// own databases as ones that hold nothing of LCS.
func besideSystem(db *rtcsim.Database, product string) tdsd.Handler {
	system := rtcsim.New("master", product)
	for _, table := range []string{"Resource", "ResourceDirectory", "HomedResource", "Endpoint", "DbConfigInt"} {
		system.DropTable(table)
	}
	return func(ctx context.Context, session tdsd.Session, statement string) []tdsd.Result {
		if session.Database != databaseName {
			return system.Handle(ctx, session, statement)
		}
		return db.Handle(ctx, session, statement)
	}
}

// serveController serves the controller of a domain.
func (l *Lab) serveController(d *domain, now func() time.Time) error {
	ln, err := l.group.listen()
	if err != nil {
		return err
	}
	d.port = portOf(ln)
	secure := d.certificate.serve()
	switch l.forest.directory {
	case silent:
		l.group.serve(ln, hush)
		return nil
	case garbled:
		l.group.serve(ln, underTLS(secure, babble))
		return nil
	}
	config := l.forest.controllerOf(d)
	config.TLS, config.RequireTLS, config.Now = secure, true, now
	config.Users = map[string]string{readerName: l.password.directory}
	server, err := ldapd.New(config)
	if err != nil {
		return fmt.Errorf("controller %s: %w", d.controller, err)
	}
	l.controllers = append(l.controllers, server)
	l.group.closeAtEnd(server)
	l.group.wg.Go(func() { _ = server.ServeTLS(ln) }) // it ends with the group
	return nil
}

// write writes the files that a check needs.
func (l *Lab) write(o Options) error {
	if err := os.MkdirAll(l.inFolder(hostsFolder), 0o750); err != nil {
		return err
	}
	config, err := l.forest.config(l.resolver, o)
	if err != nil {
		return err
	}
	client, err := l.forest.clientCertificate()
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{
		clientFile:            client,
		userPasswordFile:      []byte(l.password.user + "\n"),
		configFile:            config,
		authorityFile:         pkitest.PEM(l.forest.authority.root.Certificate),
		directoryPasswordFile: []byte(l.password.directory + "\n"),
		databasePasswordFile:  []byte(l.password.database + "\n"),
	} {
		if err := l.writeFile(name, text); err != nil {
			return err
		}
	}
	for _, s := range l.forest.servers {
		if err := l.writeHost(s, o); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lab) writeHost(s *server, o Options) error {
	switch l.forest.hosts {
	case silent:
		path := l.inFolder(hostFile(s))
		if err := remove(path); err != nil {
			return err
		}
		release, err := makeFIFO(path)
		if err == nil {
			l.releases = append(l.releases, release)
		}
		return err
	case garbled:
		return l.writeFile(hostFile(s), []byte(nonsense))
	}
	var text bytes.Buffer
	if err := s.writeHost(&text, l.forest, o.HostDatabases, products[o.Layout]); err != nil {
		return err
	}
	return l.writeFile(hostFile(s), text.Bytes())
}

// writeFile writes a file that only its owner may read, as passwords must be.
// One of an earlier lab may be a named pipe, which writing would hang on.
func (l *Lab) writeFile(name string, text []byte) error {
	path := l.inFolder(name)
	if err := remove(path); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Close ends the lab and waits until nothing of it runs any more. The files
// stay.
func (l *Lab) Close() error {
	for _, release := range l.releases {
		release()
	}
	l.group.close()
	return nil
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
		fmt.Fprintf(&b, "  %-22s domain controller, ldaps %d\n", d.controller, d.port)
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
		fmt.Fprintf(&b, "  %-22s %s, %s\n", s.fqdn, s.role, strings.Join(ports, ", "))
	}
	for _, note := range f.notes {
		fmt.Fprintf(&b, "planted: %s\n", note)
	}
	return b.String()
}
