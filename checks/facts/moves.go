package facts

import "strings"

// SeenMove is a move with the server that sees it.
type SeenMove struct {
	Move
	Origin Origin
}

// MovesOf returns the moves that servers see of a user, who is named by the
// normalized address or by the DN of the account; either may be empty. It is
// asked for every user, so the names are indexed once: the facts of the hosts
// must be complete by then.
func (d *Deployment) MovesOf(address, dn string) []SeenMove {
	d.movesOnce.Do(func() {
		d.moves = map[string][]SeenMove{}
		for _, s := range d.Servers {
			moves, _ := s.Host.Moves.Get() // empty if not observed
			for _, m := range moves {
				seen := SeenMove{m, s.Host.Moves.Origin()}
				if a := NormalizeAddress(m.Address); a != "" {
					d.moves[a] = append(d.moves[a], seen)
				}
				if m.AccountDN != "" {
					key := strings.ToLower(m.AccountDN)
					d.moves[key] = append(d.moves[key], seen)
				}
			}
		}
	})
	if len(d.moves) == 0 {
		return nil
	}
	if dn != "" {
		if found := d.moves[strings.ToLower(dn)]; len(found) > 0 {
			return found
		}
	}
	if address == "" {
		return nil
	}
	return d.moves[address]
}
