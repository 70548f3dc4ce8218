package tdsd

import (
	"encoding/binary"
	"fmt"
	"time"
)

// The types datetime and smalldatetime count from 1900 (MS-TDS 2.2.5.5.1.8).
// They know no time zone.

const ticksPerDay = 300 * 86400 // of a datetime

// wallClock returns the days from 1900-01-01 and the time of that day.
func wallClock(t time.Time) (days int64, clock time.Duration) {
	year, month, day := t.Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	epoch := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	days = (midnight.Unix() - epoch.Unix()) / 86400
	clock = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
		time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	return days, clock
}

func encodeDateTime(t time.Time) ([]byte, error) {
	days, clock := wallClock(t)
	ticks := (int64(clock)*300 + int64(time.Second)/2) / int64(time.Second)
	if ticks == ticksPerDay {
		days, ticks = days+1, 0
	}
	if t.Year() < 1753 || days >= maxDateTimeDays {
		return nil, fmt.Errorf("%v is out of the range of a datetime", t)
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(int32(days)))
	return binary.LittleEndian.AppendUint32(b, uint32(ticks)), nil
}

// maxDateTimeDays is 10000-01-01, the first day that a datetime cannot hold.
const maxDateTimeDays = 2958464

func encodeSmallDateTime(t time.Time) ([]byte, error) {
	days, clock := wallClock(t)
	minutes := int64((clock + 30*time.Second) / time.Minute)
	if minutes == 24*60 {
		days, minutes = days+1, 0
	}
	if days < 0 || days > 0xFFFF {
		return nil, fmt.Errorf("%v is out of the range of a smalldatetime", t)
	}
	b := binary.LittleEndian.AppendUint16(nil, uint16(days))
	return binary.LittleEndian.AppendUint16(b, uint16(minutes)), nil
}

// decodeDateTime reads a datetime (eight bytes) or a smalldatetime (four).
func decodeDateTime(b []byte) time.Time {
	if len(b) == 4 {
		days, minutes := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:])
		return time.Date(1900, 1, 1+int(days), 0, int(minutes), 0, 0, time.UTC)
	}
	days, ticks := int32(binary.LittleEndian.Uint32(b)), int64(binary.LittleEndian.Uint32(b[4:]))
	midnight := time.Date(1900, 1, 1+int(days), 0, 0, 0, 0, time.UTC)
	return midnight.Add(time.Duration((ticks*int64(time.Second) + 150) / 300))
}
