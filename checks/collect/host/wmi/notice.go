package wmi

import (
	"strings"
	"time"

	"lcshealth/checks/collect/host"
	"lcshealth/checks/facts"
)

// clockPatience is how long the answer with the host's clock may take. The
// clock is taken as read halfway, so that it is known to half of this.
const clockPatience = 5 * time.Second

// noticing returns what else is done with the rows of some classes.
func (r *run) noticing(q host.Question) func(map[string]any) {
	switch q.Class {
	case "Win32_OperatingSystem":
		return r.noticeClock(r.session.Now())
	case poolSettingClass:
		return func(properties map[string]any) {
			if path := text(properties, "BackEndDBPath"); path != "" {
				r.backends.paths = append(r.backends.paths, path)
			}
		}
	}
	return nil
}

// noticeClock compares the host's clock with ours.
func (r *run) noticeClock(before time.Time) func(map[string]any) {
	return func(properties map[string]any) {
		ours := r.session.Now()
		took := ours.Sub(before)
		if took < 0 || took > clockPatience {
			return
		}
		theirs, err := host.ParseTime(text(properties, "LocalDateTime"))
		if err != nil {
			return
		}
		r.decoder.SetClock(facts.Clock{Theirs: theirs, Ours: before.Add(took / 2).Truncate(time.Second)})
	}
}

// value returns a property, whose name is compared as WMI does.
func value(properties map[string]any, name string) any {
	if v, ok := properties[name]; ok {
		return v
	}
	for n, v := range properties {
		if strings.EqualFold(n, name) {
			return v
		}
	}
	return nil
}

// text returns a property that is a text, or nothing.
func text(properties map[string]any, name string) string {
	s, _ := value(properties, name).(string)
	return s
}
