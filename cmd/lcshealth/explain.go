package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/report/text"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func newExplain(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "explain CAUSE|CODE",
		Short: "Explain a cause, or what can be behind a SIP code",
		Long: `explain tells of a cause what it does to users, where it is documented, how it is
detected, what has to be read for that, and how it is cured. Of a SIP code it
tells what it means and which causes are documented for it.`,
		Example: `  lcshealth explain sql-service-stopped
  lcshealth explain 404`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			causes, _ := completeCauses(c, args, word)
			codes, directive := completeCodes(c, args, word)
			return append(codes, causes...), directive
		},
		RunE: func(_ *cobra.Command, args []string) error { return runExplain(a, args[0]) },
	}
}

func runExplain(a *app, what string) error {
	p := &paper{out: a.stdout, width: paperWidth(a.stdout)}
	if code, err := strconv.Atoi(what); err == nil {
		i := slices.IndexFunc(catalog.Codes(), func(c catalog.Code) bool { return c.Code == code })
		if i < 0 {
			return usagef("the articles do not speak of the code %d; known are %v", code, knownCodes())
		}
		explainCode(p, catalog.Codes()[i])
		return p.err
	}
	for _, c := range catalog.All() {
		if c.ID == what {
			explainCause(p, &c)
			return p.err
		}
	}
	return usagef("no cause is called %s%s", what, nearCause(what))
}

func explainCode(p *paper, c catalog.Code) {
	p.line(fmt.Sprintf("SIP %d - %s", c.Code, strings.Join(c.Labels, ", or ")))
	p.blank()
	p.indented("", c.Note)
	known := false
	for _, cause := range catalog.All() {
		if slices.Contains(cause.Codes, c.Code) {
			known = true
			p.blank()
			p.line(cause.ID)
			p.indented("  ", cause.Title+".")
			p.indented("  ", "Source: "+cause.Article.String()+".")
		}
	}
	if !known {
		return
	}
	p.blank()
	p.indented("", fmt.Sprintf("lcshealth check --code %d looks for these alone; lcshealth explain CAUSE tells more of each.", c.Code))
}

func explainCause(p *paper, c *checks.Cause) {
	p.line(c.ID + " - " + c.Title)
	p.blank()
	if len(c.Codes) > 0 {
		p.field("SIP codes", codeList(c.Codes))
	} else {
		p.field("SIP codes", "none: clients get no answer at all")
	}
	p.field("Source", c.Article.String())
	p.field("Severity", string(c.Severity)+", judged for each "+string(c.Scope))
	p.section("What it does", c.Meaning)
	p.section("How it is detected", c.Detection)
	p.blank()
	p.line("What has to be read")
	for _, n := range c.Needs {
		p.indented("  - ", n.Source+": "+n.What)
	}
	if len(c.After) > 0 {
		p.section("Explained by", "When present on the same server, "+strings.Join(c.After, " or ")+" explains it.")
	}
	if len(c.Blinded) > 0 {
		p.section("Hidden by", "While "+strings.Join(c.Blinded, " or ")+" is present on the same server, this one cannot be judged.")
	}
	p.blank()
	p.line("Remedy")
	for i, step := range c.Fix {
		p.indented(fmt.Sprintf("  %d. ", i+1), step)
	}
}

// paper prints wrapped text and remembers the first error.
type paper struct {
	out   io.Writer
	width int
	err   error
}

func paperWidth(f *os.File) int {
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		return max(40, min(width, 100))
	}
	return 80
}

func (p *paper) line(s string) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.out, s)
	}
}

func (p *paper) blank() { p.line("") }

// indented prints text behind a prefix, and further lines below its beginning.
func (p *paper) indented(prefix, s string) {
	for i, l := range text.Wrap(s, p.width-len(prefix)) {
		if i > 0 {
			prefix = strings.Repeat(" ", len(prefix))
		}
		p.line(prefix + l)
	}
}

func (p *paper) field(name, value string) { p.indented(fmt.Sprintf("%-10s ", name), value) }

func (p *paper) section(title, s string) {
	p.blank()
	p.line(title)
	p.indented("  ", s)
}
