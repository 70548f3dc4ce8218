package peer

import (
	"bytes"
	"encoding/binary"
)

// Where the parts of a [forwardingDLL] are.
const (
	dllHeaders   = 0x200  // size of the headers in the file
	dllAlignment = 0x200  // of sections in the file
	dllPage      = 0x1000 // of sections in memory
	dllSection   = dllPage
)

// forwardingDLL returns a library without code whose only export is one of another
// library, given as LIBRARY.Function (Microsoft Portable Executable and Common
// Object File Format Specification, 6.3).
func forwardingDLL(name, export, target string) []byte {
	section := exportSection(name, export, target)
	raw := (len(section) + dllAlignment - 1) / dllAlignment * dllAlignment

	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			_ = binary.Write(&b, binary.LittleEndian, v) // a buffer takes everything
		}
	}
	put([]byte("MZ"), make([]byte, 58), uint32(64)) // the DOS header, and where the next begins
	put([]byte("PE\x00\x00"),
		uint16(0x8664),       // machine: x86-64
		uint16(1),            // sections
		uint32(0),            // time stamp
		uint32(0), uint32(0), // symbols
		uint16(112+16*8),           // size of the optional header
		uint16(0x0002|0x20|0x2000), // executable, large addresses, DLL
	)
	put(uint16(0x20B), // PE32+
		uint8(1), uint8(0), // linker version
		uint32(0), uint32(raw), uint32(0), // sizes of code and data
		uint32(0), uint32(dllSection), // entry point (none), base of code
		uint64(0x6_0000_0000),                 // image base
		uint32(dllPage), uint32(dllAlignment), // alignments
		uint16(6), uint16(0), uint16(0), uint16(0), uint16(6), uint16(0), // versions of system, image and subsystem
		uint32(0),
		uint32(dllSection+dllPage), uint32(dllHeaders), // sizes of image and headers
		uint32(0),                // checksum
		uint16(3), uint16(0x100), // subsystem: console; compatible with data execution prevention
		uint64(1<<20), uint64(1<<12), uint64(1<<20), uint64(1<<12), // stack and heap
		uint32(0), uint32(16), // data directories
		uint32(dllSection), uint32(len(section)), // exports
		make([]byte, 15*8))
	put([]byte(".edata\x00\x00"),
		uint32(len(section)), uint32(dllSection), // in memory
		uint32(raw), uint32(dllHeaders), // in the file
		make([]byte, 12),
		uint32(0x40000040)) // initialised data, readable
	put(make([]byte, dllHeaders-b.Len()), section, make([]byte, raw-len(section)))
	return b.Bytes()
}

// exportSection is the section with the export directory. An address that lies in
// the section itself is that of a forwarder's name.
func exportSection(name, export, target string) []byte {
	const (
		directory = 40
		addresses = dllSection + directory
		names     = addresses + 4
		ordinals  = names + 4
		texts     = ordinals + 2
	)
	at := func(before ...string) uint32 {
		n := texts
		for _, s := range before {
			n += len(s) + 1
		}
		return uint32(n)
	}
	var b bytes.Buffer
	for _, v := range []any{
		uint32(0), uint32(0), uint32(0), // flags, time stamp, version
		at(),                 // name of the library
		uint32(1),            // first ordinal
		uint32(1), uint32(1), // number of addresses and of names
		uint32(addresses), uint32(names), uint32(ordinals),
		at(name, export), // the only address
		at(name),         // the only name
		uint16(0),        // the only ordinal
		[]byte(name + "\x00" + export + "\x00" + target + "\x00"),
	} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	return b.Bytes()
}
