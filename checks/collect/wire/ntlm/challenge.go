package ntlm

import (
	"bytes"
	"encoding/binary"
)

const messageSignature = "NTLMSSP\x00"

// Challenge is a CHALLENGE_MESSAGE, type 2 ([MS-NLMP] 2.2.1.2).
type Challenge struct {
	Flags           Flags
	ServerChallenge [8]byte
	TargetName      string      // the server's domain or name; servers often leave it empty
	TargetInfo      *TargetInfo // nil when the message has none
}

// ParseChallenge reads a type 2 message. It copies what it keeps, and allocates
// no more than the message is long. Its errors are of type [*MalformedError].
//
// Lengths and offsets have to fit: a field that begins inside the fixed part,
// runs past the end or has half a character is an error, and so is target
// information without its end. The flags are taken as they are; whether they
// are good enough is up to [Respond].
func ParseChallenge(msg []byte) (*Challenge, error) {
	// The fixed part: signature 0, type 8, target name 12, flags 20, challenge
	// 24, reserved 32, target info 40, version 48. Old servers leave out the end.
	const short, withInfo, withVersion = 32, 48, 56
	switch {
	case !bytes.HasPrefix(msg, []byte(messageSignature)):
		return nil, &MalformedError{0, "signature", "not an ntlm message"}
	case len(msg) < short:
		return nil, &MalformedError{len(msg), "fixed part", "the message ends inside it"}
	}
	if kind := binary.LittleEndian.Uint32(msg[8:]); kind != 2 {
		return nil, &MalformedError{8, "message type", "not a challenge, which is type 2"}
	}
	c := &Challenge{Flags: Flags(binary.LittleEndian.Uint32(msg[20:]))}
	copy(c.ServerChallenge[:], msg[24:])

	fixed := short
	if c.Flags.Has(Version) {
		fixed = withVersion
	} else if c.Flags.Has(TargetInformation) {
		fixed = withInfo
	}
	if len(msg) < fixed {
		return nil, &MalformedError{len(msg), "fixed part", "the message ends inside it"}
	}
	name, at, err := field(msg, 12, fixed, "target name")
	if err != nil {
		return nil, err
	}
	if c.TargetName, err = decodeName(name, at, c.Flags); err != nil {
		return nil, err
	}
	if !c.Flags.Has(TargetInformation) {
		return c, nil // the field means nothing without the flag
	}
	info, at, err := field(msg, 40, fixed, "target info")
	if err != nil {
		return nil, err
	}
	if len(info) == 0 {
		return c, nil
	}
	if c.TargetInfo, err = parseTargetInfo(info, at); err != nil {
		return nil, err
	}
	return c, nil
}

// field returns the octets that the length and offset at header point to, and
// where they begin. The allocated length beside them is ignored, as [MS-NLMP]
// demands, and so is the offset of an empty field.
func field(msg []byte, header, fixed int, part string) (octets []byte, at int, err error) {
	length := int64(binary.LittleEndian.Uint16(msg[header:]))
	offset := int64(binary.LittleEndian.Uint32(msg[header+4:]))
	switch {
	case length == 0:
		return nil, header, nil
	case offset < int64(fixed):
		return nil, 0, &MalformedError{header, part, "begins inside the fixed part"}
	case offset+length > int64(len(msg)):
		return nil, 0, &MalformedError{header, part, "runs past the end of the message"}
	}
	return msg[offset : offset+length], int(offset), nil
}

// decodeName decodes a target name. The code page of an OEM name is not known,
// so that only its ASCII can be read.
func decodeName(name []byte, at int, flags Flags) (string, error) {
	if flags.Has(Unicode) {
		if len(name)%2 != 0 {
			return "", &MalformedError{at, "target name", "ends inside a character"}
		}
		return decodeUTF16(name), nil
	}
	runes := make([]rune, len(name))
	for i, b := range name {
		if runes[i] = rune(b); b >= 0x80 {
			runes[i] = '\uFFFD'
		}
	}
	return string(runes), nil
}
