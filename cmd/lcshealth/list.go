package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"lcshealth/checks"
	"lcshealth/checks/catalog"

	"github.com/spf13/cobra"
)

func newList(a *app) *cobra.Command {
	var codes []int
	var format string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the causes of the catalogue",
		Example: `  lcshealth list
  lcshealth list --code 404
  lcshealth list --format json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return runList(a, codes, format) },
	}
	c.Flags().IntSliceVar(&codes, "code", nil, "only causes of this SIP `code` (repeatable)")
	c.Flags().StringVar(&format, "format", "text", "`format`: text or json")
	must(c.RegisterFlagCompletionFunc("code", completeCodes))
	return c
}

// listed is a cause as list prints it in JSON.
type listed struct {
	ID       string          `json:"id"`
	Title    string          `json:"title"`
	Codes    []int           `json:"codes"`
	Article  string          `json:"article"`
	Scope    checks.Scope    `json:"scope"`
	Severity checks.Severity `json:"severity"`
}

func runList(a *app, codes []int, format string) error {
	out := []listed{}
	for _, c := range catalog.All() {
		if len(codes) > 0 && !slices.ContainsFunc(c.Codes, func(code int) bool { return slices.Contains(codes, code) }) {
			continue
		}
		out = append(out, listed{c.ID, c.Title, append([]int{}, c.Codes...), c.Article.String(), c.Scope, c.Severity})
	}
	switch format {
	case "json":
		return writeJSON(a, out)
	case "text":
		w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tCODES\tSCOPE\tTITLE")
		for _, c := range out {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.ID, codeList(c.Codes), c.Scope, c.Title)
		}
		return w.Flush()
	}
	return usagef("--format %s: it is text or json", format)
}

func codeList(codes []int) string {
	if len(codes) == 0 {
		return "-"
	}
	return strings.Trim(fmt.Sprint(codes), "[]")
}
