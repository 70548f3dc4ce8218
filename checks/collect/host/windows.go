package host

import (
	"math"
	"strings"

	"lcshealth/checks/facts"
)

// system decodes Win32_OperatingSystem, which has one instance.
func (d *Decoder) system(_ *part, r *row) func() {
	r.need("Version")
	s := facts.System{
		Caption:     strings.TrimSpace(r.text("Caption")),
		Version:     r.text("Version"),
		ServicePack: int(r.number(0, math.MaxUint16, "ServicePackMajorVersion")),
	}
	if _, v := r.get("CurrentTimeZone"); v != nil {
		minutes := int(r.number(-24*60, 24*60, "CurrentTimeZone"))
		s.UTCOffset = &minutes
	}
	return func() { d.got.systems = append(d.got.systems, s) }
}

// serviceSpecific is ERROR_SERVICE_SPECIFIC_ERROR: the service's own code
// stands in ServiceSpecificExitCode.
const serviceSpecific = 1066

// service decodes Win32_Service.
func (d *Decoder) service(_ *part, r *row) func() {
	r.need("Name")
	r.need("State")
	s := facts.Service{
		Name: r.text("Name"), State: r.text("State"), StartMode: r.text("StartMode"), Account: r.text("StartName"),
		ProcessID: int(r.unsigned("ProcessId")), ExitCode: r.unsigned("ExitCode"),
	}
	if own := r.unsigned("ServiceSpecificExitCode"); s.ExitCode == serviceSpecific && own != 0 {
		s.ExitCode, s.OwnExitCode = own, true
	}
	return func() { d.got.services = append(d.got.services, s) }
}

// process decodes Win32_Process.
func (d *Decoder) process(_ *part, r *row) func() {
	r.need("ProcessId")
	r.need("Name")
	p := facts.Process{
		ID: int(r.unsigned("ProcessId")), Name: r.text("Name"), Path: r.text("ExecutablePath"),
		Owner: r.text("Owner"), // no property of the class: its method GetOwner tells it
	}
	// The system's own processes have no date, or one that is none. No verdict
	// rests on it, so that it is not worth the row.
	if t, err := parseTime(r.text("CreationDate")); err == nil {
		p.CreatedAt = t
	}
	return func() { d.got.processes = append(d.got.processes, p) }
}

// port decodes a listening TCP port. Windows Server 2003 has no class of WMI
// for them, so that a script reads them from netstat -ano.
func (d *Decoder) port(_ *part, r *row) func() {
	r.need("port")
	r.need("pid")
	p := facts.PortOwner{
		Address: r.text("address"), Port: int(r.number(1, math.MaxUint16, "port")),
		ProcessID: int(r.unsigned("pid")), Process: r.text("process"),
	}
	return func() { d.got.ports = append(d.got.ports, p) }
}

// hotfix decodes Win32_QuickFixEngineering and the kind of line for it. On
// Windows Server 2003 the class names an update that replaced files "File 1",
// and the update itself in ServicePackInEffect.
func (d *Decoder) hotfix(_ *part, r *row) func() {
	r.need("id", "HotFixID")
	h := facts.Hotfix{ID: r.text("id", "HotFixID"), InstalledOn: r.text("installedOn")}
	if effect := r.text("ServicePackInEffect"); effect != "" && strings.HasPrefix(strings.ToLower(h.ID), "file ") {
		h.ID = effect
	}
	return func() { d.got.hotfixes = append(d.got.hotfixes, h) }
}

// event decodes Win32_NTLogEvent and the kind of line for it. What the service
// control manager wrote about other services than those of Live Communications
// Server is nobody's business here; it is counted and not kept.
func (d *Decoder) event(_ *part, r *row) func() {
	r.need("log", "Logfile")
	r.need("source", "SourceName")
	r.need("id", "EventCode")
	r.need("EventType", "type")
	e := facts.Event{
		Log: r.text("log", "Logfile"), Source: r.text("source", "SourceName"),
		ID:      int(r.number(0, math.MaxUint32, "id", "EventCode")),
		Type:    eventType(r),
		At:      r.time("at", "TimeGenerated"),
		Message: strings.TrimSpace(r.text("message")),
	}
	if e.Message == "" { // it could not be put together; what goes into it is told all the same
		e.Message = strings.Join(r.list("InsertionStrings"), ", ")
	}
	if !concerns(r) {
		return func() {}
	}
	return func() { d.got.events = append(d.got.events, e) }
}

// ServiceControlManager is the source of the records about services in the
// System log.
const ServiceControlManager = "Service Control Manager"

// concerns reports whether a record may concern Live Communications Server or
// its database. All do but those of the service control manager, of which WQL
// can only ask for all.
func concerns(r *row) bool {
	if !strings.EqualFold(r.text("log", "Logfile"), "System") || !strings.EqualFold(r.text("source", "SourceName"), ServiceControlManager) {
		return true
	}
	// What goes into the message is told even where that cannot be put together.
	said := strings.ToLower(r.text("message") + " " + strings.Join(r.list("InsertionStrings"), " "))
	for _, name := range []string{"mssql$rtc", "rtcsrv", "live communications"} {
		if strings.Contains(said, name) {
			return true
		}
	}
	return false
}

// eventTypes are the words of facts for Win32_NTLogEvent.EventType. Its Type
// says the same in the language of the host, so that the number is preferred.
var eventTypes = [...]string{"information", "error", "warning", "information", "audit success", "audit failure"}

func eventType(r *row) string {
	name, v := r.get("EventType", "type")
	if v == nil {
		return ""
	}
	if n, ok := toInt(v); ok && n >= 0 && n < int64(len(eventTypes)) {
		return eventTypes[n]
	}
	word := strings.ToLower(r.text(name))
	for _, t := range eventTypes {
		if word == t {
			return t
		}
	}
	r.fail("%s is %s, not error, warning, information, audit success or audit failure", name, describe(v))
	return ""
}
