package main

import (
	"context"

	"creatorpay/settlement"
)

// contestant is one way to get a day's figures.
type contestant struct {
	name   string
	run    func(ctx context.Context, day settlement.Day) error
	stores []stored // its results, which are to be the product's
}

// The contestants that the product is held against, and itself.
const (
	product          = "product"
	floor            = "floor"
	scriptByWindow   = "script (window)"
	scriptBySuspects = "script (suspects)"
	pageReader       = "page reader"
	paymentsReader   = "page reader, pages of 500"
	sqlScript        = "script"
	withPayments     = "product, with 50,000 payments"
)

// own are the bench's own contestants for days of views or of payments.
func (r *rig) own(payments bool) []contestant {
	if payments {
		return []contestant{
			{name: floor, run: r.floor(groupPayments)},
			{name: sqlScript, run: r.script(paymentsScript), stores: ofPayments},
			{name: paymentsReader, run: r.pagesOfPayments, stores: ofPayments},
		}
	}
	return []contestant{
		{name: floor, run: r.floor(groupViews)},
		{name: scriptByWindow, run: r.script(windowScript + settleScript), stores: ofViews},
		{name: scriptBySuspects, run: r.script(suspectsScript + settleScript), stores: ofViews},
		{name: pageReader, run: r.pages(1), stores: ofViews},
		{name: pageReader + ", 4 readers", run: r.pages(4), stores: ofViews},
	}
}
