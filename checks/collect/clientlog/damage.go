package clientlog

// Damage counts what could not be read, with the first places of each kind. The
// zero value is ready for use.
type Damage struct {
	Kinds []Damaged `json:"kinds,omitempty"` // in the order in which they were met
}

// Damaged is one kind of damage.
type Damaged struct {
	Kind  string  `json:"kind"`
	Count int     `json:"count"`
	First []Place `json:"first"` // at most 8
}

// Place is a line of a file, counted from 1.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// The kinds of damage.
const (
	LongLine    = "line too long"     // its end was not read
	NoHeader    = "line is no header" // between headers; taken for the rest of the line before
	TooMany     = "too many headers"  // of one message, or too large; the rest was left out
	CutStart    = "file begins in a message"
	CutEnd      = "file ends in a message"
	NoEnd       = "record without an end" // $$begin_record without $$end_record
	DamagedWord = "record is unreadable"  // $$begin_record with neither a message nor a fault
)

const maxPlaces = 8

// Total is how often anything was damaged.
func (d *Damage) Total() (n int) {
	for _, k := range d.Kinds {
		n += k.Count
	}
	return n
}

// Of returns how often one kind of damage was met.
func (d *Damage) Of(kind string) int {
	for _, k := range d.Kinds {
		if k.Kind == kind {
			return k.Count
		}
	}
	return 0
}

func (d *Damage) add(kind, file string, line int) {
	for i := range d.Kinds {
		if k := &d.Kinds[i]; k.Kind == kind {
			k.Count++
			if len(k.First) < maxPlaces {
				k.First = append(k.First, Place{file, line})
			}
			return
		}
	}
	d.Kinds = append(d.Kinds, Damaged{kind, 1, []Place{{file, line}}})
}
