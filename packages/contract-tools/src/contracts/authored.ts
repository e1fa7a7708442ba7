import type * as z from "zod";
import type { ZodTypeAny } from "zod/v3";
import { commerceCartChange } from "./commerce-cart-change.ts";
import { commerceProductView } from "./commerce-product-view.ts";
import { commercePurchase } from "./commerce-purchase.ts";
import { customEvent } from "./custom-event.ts";
import { enrichedEvent } from "./envelope/enriched-event.ts";
import { enrichment } from "./envelope/enrichment.ts";
import { erasureNotice } from "./envelope/erasure-notice.ts";
import { rawEvent } from "./envelope/raw-event.ts";
import { newsletterSubscription } from "./newsletter-subscription.ts";
import { pageView } from "./page-view.ts";
import { searchClick } from "./search-click.ts";
import { searchQuery } from "./search-query.ts";
import { context } from "./shared/context.ts";
import { product } from "./shared/product.ts";

/**
 * Every document authored in zod 4, by the path of its newest version below `schemas/`. A merged version is never
 * edited: `pnpm schemas new` steps to the next one, and the file of the previous one stays as it was rendered.
 */
export const authoredContracts: Readonly<Record<string, z.ZodType>> = {
  "envelope/enriched-event/1-1-2.json": enrichedEvent,
  "envelope/enrichment/1-0-1.json": enrichment,
  "envelope/erasure-notice/1-0-0.json": erasureNotice,
  "envelope/raw-event/1-1-0.json": rawEvent,
  "events/commerce/cart-change/1-1-0.json": commerceCartChange,
  "events/commerce/product-view/1-1-0.json": commerceProductView,
  "events/commerce/purchase/1-1-0.json": commercePurchase,
  "events/custom/event/1-1-0.json": customEvent,
  "events/page/view/1-1-0.json": pageView,
  "events/search/click/1-1-0.json": searchClick,
  "events/search/query/1-1-0.json": searchQuery,
  "shared/context/1-1-0.json": context,
  "shared/product/1-0-0.json": product,
};

/** Documents of teams that still write with the zod 3 API. */
export const authoredInZod3: Readonly<Record<string, ZodTypeAny>> = {
  "events/newsletter/subscription/1-0-0.json": newsletterSubscription,
};
