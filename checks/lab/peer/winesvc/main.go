// Winesvc is a service of Windows that does nothing, for tests. It installs itself:
//
//	winesvc {name display-name account start-mode state}…
//
// installs a service for each five arguments, or changes the one of that name, and
// puts it into the state. An empty account is LocalSystem, a start mode is Auto,
// Manual or Disabled, a state is Running, Start Pending (for ever) or Stopped.
//
//	winesvc serve name
//
// is what the service control manager starts.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "winesvc:", err)
		os.Exit(1)
	}
}
