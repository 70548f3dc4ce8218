package main

import (
	"fmt"

	"lcshealth/checks/collect/host/script"

	"github.com/spf13/cobra"
)

func newScript(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "script",
		Short: "Print the script that collects the facts of a Windows Server 2003 host",
		Long: `script prints ` + script.Name + `, which collects what lcshealth has to know of a
Live Communications Server's host: on Windows Server 2003 lcshealth itself cannot
run. The script needs nothing but what that Windows has, changes nothing, and
writes nothing but its output. Read it before you run it; its head says what it
reads.

On the host, as an administrator of it:

  cscript //nologo //T:900 ` + script.Name + ` /out:lcs01.ndjson

Then bring the file here and name it with --host-file, in the folder hosts.files
of the configuration, or as host-file in the server's entry.`,
		Example: `  lcshealth script > ` + script.Name + `
  lcshealth check --host-file lcs01.ndjson`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(a.stdout, script.Text(version()))
			return err
		},
	}
}
