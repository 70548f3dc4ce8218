// Package rtcsim is an RTC database in memory. It stands behind a
// [tdsd.Server] and answers SELECT statements as SQL Server would, from the
// users' tables and from the catalogue that describes them, so that both
// lcshealth and a person with a SQL client can look at it.
//
// No document gives the tables of Live Communications Server. Those of [New]
// are named after what later versions have, and any of them can be dropped or
// be replaced.
package rtcsim

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"lcshealth/checks/lab/tdsd"
)

// Database is an RTC database. Its methods may be called while it is served.
type Database struct {
	name    string
	product string

	mu     sync.RWMutex
	tables []*Table
	lastID int64
	denied map[string]bool
	faults map[string]fault
}

// Table is a table of the database.
type Table struct {
	Name    string
	Columns []tdsd.Column
	Rows    [][]any // values as [tdsd.Rows] has them
}

// New returns an RTC database with the given name and without users. The
// product version is what the server is said to be, such as 8.00.2039.
func New(name, product string) *Database {
	d := &Database{name: name, product: product, denied: map[string]bool{}, faults: map[string]fault{}}
	d.tables = []*Table{
		{Name: "Resource", Columns: []tdsd.Column{
			{Name: "ResourceId", Type: tdsd.Int},
			{Name: "UserAtHost", Type: tdsd.NVarChar, Size: 450},
		}},
		{Name: "ResourceDirectory", Columns: []tdsd.Column{
			{Name: "ResourceId", Type: tdsd.Int},
			{Name: "UserPrincipalName", Type: tdsd.NVarChar, Size: 1024},
			{Name: "AdUserSid", Type: tdsd.VarBinary, Size: 85},
			{Name: "AdUserGuid", Type: tdsd.UniqueIdentifier},
			{Name: "Enabled", Type: tdsd.Bit},
			{Name: "UpdateTime", Type: tdsd.DateTime},
		}},
		{Name: "HomedResource", Columns: []tdsd.Column{{Name: "ResourceId", Type: tdsd.Int}}},
		{Name: "Endpoint", Columns: []tdsd.Column{
			{Name: "OwnerId", Type: tdsd.Int},
			{Name: "EndpointId", Type: tdsd.NVarChar, Size: 256},
		}},
		{Name: "DbConfigInt", Columns: []tdsd.Column{
			{Name: "Name", Type: tdsd.NVarChar, Size: 64},
			{Name: "Value", Type: tdsd.Int},
		}, Rows: [][]any{{"DbVersion", 1}}},
	}
	return d
}

// User is a user in the database.
type User struct {
	Address string // without sip:
	SID     any    // octets; text if the column was replaced by one; nil is NULL
	GUID    any    // text; nil is NULL
	// Unmirrored leaves out the directory row, where SID and GUID are.
	Unmirrored bool
}

// AddUser adds a user and returns the ResourceId. It is an error if a table of
// [New] that it takes was dropped.
func (d *Database) AddUser(u User) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lastID++
	id := d.lastID
	err := d.insert("Resource", map[string]any{"ResourceId": id, "UserAtHost": u.Address})
	if err == nil && !u.Unmirrored {
		err = d.insert("ResourceDirectory", map[string]any{
			"ResourceId": id, "UserPrincipalName": u.Address, "AdUserSid": u.SID, "AdUserGuid": u.GUID, "Enabled": true,
		})
	}
	return id, err
}

// Insert adds a row to a table. Columns that are not named are NULL, and names
// of columns that the table does not have are passed over.
func (d *Database) Insert(table string, values map[string]any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.insert(table, values)
}

func (d *Database) insert(table string, values map[string]any) error {
	t := find(d.tables, table)
	if t == nil {
		return fmt.Errorf("insert into %s: no such table", table)
	}
	row := make([]any, len(t.Columns))
	for i, col := range t.Columns {
		row[i] = values[col.Name]
	}
	// Statements under way keep the rows that they began with.
	t.Rows = append(t.Rows, row)
	return nil
}

// AddTable adds a table, or replaces the one of that name.
func (d *Database) AddTable(t Table) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drop(t.Name)
	d.tables = append(d.tables, &t)
}

// DropTable removes a table.
func (d *Database) DropTable(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drop(name)
}

func (d *Database) drop(name string) {
	d.tables = slices.DeleteFunc(slices.Clone(d.tables), func(t *Table) bool { return strings.EqualFold(t.Name, name) })
}

// DropColumn removes a column with its values.
func (d *Database) DropColumn(table, column string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := find(d.tables, table)
	if t == nil {
		return
	}
	at := slices.IndexFunc(t.Columns, func(c tdsd.Column) bool { return strings.EqualFold(c.Name, column) })
	if at < 0 {
		return
	}
	without := Table{Name: t.Name, Columns: slices.Delete(slices.Clone(t.Columns), at, at+1)}
	for _, row := range t.Rows {
		without.Rows = append(without.Rows, slices.Delete(slices.Clone(row), at, at+1))
	}
	d.drop(table)
	d.tables = append(d.tables, &without)
}

func find(tables []*Table, name string) *Table {
	for _, t := range tables {
		if strings.EqualFold(t.Name, name) {
			return t
		}
	}
	return nil
}

// snapshot returns the tables as they are now, with those of the catalogue.
func (d *Database) snapshot() ([]*Table, map[string]fault, map[string]bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	tables := make([]*Table, len(d.tables))
	for i, t := range d.tables {
		now := *t
		tables[i] = &now
	}
	faults, denied := map[string]fault{}, map[string]bool{}
	for name, f := range d.faults {
		faults[name] = f
	}
	for name := range d.denied {
		denied[name] = true
	}
	return append(tables, catalogue(tables)...), faults, denied
}
