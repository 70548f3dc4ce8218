package rtcdb

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// structure is what a database says of itself.
type structure struct {
	product string
	layout  Layout
}

// introspect reads the structure of the database.
func (s *Source) introspect(ctx context.Context, db *session) (structure, error) {
	var out structure
	var product sql.NullString
	if err := db.conn.QueryRowContext(ctx, selectProduct).Scan(&product); err != nil {
		return out, s.explainQuery(ctx, "the product version", err)
	}
	out.product = oneLine(product.String)
	var objects []Object
	err := query(ctx, db, selectObjects, func(scan func(...any) error) error {
		var o Object
		err := scan(&o.Name, &o.Kind)
		objects = append(objects, o)
		return err
	})
	if err != nil {
		return out, s.explainQuery(ctx, "the list of tables", err)
	}
	var columns []Column
	err = query(ctx, db, selectColumns, func(scan func(...any) error) error {
		var c Column
		err := scan(&c.Table, &c.Name, &c.Type, &c.Length)
		columns = append(columns, c)
		return err
	})
	if err != nil {
		return out, s.explainQuery(ctx, "the list of columns", err)
	}
	if out.layout, err = Discover(objects, columns); err != nil {
		return out, s.explainStructure(out.product, err)
	}
	return out, s.tryTables(ctx, db, &out.layout)
}

// explainStructure says which database it is that cannot be understood.
func (s *Source) explainStructure(product string, err error) error {
	why := collect.Reason(err)
	verb := "cannot be understood"
	if why.Class == facts.Missing {
		verb = "is not an RTC database"
		if major, _, _ := strings.Cut(product, "."); atoi(major) >= 9 {
			why.Settle += "; or let the account read, since SQL Server 2005 and later hide tables from those who may not: " + s.grant()
		}
	}
	return collect.Fail(why.Class, why.Settle, "database %s on %s %s: %w", s.cfg.database(), s.cfg.Name, verb, err)
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // 0 for what is no number
	return n
}

// tryTables looks at the tables that are to be joined to Resource. One that
// may not be read, or that has several rows for one resource, is left out, and
// its places get the reason.
func (s *Source) tryTables(ctx context.Context, db *session, l *Layout) error {
	places := []*Place{&l.SID, &l.GUID, &l.DirectoryRows}
	tried := map[string]error{l.Table: nil}
	for _, p := range places {
		if p.Err != nil {
			continue
		}
		err, known := tried[p.Table]
		if !known {
			err = s.tryTable(ctx, db, *p)
			tried[p.Table] = err
		}
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			*p = Place{Err: err}
		}
	}
	return nil
}

func (s *Source) tryTable(ctx context.Context, db *session, p Place) error {
	var all, different int64
	err := db.conn.QueryRowContext(ctx, selectKeys(p.Table, p.Key)).Scan(&all, &different)
	if err != nil {
		return s.explainQuery(ctx, "table "+p.Table, err)
	}
	if all != different {
		return collect.Fail(facts.Protocol, settleStructure,
			"table %s of database %s on %s has %d rows for %d resources, so that its values cannot be told apart",
			p.Table, s.cfg.database(), s.cfg.Name, all, different)
	}
	return nil
}

// query runs a statement and calls each for every row.
func query(ctx context.Context, db *session, statement string, each func(scan func(...any) error) error) (err error) {
	// Rows that are left unread are cancelled rather than read to their end.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rows, err := db.conn.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer func() {
		cancel()
		if closing := rows.Close(); err == nil {
			err = closing
		}
	}()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
