package render

import (
	"encoding/json"
	"fmt"

	"lcshealth/report/notify"
)

// mostJSON is the largest body, in bytes, that is sent to a generic webhook.
const mostJSON = 512 << 10

// JSON writes a notification as notify.schema.json describes it.
func JSON(n *notify.Notification) ([]byte, error) {
	return fitting(len(n.Changes)+len(n.Present), mostJSON, func(most int) (any, error) {
		m := *n
		cut := func(list []notify.Change, omitted, most int) ([]notify.Change, int) {
			kept := list[:min(len(list), most)]
			return kept, omitted + len(list) - len(kept)
		}
		m.Changes, m.Omitted = cut(n.Changes, n.Omitted, most)
		m.Present, m.PresentOmitted = cut(n.Present, n.PresentOmitted, max(most-len(m.Changes), 0))
		return &m, nil
	})
}

// fitting encodes a message with as many of its changes as its largest size
// allows: half as many at each attempt.
func fitting(changes, largest int, message func(most int) (any, error)) ([]byte, error) {
	for most := changes; ; most /= 2 {
		m, err := message(most)
		if err != nil {
			return nil, err
		}
		encoded, err := json.Marshal(m)
		if err != nil {
			return nil, fmt.Errorf("encode a notification: %w", err)
		}
		if len(encoded) <= largest {
			return encoded, nil
		}
		if most == 0 {
			return nil, notify.Permanent("encode a notification: it has %d bytes without any changes, and %d are allowed", len(encoded), largest)
		}
	}
}
