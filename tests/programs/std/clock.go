// time without a clock: dates, durations, formats, zones, arithmetic.
package main

import (
	"fmt"
	"time"
)

func main() {
	t := time.Date(2024, time.February, 29, 23, 59, 58, 123456789, time.UTC)
	fmt.Println(t, t.Unix(), t.UnixNano(), t.YearDay(), t.Weekday())
	fmt.Println(t.AddDate(1, 0, 0), t.Add(36*time.Hour).Format(time.RFC1123Z), t.Truncate(time.Hour).Format(time.Kitchen), t.Round(time.Second))
	for _, l := range []string{time.RFC3339Nano, time.ANSIC, "2006-01-02T15:04:05.000", "Jan _2 06 03:04PM", "Monday, 02-Jan-06 15:04:05 MST"} {
		fmt.Println(t.Format(l))
	}
	p, err := time.Parse(time.RFC3339, "2023-10-05T07:08:09+02:00")
	fmt.Println(p, err, p.UTC(), t.Sub(p), p.Before(t), t.Compare(p))
	_, err = time.Parse("2006-01-02", "2023-13-40")
	fmt.Println(err)
	zone := time.FixedZone("X", -3*3600-1800)
	fmt.Println(t.In(zone), t.In(zone).Location())
	d, err := time.ParseDuration("1h15m30.918s")
	fmt.Println(d, err, d.Minutes(), d.Truncate(time.Minute), time.Duration(1), time.Duration(999999), -d)
	_, err = time.ParseDuration("abc")
	fmt.Println(err)
	y, w := t.ISOWeek()
	fmt.Println(y, w, time.Unix(0, 0).UTC(), time.Time{}, time.Time{}.IsZero(), time.UnixMilli(1700000000000).UTC())
	b, _ := t.MarshalJSON()
	fmt.Println(string(b), time.March, t.Equal(t.In(zone)))
	a, c := time.Now(), time.Now()
	fmt.Println(!c.Before(a), c.Sub(a) < time.Minute, time.Since(a) >= 0, a.Year() > 2020)
}
