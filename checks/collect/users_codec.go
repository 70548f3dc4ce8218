package collect

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"lcshealth/checks/facts"
)

// Records put aside are a byte that tells their kind and flags, and their
// fields: texts with their length before them, numbers as varints. They never
// outlive the process, so the form has no version.

const (
	isEntry byte = 1 << iota
	enabled
	hasSince
	hasSID
	hasGUID
	hasDirectoryRow
	directoryRow
)

var errRecord = errors.New("a record is damaged")

func appendRecord(b []byte, r *record) []byte {
	if e := r.entry; e != nil {
		flags := isEntry
		flags |= flag(e.SID != nil, hasSID) | flag(e.GUID != nil, hasGUID)
		flags |= flag(e.DirectoryRow != nil, hasDirectoryRow) | flag(e.DirectoryRow != nil && *e.DirectoryRow, directoryRow)
		b = append(b, flags)
		b = binary.AppendVarint(b, e.ResourceID)
		b = appendTexts(b, r.address, e.Database, e.Address)
		if e.SID != nil {
			b = appendTexts(b, *e.SID)
		}
		if e.GUID != nil {
			b = appendTexts(b, *e.GUID)
		}
		return b
	}
	a := r.account
	b = append(b, flag(a.Enabled, enabled)|flag(a.TargetSince != nil, hasSince))
	if a.TargetSince != nil {
		b = binary.AppendVarint(b, a.TargetSince.Unix())
	}
	return appendTexts(b, r.address, a.DN, a.Name, a.GUID, a.SID, a.OriginatorSID, a.Address, a.HomeServer, a.TargetHomeServer)
}

func readRecord(in *bufio.Reader) (record, error) {
	flags, err := in.ReadByte()
	if err != nil {
		return record{}, err // io.EOF between records is the end
	}
	r, err := readFields(in, flags)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return r, err
}

func readFields(in *bufio.Reader, flags byte) (r record, err error) {
	if flags&isEntry != 0 {
		e := &facts.Entry{}
		r.entry = e
		if e.ResourceID, err = binary.ReadVarint(in); err != nil {
			return r, err
		}
		if err := readTexts(in, &r.address, &e.Database, &e.Address); err != nil {
			return r, err
		}
		if flags&hasSID != 0 {
			e.SID = new(string)
			if err := readTexts(in, e.SID); err != nil {
				return r, err
			}
		}
		if flags&hasGUID != 0 {
			e.GUID = new(string)
			if err := readTexts(in, e.GUID); err != nil {
				return r, err
			}
		}
		if flags&hasDirectoryRow != 0 {
			there := flags&directoryRow != 0
			e.DirectoryRow = &there
		}
		return r, nil
	}
	a := &facts.Account{Enabled: flags&enabled != 0}
	r.account = a
	if flags&hasSince != 0 {
		seconds, err := binary.ReadVarint(in)
		if err != nil {
			return r, err
		}
		since := time.Unix(seconds, 0).UTC()
		a.TargetSince = &since
	}
	return r, readTexts(in, &r.address, &a.DN, &a.Name, &a.GUID, &a.SID, &a.OriginatorSID, &a.Address, &a.HomeServer, &a.TargetHomeServer)
}

func appendTexts(b []byte, texts ...string) []byte {
	for _, s := range texts {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

func readTexts(in *bufio.Reader, texts ...*string) error {
	for _, s := range texts {
		n, err := binary.ReadUvarint(in)
		if err != nil {
			return err
		}
		if n > 1<<20 {
			return errRecord
		}
		buf := make([]byte, n)
		if _, err := io.ReadFull(in, buf); err != nil {
			return err
		}
		*s = string(buf)
	}
	return nil
}

func flag(set bool, bit byte) byte {
	if set {
		return bit
	}
	return 0
}
