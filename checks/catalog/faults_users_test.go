package catalog_test

import (
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

const (
	everyone = "users of the forest"
	of01     = "users of " + lcs01
	of02     = "users of " + lcs02
)

// adele, whom most faults of users befall, has her home on lcs01.
func (w *world) adele(change func(*facts.Account)) { change(&w.user("adele@contoso.com").Accounts[0]) }

// row changes her row there.
func (w *world) row(change func(*facts.Entry)) { change(&w.user("adele@contoso.com").Entries[0]) }

// newcomer adds a user without database rows.
func (w *world) newcomer(uri string, change func(*facts.Account)) {
	a := account("Nina", uri, 1200, lcs01)
	change(&a)
	w.add(&facts.SignIn{Address: facts.NormalizeAddress(uri), Accounts: []facts.Account{a}})
}

func accountFaults() []fault {
	const notEnabled, name, domain, moved = "user-not-enabled", "signin-name-mismatch", "sip-domain-not-listed", "user-being-moved"
	malformed := func(label, uri, says string) fault {
		return fault{name, label, func(w *world) { w.newcomer(uri, func(*facts.Account) {}) }, everyone, "malformed", checks.Major, says}
	}
	moving := func(since *time.Time) func(*world) {
		return func(w *world) {
			w.adele(func(a *facts.Account) { a.TargetHomeServer, a.TargetSince = homeDN(lcs02), since })
		}
	}
	ago := func(d time.Duration) *time.Time { t := noon.Add(-d); return &t }
	asked := func(plant func(*world)) func(*world) {
		return func(w *world) {
			plant(w)
			w.asked = "sip:Adele@contoso.com"
		}
	}
	// seenBy lets a server see her being moved, as of an age.
	seenBy := func(server string, age time.Duration) func(*world) {
		return func(w *world) {
			v := &w.Server(server).Host.Moves
			*v = facts.Observed([]facts.Move{{
				Address: "sip:Adele@contoso.com", AccountDN: "CN=ADELE,CN=Users,DC=contoso,DC=com", HomeServer: homeDN(lcs01), Target: homeDN(lcs02),
			}}, facts.Origin{Source: "host", Target: server, At: noon.Add(-age)})
		}
	}
	unread := func(w *world) { w.forgetAccounts(func(a *facts.Account) bool { return a.Name == "Adele" }) }
	both := func(all ...func(*world)) func(*world) {
		return func(w *world) {
			for _, do := range all {
				do(w)
			}
		}
	}
	disabled := func(w *world) { w.adele(func(a *facts.Account) { a.Enabled = false }) }
	gone := func(o facts.HomeServerObject) func(*world) {
		return func(w *world) {
			grow(&w.Directory.HomeServers, facts.HomeServer{Name: "CN=gone", Object: seen("directory", "dc01", o)})
			w.newcomer("sip:nina@contoso.com", func(a *facts.Account) { a.HomeServer = "CN=gone" })
		}
	}
	return []fault{
		{notEnabled, "disabled", disabled, everyone, "disabled", checks.Info, "msRTCSIP-UserEnabled is not TRUE"},
		{notEnabled, "disabled, and asked for", asked(disabled), everyone, "disabled", checks.Major, "msRTCSIP-UserEnabled is not TRUE"},
		{notEnabled, "no home server", func(w *world) { w.adele(func(a *facts.Account) { a.HomeServer = "" }) }, everyone, "no-home-server", checks.Major, "without a home server"},
		{notEnabled, "home server gone", gone(facts.HomeServerObject{}), everyone, "home-server-gone", checks.Major, "CN=gone, does not exist"},
		{notEnabled, "home server is something else", gone(facts.HomeServerObject{Exists: true, Class: "computer", FQDN: lcs01}), everyone, "home-server-gone", checks.Major, "is no home server"},
		malformed("no SIP URI", "", "there is none"),
		malformed("no scheme", "nina@contoso.com", "does not begin with sip:"),
		malformed("a blank", "sip:nina berg@contoso.com", "a blank"),
		malformed("a blank at its end", "sip:nina@contoso.com ", "a blank"),
		malformed("no at sign", "sip:contoso.com", "no user before @"),
		malformed("no user", "sip:@contoso.com", "no user before @"),
		malformed("two at signs", "sip:nina@x@contoso.com", "more than one @"),
		malformed("no domain", "sip:nina@", "is not a domain name"),
		malformed("angle brackets", "sip:<nina@contoso.com", "no SIP URI may have"),
		{name, "held twice", func(w *world) {
			u := w.user("adele@contoso.com")
			u.Accounts = append(u.Accounts, account("Adele2", "SIP:adele@contoso.com", 1300, lcs01))
		}, everyone, "held-twice", checks.Major, "held by 2 accounts"},
		{name, "held by nobody", func(w *world) { w.asked = "sip:adelle@contoso.com" }, everyone, "held-by-nobody", checks.Major, "names like it: adele@contoso.com"},
		{name, "held by a mere contact", func(w *world) { w.asked = "chen@partner.example" }, everyone, "held-by-nobody", checks.Major, "no account has the SIP URI sip:chen@partner.example"},
		{domain, "not listed", func(w *world) {
			drop(&w.Directory.SIPDomains, func(d facts.SIPDomain) bool { return d.Name == "fabrikam.com" })
		}, everyone, "fabrikam.com", checks.Major, "sip:bernd@fabrikam.com"},
		{domain, "only its subdomains are listed", func(w *world) {
			edit(&w.Directory.SIPDomains, func(d *facts.SIPDomain) {
				if d.Name == "fabrikam.com" {
					d.Name = "*.fabrikam.com"
				}
			})
		}, everyone, "fabrikam.com", checks.Major, "sip:bernd@fabrikam.com"},
		{moved, "now", moving(ago(59 * time.Minute)), everyone, "moving", checks.Minor, "for 59m0s"},
		{moved, "since a moment that is not known", moving(nil), everyone, "moving", checks.Minor, "for how long is not known"},
		{moved, "by a clock ahead of ours", moving(ago(-5 * time.Minute)), everyone, "moving", checks.Minor, "for 0s"},
		{moved, "stuck", moving(ago(61 * time.Minute)), everyone, "stuck", checks.Major, "for 1h1m0s"},
		{moved, "seen by a server, his account not read", both(unread, seenBy(fe01, time.Minute)), everyone, "moving", checks.Minor, "his account was not read"},
		{moved, "seen by a server, asked for, account not read", asked(both(unread, seenBy(fe01, time.Minute))), everyone, "moving", checks.Major, "TargetServerDNIfMoving is " + homeDN(lcs02)},
		{moved, "as the directory and a server see it", both(moving(ago(90*time.Minute)), seenBy(lcs02, time.Minute)), everyone, "stuck", checks.Major, "msRTCSIP-TargetHomeServer is"},
		{moved, "now, and asked for", asked(moving(ago(time.Minute))), everyone, "moving", checks.Major, homeDN(lcs02)},
	}
}

func entryFaults() []fault {
	const invalid, stale, missing, damaged = "user-sid-invalid", "stale-user-entry", "user-missing-from-database", "user-entry-damaged"
	setSID := func(s *string) func(*world) {
		return func(w *world) { w.row(func(e *facts.Entry) { e.SID = s }) }
	}
	left := func(change func(*facts.Entry)) func(*world) {
		return func(w *world) {
			w.add(&facts.SignIn{Address: "olga@contoso.com", Entries: []facts.Entry{with(entry(lcs02, 40, "olga@contoso.com", 1400), change)}})
		}
	}
	address := func(stored string) func(*world) {
		return func(w *world) { w.row(func(e *facts.Entry) { e.Address = stored }) }
	}
	return []fault{
		{invalid, "NULL", setSID(nil), of01, "no-sid", checks.Major, "it has no SID"},
		{invalid, "empty", setSID(text("")), of01, "no-sid", checks.Major, "it has no SID"},
		{invalid, "octets that are none", setSID(text("0x0105")), of01, "malformed-sid", checks.Major, "0x0105"},
		{invalid, "of no account", setSID(text("S-1-5-32-544")), of01, "malformed-sid", checks.Major, "S-1-5-32-544"},
		{invalid, "of another account", setSID(text(sid(1104))), of01, "other-sid", checks.Major, sid(1104)},
		{invalid, "of another account, in a row that the directory does not tell of", func(w *world) {
			w.row(func(e *facts.Entry) { e.SID, e.DirectoryRow, e.GUID = text(sid(1104)), nil, nil })
		}, of01, "other-sid", checks.Major, sid(1101)},
		{invalid, "NULL, in a home row that the directory does not tell of", func(w *world) {
			w.row(func(e *facts.Entry) { e.SID, e.DirectoryRow, e.GUID = nil, nil, nil })
		}, of01, "no-sid", checks.Major, "it has no SID"},
		{stale, "of another account", func(w *world) { w.row(func(e *facts.Entry) { e.GUID = text(guid(9)) }) }, of01, "other-guid", checks.Major, guid(9)},
		{stale, "of another account and SID", func(w *world) {
			w.row(func(e *facts.Entry) { e.GUID, e.SID = text(guid(9)), text(sid(9)) })
		}, of01, "other-guid", checks.Major, guid(9)},
		{stale, "of another forest", setSID(text("S-1-5-21-1-2-3-1101")), of01, "foreign-sid", checks.Major, "S-1-5-21-1-2-3-1101"},
		{stale, "of nobody", left(func(*facts.Entry) {}), of02, "nobody", checks.Minor, "no account has the SIP URI sip:olga@contoso.com"},
		{stale, "of nobody, by its GUID alone", left(func(e *facts.Entry) { e.SID, e.DirectoryRow = nil, nil }), of02, "nobody", checks.Minor, "no account"},
		{stale, "of nobody, of another forest", left(func(e *facts.Entry) { e.SID = text("S-1-5-21-1-2-3-4") }), of02, "foreign-sid", checks.Minor, "S-1-5-21-1-2-3-4"},
		{missing, "one", func(w *world) { w.user("diego@contoso.com").Entries = nil }, of02, "missing", checks.Major, "no row of diego@contoso.com"},
		{missing, "only a row elsewhere", func(w *world) {
			w.user("diego@contoso.com").Entries = []facts.Entry{contact(lcs01, 30, "diego@contoso.com")}
		}, of02, "missing", checks.Major, "no row of diego@contoso.com"},
		{damaged, "no address", func(w *world) {
			w.add(&facts.SignIn{Entries: []facts.Entry{with(entry(lcs01, 50, "", 1101), func(e *facts.Entry) { e.SID, e.GUID = nil, nil })}})
		}, of01, "bad-address", checks.Minor, "row 50"},
		{damaged, "address with scheme", address("sip:adele@contoso.com"), of01, "bad-address", checks.Major, "begins with sip:"},
		{damaged, "address with a blank", address(" adele@contoso.com"), of01, "bad-address", checks.Major, "a blank"},
		{damaged, "a contact without domain", func(w *world) {
			w.add(&facts.SignIn{Address: "olga", Entries: []facts.Entry{contact(lcs02, 41, "olga")}})
		}, of02, "bad-address", checks.Minor, "not user@domain"},
		{damaged, "two rows", func(w *world) {
			u := w.user("adele@contoso.com")
			u.Entries = append(u.Entries, entry(lcs01, 3, "ADELE@contoso.com", 1101))
		}, of01, "two-rows", checks.Major, "another row of this database"},
		{damaged, "two rows of a contact", func(w *world) {
			u := w.user("chen@partner.example")
			u.Entries = append(u.Entries, contact(lcs02, 60, "chen@partner.example"))
		}, of02, "two-rows", checks.Minor, "another row of this database"},
		{damaged, "no directory row", func(w *world) {
			w.row(func(e *facts.Entry) { e.DirectoryRow, e.SID, e.GUID = new(bool), nil, nil })
		}, of01, "no-directory-row", checks.Major, "no counterpart"},
	}
}

// hideDatabase is what a database looks like that does not answer.
func (w *world) hideDatabase(name string) {
	db := w.Database(name)
	db.Structure = facts.NotObserved[facts.Structure](hidden)
	db.Entries = facts.NotObserved[int](hidden)
	db.SIDs, db.GUIDs, db.DirectoryRows = facts.NotObserved[string](hidden), facts.NotObserved[string](hidden), facts.NotObserved[string](hidden)
	w.forget(func(e *facts.Entry) bool { return e.Database == name })
}

// forget removes rows, and users of whom nothing is left.
func (w *world) forget(unwanted func(*facts.Entry) bool) {
	var users []*facts.SignIn
	for _, u := range w.users {
		var entries []facts.Entry
		for _, e := range u.Entries {
			if !unwanted(&e) {
				entries = append(entries, e)
			}
		}
		if u.Entries = entries; len(u.Accounts)+len(u.Entries) > 0 {
			users = append(users, u)
		}
	}
	w.users = users
}
