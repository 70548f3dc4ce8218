package wmi

import (
	"context"
	"fmt"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/facts"
)

// Windows Server 2003 has no class of WMI for certificates, so that they are
// read from the registry, where each is a key below Certificates whose value
// Blob holds it. A logical store, which is what facts mean by a store, is made
// of several of the registry: its own, that of the enterprise, which comes from
// the directory, and that of group policy. Trusted roots that Windows itself
// brings are in AuthRoot.
const (
	ownStores        = `SOFTWARE\Microsoft\SystemCertificates\`
	enterpriseStores = `SOFTWARE\Microsoft\EnterpriseCertificates\`
	policyStores     = `SOFTWARE\Policies\Microsoft\SystemCertificates\`
)

var machineStores = []struct {
	name string
	own  string   // always there
	more []string // that need not be there
}{
	{host.StoreMy, ownStores + "MY", nil},
	{host.StoreCA, ownStores + "CA", []string{enterpriseStores + "CA", policyStores + "CA"}},
	{host.StoreRoot, ownStores + "ROOT", []string{ownStores + "AuthRoot", enterpriseStores + "Root", policyStores + "Root"}},
}

// certificates reads the stores of the computer, and the trusted roots of its
// users.
func (r *run) certificates(ctx context.Context) {
	for _, store := range machineStores {
		r.part(ctx, host.Part{Class: "certificate", Of: store.name}, func(p *part) error {
			seen := map[string]bool{}
			if _, err := p.subkeys(key{hkeyLocalMachine, store.own}); err != nil {
				return p.failed(err)
			}
			for _, path := range append([]string{store.own}, store.more...) {
				if err := p.store(key{hkeyLocalMachine, path}, "", seen); err != nil {
					return p.failed(err)
				}
			}
			return nil
		})
	}
	r.part(ctx, host.Part{Class: "certificate", Of: host.StoreUserRoot}, func(p *part) error { return p.failed(p.userRoots()) })
}

// store reads one store of the registry. Certificates that were seen in
// another one of the same logical store are left out: their keys are named by
// the SHA-1 of the certificate.
func (p *part) store(k key, profile string, seen map[string]bool) error {
	all := k.sub("Certificates")
	names, err := p.children(all)
	if err != nil {
		return err
	}
	for _, name := range names {
		id := strings.ToUpper(name)
		if seen[id] {
			continue
		}
		seen[id] = true
		blob, err := p.octets(all.sub(name), "Blob")
		if err != nil {
			return err
		}
		row := map[string]any{"store": p.name.Of, "blob": blob}
		if profile != "" {
			row["profile"] = profile
		}
		p.row("certificate", row)
	}
	return nil
}

// userRoots reads the trusted roots of every profile that is loaded. Those of
// users who are not logged on cannot be read.
func (p *part) userRoots() error {
	users := key{hkeyUsers, ""}
	sids, err := p.subkeys(users)
	if err != nil {
		return err
	}
	if len(sids) == 0 {
		return collect.Fail(facts.Protocol, "", "%s is empty, which it never is", users)
	}
	for _, sid := range sids {
		if strings.HasSuffix(strings.ToUpper(sid), "_CLASSES") {
			continue
		}
		root := users.sub(sid + `\Software\Microsoft\SystemCertificates\Root`)
		if err := p.store(root, p.profile(sid), map[string]bool{}); err != nil {
			return fmt.Errorf("of the profile %s: %w", sid, err)
		}
	}
	return nil
}

// profile names the profile of a SID by its folder, or else by the SID.
func (p *part) profile(sid string) string {
	list := key{hkeyLocalMachine, `SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList`}
	folder, err := p.expanded(list.sub(sid), "ProfileImagePath")
	if err != nil {
		return sid
	}
	folder = strings.TrimRight(folder, `\`)
	if name := folder[strings.LastIndexByte(folder, '\\')+1:]; name != "" {
		return name
	}
	return sid
}
