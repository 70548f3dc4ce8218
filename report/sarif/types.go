package sarif

import "lcshealth/report"

// schema is where OASIS publishes the schema of the format.
const schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// The objects of the format that are used here, by the section of the
// specification that defines them.

// document is a sarifLog (3.13).
type document struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []run  `json:"runs"`
}

// run is 3.14.
type run struct {
	Tool        tool           `json:"tool"`
	Invocations []invocation   `json:"invocations"`
	Automation  *automationRef `json:"automationDetails,omitempty"`
	Results     []result       `json:"results"` // present though empty: nothing was found
	Properties  runProperties  `json:"properties"`
}

// runProperties is what the format has no place for.
type runProperties struct {
	Catalog  string         `json:"catalog"` // version of the catalogue
	Config   string         `json:"config,omitempty"`
	Redacted string         `json:"redacted,omitempty"` // names are pseudonyms of this key
	Scope    report.Scope   `json:"scope"`
	Summary  report.Summary `json:"summary"`
}

// automationRef is runAutomationDetails (3.17).
type automationRef struct {
	ID   string `json:"id"` // what comes before the last slash is equal in every run
	GUID string `json:"guid,omitempty"`
}

// tool is 3.18.
type tool struct {
	Driver driver `json:"driver"`
}

// driver is a toolComponent (3.19).
type driver struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Rules   []rule `json:"rules"`
}

// rule is a reportingDescriptor (3.49).
type rule struct {
	ID            string         `json:"id"`
	Short         message        `json:"shortDescription"`
	Full          *message       `json:"fullDescription,omitempty"`
	Help          *message       `json:"help,omitempty"`
	HelpURI       string         `json:"helpUri,omitempty"`
	Configuration *configuration `json:"defaultConfiguration,omitempty"`
	Properties    ruleProperties `json:"properties"`
}

// configuration is a reportingConfiguration (3.50).
type configuration struct {
	Level string `json:"level"`
}

type ruleProperties struct {
	Tags    []string `json:"tags"` // SIP-503
	Article string   `json:"article,omitempty"`
}

// message is 3.11.
type message struct {
	Text string `json:"text"`
}

// invocation is 3.20.
type invocation struct {
	Start         string               `json:"startTimeUtc,omitempty"`
	End           string               `json:"endTimeUtc,omitempty"`
	ExitCode      int                  `json:"exitCode"`
	Successful    bool                 `json:"executionSuccessful"`
	Notifications []notification       `json:"toolExecutionNotifications"`
	Properties    invocationProperties `json:"properties"`
}

type invocationProperties struct {
	Collected string   `json:"collectedTimeUtc,omitempty"` // when the facts were gathered
	Sources   []source `json:"sources"`
}

type source struct {
	Name       string `json:"name"`
	Target     string `json:"target,omitempty"`
	Status     string `json:"status"`
	Class      string `json:"class,omitempty"`
	DurationMs int64  `json:"durationMs"`
}

// notification is 3.58.
type notification struct {
	Level   string  `json:"level"`
	Message message `json:"message"`
}

// result is 3.27.
type result struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Kind         string            `json:"kind"`
	Level        string            `json:"level"` // none unless the kind is fail (3.27.10)
	Message      message           `json:"message"`
	Locations    []location        `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Suppressions []suppression     `json:"suppressions"` // present though empty: it is known that there is none
	Properties   resultProperties  `json:"properties"`
}

type resultProperties struct {
	ID            string   `json:"id"`
	Severity      string   `json:"severity"`
	Codes         []int    `json:"codes"`
	Affected      *int     `json:"affected,omitempty"` // users
	Parent        string   `json:"parent,omitempty"`   // id of the finding that explains this one
	ConsequenceOf string   `json:"consequenceOf,omitempty"`
	Settle        []string `json:"settle,omitempty"`
}

// location is 3.28.
type location struct {
	Logical []logical `json:"logicalLocations"`
}

// logical is a logicalLocation (3.33). Its kinds are those of subjects, which
// the specification allows where none of its own fits.
type logical struct {
	Name          string `json:"name"`
	QualifiedName string `json:"fullyQualifiedName"`
	Kind          string `json:"kind"`
}

// suppression is 3.35.
type suppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification"`
}
