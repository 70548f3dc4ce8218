package lab

import (
	"strings"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/checks/lab/sipd"
)

// messengerName is what Windows Messenger calls itself where a server would.
const messengerName = "RTC/1.2.4949"

// sipServer is who answers on a listener of a server.
func (f *forest) sipServer(s *server, l *listener, now func() time.Time, password string) *sipd.Server {
	clock := func() time.Time { return now().Add(s.clock) }
	if l.holder != "" { // a client, which serves nobody
		return sipd.New(sipd.Config{UserAgent: messengerName, Code: 405, NoDate: true})
	}
	config := sipd.Config{FQDN: s.fqdn, Domain: s.domain.netbios, Now: clock}
	if s.database != nil {
		for _, u := range f.users {
			config.Users = append(config.Users, sipd.User{
				URI: u.uri, Account: u.domain.netbios + `\` + u.account, Password: password, Code: s.signIn(u),
			})
		}
	}
	return sipd.New(config)
}

// signIn is what a home server answers a user whose password is right; 0 lets
// him in.
func (s *server) signIn(u *user) int {
	rows := s.database.of(u)
	switch {
	case s.database.manner != proper:
		return 503
	case !u.enabled || u.server != s || len(rows) == 0:
		return 404
	case u.target != "":
		return 480
	}
	sid, ok := rows[0].sid.([]byte)
	if !ok || string(sid) != string(octetsOf(u.sid)) {
		return 403
	}
	return 0
}

// prober is the user whose sign-in the configuration proposes to try: one with
// whom nothing is wrong, if there is any.
func (f *forest) prober() (*user, *server) {
	for _, s := range f.homes() {
		for _, u := range f.users {
			if s.listener(facts.TCP).open() && s.signIn(u) == 0 && !strings.ContainsAny(u.account, `'\`) {
				return u, s
			}
		}
	}
	return nil, nil
}

// clientCertificate is what mutual TLS is tried with, in PEM: the certificate
// of a host that is no server, its authority, and its key.
func (f *forest) clientCertificate() ([]byte, error) {
	issued, err := f.authority.issuing.Issue(f.serverOptions("lcshealth." + f.domains[0].name))
	if err != nil {
		return nil, err
	}
	key, err := issued.KeyPEM()
	if err != nil {
		return nil, err
	}
	return append(pkitest.PEM(issued.Certificate, f.authority.issuing.Certificate), key...), nil
}
