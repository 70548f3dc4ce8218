package host

import (
	"strings"
	"time"
)

// Keep reports whether a record that answered the question says anything of
// Live Communications Server. Of the System log, WQL can only ask for all that
// the Service Control Manager wrote; most of it is about other services.
func (q Question) Keep(properties map[string]any) bool {
	if partAliases[strings.ToLower(q.Class)] != kindEvent {
		return true
	}
	return concerns(newRow(properties))
}

// ParseTime reads a moment as WMI (CIM_DATETIME) or a host file gives it, and
// returns it in UTC and whole seconds.
func ParseTime(s string) (time.Time, error) { return parseTime(s) }
