package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"lcshealth/checks/catalog"

	"github.com/spf13/cobra"
)

// release is set by the build: -ldflags "-X main.release=1.2.3".
var release = ""

// version is the version of this program: the release, or what the Go tool
// recorded of its source.
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of lcshealth and of its catalogue",
		Example: "  lcshealth version",
		Args:    cobra.NoArgs,
		Run: func(*cobra.Command, []string) {
			fmt.Fprintf(a.stdout, "lcshealth %s, catalogue %s, %s %s/%s\n", version(), catalog.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}
