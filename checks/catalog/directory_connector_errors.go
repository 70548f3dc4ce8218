package catalog

import (
	"fmt"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// directoryConnectorErrors: the article names the records by their text "Live
// Communications Server Active Directory Connector" and gives no numbers. LCS
// 2005 calls the same part the User Replicator.
var directoryConnectorErrors = checks.Cause{
	ID:       "directory-connector-errors",
	Title:    "The Active Directory connector of Live Communications Server reports errors",
	Codes:    []int{404},
	Article:  checks.Article{KB: "871023", Section: "404 - Not Found"},
	Severity: checks.Major,
	Scope:    checks.ScopeServer,

	Meaning:   "Users who were enabled or changed in Active Directory may not arrive in the server's database, and then get 404.",
	Detection: "The application log holds errors whose source is the Active Directory connector of LCS 2003 or the User Replicator of LCS 2005. Errors older than a day are a minor matter.",
	Needs:     []checks.Need{needEvents, needRole},
	After:     []string{"sql-service-stopped"}, // the connector writes to the database
	Fix:       []string{"Resolve the errors as the application log says, then restart rtcsrv and give the connector time to fill the database."},

	JudgeServer: judgeDirectoryConnectorErrors,
}

// recentErrors is how new a connector's error must be to count as a problem of
// today.
const recentErrors = 24 * time.Hour

func judgeDirectoryConnectorErrors(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	role, roleUnknown := s.Role.Get()
	if roleUnknown == nil && role != facts.RoleHome {
		return notApplicable("a server that holds no users has no Active Directory connector")
	}
	events, why := s.Host.Events.Get()
	j.Unknown(why)
	from := s.Host.Events.Origin()
	var errors []facts.Event
	var last facts.Event
	for _, e := range events {
		if !strings.EqualFold(e.Type, "error") || !isConnector(e.Source) {
			continue
		}
		errors = append(errors, e)
		if e.At.After(last.At) || len(errors) == 1 {
			last = e
		}
	}
	if len(errors) == 0 {
		if why == nil {
			j.Note(checks.Saw(from, fmt.Sprintf("%d records of the event logs, no error of the Active Directory connector", len(events)), ""))
		}
		return j
	}
	if roleUnknown != nil { // of a server that holds no users they are left from when it did
		j.Unknown(roleUnknown)
		return j
	}
	severity := checks.Major
	if d.CollectedAt.Sub(last.At) > recentErrors {
		severity = checks.Minor
	}
	evidence := checks.Saw(from, fmt.Sprintf("%s; the last, event %d of %q at %s: %s", count(len(errors), "error"), last.ID, last.Source, last.At.UTC().Format(time.RFC3339), last.Message), "no errors of this source")
	j.Present(severity, count(len(errors), "error")+" of the Active Directory connector in the application log", evidence)
	j.Remedy(
		checks.Step{Text: fmt.Sprintf("Open the application log in Event Viewer, filter by the source %q, and resolve the errors by what they say.", last.Source), Host: s.FQDN},
	)
	j.Remedy(restart(restartAndAwait, s.FQDN)...)
	return j
}

func isConnector(source string) bool {
	s := strings.ToLower(source)
	return strings.HasPrefix(s, "live communications") &&
		(strings.Contains(s, "active directory connector") || strings.Contains(s, "user replicator"))
}
