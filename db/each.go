package db

// all collects what a function hands over one at a time.
func all[T any](read func(each func(T) error) error) (rows []T, err error) {
	err = read(func(row T) error {
		rows = append(rows, row)
		return nil
	})
	return rows, err
}
