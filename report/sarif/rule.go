package sarif

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
)

// rules lists the causes of the report in the order in which they first occur,
// and says where in the list each is.
func rules(r *report.Report, causes []checks.Cause) (list []rule, index map[string]int) {
	list, index = []rule{}, map[string]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if _, seen := index[f.Cause]; seen {
			continue
		}
		index[f.Cause] = len(list)
		if at := slices.IndexFunc(causes, func(c checks.Cause) bool { return c.ID == f.Cause }); at >= 0 {
			list = append(list, fromCause(&causes[at]))
		} else {
			list = append(list, fromFinding(f))
		}
	}
	return list, index
}

// fromCause describes a cause of the catalogue.
func fromCause(c *checks.Cause) rule {
	out := rule{
		ID: c.ID, Short: message{c.Title}, HelpURI: c.Article.URL, Configuration: &configuration{level(c.Severity)},
		Properties: ruleProperties{Tags: tags(c.Codes), Article: c.Article.String()},
	}
	if c.Meaning != "" {
		out.Full = &message{c.Meaning}
	}
	var help []string
	add := func(heading string, lines ...string) {
		if lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" }); len(lines) > 0 {
			help = append(help, heading+"\n"+strings.Join(lines, "\n"))
		}
	}
	add("What it does to users:", c.Meaning)
	add("How it is detected:", c.Detection)
	fix := make([]string, len(c.Fix))
	for i, step := range c.Fix {
		fix[i] = fmt.Sprintf("%d. %s", i+1, step)
	}
	add("How to fix it:", fix...)
	add("Where it is documented:", c.Article.String())
	if len(help) > 0 {
		out.Help = &message{strings.Join(help, "\n\n")}
	}
	return out
}

// fromFinding describes a cause by a finding of it.
func fromFinding(f *checks.Finding) rule {
	return rule{
		ID: report.Clean(f.Cause), Short: message{report.Clean(f.Title)},
		Properties: ruleProperties{Tags: tags(f.Codes), Article: report.Clean(f.Article)},
	}
}

func tags(codes []int) []string {
	out := []string{}
	for _, code := range codes {
		if tag := fmt.Sprintf("SIP-%d", code); !slices.Contains(out, tag) { // tags are distinct (3.8.2)
			out = append(out, tag)
		}
	}
	return out
}
