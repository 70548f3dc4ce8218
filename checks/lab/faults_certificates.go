package lab

import (
	"crypto/x509"
	"fmt"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

// plantExpiring gives the proxy's outbound connections a certificate of their
// own, so that nothing else depends on it.
func plantExpiring(f *forest) error {
	s := f.server(px01)
	o := f.serverOptions(s.fqdn)
	o.NotAfter = f.now.Add(5*24*time.Hour + 12*time.Hour)
	ending, err := f.issueAs(o)
	if err != nil {
		return err
	}
	s.keep(pki.My, ending.Certificate, true)
	s.outbound = ending
	f.note("the certificate for outbound connections of %s expires in 5 days", s.fqdn)
	return nil
}

// plantRenewed lets the proxy go on with the certificate that it had when it was
// started, although the one that took its place was selected since.
func plantRenewed(f *forest) error {
	s := f.server(px01)
	old, err := f.issue(s.fqdn)
	if err != nil {
		return err
	}
	s.listener(facts.MTLS).shown = old
	f.note("%s goes on with a certificate that was renewed since it was started", s.fqdn)
	return nil
}

func plantServerOnly(f *forest) error {
	s := f.server(lcs02)
	web, err := f.issue(s.fqdn, x509.ExtKeyUsageServerAuth)
	if err != nil {
		return err
	}
	s.keep(pki.My, web.Certificate, true)
	s.outbound = web
	f.note("the certificate for outbound connections of %s is for Server Authentication only", s.fqdn)
	return nil
}

func plantMisnamed(f *forest) error {
	s := f.server(lcs02)
	other, err := f.issue("im.contoso.com")
	if err != nil {
		return err
	}
	s.keep(pki.My, other.Certificate, true)
	s.listener(facts.TLS).certificate = other
	f.note("the certificate of the TLS listener of %s is issued to im.contoso.com, a name that DNS does not know", s.fqdn)
	return nil
}

// plantLongList gives a server more roots than Windows tells its clients of, and
// the forest's own is among those that are left out.
func plantLongList(f *forest) error {
	const most = 12 << 10 // octets, about as on Windows Server 2003
	s := f.server(lcs02)
	list, size := x509.NewCertPool(), 0
	for n := 1; ; n++ {
		a, err := pkitest.NewAuthority(fmt.Sprintf("Certification Authority %d of a programme that nobody remembers", n))
		if err != nil {
			return err
		}
		s.keep(pki.Root, a.Certificate, false)
		if size += len(a.Certificate.RawSubject) + 2; size > most {
			s.listener(facts.MTLS).accepts = list
			f.note("%s trusts %d authorities, and tells its clients only of the first of them", s.fqdn, n)
			return nil
		}
		list.AddCert(a.Certificate)
	}
}
