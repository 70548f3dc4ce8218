package lab

import (
	"context"
	"fmt"
	"time"

	"lcshealth/checks/lab/ldapd"
	"lcshealth/checks/lab/rtcsim"
	"lcshealth/checks/lab/sipd"
	"lcshealth/checks/lab/tdsd"
)

// serve opens every port, so that what is written can name them.
func (l *Lab) serve() error {
	f := l.forest
	for _, s := range f.servers {
		for _, listener := range s.listeners {
			speaks := f.sipServer(s, listener, l.options.Now, l.password.user)
			if err := l.group.serveListener(s.address, listener, f.authority, speaks.ServeConn); err != nil {
				return err
			}
		}
	}
	for _, h := range f.hops {
		speaks := sipd.New(sipd.Config{FQDN: h.name, Product: "Gateway/1.0", Now: l.options.Now})
		if err := l.group.serveListener(h.address, h.listener, f.authority, speaks.ServeConn); err != nil {
			return err
		}
	}
	for _, s := range f.homes() {
		if err := l.serveDatabase(s, l.options.Layout); err != nil {
			return err
		}
	}
	for _, d := range f.domains {
		if err := l.serveController(d, l.options.Now); err != nil {
			return err
		}
	}
	if err := l.serveNames(); err != nil {
		return err
	}
	return l.write(l.options)
}

// serveNames has DNS tell of the forest, and starts it if need be.
func (l *Lab) serveNames() (err error) {
	l.names.zone.Store(l.forest.zone(l.domains))
	if l.resolver == "" {
		l.resolver, err = l.dns.serveDNS(&l.names)
	}
	return err
}

// serveDatabase serves the database of a home server.
func (l *Lab) serveDatabase(s *server, layout tdsd.Layout) error {
	if s.database.manner == closed {
		return l.group.refuse(s.address, &s.database.port)
	}
	ln, err := l.group.listen(s.address, s.database.port)
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
	ctx := l.group.ctx
	l.group.wg.Go(func() { _ = server.Serve(ctx, ln) }) // it ends with the group
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
	ln, err := l.group.listen(d.address, d.port)
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
