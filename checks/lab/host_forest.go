package lab

import "lcshealth/checks/facts"

// domainRows are the SIP domains as every server reads them from the directory.
func (f *forest) domainRows() (rows []facts.ServedDomain) {
	for _, name := range f.sipDomains {
		rows = append(rows, facts.ServedDomain{Name: name})
	}
	return rows
}

// moveRows are the users who are being moved, as every server sees them.
func (f *forest) moveRows() (rows []facts.Move) {
	for _, u := range f.users {
		if u.target != "" {
			rows = append(rows, facts.Move{Address: u.uri, AccountDN: u.dn(), HomeServer: u.home, Target: u.target})
		}
	}
	return rows
}

// trustedRows are the servers that trust each other.
func (f *forest) trustedRows() (rows []facts.TrustedServer) {
	for _, s := range f.servers {
		rows = append(rows, facts.TrustedServer{FQDN: s.fqdn})
	}
	return rows
}

// moduleStatus is the state of the server's extension modules, which run with
// rtcsrv.
func (s *server) moduleStatus() string {
	for _, v := range s.services {
		if v.Name == "rtcsrv" && v.State == "Running" {
			return "Started"
		}
	}
	return "Stopped"
}
