// Package junitxml has the elements of JUnit XML, as Ant's schema asks for them,
// the strictest of those in use: it wants every attribute, also empty elements
// for the output streams, and none for the document itself.
package junitxml

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"lcshealth/report"
)

// Suite is a suite of tests.
type Suite struct {
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"` // always 0
	Skipped    int        `xml:"skipped,attr"`
	Time       string     `xml:"time,attr"`      // see Seconds
	Timestamp  string     `xml:"timestamp,attr"` // see Stamp
	Hostname   string     `xml:"hostname,attr"`
	Package    string     `xml:"package,attr"`
	ID         int        `xml:"id,attr"`
	Properties []Property `xml:"properties>property"` // at least one
	Cases      []Test     `xml:"testcase"`
	Out        Stream     `xml:"system-out"`
	Err        Stream     `xml:"system-err"`
}

// Add adds a test and counts it.
func (s *Suite) Add(t Test) {
	s.Cases = append(s.Cases, t)
	s.Tests++
	if t.Failure != nil {
		s.Failures++
	}
	if t.Skipped != nil {
		s.Skipped++
	}
}

// Property is a fact about a suite.
type Property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// Test passes unless it was skipped or has failed.
type Test struct {
	Name    string   `xml:"name,attr"`
	Class   string   `xml:"classname,attr"`
	Time    string   `xml:"time,attr"` // see Seconds
	Skipped *Outcome `xml:"skipped"`
	Failure *Outcome `xml:"failure"`
}

// Outcome says why a test did not pass. Only that of a failure has a type.
type Outcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"` // which keeps line feeds readable; every line is clean
}

// Stream is what a suite has written.
type Stream struct {
	Text string `xml:",cdata"`
}

// Write writes suites as one document.
func Write(w io.Writer, suites []Suite) error {
	out := bufio.NewWriterSize(w, 64<<10)
	_, _ = out.WriteString(xml.Header) // what fails is told at the end
	encoder := xml.NewEncoder(out)
	encoder.Indent("", "  ")
	if err := encoder.Encode(struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []Suite  `xml:"testsuite"`
	}{Suites: suites}); err != nil {
		return fmt.Errorf("write the report as JUnit XML: %w", err)
	}
	_ = out.WriteByte('\n') // as above
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the report as JUnit XML: %w", err)
	}
	return nil
}

// Name makes a string fit for an attribute of the type xs:token, which has no
// spaces at its ends and never two in a row, and is not empty.
func Name(s string) string {
	return cmp.Or(strings.Join(strings.Fields(report.Clean(s)), " "), "unnamed")
}

// Seconds writes milliseconds as the decimal number that schemas ask for.
func Seconds(ms int64) string {
	return strconv.FormatFloat(float64(max(ms, 0))/1000, 'f', 3, 64)
}

// Stamp writes a time in UTC; a zone is not allowed.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }
