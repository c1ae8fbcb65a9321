"""Officers' writes of stock: products, and the rules of reporting. Reports are taken in `reporting`."""

from typing import Final

from django.db import transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.outreach.stock.models import StockProduct, StockRules
from mhero.platform.clock import now
from mhero.platform.notify import notify

#: Heard by the worker, which knows stock reports by the names of the products.
PRODUCTS_CHANGED: Final = "outreach_stock"


def save_product(product: StockProduct, user: User) -> None:
    is_new = product._state.adding
    with transaction.atomic():
        product.save()
        action = "stock_product.added" if is_new else "stock_product.changed"
        record_audit(action, f"product {product.code}", user=user)
        notify(PRODUCTS_CHANGED)


def archive_product(product: StockProduct, user: User) -> None:
    """Nobody is asked for it any more. What was reported stays."""
    with transaction.atomic():
        product.archived_at = now()
        product.save(update_fields=["archived_at"])
        record_audit("stock_product.archived", f"product {product.code}", user=user)
        notify(PRODUCTS_CHANGED)


def save_rules(rules: StockRules, user: User) -> None:
    """Reporters are asked in the name of whoever saved last."""
    with transaction.atomic():
        rules.changed_by = user
        rules.save()
        record_audit("stock_rules.changed", "stock rules", user=user)
