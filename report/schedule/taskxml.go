package schedule

import "encoding/xml"

// The types below are the parts of the Task Scheduler schema, version 1.2, that
// a task for an audit needs (MS-TSCH, section 2.5). Where the schema has a
// sequence, the fields stand in its order.

type task struct {
	XMLName      xml.Name     `xml:"http://schemas.microsoft.com/windows/2004/02/mit/task Task"`
	Version      string       `xml:"version,attr"`
	Registration registration `xml:"RegistrationInfo"`
	Triggers     []trigger    `xml:"Triggers>CalendarTrigger"`
	Principal    principal    `xml:"Principals>Principal"`
	Settings     settings     `xml:"Settings"`
	Actions      actions      `xml:"Actions"`
}

type registration struct {
	Author      string
	Description string
}

// trigger is a calendarTriggerType: a sequence of the base type's elements, the
// delay and one schedule.
type trigger struct {
	Enabled       bool
	StartBoundary string // local time, since it has no zone
	Repetition    *repetition
	RandomDelay   string        `xml:",omitempty"`
	Daily         *daily        `xml:"ScheduleByDay"`
	Weekly        *weekly       `xml:"ScheduleByWeek"`
	Monthly       *monthly      `xml:"ScheduleByMonth"`
	MonthlyByWeek *weekdayMonth `xml:"ScheduleByMonthDayOfWeek"`
}

type repetition struct {
	Interval          string
	Duration          string
	StopAtDurationEnd bool
}

type daily struct{ DaysInterval int }

type weekly struct {
	WeeksInterval int
	DaysOfWeek    names
}

type monthly struct {
	DaysOfMonth days
	Months      names
}

type weekdayMonth struct {
	Weeks      weeks
	DaysOfWeek names
	Months     names
}

type days struct{ Day []int }

type weeks struct{ Week []string }

// names is a list of empty elements with these names.
type names []string

// MarshalXML writes the elements.
func (n names) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, name := range n {
		if err := e.EncodeElement("", xml.StartElement{Name: xml.Name{Local: name}}); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

type principal struct {
	ID        string `xml:"id,attr"`
	UserID    string `xml:"UserId"`
	LogonType string `xml:",omitempty"`
	RunLevel  string
}

type settings struct {
	MultipleInstancesPolicy    string
	DisallowStartIfOnBatteries bool
	StopIfGoingOnBatteries     bool
	AllowHardTerminate         bool
	StartWhenAvailable         bool
	RunOnlyIfNetworkAvailable  bool
	AllowStartOnDemand         bool
	Enabled                    bool
	Hidden                     bool
	RunOnlyIfIdle              bool
	WakeToRun                  bool
	ExecutionTimeLimit         string
	Priority                   int
}

type actions struct {
	Context string `xml:"Context,attr"`
	Exec    execAction
}

type execAction struct {
	Command   string
	Arguments string
}
