package main

type importCommand struct{}
type generateCommand struct{}
type devCommand struct{}
type demoCommand struct{}

func (importCommand) Run() error   { return nil }
func (generateCommand) Run() error { return nil }
func (devCommand) Run() error      { return nil }
func (demoCommand) Run() error     { return nil }
