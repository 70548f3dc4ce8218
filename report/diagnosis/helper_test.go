package diagnosis_test

import (
	"bytes"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/collect/clientlog"
	"lcshealth/checks/facts"
	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/signin"
	"lcshealth/checks/sip/trace"
	"lcshealth/report/diagnosis"
)

// planted stands wherever a message carries something secret.
const planted = "TlRMTVNTUAADAAAAGAAYAHIAAAAplanted"

// told is what the log of a client tells.
func told(t *testing.T, frame trace.Frame, story func(*lab.Client)) *signin.Result {
	t.Helper()
	c := lab.NewClient()
	c.Secret = planted
	story(c)
	var file bytes.Buffer
	if err := lab.Write(&file, frame, c.Log, lab.Options{}); err != nil {
		t.Fatal(err)
	}
	var tracker signin.Tracker
	for r, err := range clientlog.Read(t.Context(), "Rtcdll0.log", &file, nil) {
		if err != nil {
			t.Fatal(err)
		}
		tracker.Add(r)
	}
	return tracker.Result()
}

// later has time pass in the log, so that what is open is decided.
func later(c *lab.Client) {
	c.Wait(5 * time.Minute)
	c.Begin("later")
	c.Say(true, "OPTIONS sip:contoso.com SIP/2.0", "1 OPTIONS", nil, "")
}

func of(t *testing.T, frame trace.Frame, story func(*lab.Client)) *diagnosis.Diagnosis {
	t.Helper()
	return diagnosis.Of(diagnosis.Question{Log: told(t, frame, story), Files: []string{"Rtcdll0.log"}, Causes: catalog.All()})
}

var at = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// deployment has two home servers and a front end, and knows who listens where.
func deployment() *facts.Deployment {
	from := facts.Origin{Source: "directory", Target: "dc01.contoso.com", At: at}
	server := func(name string, role facts.Role) *facts.Server {
		return &facts.Server{FQDN: name, Role: facts.Observed(role, from)}
	}
	d := &facts.Deployment{
		CollectedAt: at,
		Sources:     []facts.Source{{Name: "directory", Target: "dc01.contoso.com", Status: facts.OK}, {Name: "rtcdb", Target: "lcs02.contoso.com", Status: facts.Failed, Class: facts.Unreachable, Message: "connection refused"}},
		Servers:     []*facts.Server{server("fe01.contoso.com", facts.RoleFrontEnd), server("lcs01.contoso.com", facts.RoleHome), server("lcs02.contoso.com", facts.RoleHome)},
	}
	d.Directory.Users = facts.Observed(facts.UserTotals{}, from)
	d.Directory.HomeServers = facts.Observed([]facts.HomeServer{{Name: "CN=LCS01", Object: facts.Observed(facts.HomeServerObject{Exists: true, FQDN: "lcs01.contoso.com"}, from)}}, from)
	for _, s := range d.Servers {
		d.Wire.Endpoints = append(d.Wire.Endpoints, &facts.Endpoint{Host: s.FQDN, Port: 5060, Transport: facts.TCP, Addresses: facts.Observed([]string{"192.0.2." + map[string]string{"fe01.contoso.com": "9", "lcs01.contoso.com": "1", "lcs02.contoso.com": "2"}[s.FQDN]}, from)})
	}
	return d
}

// finding is one of a cause at a server; of a user's cause, for its users.
func finding(cause, server string, verdict checks.Verdict) checks.Finding {
	for _, c := range catalog.All() {
		if c.ID != cause {
			continue
		}
		f := checks.Finding{
			ID: cause + "/" + server, Cause: cause, Title: c.Title, Codes: append([]int{}, c.Codes...), Article: c.Article.String(), Severity: c.Severity, Verdict: verdict,
			Subject: checks.Subject{Kind: checks.ServerSubject, Name: server, Server: server}, Evidence: []checks.Evidence{}, Remedy: []checks.Step{},
		}
		if c.Scope == checks.ScopeUser {
			f.Subject = checks.Subject{Kind: checks.UsersSubject, Name: "users of " + server, Server: server}
		}
		switch verdict {
		case checks.Present:
			f.Reason = "it is so"
			f.Evidence = append(f.Evidence, checks.Evidence{Observed: "this", Expected: "that", Source: "host", Host: server, At: at})
			f.Remedy = append(f.Remedy, checks.Step{Text: "Mend it.", Command: "net start rtcsrv", Host: server})
		case checks.Undetermined:
			f.Reason, f.Settle = "connection refused", []string{"start the service"}
		}
		return f
	}
	panic("no cause " + cause)
}

// rejected is a sign-in that ends with a code.
func rejected(code int, phrase string) func(*lab.Client) {
	return func(c *lab.Client) {
		c.SignIn(code, phrase)
		later(c)
	}
}
