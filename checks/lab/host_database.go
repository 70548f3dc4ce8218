package lab

import (
	"lcshealth/checks/collect/host"
	"lcshealth/checks/collect/rtcdb"
)

// writeDatabase writes the rows of a server's database into its host file, as
// a script on the host would read them.
func (d *database) writeDatabase(out *host.Writer, product string) {
	const users, mirror = "Resource", "ResourceDirectory"
	out.Database(product)
	for _, c := range []rtcdb.Column{
		{Table: users, Name: "ResourceId", Type: "int", Length: 4},
		{Table: users, Name: "UserAtHost", Type: "nvarchar", Length: 900},
		{Table: mirror, Name: "ResourceId", Type: "int", Length: 4},
		{Table: mirror, Name: "AdUserSid", Type: "varbinary", Length: 85},
		{Table: mirror, Name: "AdUserGuid", Type: "uniqueidentifier", Length: 16},
	} {
		out.DBColumn(c)
	}
	out.End(host.Part{Class: "dbcolumn"})
	for i, r := range d.rows {
		out.DBRow(users, map[string]any{"ResourceId": i + 1, "UserAtHost": r.address})
		if !r.unmirrored {
			out.DBRow(mirror, map[string]any{"ResourceId": i + 1, "AdUserSid": r.sid, "AdUserGuid": r.guid})
		}
	}
	out.End(host.Part{Class: "dbrow", Of: users})
	out.End(host.Part{Class: "dbrow", Of: mirror})
}
