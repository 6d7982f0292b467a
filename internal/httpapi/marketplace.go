package httpapi

import (
	"context"
	"errors"
	"slices"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/httpapi/contract"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/telemetry"
)

// marketplaceHandlers serve the subscription and the landing page.
type marketplaceHandlers struct {
	marketplace *marketplace.Service
}

// ResolveLanding implements api.StrictServerInterface.
func (h marketplaceHandlers) ResolveLanding(ctx context.Context, request api.ResolveLandingRequestObject) (api.ResolveLandingResponseObject, error) {
	c := callOf(ctx)
	found, err := h.marketplace.Resolve(ctx, c.person, request.Body.Token)
	if err != nil {
		return nil, err
	}
	telemetry.SetTenant(ctx, found.Tenant.ID)
	return api.ResolveLanding200JSONResponse(landing(found)), nil
}

// TakeSubscription implements api.StrictServerInterface.
func (h marketplaceHandlers) TakeSubscription(ctx context.Context, request api.TakeSubscriptionRequestObject) (api.TakeSubscriptionResponseObject, error) {
	c := callOf(ctx)
	wanted := marketplace.TakeRequest{Token: request.Body.Token}
	if request.Body.SignUp != nil {
		wanted.SignUp = signUpRequest(*request.Body.SignUp)
	}
	taken, err := h.marketplace.Take(ctx, c.person, wanted)
	if err != nil {
		return nil, signUpFields(err)
	}
	telemetry.SetTenant(ctx, taken.Tenant.ID)
	return api.TakeSubscription200JSONResponse(landing(taken)), nil
}

// signUpFields points the faults of a sign-up to their place in this request's body.
func signUpFields(err error) error {
	known, ok := errors.AsType[*errs.Error](err)
	if !ok || len(known.Fields) == 0 {
		return err
	}
	moved := *known
	moved.Fields = mapSlice(known.Fields, func(f errs.Field) errs.Field {
		f.Pointer = contract.Pointer("sign_up") + f.Pointer
		return f
	})
	return &moved
}

// GetSubscription implements api.StrictServerInterface.
func (h marketplaceHandlers) GetSubscription(ctx context.Context, _ api.GetSubscriptionRequestObject) (api.GetSubscriptionResponseObject, error) {
	current, ok, err := h.marketplace.Current(ctx, caller(ctx))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errs.New(errs.NotFound, "subscription_not_found", "Your organization has no subscription.")
	}
	return api.GetSubscription200JSONResponse(subscription(current)), nil
}

func landing(l marketplace.Landing) api.Landing {
	shown := api.Landing{Subscription: purchase(l.Subscription), Step: api.LandingStep(l.Step), ForAnother: l.ForAnother, InForce: l.InForce}
	if l.Obstacle != nil {
		shown.Obstacle = &api.LandingObstacle{Code: l.Obstacle.Code, Detail: l.Obstacle.Message}
	}
	if !l.Tenant.ID.IsZero() {
		shown.Organization = &api.LandingOrganization{Name: l.Tenant.Name, Plan: api.LandingOrganizationPlan(l.Tenant.Plan)}
	}
	return shown
}

func purchase(f marketplace.Fetched) api.Purchase {
	shown := api.Purchase{
		Id:               f.ID.String(),
		Name:             f.Name,
		Plan:             marketplacePlan(f.OfferID, f.PlanID, f.Quantity),
		Quantity:         quantity(f.Quantity),
		Status:           api.PurchaseStatus(f.Status),
		Term:             term(f.Term),
		AutoRenew:        f.AutoRenew,
		FreeTrial:        f.FreeTrial,
		PurchaserEmail:   f.Purchaser.Email,
		BeneficiaryEmail: f.Beneficiary.Email,
	}
	if f.Status == "" {
		shown.Status = api.PurchaseStatusUnknown
	}
	return shown
}

func subscription(s marketplace.Subscription) api.Subscription {
	return api.Subscription{
		Id:              s.ID.String(),
		Plan:            marketplacePlan(s.OfferID, s.PlanID, s.Quantity),
		Quantity:        quantity(s.Quantity),
		Status:          api.SubscriptionStatus(s.Status),
		Term:            term(s.Term),
		AutoRenew:       s.AutoRenew,
		ReadOnly:        s.ReadOnly,
		UsersAtPurchase: s.UsersAtPurchase,
		CreatedAt:       api.Timestamp{Time: s.CreatedAt},
	}
}

// marketplacePlan is a plan as it was bought. Of a plan that is not in the catalogue only the names are known.
func marketplacePlan(offerID, planID string, bought int) api.MarketplacePlan {
	sold, ok := plan.Find(offerID, planID)
	if !ok {
		return api.MarketplacePlan{OfferId: offerID, Id: planID}
	}
	shown := planSold(sold)
	shown.OfferId, shown.SeatLimit = offerID, quantity(sold.SeatsFor(bought))
	return shown
}

// PlansOf gives the plans of the offers, as pages show what is sold. Empty: those of all offers.
func PlansOf(offers []string) []api.MarketplacePlan {
	shown := []api.MarketplacePlan{}
	for _, sold := range plan.Catalogue() {
		if len(offers) == 0 || slices.Contains(offers, sold.OfferID) {
			shown = append(shown, planSold(sold))
		}
	}
	return shown
}

func planSold(sold plan.Plan) api.MarketplacePlan {
	model := api.PricingModel(sold.Model)
	return api.MarketplacePlan{
		OfferId: sold.OfferID, Id: sold.ID, Name: &sold.Name, Model: &model, Currency: &sold.Currency,
		RateMinor: &sold.RateMinor, BaseMinor: &sold.BaseMinor, Included: &sold.Included, SeatLimit: quantity(sold.SeatLimit),
	}
}

// quantity is nil for a plan without one.
func quantity(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// term is nil until Microsoft has given one.
func term(t marketplace.Term) *api.Term {
	if t.Unit == "" {
		return nil
	}
	return &api.Term{StartsAt: timestamp(t.Start), EndsAt: timestamp(t.End), Unit: t.Unit}
}
