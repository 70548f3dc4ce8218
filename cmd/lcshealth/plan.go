package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/collect/wire"
	"lcshealth/checks/facts"
	"lcshealth/config"
	"lcshealth/report"

	"github.com/spf13/cobra"
)

func newPlan(a *app) *cobra.Command {
	var flags configFlags
	var format string
	c := &cobra.Command{
		Use:   "plan",
		Short: "Show every host, port, account and right that a run will use",
		Long: `plan says what check and collect will contact with this configuration, as which
account, and which rights that takes. It contacts nobody: it reads the
configuration and the host files that it names, which say where the servers
listen. What only the directory knows is marked as such.`,
		Example: `  lcshealth plan
  lcshealth plan --format json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := flags.load(c)
			if err != nil {
				return err
			}
			return runPlan(c.Context(), a, cfg, format)
		},
	}
	flags.addFlags(c)
	c.Flags().StringVar(&format, "format", "text", "`format`: text or json")
	return c
}

// contact is one thing that a run uses.
type contact struct {
	Source   string `json:"source"`
	Target   string `json:"target"`
	Protocol string `json:"protocol"`
	Account  string `json:"account,omitempty"`
	Needs    string `json:"needs,omitempty"`
}

func runPlan(ctx context.Context, a *app, cfg *config.Config, format string) error {
	plan, err := contacts(ctx, a, cfg)
	if err != nil {
		return err
	}
	switch format {
	case "json":
		return writeJSON(a, plan)
	case "text":
		w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "SOURCE\tTARGET\tPROTOCOL\tACCOUNT\tNEEDS")
		for _, c := range plan {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", c.Source, report.Clean(c.Target), c.Protocol, report.Clean(dash(c.Account)), dash(c.Needs))
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if slices.ContainsFunc(plan, func(c contact) bool { return c.Source == "rtcdb" }) {
			fmt.Fprintf(a.stdout, grantHint, report.Clean(account(cfg.Database.Username, cfg.Database.Kerberos)), cfg.Database.Name)
		}
		_, err := fmt.Fprintf(a.stdout, "\nOnly reading: LDAP bind and search, SQL SELECT, WQL queries and registry values, DNS queries,\nTCP connections and TLS handshakes, SIP OPTIONS and REGISTER without credentials.\nThe whole run takes at most %s.\n", cfg.Timeouts.Run)
		return err
	}
	return usagef("--format %s: it is text or json", format)
}

// grantHint says how an account gets the right to read a database, with
// procedures that SQL Server 2000 and later have.
const grantHint = `
To let a Windows account read a database, on its server (no more is needed):
  OSQL -S (local)\rtc -E -d %[2]s -Q "exec sp_grantlogin '%[1]s' exec sp_grantdbaccess '%[1]s' exec sp_addrolemember 'db_datareader', '%[1]s'"
`

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func contacts(ctx context.Context, a *app, cfg *config.Config) ([]contact, error) {
	out := directoryContacts(cfg)
	for _, s := range cfg.Servers {
		if s.Database != "" {
			c, err := databaseContact(cfg, s.Name, s.Database)
			if err != nil {
				return nil, err
			}
			out = append(out, c...)
		}
	}
	for _, p := range cfg.Pools {
		c, err := databaseContact(cfg, p.Name, p.Database)
		if err != nil {
			return nil, err
		}
		out = append(out, c...)
	}
	users := collect.NewUsers("")
	defer users.Close() //nolint:errcheck // temporary files
	s := &sources{cfg: cfg, users: users, secrets: newSecrets(a)}
	ways := s.hosts(ctx)
	for _, w := range ways {
		out = append(out, w.contact)
	}
	if !cfg.Wire.Enabled {
		return out, nil
	}
	listeners, err := wireContacts(ctx, cfg, ways)
	out = append(out, listeners...)
	if cfg.Probe.User != "" {
		out = append(out, contact{"wire", cmp.Or(cfg.Probe.Server, "a home server"), "SIP, one sign-in with NTLM", cfg.Probe.Account,
			"the password of the account; it shows " + cfg.Probe.User + " online, and counts towards a lockout if it is wrong"})
	}
	return out, err
}

func directoryContacts(cfg *config.Config) (out []contact) {
	c := &cfg.Directory
	protocol, port := "LDAP over TLS", "636"
	if c.Security != "ldaps" {
		protocol, port = map[string]string{"starttls": "LDAP with StartTLS", "plain": "LDAP, not encrypted"}[c.Security], "389"
	}
	for i, controller := range c.Controllers {
		needs := "read users of every domain and the RTC Service container"
		if i > 0 {
			needs = "the same, if those before it do not answer or do not hold a domain"
		}
		out = append(out, contact{"directory", withPort(controller, port), protocol, c.Auth + ": " + account(c.Username, c.Kerberos), needs})
	}
	if len(out) > 0 {
		out = append(out, contact{"directory", "other domains of the forest, port " + port, protocol, c.Auth + ": " + account(c.Username, c.Kerberos), "a controller of each, found by the domain's DNS name"})
	}
	return out
}

func account(username string, k config.Kerberos) string {
	switch {
	case username != "":
		return username
	case k.CCache != "":
		return "the owner of " + k.CCache
	}
	return "the account that runs lcshealth"
}

func databaseContact(cfg *config.Config, name, address string) ([]contact, error) {
	host, instance, port, err := rtcdb.ParseAddress(address)
	if err != nil {
		return nil, usagef("database of %s: %w", name, err)
	}
	c := &cfg.Database
	who := c.Auth + ": " + account(c.Username, c.Kerberos)
	protocol := map[string]string{"true": "TDS with TLS", "login": "TDS, TLS for the login if the server can", "disable": "TDS, not encrypted"}[c.Encrypt]
	target := net.JoinHostPort(host, strconv.Itoa(port))
	var out []contact
	if port == 0 {
		out = append(out, contact{"rtcdb", host + ":1434 (UDP)", "SQL Server Browser", "", "the port of the instance " + instance})
		target = host + ", the port of the instance " + instance
	}
	return append(out, contact{"rtcdb", target, protocol, who, "db_datareader in " + c.Name}), nil
}

// wireContacts reads the host files, which say where the servers listen and
// where their routes lead. Of hosts that are asked over the network that is not
// known before.
func wireContacts(ctx context.Context, cfg *config.Config, ways []way) ([]contact, error) {
	var files []collect.Source
	for _, w := range ways {
		if w.contact.Protocol == hostFile {
			files = append(files, w.source)
		}
	}
	d := &facts.Deployment{}
	runner := collect.Runner{Deadline: cfg.Timeouts.Source}
	if err := runner.Run(ctx, d, files); err != nil {
		return nil, err
	}
	resolver := "the system's DNS servers"
	if cfg.DNS.Resolver != "" {
		resolver = withPort(cfg.DNS.Resolver, "53")
	}
	out := []contact{{"wire", resolver, "DNS", "", "names of servers and next hops, and what clients of each SIP domain look up"}}
	for _, t := range wire.Targets(d) {
		protocol := "TCP connection"
		if t.Transport != facts.TCP {
			protocol += ", TLS handshakes"
		}
		if cfg.Wire.SIP {
			protocol += ", SIP"
		}
		out = append(out, contact{"wire", net.JoinHostPort(t.Host, strconv.Itoa(t.Port)), protocol, "", "a listener or next hop (" + string(t.Transport) + ")"})
	}
	for _, w := range ways {
		if w.contact.Protocol != hostFile {
			out = append(out, contact{"wire", "listeners and next hops of " + w.source.Target(), "TCP connection, TLS handshakes", "", "known when the host was asked"})
		}
	}
	for _, source := range d.Sources {
		if source.Status != facts.OK {
			out = append(out, contact{"wire", "listeners of " + source.Target, "TCP connection", "", "not known: " + strings.TrimSpace(source.Message)})
		}
	}
	return out, nil
}

func withPort(host, port string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(host, port)
}
