package lab

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks/lab/rtcsim"
	"lcshealth/checks/lab/tdsd"
)

// database is the RTC database of a home server.
type database struct {
	rows   []*row
	manner manner
	port   int // known when it is served
}

// row is a row of the table Resource, with its directory row.
type row struct {
	address    string
	sid        any // octets; nil is NULL
	guid       any // text; nil is NULL
	unmirrored bool
	homed      bool
	user       *user // whose it is; nil if nobody's
}

// of returns the rows of a user.
func (d *database) of(u *user) (out []*row) {
	for _, r := range d.rows {
		if r.user == u {
			out = append(out, r)
		}
	}
	return out
}

// remove deletes the rows of a user.
func (d *database) remove(u *user) {
	d.rows = slices.DeleteFunc(d.rows, func(r *row) bool { return r.user == u })
}

func (d *database) add(rows ...*row) { d.rows = append(d.rows, rows...) }

// The versions of the database servers, by the layout of the protocol that
// they speak: SQL Server 2005, and the MSDE 2000 that came with LCS.
var products = map[tdsd.Layout]string{tdsd.TDS74: "9.00.5000", tdsd.TDS71: "8.00.2039"}

// simulate fills a database with the rows.
func (d *database) simulate(product string) (*rtcsim.Database, error) {
	out := rtcsim.New(databaseName, product)
	for _, r := range d.rows {
		id, err := out.AddUser(rtcsim.User{Address: r.address, SID: r.sid, GUID: r.guid, Unmirrored: r.unmirrored})
		if err == nil && r.homed {
			err = out.Insert("HomedResource", map[string]any{"ResourceId": id})
		}
		if err != nil {
			return nil, fmt.Errorf("fill the database: %w", err)
		}
	}
	return out, nil
}

// databaseName is how every RTC database is called.
const databaseName = "rtc"

// databaseServer is how the database server calls itself.
func (s *server) databaseServer() string { return strings.ToUpper(s.computer) + `\RTC` }
