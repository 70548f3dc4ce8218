package catalog_test

import (
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

func accountCases() []verdictCase {
	const notEnabled, name, domain, moved = "user-not-enabled", "signin-name-mismatch", "sip-domain-not-listed", "user-being-moved"
	unread := func(w *world) { w.forgetAccounts(func(a *facts.Account) bool { return a.Name == "Diego" }) }
	home := func(h ...facts.HomeServer) func(*world) {
		return func(w *world) {
			grow(&w.Directory.HomeServers, h...)
			w.adele(func(a *facts.Account) { a.HomeServer = "CN=elsewhere" })
		}
	}
	// second gives her address to another account, which is not enabled.
	second := func(w *world) {
		u := w.user("adele@contoso.com")
		u.Accounts = append(u.Accounts, with(account("Old", "sip:adele@contoso.com", 1300, lcs01), func(a *facts.Account) { a.Enabled = false }))
	}
	// sees is what a server sees of users being moved, as of an age.
	sees := func(server string, age time.Duration, moves ...facts.Move) func(*world) {
		return func(w *world) {
			w.Server(server).Host.Moves = facts.Observed(moves, facts.Origin{Source: "host", Target: server, At: noon.Add(-age)})
		}
	}
	diego := facts.Move{Address: "sip:diego@contoso.com", AccountDN: "CN=Diego,CN=Users,DC=contoso,DC=com", Target: homeDN(lcs01)}
	sees2 := func(domains ...facts.ServedDomain) func(*world) {
		return func(w *world) { w.Server(lcs02).Host.SIPDomains = seen("host", lcs02, domains) }
	}
	return []verdictCase{
		{moved, "seen by a server, and not by the directory", sees(lcs01, 2*time.Hour, diego), everyone, checks.Absent, "the server sees 1 user being moved: diego@contoso.com"},
		{moved, "seen by a server two hours ago, his account not read", func(w *world) {
			unread(w)
			sees(lcs01, 2*time.Hour, diego)(w)
		}, everyone, checks.Undetermined, "the server sees 1 user being moved"},
		{moved, "seen by a server, and nothing known of him", func(w *world) {
			w.forgetAccounts(func(*facts.Account) bool { return true })
			w.users = nil
			sees(lcs01, time.Minute, diego, facts.Move{AccountDN: "CN=Nina"})(w)
		}, everyone, checks.Undetermined, "the server sees 2 users being moved: diego@contoso.com, CN=Nina"},
		{moved, "servers do not tell", func(w *world) { w.Server(lcs01).Host.Moves = facts.NotObserved[[]facts.Move](hidden) }, everyone, checks.Absent, ""},
		{domain, "a server sees fewer than are listed", sees2(facts.ServedDomain{Name: "contoso.com"}), everyone, checks.Absent, "lcs02.contoso.com sees other SIP domains than the directory lists: not fabrikam.com"},
		{domain, "a server sees one more than are listed", sees2(facts.ServedDomain{Name: "Contoso.com"}, facts.ServedDomain{Name: "fabrikam.com"}, facts.ServedDomain{Name: "litware.example"}), everyone, checks.Absent, ": litware.example too"},
		{domain, "servers do not tell what they see", func(w *world) {
			w.Server(lcs02).Host.SIPDomains = facts.NotObserved[[]facts.ServedDomain](hidden)
		}, everyone, checks.Absent, ""},
		{notEnabled, "enabled, with home", unchanged, everyone, checks.Absent, "4 accounts, 3 of them enabled"},
		{notEnabled, "no address and not enabled", unchanged, everyone, checks.Absent, ""},
		{notEnabled, "home server not looked up", home(), everyone, checks.Undetermined, "the home server CN=elsewhere was not looked up"},
		{notEnabled, "home server not resolved", home(facts.HomeServer{Name: "CN=elsewhere", Object: facts.NotObserved[facts.HomeServerObject](hidden)}), everyone, checks.Undetermined, "hidden"},
		{name, "well formed", unchanged, everyone, checks.Absent, ""},
		{name, "malformed, but not enabled", func(w *world) { w.newcomer("nina", func(a *facts.Account) { a.Enabled = false }) }, everyone, checks.Absent, ""},
		{name, "held twice, but by nobody who is enabled", func(w *world) {
			second(w)
			w.adele(func(a *facts.Account) { a.Enabled = false })
		}, everyone, checks.Absent, ""},
		{name, "held twice by one who is enabled and one who is not", second, everyone, checks.Present, "held by 2 accounts"},
		{name, "asked for and there", func(w *world) { w.asked = " SIP:ADELE@CONTOSO.COM" }, everyone, checks.Absent, ""},
		{name, "asked for and not among those who were read", func(w *world) {
			unread(w)
			w.asked = "diego@contoso.com"
		}, everyone, checks.Undetermined, "hidden"},
		{domain, "listed", unchanged, everyone, checks.Absent, ""},
		{domain, "listed by wildcard", func(w *world) {
			edit(&w.Directory.SIPDomains, func(d *facts.SIPDomain) { d.Name = " *.COM " })
		}, everyone, checks.Absent, ""},
		{domain, "not listed, of a user who is not enabled", func(w *world) {
			w.newcomer("sip:nina@litware.example", func(a *facts.Account) { a.Enabled = false })
		}, everyone, checks.Absent, ""},
		{domain, "none is listed", func(w *world) { w.Directory.SIPDomains = seen("directory", "dc01", []facts.SIPDomain(nil)) }, everyone, checks.Present, ""},
		{moved, "nobody", unchanged, everyone, checks.Absent, ""},
		{moved, "perhaps somebody who was not read", unread, everyone, checks.Undetermined, "hidden"},
	}
}

func entryCases() []verdictCase {
	const invalid, stale, missing, damaged = "user-sid-invalid", "stale-user-entry", "user-missing-from-database", "user-entry-damaged"
	// mirrorless is a database of which no table was found to mirror the
	// directory, so that its rows do not tell users from contacts.
	mirrorless := func(more ...func(*world)) func(*world) {
		return func(w *world) {
			for _, db := range w.Databases {
				db.DirectoryRows = facts.NotObserved[string](hidden)
				w.consequence("Databases[" + db.Name + "].DirectoryRows")
			}
			for _, do := range more {
				do(w)
			}
		}
	}
	homesHidden := func(w *world) { w.Directory.HomeServers = facts.NotObserved[[]facts.HomeServer](hidden) }
	bare := func(w *world) { w.row(func(e *facts.Entry) { e.SID, e.GUID = nil, nil }) }
	drawer := func(list ...string) func(*world) { // keeps only the databases listed
		return func(w *world) {
			var kept []*facts.Database
			for _, name := range list {
				kept = append(kept, w.Database(name))
			}
			w.Databases = kept
			w.forget(func(e *facts.Entry) bool { return w.Database(e.Database) == nil })
		}
	}
	return []verdictCase{
		{invalid, "right", unchanged, of01, checks.Absent, "3 rows in the RTC database"},
		{invalid, "in another case", func(w *world) { w.row(func(e *facts.Entry) { e.SID = text("s" + sid(1101)[1:]) }) }, of01, checks.Absent, ""},
		{invalid, "of the logon account in a resource forest", unchanged, of02, checks.Absent, ""},
		{invalid, "of another account, of a user who is not enabled", func(w *world) {
			w.adele(func(a *facts.Account) { a.Enabled = false })
			w.row(func(e *facts.Entry) { e.SID = nil })
		}, of01, checks.Absent, ""},
		{invalid, "a contact's row has none", unchanged, of02, checks.Absent, ""},
		{invalid, "a row that may be a contact's, on another server", mirrorless(), of02, checks.Absent, ""},
		{invalid, "a row that may be a contact's, home not known", mirrorless(homesHidden, bare), of01, checks.Undetermined, "hidden"},
		{invalid, "a home row without any", mirrorless(bare), of01, checks.Present, "it has no SID"},
		{invalid, "the account's own was not seen", func(w *world) { w.adele(func(a *facts.Account) { a.SID = "" }) }, of01, checks.Undetermined, "the SID of some account was not seen"},
		{invalid, "none, and the account's own was not seen", func(w *world) {
			w.adele(func(a *facts.Account) { a.SID = "" })
			w.row(func(e *facts.Entry) { e.SID = nil })
		}, of01, checks.Present, "it has no SID"},
		{invalid, "of a disabled account that holds the address too", func(w *world) {
			u := w.user("adele@contoso.com")
			u.Accounts = append(u.Accounts, with(account("Old", "sip:adele@contoso.com", 1300, lcs01), func(a *facts.Account) { a.Enabled = false }))
			w.row(func(e *facts.Entry) { e.SID = text(sid(1300)) })
		}, of01, checks.Present, sid(1300)},
		{invalid, "left from elsewhere", func(w *world) { w.row(func(e *facts.Entry) { e.SID = text("S-1-5-21-1-2-3-4") }) }, of01, checks.Absent, ""},
		{invalid, "column not found", func(w *world) {
			w.Database(lcs01).SIDs = facts.NotObserved[string](hidden)
			w.consequence("Databases[" + lcs01 + "].SIDs")
		}, of01, checks.Undetermined, "hidden"},
		{stale, "none", unchanged, of01, checks.Absent, ""},
		{stale, "a contact whom nobody in the directory is", unchanged, of02, checks.Absent, ""},
		{stale, "perhaps a contact, perhaps a user", mirrorless(), of01, checks.Undetermined, "hidden"},
		{stale, "perhaps a contact, though the table was found", func(w *world) { w.user("chen@partner.example").Entries[0].DirectoryRow = nil }, of01, checks.Undetermined, "stand for users or for contacts is not told"},
		{stale, "GUID in another case", func(w *world) {
			w.adele(func(a *facts.Account) { a.GUID = "ABCDEF" })
			w.row(func(e *facts.Entry) { e.GUID = text("abcdef") })
		}, of01, checks.Absent, ""},
		{stale, "the account's GUID was not seen", func(w *world) { w.adele(func(a *facts.Account) { a.GUID = "" }) }, of01, checks.Undetermined, "the GUID of some account was not seen"},
		{stale, "of a foreign SID, while the account's own was not seen", func(w *world) {
			w.adele(func(a *facts.Account) { a.SID = "" })
			w.row(func(e *facts.Entry) { e.SID = text("S-1-5-21-1-2-3-4") })
		}, of01, checks.Undetermined, "the SID of some account was not seen"},
		{missing, "nobody", unchanged, of01, checks.Absent, ""},
		{missing, "not enabled", func(w *world) {
			u := w.user("diego@contoso.com")
			u.Entries, u.Accounts[0].Enabled = nil, false
		}, of02, checks.Absent, ""},
		{missing, "home server gone", func(w *world) {
			u := w.user("diego@contoso.com")
			u.Entries, u.Accounts[0].HomeServer = nil, "CN=gone"
			grow(&w.Directory.HomeServers, facts.HomeServer{Name: "CN=gone", Object: seen("directory", "dc01", facts.HomeServerObject{})})
		}, of02, checks.Absent, ""},
		{missing, "some home server is not resolved", func(w *world) {
			grow(&w.Directory.HomeServers, facts.HomeServer{Name: "LCS03", Object: facts.NotObserved[facts.HomeServerObject](hidden)})
		}, of02, checks.Undetermined, "hidden"},
		{missing, "a home server without database among the facts", drawer(lcs01), of02, checks.Undetermined, "no way to the RTC database of lcs02.contoso.com was named"},
		{missing, "a home server that only the directory of accounts knows", func(w *world) {
			drawer(lcs01)(w)
			w.Servers = []*facts.Server{w.Server(lcs01)}
			w.Directory.Servers = facts.NotObserved[[]facts.DirectoryServer](hidden)
		}, of02, checks.Undetermined, "no way to the RTC database of lcs02.contoso.com was named"},
		{missing, "a server that may hold users", func(w *world) { w.hideRole(fe01) }, "users of " + fe01, checks.Undetermined, "hidden"},
		{missing, "no database at all", func(w *world) {
			drawer()(w)
			w.Servers = nil
			w.Directory.HomeServers = facts.NotObserved[[]facts.HomeServer](hidden)
		}, "users of home servers", checks.Undetermined, "hidden"},
		{missing, "no home server at all", func(w *world) {
			drawer()(w)
			w.Servers = nil
			w.Directory.HomeServers = seen("directory", "dc01", []facts.HomeServer(nil))
			w.users = nil
		}, "users of home servers", checks.NotApplicable, "no home server is known"},
		{missing, "the pool's members share its database", func(w *world) {
			w.Database(lcs01).Serves = []string{"pool01.contoso.com"}
			w.Server(lcs01).PoolFQDN = "pool01.contoso.com"
			edit(&w.Directory.HomeServers, func(h *facts.HomeServer) {
				if h.Name == homeDN(lcs01) {
					h.Object = seen("directory", "dc01", facts.HomeServerObject{Exists: true, Class: "msRTCSIP-PoolService", FQDN: "pool01.contoso.com", Members: []string{lcs01}})
				}
			})
		}, of01, checks.Absent, ""},
		{damaged, "none", unchanged, of01, checks.Absent, ""},
		{damaged, "a user's row elsewhere mirrors nothing", unchanged, of02, checks.Absent, ""},
		{damaged, "no table mirrors the directory", mirrorless(), of01, checks.Undetermined, "hidden"},
		{damaged, "one row in each of two databases", unchanged, of01, checks.Absent, ""},
	}
}
