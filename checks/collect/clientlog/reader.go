package clientlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"lcshealth/checks/sip/trace"
)

// Read gives the records of one trace, in their order, with a last one that
// says where it ended. The name is only shown. What is damaged is counted in
// damage, which may be nil.
//
// The error, which comes last and with an empty record, is that of the context
// or of the file.
func Read(ctx context.Context, name string, from io.Reader, damage *Damage) iter.Seq2[trace.Record, error] {
	if damage == nil {
		damage = &Damage{}
	}
	return func(yield func(trace.Record, error) bool) {
		r := &reader{lines: newLines(from), file: name, damage: damage, yield: yield}
		err := r.run(ctx)
		if err != nil && !r.stopped {
			yield(trace.Record{}, fmt.Errorf("read trace %s: %w", name, err))
		}
	}
}

// state is where in a trace a reader is.
type state uint8

const (
	outside state = iota // where a message may begin on a line of its own
	within               // between the headers of a message
	body                 // behind them
	block                // in a server's record, before its message
)

// reader takes a trace apart.
type reader struct {
	*lines
	file    string
	damage  *Damage
	yield   func(trace.Record, error) bool
	stopped bool // by who takes the records

	state state
	last  stamp // the last one met; its rest is not kept
	frame trace.Frame
	head  head
	block blockFields
	links links
	half  []byte // a start line but for its version

	width   int  // of the line at hand
	expects bool // the message of the last stamp, on a line of its own
	unsure  bool // the last line, whose end is not there, changed the state
	any     bool // a record or a stamp was met
}

// contextEvery is after how many lines the context is looked at.
const contextEvery = 4096

func (r *reader) run(ctx context.Context) error {
	for !r.stopped {
		if r.number%contextEvery == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		line, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			r.end()
			return nil
		case err != nil:
			r.end() // what was read before is a trace that was cut there
			return err
		}
		if r.long {
			r.damage.add(LongLine, r.file, r.number)
		}
		r.line(line)
	}
	return nil
}

// end closes what is open at the end of the file.
func (r *reader) end() {
	cut := r.state == within || r.state == body && r.unsure
	if cut {
		r.damage.add(CutEnd, r.file, r.number)
		if !r.whole {
			r.head.drop()
		}
	}
	r.finish(cut)
	r.emit(trace.Record{Frame: r.frame, At: r.last.at, Line: max(r.number, 1), End: true})
}

// line takes the next line.
func (r *reader) line(line []byte) {
	r.width = len(line)
	r.unsure = !r.whole && r.state == within
	if len(line) > 0 && line[0] == '>' {
		line = unquote(line)
	}
	if len(line) == 0 {
		r.empty()
		return
	}
	start := line
	if isBlank(start[0]) && (r.state == outside || r.state == body) {
		start = bytes.TrimLeft(start, " \t")
	}
	if len(start) > 0 {
		switch c := start[0]; {
		case '0' <= c && c <= '9':
			if s, ok := readStamp(start); ok {
				r.client(s)
				return
			}
		case c == 'T' && bytes.HasPrefix(start, []byte("TL_")):
			if s, ok := readStack(start); ok {
				r.server(s)
				return
			}
		case c == '$' && bytes.HasPrefix(start, []byte("$$")):
			if r.dollars(start) {
				return
			}
		case c == '(' && r.state == outside && r.frame == trace.SIPStack && bytes.Contains(start, beginRecord): // wrapped from its stamp
			r.begin()
			return
		}
	}
	switch r.state {
	case within:
		r.header(line)
	case block:
		r.blockLine(line)
	case body:
		r.behind(start, len(line)-len(start))
	default:
		r.bare(start, len(line)-len(start))
	}
}

// unquote removes what a mail puts before lines that it quotes.
func unquote(line []byte) []byte {
	for len(line) > 0 && line[0] == '>' {
		line = line[1:]
		if len(line) > 1 && line[0] == ' ' && line[1] == '>' {
			line = line[1:]
		}
	}
	return bytes.TrimPrefix(line, []byte(" "))
}

// finish gives the message at hand.
func (r *reader) finish(cut bool) {
	if r.state == block {
		r.damage.add(NoEnd, r.file, r.number)
		r.fault()
	}
	if r.state == within || r.state == body {
		record := r.head.finish()
		record.Cut = cut
		if r.head.full {
			r.damage.add(TooMany, r.file, record.Line)
		}
		r.emit(record)
	}
	r.state = outside
}

func (r *reader) emit(record trace.Record) {
	record.File = r.file
	if !r.stopped {
		r.stopped = !r.yield(record, nil)
	}
}
