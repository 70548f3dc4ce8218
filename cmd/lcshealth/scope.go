package main

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/facts"
	"lcshealth/report"

	"github.com/spf13/cobra"
)

// scope are the flags that limit what is judged.
type scope struct {
	codes    []int
	causes   []string
	servers  []string
	user     string
	allUsers bool
}

func (s *scope) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.IntSliceVar(&s.codes, "code", nil, "only causes of this SIP `code` (repeatable)")
	f.StringSliceVar(&s.causes, "cause", nil, "only this cause, by its `id` (repeatable)")
	f.StringSliceVar(&s.servers, "server", nil, "only what concerns this server, by its `fqdn` (repeatable)")
	f.StringVar(&s.user, "user", "", "only this user, by sign-in name: sip:user@domain (`uri`)")
	f.BoolVar(&s.allUsers, "all-users", false, "name every affected user, not just the first 20")
	must(c.RegisterFlagCompletionFunc("code", completeCodes))
	must(c.RegisterFlagCompletionFunc("cause", completeCauses))
}

// options turns the flags into options of the judgement, and refuses what the
// catalogue does not know.
func (s *scope) options() (checks.Options, error) {
	all := catalog.All()
	for _, id := range s.causes {
		if !slices.ContainsFunc(all, func(c checks.Cause) bool { return c.ID == id }) {
			return checks.Options{}, usagef("--cause %s: no such cause%s", id, nearCause(id))
		}
	}
	for _, code := range s.codes {
		if !slices.Contains(knownCodes(), code) {
			return checks.Options{}, usagef("--code %d: no cause of the catalogue has this code; known are %v", code, knownCodes())
		}
	}
	if s.user != "" && facts.AddressDomain(facts.NormalizeAddress(s.user)) == "" {
		return checks.Options{}, usagef("--user %s: a sign-in name has the form sip:user@domain", s.user)
	}
	o := checks.Options{Codes: s.codes, Causes: s.causes, Servers: s.servers, User: s.user}
	if s.allUsers {
		o.Sample = -1
	}
	return o, nil
}

func (s *scope) report() report.Scope {
	return report.Scope{Codes: s.codes, Causes: s.causes, Servers: s.servers, User: facts.NormalizeAddress(s.user)}
}

// knownCodes are the SIP codes of the catalogue, 401 among them, which the article
// names and whose causes there could not be recovered.
func knownCodes() []int {
	codes := []int{401}
	for _, c := range catalog.All() {
		codes = append(codes, c.Codes...)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func completeCodes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, code := range knownCodes() {
		out = append(out, fmt.Sprint(code))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func completeCauses(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, c := range catalog.All() {
		out = append(out, c.ID+"\t"+c.Title)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// nearCause names the cause whose id is most like the given one.
func nearCause(id string) string {
	for _, c := range catalog.All() {
		if strings.Contains(c.ID, strings.ToLower(id)) {
			return fmt.Sprintf("; did you mean %q?", c.ID)
		}
	}
	return "; lcshealth list names them"
}

// must is for calls that fail only if the program itself is wrong.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// oneOf refuses a word that a flag does not know.
func oneOf(flag, word string, words ...string) error {
	if !slices.Contains(words, word) {
		return usagef("%s %s: it is one of %s", flag, word, strings.Join(words, ", "))
	}
	return nil
}
