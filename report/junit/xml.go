package junit

import (
	"cmp"
	"encoding/xml"
	"strconv"
	"strings"

	"lcshealth/report"
)

// The elements of the format. Order and attributes are what Ant's schema asks
// for, the strictest of those in use: it wants every attribute, also empty
// elements for the output streams, and none for the document itself.
type document struct {
	XMLName xml.Name `xml:"testsuites"`
	Suites  []suite  `xml:"testsuite"`
}

type suite struct {
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"` // always 0
	Skipped    int        `xml:"skipped,attr"`
	Time       string     `xml:"time,attr"`      // seconds that its sources took
	Timestamp  string     `xml:"timestamp,attr"` // of the run's start, in UTC; a zone is not allowed
	Hostname   string     `xml:"hostname,attr"`  // the server that the suite is about
	Package    string     `xml:"package,attr"`
	ID         int        `xml:"id,attr"`
	Properties []property `xml:"properties>property"`
	Cases      []test     `xml:"testcase"`
	Out        stream     `xml:"system-out"`
	Err        stream     `xml:"system-err"` // what its sources complain of

	server string // in lower case; empty for what belongs to none
	took   int64  // milliseconds
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type test struct {
	Name    string   `xml:"name,attr"`
	Class   string   `xml:"classname,attr"`
	Time    string   `xml:"time,attr"`
	Skipped *outcome `xml:"skipped"`
	Failure *outcome `xml:"failure"`
}

type outcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"` // which keeps line feeds readable; every line is clean
}

type stream struct {
	Text string `xml:",cdata"`
}

// name makes a string fit for an attribute of the type xs:token, which has no
// spaces at its ends and never two in a row, and is not empty.
func name(s string) string {
	return cmp.Or(strings.Join(strings.Fields(report.Clean(s)), " "), "unnamed")
}

// seconds writes milliseconds as the decimal number that schemas ask for.
func seconds(ms int64) string {
	return strconv.FormatFloat(float64(max(ms, 0))/1000, 'f', 3, 64)
}
