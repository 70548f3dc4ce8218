package host

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/facts"
)

// Database says how reports call the RTC database of a host.
type Database struct {
	Name   string   // empty: the host's FQDN
	Serves []string // FQDNs of the home servers, or of the pool, whose users it holds; empty: the host's FQDN
}

// gatheredDB is what the lines of a database told so far. They give whole
// tables; which columns matter and how tables belong together is found as it
// is in a database that can be reached.
type gatheredDB struct {
	product string
	columns []rtcdb.Column

	layout    *rtcdb.Layout // known from the first row on
	users     []rtcdb.Row
	sids      map[int64]any
	guids     map[int64]any
	mirrored  map[int64]bool
	ambiguous map[rtcdb.Place]error // places with different values for one user
}

// database decodes the line that begins a database. It is complete by itself.
func (d *Decoder) database(p *part, r *row) func() {
	product := r.text("product")
	return func() {
		d.db.product = product
		d.End(p.name, 1)
	}
}

// dbColumn decodes a column of a table, a row of syscolumns.
func (d *Decoder) dbColumn(_ *part, r *row) func() {
	for _, name := range []string{"table", "column", "type"} {
		r.need(name)
	}
	c := rtcdb.Column{
		Table: r.text("table"), Name: r.text("column"), Type: r.text("type"),
		Length: int(r.number(-1, math.MaxInt32, "length")),
	}
	return func() { d.db.columns = append(d.db.columns, c) }
}

// discover finds the layout in the columns that came.
func (db *gatheredDB) discover() (rtcdb.Layout, error) {
	var tables []rtcdb.Object
	known := map[string]bool{}
	for _, c := range db.columns {
		if !known[c.Table] {
			known[c.Table] = true
			tables = append(tables, rtcdb.Object{Name: c.Table, Kind: "U"})
		}
	}
	return rtcdb.Discover(tables, db.columns)
}

// dbRow decodes a row of a table. Columns come before rows, so that of these
// only what matters is kept.
func (d *Decoder) dbRow(p *part, r *row) func() {
	ignore := func() {}
	values, ok := r.values["values"].(map[string]any)
	if !ok {
		r.fail("values is missing, or no object")
		return ignore
	}
	if err := d.incomplete(Part{Class: kindDBColumn}); err != nil {
		r.fail("a row without the columns before it: %w", err)
		return ignore
	}
	if d.db.layout == nil {
		l, err := d.db.discover()
		if err != nil {
			return ignore // and Database will say why
		}
		d.db.layout = &l
	}
	v := newRow(values)
	keep := d.db.row(p.name.Of, v)
	if v.err != nil {
		r.fail("%w", v.err)
	}
	return keep
}

// row picks what matters from a row of the given table.
func (db *gatheredDB) row(table string, v *row) (keep func()) {
	l := db.layout
	var keeps []func()
	in := func(p rtcdb.Place) bool { return p.Err == nil && strings.EqualFold(p.Table, table) }
	user := strings.EqualFold(table, l.Table)
	u := rtcdb.Row{}
	if user {
		u.ResourceID = db.id(v, l.ResourceID)
		u.Address = db.value(v, l.Table, l.UserAtHost)
		keeps = append(keeps, func() { db.users = append(db.users, u) })
	}
	for _, side := range []struct {
		place rtcdb.Place
		own   *any
		rest  *map[int64]any
	}{{l.SID, &u.SID, &db.sids}, {l.GUID, &u.GUID, &db.guids}} {
		switch {
		case !in(side.place):
		case user:
			*side.own = db.value(v, table, side.place.Column)
		default:
			id, value := db.id(v, side.place.Key), db.value(v, table, side.place.Column)
			keeps = append(keeps, func() { db.put(side.rest, side.place, id, value) })
		}
	}
	if in(l.DirectoryRows) {
		id := db.id(v, l.DirectoryRows.Key)
		keeps = append(keeps, func() {
			if db.mirrored == nil {
				db.mirrored = map[int64]bool{}
			}
			db.mirrored[id] = true
		})
	}
	return func() {
		for _, k := range keeps {
			k()
		}
	}
}

// put keeps a value for a user. Two different ones for the same user cannot
// both be his.
func (db *gatheredDB) put(to *map[int64]any, place rtcdb.Place, id int64, value any) {
	if *to == nil {
		*to = map[int64]any{}
	}
	if old, twice := (*to)[id]; twice && !reflect.DeepEqual(old, value) && db.ambiguous[place] == nil {
		if db.ambiguous == nil {
			db.ambiguous = map[rtcdb.Place]error{}
		}
		db.ambiguous[place] = collect.Fail(facts.Protocol, "", "%s has different values for the same %s, such as %d", place, place.Key, id)
	}
	(*to)[id] = value
}

func (db *gatheredDB) id(v *row, column string) int64 {
	v.need(column)
	return v.number(math.MinInt64, math.MaxInt64, column)
}

// value reads a column: octets if its type is binary, else text. Null is NULL,
// but a column that is not there at all spoils the row.
func (db *gatheredDB) value(v *row, table, column string) any {
	raw, there := v.values[strings.ToLower(column)]
	switch {
	case !there:
		v.fail("column %s is missing", column)
		return nil
	case raw == nil:
		return nil
	}
	i := slices.IndexFunc(db.columns, func(c rtcdb.Column) bool {
		return strings.EqualFold(c.Table, table) && strings.EqualFold(c.Name, column)
	})
	if i >= 0 && strings.Contains(strings.ToLower(db.columns[i].Type), "binary") {
		return v.octets(column)
	}
	return v.text(column)
}

// Database returns what the rows say of the RTC database, and adds its users
// to entries. It returns nil if nothing was said of one.
func (d *Decoder) Database(s *collect.Session, name Database, entries rtcdb.Entries) (*facts.Database, error) {
	if !d.toldOfDatabase() {
		return nil, nil
	}
	l, err := d.completeLayout()
	if err != nil {
		return collect.UnknownDatabase(name.Name, name.Serves, s.Partly(err)), nil
	}
	l.Describe(s, d.db.product)
	out := l.Database(name.Name, name.Serves, d.db.product, d.from, s.Partly)
	for _, u := range d.db.users {
		if l.SID.Err == nil && !strings.EqualFold(l.SID.Table, l.Table) {
			u.SID = d.db.sids[u.ResourceID]
		}
		if l.GUID.Err == nil && !strings.EqualFold(l.GUID.Table, l.Table) {
			u.GUID = d.db.guids[u.ResourceID]
		}
		if l.DirectoryRows.Err == nil {
			mirrored := d.db.mirrored[u.ResourceID]
			u.InDirectory = &mirrored
		}
		if err := entries.AddEntry(rtcdb.Entry(name.Name, u)); err != nil {
			return nil, collect.Fail(facts.Internal, "", "keep the users of database %s: %w", name.Name, err)
		}
	}
	if err := d.incomplete(Part{kindDBRow, l.Table}); err != nil {
		out.Entries = facts.NotObserved[int](s.Partly(err))
	} else {
		out.Entries = facts.Observed(len(d.db.users), d.from)
	}
	return out, nil
}

func (d *Decoder) toldOfDatabase() bool {
	for key := range d.parts {
		switch key.Class {
		case kindDatabase, kindDBColumn, kindDBRow:
			return true
		}
	}
	return false
}

// completeLayout returns the layout of the database, in which a place is
// unknown if the rows of its table did not come complete.
func (d *Decoder) completeLayout() (rtcdb.Layout, error) {
	for _, kind := range []string{kindDatabase, kindDBColumn} {
		if err := d.incomplete(Part{Class: kind}); err != nil {
			return rtcdb.Layout{}, err
		}
	}
	l, err := d.db.discover()
	if err != nil {
		return l, fmt.Errorf("database: %w", err)
	}
	for _, p := range []*rtcdb.Place{&l.SID, &l.GUID, &l.DirectoryRows} {
		if p.Err != nil {
			continue
		}
		if err := d.incomplete(Part{kindDBRow, p.Table}); err != nil {
			p.Err = err
		} else if err := d.db.ambiguous[*p]; err != nil {
			p.Err = err
		}
	}
	return l, nil
}
