package clientlog

import (
	"bytes"
	"time"

	"lcshealth/checks/sip/trace"
)

// stamp is what a client or a server writes before a message.
type stamp struct {
	at       trace.Stamp
	pid, tid uint32
	level    string // of a server: TL_INFO
	part     string // of a server: TF_PROTOCOL
	rest     []byte // what stands behind
}

// readStamp reads the stamp of a client: "10:38:58.520 33C:B00 INFO  :: " with
// or without "01/18/2012|" before it.
func readStamp(line []byte) (s stamp, ok bool) {
	if len(line) < 16 || line[2] != ':' && line[2] != '/' {
		return s, false
	}
	if line[2] == '/' {
		if line[10] != '|' {
			return s, false
		}
		if s.at.Date, ok = readDate(line[:10]); !ok {
			return s, false
		}
		line = line[11:]
	}
	if len(line) < 13 || line[12] != ' ' {
		return s, false
	}
	if s.at.Clock, ok = readClock(line[:12]); !ok {
		return s, false
	}
	s.at.Known = true
	line = bytes.TrimLeft(line[13:], " ")
	word, line, _ := bytes.Cut(line, []byte(" "))
	if s.pid, s.tid, ok = readIDs(word, ':'); !ok {
		return s, false
	}
	level, rest, ok := bytes.Cut(line, []byte("::"))
	if level = bytes.TrimSpace(level); !ok || len(level) == 0 || len(level) > 16 || bytes.IndexByte(level, ' ') >= 0 {
		return s, false
	}
	s.rest = bytes.TrimPrefix(rest, []byte(" "))
	return s, true
}

// readStack reads the stamp of a server:
// "TL_INFO(TF_PROTOCOL) [0]06E4.0EB4::01/18/2012-05:00:43.101.00005386 ".
func readStack(line []byte) (s stamp, ok bool) {
	level, after, ok := bytes.Cut(line, []byte("("))
	if !ok || !bytes.HasPrefix(level, []byte("TL_")) || len(level) > 16 {
		return s, false
	}
	part, after, ok := bytes.Cut(after, []byte(")"))
	if !ok || len(part) > 32 {
		return s, false
	}
	s.level, s.part, s.rest = text(level), text(part), after
	before, after, ok := bytes.Cut(after, []byte("::"))
	if !ok {
		return s, true // it is one, whatever its stamp is
	}
	if i := bytes.LastIndexByte(before, ']'); i >= 0 {
		s.pid, s.tid, _ = readIDs(bytes.TrimSpace(before[i+1:]), '.')
	}
	s.rest = after
	if len(after) < 23 || after[10] != '-' {
		return s, true
	}
	date, dated := readDate(after[:10])
	clock, known := readClock(after[11:23])
	if dated && known {
		s.at = trace.Stamp{Known: true, Date: date, Clock: clock}
	}
	return s, true
}

// readDate reads "01/18/2012": tracing on Windows writes the month first,
// whatever the country.
func readDate(b []byte) (time.Time, bool) {
	month, ok1 := number(b[0:2])
	day, ok2 := number(b[3:5])
	year, ok3 := number(b[6:10])
	if !ok1 || !ok2 || !ok3 || b[2] != '/' || b[5] != '/' || month < 1 || month > 12 || day < 1 || day > 31 || year < 1980 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC), true
}

// readClock reads "10:38:58.520" and "10:38:58:520".
func readClock(b []byte) (time.Duration, bool) {
	hour, ok1 := number(b[0:2])
	minute, ok2 := number(b[3:5])
	second, ok3 := number(b[6:8])
	ms, ok4 := number(b[9:12])
	if !ok1 || !ok2 || !ok3 || !ok4 || b[2] != ':' || b[5] != ':' || b[8] != '.' && b[8] != ':' || hour > 23 || minute > 59 || second > 60 {
		return 0, false
	}
	return time.Duration(((hour*60+minute)*60+second)*1000+ms) * time.Millisecond, true
}

func number(digits []byte) (n int, ok bool) {
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// readIDs reads a process and a thread in hexadecimal.
func readIDs(b []byte, separator byte) (pid, tid uint32, ok bool) {
	i := bytes.IndexByte(b, separator)
	if i < 1 {
		return 0, 0, false
	}
	pid, ok1 := hex(b[:i])
	tid, ok2 := hex(b[i+1:])
	return pid, tid, ok1 && ok2
}

func hex(b []byte) (n uint32, ok bool) {
	for _, c := range b {
		switch {
		case '0' <= c && c <= '9':
			n = n<<4 | uint32(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			n = n<<4 | uint32(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return n, len(b) > 0 && len(b) <= 8
}
