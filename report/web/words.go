package web

import (
	"strconv"
	"strings"
)

// percent writes a share without rounding up to all of it: "99.9 %".
func percent(n, of int) string {
	if n == of {
		return "100 %"
	}
	return strconv.FormatFloat(float64(n*1000/of)/10, 'f', -1, 64) + " %"
}

// sameHost compares names of hosts as DNS does.
func sameHost(a, b string) bool { return strings.EqualFold(a, b) }
