package app

import "context"

// removeTenants removes tenants whose time is over, if this server's clock is right: nobody can take it back.
func (p *Process) removeTenants(ctx context.Context) error {
	err := p.market.bills.CheckClock(ctx)
	p.clock.note(ctx, err)
	if err != nil {
		return err
	}
	gone, err := p.removals.Work(ctx)
	for _, id := range gone {
		p.log.InfoContext(ctx, "a tenant was removed", "tenant_id", id.String())
	}
	return err
}
