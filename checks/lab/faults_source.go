package lab

import "fmt"

// sourceFaults are what may be wrong with the sources themselves.
func sourceFaults() (out []fault) {
	sources := []struct {
		name, who string
		manner    func(*forest) *manner
	}{
		{"directory", "the domain controllers", func(f *forest) *manner { return &f.directory }},
		{"rtcdb", "the databases", func(f *forest) *manner { return &f.databases }},
		{"host", "the host files", func(f *forest) *manner { return &f.hosts }},
		{"wire", "the listeners, and DNS when asked for them,", func(f *forest) *manner { return &f.wire }},
	}
	for _, kind := range []struct {
		prefix, does string
		manner       manner
	}{{"source:", "do not answer", silent}, {"garbage:", "answer nonsense", garbled}} {
		for _, s := range sources {
			plants := fmt.Sprintf("%s %s", s.who, kind.does)
			out = append(out, fault{Fault{kind.prefix + s.name, plants}, func(f *forest) error {
				*s.manner(f) = kind.manner
				f.note("%s", plants)
				return nil
			}})
		}
	}
	return out
}

// infect passes the manner of the databases and of the wire on to those that
// answer there. What a fault stopped stays so.
func (f *forest) infect() {
	worse := func(own *manner, all manner) {
		if *own == proper {
			*own = all
		}
	}
	for _, s := range f.homes() {
		worse(&s.database.manner, f.databases)
	}
	for _, s := range f.servers {
		for _, l := range s.listeners {
			worse(&l.manner, f.wire)
		}
	}
	for _, h := range f.hops {
		worse(&h.listener.manner, f.wire)
	}
}
