package daylog

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// milliseconds since 1970-01-01 UTC are a DATETIME in the database.
type milliseconds int64

// Scan reads a column.
func (m *milliseconds) Scan(source any) error {
	at, is := source.(time.Time)
	if !is {
		return fmt.Errorf("read %T as a time", source)
	}
	*m = milliseconds(at.UnixMilli())
	return nil
}

// Value is what the database gets.
func (m milliseconds) Value() (driver.Value, error) { return time.UnixMilli(int64(m)).UTC(), nil }
