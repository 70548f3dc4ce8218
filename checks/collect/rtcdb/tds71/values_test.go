package tds71

import "time"

// everyType returns each type of TDS 7.1, with up to three values.
func everyType() []value {
	const latin = "0904d00034"
	const pointer = "10 64756d6d792074657874707472000000 0102030405060708" // of a text, with its timestamp
	day := time.Date(2004, 2, 29, 0, 0, 0, 0, time.UTC)
	noon := day.Add(12 * time.Hour)
	return []value{
		{name: "null", info: "1f", values: []string{""}, want: []any{nil}},
		{name: "tinyint", info: "30", values: []string{"00", "ff"}, want: []any{int64(0), int64(255)}},
		{name: "bit", info: "32", values: []string{"00", "01"}, want: []any{false, true}},
		{name: "smallint", info: "34", values: []string{"fbff"}, want: []any{int64(-5)}},
		{name: "int", info: "38", values: []string{"00000080"}, want: []any{int64(-1 << 31)}},
		{name: "smalldatetime", info: "3a", values: []string{"9c94 d002"}, want: []any{noon}},
		{name: "real", info: "3b", values: []string{"0000c03f"}, want: []any{1.5}},
		{name: "money", info: "3c", values: []string{"00000000 39300000"}, want: []any{[]byte("1.2345")}},
		{name: "datetime", info: "3d", values: []string{"9c940000 00c1c500"}, want: []any{noon}},
		{name: "float", info: "3e", values: []string{"000000000000f8bf"}, want: []any{-1.5}},
		{name: "smallmoney", info: "7a", values: []string{"c7cfffff"}, want: []any{[]byte("-1.2345")}},
		{name: "bigint", info: "7f", values: []string{"ffffffffffffff7f"}, want: []any{int64(1<<63 - 1)}},

		{name: "nullable uniqueidentifier", info: "24 10", values: []string{"00", "10 0102030405060708090a0b0c0d0e0f10"},
			want: []any{nil, x("0102030405060708090a0b0c0d0e0f10")}},
		{name: "nullable int", info: "26 08", values: []string{"00", "08 feffffffffffffff", "01 07"}, want: []any{nil, int64(-2), int64(7)}},
		{name: "nullable bit", info: "68 01", values: []string{"00", "01 01", "01 00"}, want: []any{nil, true, false}},
		{name: "nullable float", info: "6d 08", values: []string{"00", "08 000000000000f83f", "04 0000c03f"}, want: []any{nil, 1.5, 1.5}},
		{name: "nullable money", info: "6e 08", values: []string{"00", "08 ffffffff c7cfffff", "04 39300000"},
			want: []any{nil, []byte("-1.2345"), []byte("1.2345")}},
		{name: "nullable datetime", info: "6f 08", values: []string{"00", "08 9c940000 00000000", "04 9c94 0000"}, want: []any{nil, day, day}},
		{name: "decimal", info: "6a 05 09 02", values: []string{"00", "05 01 39300000", "05 00 01000000"},
			want: []any{nil, []byte("123.45"), []byte("-0.01")}},
		{name: "numeric", info: "6c 11 26 00", values: []string{"00", "11 01 ffffffffffffffff0000000000000000"},
			want: []any{nil, []byte("18446744073709551615")}},
		{name: "old decimal", info: "37 05 09 02", values: []string{"00", "05 01 39300000"}, want: []any{nil, []byte("123.45")}},
		{name: "old numeric", info: "3f 05 09 02", values: []string{"00", "05 00 39300000"}, want: []any{nil, []byte("-123.45")}},
		{name: "old varbinary", info: "25 04", values: []string{"00", "02 0102"}, want: []any{nil, x("0102")}},
		{name: "old varchar", info: "27 ff", values: []string{"00", "03 616263"}, want: []any{nil, "abc"}},
		{name: "old binary", info: "2d 04", values: []string{"00", "04 01020304"}, want: []any{nil, x("01020304")}},
		{name: "old char", info: "2f 04", values: []string{"00", "04 61622020"}, want: []any{nil, "ab  "}},

		{name: "varbinary", info: "a5 401f", values: []string{"ffff", "0000", "0300 010203"}, want: []any{nil, []byte{}, x("010203")}},
		{name: "varchar", info: "a7 401f" + latin, values: []string{"ffff", "0000", "0300 6ee465"}, want: []any{nil, "", "näe"}},
		{name: "binary", info: "ad 0200", values: []string{"ffff", "0200 0a0b"}, want: []any{nil, x("0a0b")}},
		{name: "char", info: "af 0300" + latin, values: []string{"ffff", "0300 612020"}, want: []any{nil, "a  "}},
		{name: "nvarchar", info: "e7 401f" + latin, values: []string{"ffff", "0000", "0400 e565 2c67"}, want: []any{nil, "", "日本"}},
		{name: "nchar", info: "ef 0400" + latin, values: []string{"ffff", "0400 6100 2000"}, want: []any{nil, "a "}},

		{name: "image", info: "22 ffffff7f", table: true, values: []string{"00", pointer + "00000000", pointer + "02000000 0102"},
			want: []any{nil, []byte{}, x("0102")}},
		{name: "text", info: "23 ffffff7f" + latin, table: true, values: []string{"00", pointer + "ffffffff", pointer + "03000000 616263"},
			want: []any{nil, nil, "abc"}},
		{name: "ntext", info: "63 feffff7f" + latin, table: true, values: []string{"00", pointer + "04000000 e565 2c67"},
			want: []any{nil, "日本"}},
		{name: "sql_variant", info: "62 491f0000", values: []string{"00000000", "06000000 38 00 2a000000", "0d000000 e7 07" + latin + "401f e565 2c67"},
			want: []any{nil, int64(42), "日本"}},
	}
}
