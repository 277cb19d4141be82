package main

type pageCommand struct{ files }

// Run writes the page from the figures that are there.
func (c pageCommand) Run() error { return c.writePage() }

func (f files) writePage() error { return nil }
